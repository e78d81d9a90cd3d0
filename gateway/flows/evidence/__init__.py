"""Evidence: all that is kept of one case, as one package an outsider can check. 证据包"""

from gateway.flows.evidence.case import Case
from gateway.flows.evidence.checking import Checked, check_evidence
from gateway.flows.evidence.collecting import collect
from gateway.flows.evidence.pack import HOLDER, Evidence, Exported, export

__all__ = [
    "HOLDER",
    "Case",
    "Checked",
    "Evidence",
    "Exported",
    "check_evidence",
    "collect",
    "export",
]
