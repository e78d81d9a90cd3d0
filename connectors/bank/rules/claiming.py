"""What money on our account pays, when a person says whose it is: postings, part by part. 认领"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from connectors.bank.rules.lending.debts import Debt, allocate
from connectors.bank.rules.lending.terms import Terms
from connectors.core_system.model import DueInstalment, LedgerEntry, Posting, PostingKind
from gateway.errors import Code, RefusedHere
from gateway.identity import idempotency_key

# The form of a claim's number: by it the ledger's entries of people's decisions are known again.
CLAIM_NUMBER = "^RL[0-9a-f]{15}[0-9]{3}$"


def claim_number(break_id: str, number: int) -> str:
    """A number of its own for each proposal about a break: what was undone may be done again."""
    return f"RL{break_id.removeprefix('break-')[:15]}{number:03d}"


@dataclass(frozen=True, slots=True)
class Claim:
    """Money that a person gives to a loan; `number` makes its postings' keys its own.

    `business_date` is the day it is booked in, `booked_on` the bank's own date, which interest
    counts from.
    """

    bank: str
    account: str
    business_date: date
    number: str
    loan_no: str = field(repr=False)
    fen: int
    booked_on: date
    host_serial: str


def postings_for_dues(
    claim: Claim, dues: Sequence[DueInstalment], terms: Terms
) -> Sequence[Posting]:
    """The oldest due first, in the contract's order; all of the money, or none (B23).

    Raises RefusedHere when the loan does not owe that much: what is left over is nobody's to give.
    """
    mine = {due.instalment_no: due for due in dues if due.loan_no == claim.loan_no}
    debts = [
        Debt(number, due.principal_fen, due.interest_fen, due.penalty_fen, due.fine_fen)
        for number, due in mine.items()
    ]
    late = {number for number, due in mine.items() if due.due_on < claim.booked_on}
    return _postings(claim, debts, terms, late)


def posting_for_taken(claim: Claim, asked: Debt, terms: Terms) -> Posting:
    """What the bank took for one instruction. Raises RefusedHere when it is more than was asked."""
    return _postings(claim, [asked], terms, set())[0]


def _postings(
    claim: Claim, debts: Sequence[Debt], terms: Terms, late: set[int]
) -> Sequence[Posting]:
    paid = allocate(claim.fen, debts, terms)
    if paid.rest_fen or not paid.paid:
        raise RefusedHere(Code.CLAIM_UNBOOKABLE)
    kinds = {True: PostingKind.OVERDUE, False: PostingKind.NORMAL}
    return [
        _posting(claim, serial, debt, kinds[debt.number in late])
        for serial, debt in enumerate(paid.paid, start=1)
    ]


def prepayment(claim: Claim, instalment_no: int) -> Posting:
    """All of it pays principal before it is due, as the borrower has asked in writing (B21)."""
    whole = Debt(instalment_no, principal_fen=claim.fen)
    return _posting(claim, 1, whole, PostingKind.PREPAYMENT)


def _posting(claim: Claim, serial: int, debt: Debt, kind: PostingKind) -> Posting:
    return Posting(
        bank=claim.bank,
        account=claim.account,
        business_date=claim.business_date,
        batch_no=claim.number,
        serial=serial,
        loan_no=claim.loan_no,
        instalment_no=debt.number,
        fen=debt.fen,
        principal_fen=debt.principal_fen,
        interest_fen=debt.interest_fen,
        penalty_fen=debt.penalty_fen,
        fine_fen=debt.fine_fen,
        booked_on=claim.booked_on,
        host_serial=claim.host_serial,
        kind=kind,
    )


def reversal(posting: Posting, business_date: date) -> Posting:
    """What takes a posting back (冲账 02). Raises RefusedHere for what is one itself."""
    if posting.reversal_of:
        raise RefusedHere(Code.RESOLUTION_UNLAWFUL, detail="冲账不能再冲，请另行入账")
    return replace(posting, business_date=business_date, reversal_of=posting.key)


def reversal_of_entry(claim: Claim, entry: LedgerEntry) -> Posting:
    """What takes back an entry that a posting of ours made (B25)."""
    key = idempotency_key("posting", claim.bank, claim.account, entry.batch_no, entry.serial)
    debt = Debt(
        entry.instalment_no,
        entry.principal_fen,
        entry.interest_fen,
        entry.penalty_fen,
        entry.fine_fen,
    )
    made = _posting(claim, entry.serial, debt, entry.kind)
    return replace(made, batch_no=entry.batch_no, reversal_of=key)
