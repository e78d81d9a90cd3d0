"""What people propose about a break: what may be, what they are shown, what binds them. 账项处理"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from connectors.bank.model import BreakKind, Direction
from connectors.bank.rules.break_states import BreakEvent, BreakState
from connectors.bank.rules.breaks import Effect, Resolution, lawful
from connectors.core_system.model import Posting
from gateway.identity import idempotency_key, mask_account, mask_text
from gateway.money import show_yuan

_DIGEST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class BreakNow:
    """A break as it stands, without whose it is; amounts in fen.

    `first_seen` is the business date of the night that saw it first, and never moves. `person`
    works on it; `held` is a person's word that its loan must wait.
    """

    break_id: str
    bank: str
    account: str
    kind: BreakKind
    direction: Direction
    blocking: bool
    batch_no: str
    serial: int | None
    file_id: str | None
    line: int | None
    amount_fen: int
    unbooked_fen: int
    signed_fen: int
    first_seen: date
    item: str
    loan_shown: str
    candidates: Sequence[str]
    state: BreakState
    person: str
    held: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person wants done about a break, and why.

    `loan_no` and `instalment_no` say to which loan; `other` is the break it is matched with;
    `document` the digest of what was put into the archive for it.
    """

    how: Resolution
    person: str
    reason: str
    loan_no: str = field(default="", repr=False)
    instalment_no: int | None = None
    other: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class BreakAct:
    """One act of a break's life, as it was done; `postings` is the digest of what is to be booked.

    `booking` is the subject under which the ledger was asked.
    """

    number: int
    at: datetime
    event: BreakEvent
    state: BreakState
    person: str
    reason: str
    how: Resolution | None
    loan_shown: str
    instalment_no: int | None
    other: str
    document: str
    booking: str
    approval_id: str
    digest: str


def complaint(row: BreakNow, proposal: Proposal) -> str:
    """Why this may not be proposed about this break, as a clerk reads it; empty when it may."""
    means = proposal.how.value
    nothing_came = row.direction is Direction.SHORT and not row.unbooked_fen
    checks = (
        (proposal.how not in lawful(row.kind), f"{row.kind.value}不许{means.title}"),
        (not proposal.reason.strip(), "须写明理由"),
        (means.document and not proposal.document, f"{means.title}须附书面材料"),
        (means.needs_loan and not proposal.loan_no, f"{means.title}须指明贷款"),
        (means.needs_other and proposal.other in ("", row.break_id), "须指明另一账项"),
        (means.effect is Effect.POST and nothing_came, "短款无款可入"),
        (means.effect is Effect.REFUND and row.direction is Direction.SHORT, "短款无款可退"),
    )
    return "；".join(text for wrong, text in checks if wrong)


def pairs_with(row: BreakNow, other: BreakNow) -> bool:
    """Whether two breaks are each other's money: one account, opposite sides, the same amount."""
    same = (row.bank, row.account) == (other.bank, other.account)
    opposite = {row.direction, other.direction} == {Direction.LONG, Direction.SHORT}
    return same and opposite and row.amount_fen == other.amount_fen


def lines_of(row: BreakNow, proposal: Proposal, posted: Sequence[Posting]) -> tuple[str, ...]:
    """What two people read before they agree; loans by their last digits."""
    means = proposal.how.value
    lines = [
        f"账项 {row.break_id} {row.kind.value}（{row.direction.value}）",
        f"专户 {row.bank}/{row.account}，首见 {row.first_seen.isoformat()}",
        f"金额 {show_yuan(row.amount_fen)} 元",
        f"处理 {means.title}（{means.effect.value}）",
        f"理由 {mask_text(proposal.reason)}",
        f"提出 {proposal.person}",
    ]
    if proposal.document:
        lines.append(f"材料摘要 {proposal.document[:_DIGEST_SHOWN]}…")
    if proposal.other:
        lines.append(f"与账项 {proposal.other} 勾对")
    return (*lines, *(_posting_line(posting) for posting in posted))


def _posting_line(posting: Posting) -> str:
    parts = (
        ("本金", posting.principal_fen),
        ("利息", posting.interest_fen),
        ("罚息", posting.penalty_fen),
        ("违约金", posting.fine_fen),
    )
    told = "，".join(f"{name} {show_yuan(fen)}" for name, fen in parts if fen)
    act = "冲账" if posting.reversal_of else "入账"
    loan = f"贷款 {mask_account(posting.loan_no)} 第 {posting.instalment_no} 期"
    return f"{act} {loan} {show_yuan(posting.fen)} 元（{told}）"


def digest_of(row: BreakNow, number: int, proposal: Proposal, bound: tuple[str, ...]) -> str:
    """The digest that two people approve: of the break, the act, and what is to be booked.

    `bound` are the loan's token and the digest of the postings: nothing else of a person is in it.
    """
    parts = (row.break_id, row.amount_fen, row.direction.name, number, proposal.how.name)
    said = (
        proposal.instalment_no or 0,
        proposal.other,
        proposal.document,
        mask_text(proposal.reason),
    )
    return idempotency_key("resolution", *parts, *said, *bound)
