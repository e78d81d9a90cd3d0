"""What handling breaks needs: a bank, and what contracts say about allocation. 账项处理所需部件"""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.bank.flows.parts import Bank
from connectors.bank.rules.breaks import Effect, Resolution
from connectors.bank.rules.claiming import (
    Claim,
    claim_number,
    posting_for_taken,
    postings_for_dues,
    prepayment,
    reversal_of_entry,
)
from connectors.bank.rules.lending.terms import Agreed
from connectors.bank.rules.resolving import BreakNow, Proposal
from connectors.bank.store import break_acts, break_evidence
from connectors.core_system.model import DueInstalment, LedgerEntry, Posting
from gateway.errors import Code, RefusedHere
from gateway.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Handling:
    """One bank's breaks, and what is needed to work them off."""

    bank: Bank
    agreed: Agreed


@dataclass(frozen=True, slots=True)
class CoreFacts:
    """What the core system says that a proposal depends on, read before the transaction.

    `barred` are the people who changed the loan's repayment account: they may not agree (X12).
    """

    dues: Sequence[DueInstalment] = ()
    entries: Sequence[LedgerEntry] = ()
    barred: frozenset[str] = frozenset()


def ask_core(handling: Handling, row: BreakNow, proposal: Proposal, loan_no: str) -> CoreFacts:
    """Ask the core system, one call after the other and never within a transaction."""
    ledger, how = handling.bank.ledger, proposal.how
    if how.value.effect not in (Effect.POST, Effect.REVERSE) or not loan_no:
        return CoreFacts()
    bank, account, today = row.bank, row.account, handling.bank.clock.today()
    changed = [
        {change.changed_by, change.approved_by}
        for change in ledger.repayment_accounts(bank, account)
        if change.loan_no == loan_no
    ]
    return CoreFacts(
        dues=ledger.dues(bank, account, today) if how is Resolution.ASSIGN else (),
        entries=ledger.entries(bank, account, row.first_seen) if how is Resolution.REVERSE else (),
        barred=frozenset().union(*changed) - {""},
    )


@dataclass(frozen=True, slots=True)
class Case:
    """A break, what is proposed about it, and what the core system said of it."""

    row: BreakNow
    proposal: Proposal
    core: CoreFacts


def postings_of(handling: Handling, work: UnitOfWork, case: Case) -> Sequence[Posting]:
    """What a proposal would book. Raises RefusedHere when the money fits nothing."""
    how = case.proposal.how
    if how.value.effect not in (Effect.POST, Effect.REVERSE):
        return ()
    claim = _claim(handling, work, case)
    terms = handling.agreed.terms_on(claim.booked_on)
    if how is Resolution.ASSIGN:
        return postings_for_dues(claim, _wanted(case), terms)
    if how is Resolution.REVERSE:
        return [reversal_of_entry(claim, _entry(case))]
    if how is Resolution.PREPAY:
        return [prepayment(claim, _instalment(work, case))]
    asked = break_evidence.asked(work, case.row)
    if asked is None:
        raise RefusedHere(Code.CLAIM_UNBOOKABLE, subject=case.row.break_id)
    return [posting_for_taken(claim, asked, terms)]


def _claim(handling: Handling, work: UnitOfWork, case: Case) -> Claim:
    row, known = case.row, break_evidence.source(work, case.row)
    loan_no = case.proposal.loan_no or break_acts.loan_of(work, row.break_id)[0]
    if not loan_no:
        raise RefusedHere(Code.CLAIM_UNBOOKABLE, subject=row.break_id)
    number = break_acts.next_number(work, row.break_id)
    return Claim(
        bank=row.bank,
        account=row.account,
        business_date=handling.bank.clock.today(),
        number=claim_number(row.break_id, number),
        loan_no=loan_no,
        fen=row.unbooked_fen or row.amount_fen,
        booked_on=known.booked_on or row.first_seen,
        host_serial=known.host_serial,
    )


def _wanted(case: Case) -> Sequence[DueInstalment]:
    number = case.proposal.instalment_no
    return [due for due in case.core.dues if number in (None, due.instalment_no)]


def _instalment(work: UnitOfWork, case: Case) -> int:
    return case.proposal.instalment_no or break_acts.loan_of(work, case.row.break_id)[1] or 0


def _entry(case: Case) -> LedgerEntry:
    """The one entry that this break's instruction made, not taken back yet."""
    back = {entry.reversal_of for entry in case.core.entries}
    wanted = (case.row.batch_no, case.row.serial)
    same = [
        entry
        for entry in case.core.entries
        if (entry.batch_no, entry.serial) == wanted
        and not entry.reversal_of
        and entry.entry_no not in back
    ]
    if len(same) != 1:
        raise RefusedHere(Code.CLAIM_UNBOOKABLE, subject=case.row.break_id)
    return same[0]
