"""What handling breaks needs: a bank, and what contracts say about allocation. 账项处理所需部件"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from connectors.bank.flows.parts import Bank
from connectors.bank.rules.breaks import Effect, Resolution
from connectors.bank.rules.claiming import (
    Claim,
    posting_for_taken,
    postings_for_dues,
    prepayment,
    reversal_of_entry,
)
from connectors.bank.rules.lending.terms import Agreed
from connectors.bank.rules.resolving import BreakNow, Proposal
from connectors.bank.store import break_acts, break_evidence
from connectors.core_system.model import DueInstalment, LedgerEntry, Posting
from gateway.dates import SHANGHAI
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
    ledger, today = handling.bank.ledger, today_of(handling)
    if proposal.how.value.effect not in (Effect.POST, Effect.REVERSE) or not loan_no:
        return CoreFacts()
    of = (row.bank, row.account)
    entries: Sequence[LedgerEntry] = ()
    if proposal.how is Resolution.REVERSE:
        entries = ledger.entries(*of, row.first_seen)
    dues = ledger.dues(*of, today) if proposal.how is Resolution.ASSIGN else ()
    return CoreFacts(dues, entries, _who_changed(handling, of, loan_no))


def _who_changed(handling: Handling, of: tuple[str, str], loan_no: str) -> frozenset[str]:
    changes = handling.bank.ledger.repayment_accounts(*of)
    mine = [change for change in changes if change.loan_no == loan_no]
    return frozenset(name for each in mine for name in (each.changed_by, each.approved_by) if name)


def today_of(handling: Handling) -> date:
    """The day by the clock in Shanghai: what people decide is booked in it."""
    return handling.bank.clock.now().astimezone(SHANGHAI).date()


def postings_of(
    handling: Handling, work: UnitOfWork, row: BreakNow, proposal: Proposal, core: CoreFacts
) -> Sequence[Posting]:
    """What a proposal would book. Raises RefusedHere when the money fits nothing."""
    make = {
        Resolution.ASSIGN: _assigned,
        Resolution.POST_TAKEN: _taken,
        Resolution.PREPAY: _prepaid,
        Resolution.REVERSE: _reversed,
    }.get(proposal.how)
    if make is None:
        return ()
    claim = _claim(handling, work, row, proposal)
    return make(handling, work, row, (claim, proposal, core))


_Basis = tuple[Claim, Proposal, CoreFacts]


def _claim(handling: Handling, work: UnitOfWork, row: BreakNow, proposal: Proposal) -> Claim:
    today, known = today_of(handling), break_evidence.source(work, row)
    loan_no = proposal.loan_no or break_acts.loan_of(work, row.break_id)[0]
    number = break_acts.next_number(work, row.break_id)
    # a number of its own for each proposal: what was undone may be done again
    name = f"RL{row.break_id.removeprefix('break-')[:15]}{number:03d}"
    day, serial = known.booked_on or row.first_seen, known.host_serial
    money = row.unbooked_fen or row.amount_fen
    return Claim(row.bank, row.account, today, name, loan_no, money, day, serial)


def _assigned(
    handling: Handling, work: UnitOfWork, row: BreakNow, basis: _Basis
) -> Sequence[Posting]:
    claim, proposal, core = basis
    dues = [due for due in core.dues if proposal.instalment_no in (None, due.instalment_no)]
    return postings_for_dues(claim, dues, handling.agreed.terms_on(claim.booked_on))


def _taken(handling: Handling, work: UnitOfWork, row: BreakNow, basis: _Basis) -> Sequence[Posting]:
    claim = basis[0]
    debt = break_evidence.asked(work, row)
    if debt is None:
        raise RefusedHere(Code.CLAIM_UNBOOKABLE, subject=row.break_id)
    return [posting_for_taken(claim, debt, handling.agreed.terms_on(claim.booked_on))]


def _prepaid(
    handling: Handling, work: UnitOfWork, row: BreakNow, basis: _Basis
) -> Sequence[Posting]:
    claim, proposal, _ = basis
    instalment = proposal.instalment_no or break_acts.loan_of(work, row.break_id)[1] or 0
    if not claim.loan_no:
        raise RefusedHere(Code.CLAIM_UNBOOKABLE, subject=row.break_id)
    return [prepayment(claim, instalment)]


def _reversed(
    handling: Handling, work: UnitOfWork, row: BreakNow, basis: _Basis
) -> Sequence[Posting]:
    claim, _, core = basis
    same = [
        entry
        for entry in core.entries
        if (entry.batch_no, entry.serial) == (row.batch_no, row.serial) and not entry.reversal_of
    ]
    if len(same) != 1:
        raise RefusedHere(Code.CLAIM_UNBOOKABLE, subject=row.break_id)
    return [reversal_of_entry(claim, same[0])]
