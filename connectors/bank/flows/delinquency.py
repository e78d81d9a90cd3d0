"""Delinquency: assess a day, list what is to be done, write letters, hand over. 逾期催收"""

from collections.abc import Mapping, Sequence
from datetime import date

from connectors.bank.flows.parts import Bank
from connectors.bank.rules.delinquency import Measure, Overdue, overdue_loans, overdue_rate
from connectors.bank.rules.dunning import DunningEvent
from connectors.bank.store import delinquency as store
from connectors.bank.store.delinquency import DunningRow, Place
from connectors.core_system.model import LoanAccount
from gateway.documents.dunning import Arrears, Letter, render
from gateway.errors import Code, NotConfigured, RefusedHere
from gateway.log import Log
from gateway.ports import LitigationCandidate, StageCount
from gateway.store.unit_of_work import UnitOfWork, keep_bytes

_LOG = Log("bank.delinquency")


def assess(bank: Bank, account: str, day: date) -> StageCount:
    """Store who is behind on a day and open the measure for each; a day is assessed once.

    Raises RefusedHere for a day before the last one assessed: what was open then is history.
    """
    place = Place(bank.profile.code, account, day)
    loans = bank.ledger.loans(place.bank, account)
    dues = bank.ledger.dues(place.bank, account, day)
    ladder = bank.profile.ladder
    behind = overdue_loans(loans, dues, day, ladder)
    rate = overdue_rate(loans, dues, day, ladder)
    with bank.store.begin() as work:
        last = store.latest_day(work, place.bank, account)
        if last is not None and day < last:
            detail = f"{account} {day.isoformat()} < {last.isoformat()}"
            raise RefusedHere(Code.DAY_IS_HISTORY, detail=detail)
        if store.keep_day(work, place, (rate, ladder.rate_from), behind, bank.tokens):
            _work_off(work, bank, place, behind)
            subject = f"{place.bank}/{account}/{day.isoformat()}"
            work.note("overdue_assessed", subject, loans=rate.loans, behind=len(behind))
    counts = {one.name.lower(): sum(b.measure is one for b in behind) for one in Measure}
    _LOG.info("overdue_assessed", bank=place.bank, loans=rate.loans, **counts)
    return StageCount("delinquency", rate.loans, counts)


def _work_off(work: UnitOfWork, bank: Bank, place: Place, behind: Sequence[Overdue]) -> None:
    """Close what is cured or has got worse, then open what is new."""
    now = {one.loan_no: one for one in behind}
    for row in store.live(work, place.bank, place.account):
        event = _event(row, now)
        if event is not None:
            store.advance(work, row, event)
    for one in behind:
        store.open_one(work, place, one, bank.tokens)


def _event(row: DunningRow, now: Mapping[str, Overdue]) -> DunningEvent | None:
    """What the day means for a measure: a later first instalment is a new run of arrears."""
    one = now.get(row.loan_no)
    if one is None or one.first_instalment > row.first_instalment:
        return DunningEvent.PAID
    return DunningEvent.WORSE if one.measure is not row.measure else None


def listed(bank: Bank, account: str) -> Sequence[DunningRow]:
    """What is to be done now for an account, in the order it was opened."""
    with bank.store.begin() as work:
        rows = store.live(work, bank.profile.code, account)
    return sorted(rows, key=lambda row: (row.opened_on, row.loan_no))


def acted(bank: Bank, dunning_id: str, person: str, note: str) -> None:
    """A person has called, or the letter was delivered. Raises NotConfigured for an unknown id."""
    with bank.store.begin() as work:
        store.advance(work, _row(work, dunning_id), DunningEvent.ACTED, by=person, note=note)


def write_letter(bank: Bank, dunning_id: str, sender: str) -> bytes:
    """The dunning letter to the employer as PDF/A, archived; the same facts give the same bytes.

    It holds what the employer needs to talk to the borrower, and no identity number. Raises
    RefusedHere where no letter is to be written.
    """
    with bank.store.begin() as work:
        row = _row(work, dunning_id)
        last = store.latest_day(work, row.bank, row.account) or row.opened_on
        behind = store.overdue_on(work, Place(row.bank, row.account, last))
    one = next((b for b in behind if b.loan_no == row.loan_no), None)
    if row.measure is Measure.TELEPHONE or one is None:
        raise RefusedHere(Code.NO_LETTER_DUE, subject=dunning_id)
    letter = render(_letter(bank, _loan(bank, row), one, (dunning_id, sender, last)))
    with bank.store.begin() as work:
        store.keep_letter(work, row, keep_bytes(bank.store, work, letter))
    return letter


def candidates(bank: Bank, account: str) -> Sequence[LitigationCandidate]:
    """The loans to be taken to court: six or more instalments behind, as the setting counts."""
    return [
        LitigationCandidate(row.dunning_id, row.bank, row.account, row.loan_no, row.opened_on)
        for row in listed(bank, account)
        if row.measure is Measure.LITIGATION
    ]


def hand_over(bank: Bank, dunning_id: str) -> None:
    """The courts' side has taken a candidate."""
    with bank.store.begin() as work:
        store.advance(work, _row(work, dunning_id), DunningEvent.TAKEN_OVER)


def _row(work: UnitOfWork, dunning_id: str) -> DunningRow:
    row = store.find(work, dunning_id)
    if row is None:
        raise NotConfigured(Code.NOT_FOUND, detail=dunning_id)
    return row


def _loan(bank: Bank, row: DunningRow) -> LoanAccount:
    loans = bank.ledger.loans(row.bank, row.account)
    loan = next((one for one in loans if one.loan_no == row.loan_no), None)
    if loan is None:
        raise RefusedHere(Code.NO_LETTER_DUE, subject=row.dunning_id)
    return loan


def _letter(bank: Bank, loan: LoanAccount, one: Overdue, of: tuple[str, str, date]) -> Letter:
    dunning_id, sender, day = of
    return Letter(
        number=dunning_id,
        employer=loan.employer,
        employer_address=loan.employer_address,
        borrower=loan.borrower_name,
        contract_no=loan.contract_no,
        bank=bank.profile.name,
        sender=sender,
        day=day,
        arrears=Arrears(one.unpaid, one.since, one.overdue_fen, one.overdue_principal_fen),
    )
