"""What the platform's answers mean: accepted is not settled, open is asked for. 平台答复的含义"""

from enum import Enum

from connectors.bank.codec.settlement import Answered, OldTransaction, ReplyHead, TxStatus
from connectors.bank.verdicts import (
    PLATFORM_CODES,
    PLATFORM_NOT_FOUND,
    PLATFORM_SUCCESS,
    PLATFORM_WORKING,
)
from gateway.ports import Verdict


def verdict_of(head: ReplyHead) -> Verdict:
    """What a reply says of the request itself.

    Status and code must agree; where they do not, nobody knows, and it is asked for (B05).
    """
    return _verdict(head.status, head.rtn_code)


def _verdict(status: TxStatus, code: str) -> Verdict:
    if status is TxStatus.SUCCESS and code == PLATFORM_SUCCESS:
        return Verdict.ACCEPTED
    if status is TxStatus.FAILED and code not in {PLATFORM_SUCCESS, PLATFORM_WORKING}:
        return Verdict.REJECTED
    return Verdict.PENDING


class Fate(Enum):
    """What became of a request that was asked for by BDC110."""

    ACCEPTED = "已受理"
    REFUSED = "已拒绝"
    OPEN = "平台亦不明"
    NEVER_SEEN = "平台查无此交易"


_FATES = {Verdict.ACCEPTED: Fate.ACCEPTED, Verdict.REJECTED: Fate.REFUSED}


def fate_of(answered: Answered) -> Fate:
    """What a reply to BDC110 proves; only "no result" says that it never saw the request."""
    if isinstance(answered.told, OldTransaction):
        old = answered.told
        known = {status.value: status for status in TxStatus}
        status = known.get(old.old_tx_status, TxStatus.OPEN)
        return _FATES.get(_verdict(status, old.old_rtn_code), Fate.OPEN)
    head = answered.head
    absent = head.status is TxStatus.FAILED and head.rtn_code == PLATFORM_NOT_FOUND
    return Fate.NEVER_SEEN if absent else Fate.OPEN


def reason_of(code: str) -> str:
    """The code as a clerk reads it; the platform's own words may hold people and are not shown."""
    return f"{code} {PLATFORM_CODES.get(code, '平台拒绝，原因见原件')}"
