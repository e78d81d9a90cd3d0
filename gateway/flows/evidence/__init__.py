"""Evidence: all that is kept of one case, as one package an outsider can check. 证据包"""

from gateway.flows.evidence.case import Case
from gateway.flows.evidence.collecting import collect

__all__ = ["Case", "collect"]
