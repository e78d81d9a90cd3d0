"""A row of the catalogue, and how rows of each branch are made. 错误目录的行"""

from dataclasses import dataclass
from enum import Enum


class Money(Enum):
    """May money have moved, as far as this error alone can tell?"""

    NO = "否"
    MAYBE = "可能"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: branch of the tree, Chinese and English text, money, safe action, runbook page."""

    branch: str
    zh: str
    en: str
    money: Money
    act: str
    runbook: str


NIGHT = "runbooks/bank_reconciliation.md"
SITE = "runbooks/site.md"
TRUST = "runbooks/trust.md"
OVERDUE = "runbooks/delinquency.md"
BREAKS = "runbooks/breaks.md"
HOUSE = "runbooks/housekeeping.md"
FOUR_EYES = "runbooks/approvals.md"
DEDUCTIONS = "runbooks/bank_deductions.md"
ADVICES = "runbooks/bank_advices.md"


def file(zh: str, en: str, act: str = "隔离原件，请银行核对后以新版本号重发") -> Entry:
    """A file of a bank is not as agreed: nothing was believed."""
    return Entry("MalformedMessage", zh, en, Money.NO, act, NIGHT)


def unreadable(zh: str, en: str, act: str = "隔离原件，请出具方重新提供") -> Entry:
    """Something of others than banks cannot be read."""
    return Entry("MalformedMessage", zh, en, Money.NO, act, TRUST)


def signature(
    zh: str,
    en: str,
    act: str = "隔离原件，电话联系银行科技部门核实来源",
    runbook: str = NIGHT,
) -> Entry:
    """It is not from them, or was altered."""
    return Entry("SignatureInvalid", zh, en, Money.NO, act, runbook)


def signed(zh: str, en: str, act: str) -> Entry:
    """A message, perhaps a reply: what it would have said is unknown, so money may have moved."""
    return Entry("SignatureInvalid", zh, en, Money.MAYBE, act, TRUST)


def transport(
    zh: str,
    en: str,
    act: str = "自动重试；持续失败时联系对方网络值班",
    runbook: str = NIGHT,
) -> Entry:
    """Nothing reached them."""
    return Entry("TransportError", zh, en, Money.NO, act, runbook)


def refused(zh: str, en: str, act: str, runbook: str = NIGHT) -> Entry:
    """A rule of ours forbids it now."""
    return Entry("RefusedHere", zh, en, Money.NO, act, runbook)


def missing(zh: str, en: str, act: str, runbook: str = SITE) -> Entry:
    """A person must supply something."""
    return Entry("NotConfigured", zh, en, Money.NO, act, runbook)
