"""What was pushed, or asked for, becomes bookings: each once, failures quarantined. 推送入库"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from connectors.bank.codec import decode
from connectors.bank.codec.settlement import DetailsAsked, NamedFile, Tx, read_push
from connectors.bank.flows.platform import Platform, ask
from connectors.bank.model import StatementLine
from connectors.bank.rules.pushes import PushEvent, PushState, Told, told_apart
from connectors.bank.rules.settlement import verdict_of
from connectors.bank.rules.windows import Window, halves, is_cut
from connectors.bank.store import details, pushes
from connectors.bank.store.pushes import PushRow
from gateway.errors import (
    Code,
    Finding,
    GatewayError,
    IllegalTransition,
    MalformedMessage,
    MessageRejected,
    SignatureInvalid,
)
from gateway.identity import business_id
from gateway.log import Log
from gateway.ports import StageCount, Verdict
from gateway.store import alarms, inbox
from gateway.store.unit_of_work import UnitOfWork

_LOG = Log("bank.pushes")
_AT_ONCE = 500
