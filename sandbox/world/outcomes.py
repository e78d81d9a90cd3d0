"""What can become of one deduction, with the bank's words for it. 扣款结局与响应码."""

from enum import StrEnum


class Outcome(StrEnum):
    """The truth about one instruction."""

    TAKEN = "taken"
    PARTIAL = "partial"
    INSUFFICIENT = "insufficient"
    NAME_DIFFERS = "name_differs"
    ACCOUNT_CLOSED = "account_closed"
    MANDATE_REVOKED = "mandate_revoked"
    UNKNOWN = "unknown"


ANSWERS: dict[Outcome, tuple[str, str]] = {
    Outcome.TAKEN: ("00000", "扣款成功"),
    Outcome.PARTIAL: ("00000", "部分扣款成功"),
    Outcome.INSUFFICIENT: ("03008", "余额不足"),
    Outcome.NAME_DIFFERS: ("03031", "账号户名不符"),
    Outcome.ACCOUNT_CLOSED: ("03018", "账户已销户"),
    Outcome.MANDATE_REVOKED: ("03047", "委托扣款协议已撤销"),
    Outcome.UNKNOWN: ("99999", "交易超时，结果未知"),
}
BOOKED = frozenset({Outcome.TAKEN, Outcome.PARTIAL})
