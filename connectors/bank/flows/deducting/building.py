"""Building the next batches of an account: one plan, one transaction. 编制批次"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from connectors.bank.flows.deducting.asking import ask_two_people
from connectors.bank.flows.parts import Bank
from connectors.bank.model import FileKind
from connectors.bank.model.deductions import Knowledge, Line, Moment, Plan
from connectors.bank.rules.deduction.eligibility import Circumstances
from connectors.bank.rules.deduction.planning import (
    batches_of,
    digest_of,
    equation,
    plan,
    sum_of,
)
from connectors.bank.rules.deduction.states import BatchEvent, BatchState
from connectors.bank.rules.proof import Equation
from connectors.bank.settings import Deductions, DueOnHoliday
from connectors.bank.store import batch_lines, batches, plans
from connectors.bank.store.batches import Batch
from connectors.bank.store.breaks import blocked_loans
from connectors.core_system.model import DueInstalment, Mandate, RepaymentAccount
from gateway.dates import SHANGHAI
from gateway.errors import Code, NotConfigured, RefusedHere
from gateway.store import alarms, approvals
from gateway.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Extract:
    """What the core system says for a build, read before the transaction begins."""

    dues: Sequence[DueInstalment]
    mandates: Sequence[Mandate]
    accounts: Sequence[RepaymentAccount]


@dataclass(frozen=True, slots=True)
class Built:
    """What stands for a business date, and E5; no equation where nothing was planned anew."""

    batches: Sequence[Batch]
    equation: Equation | None


def terms_of(bank: Bank) -> Deductions:
    """How this bank is asked. Raises NotConfigured for a bank without batches."""
    if bank.profile.deductions is None:
        detail = f"settings.json: {bank.profile.code}: deductions"
        raise NotConfigured(Code.SETTING_MISSING, detail=detail)
    return bank.profile.deductions


def cut_off_of(terms: Deductions, day: date) -> datetime:
    """The moment until which a batch of that business date may leave."""
    return datetime.combine(day, terms.cut_off, SHANGHAI)


def build(bank: Bank, account: str, day: date) -> Built:
    """Plan one business date of an account, write its batches, and ask two people for each.

    Again the same, it changes nothing (X01); what was built and not sent is built anew when the
    core says something else now. After the cut-off nothing is built: what was, stands. Raises
    RefusedHere when there is nothing then, or when the core counts another date (X11);
    NotConfigured for a year without a calendar (B40).
    """
    terms = terms_of(bank)
    if not _leaves_on(bank, terms, day):
        return Built((), None)
    extract = _read(bank, account, day)
    with bank.store.begin() as work:
        batches.one_at_a_time(work, bank.profile.code, account)
        site = _Site(bank, work, account, day)
        if work.now < cut_off_of(terms, day):
            return _build(site, extract)
        standing = site.batches()
        if not standing:
            raise RefusedHere(Code.CUT_OFF_PASSED, detail=f"{day} {terms.cut_off:%H:%M}")
        return Built(standing, None)


def _leaves_on(bank: Bank, terms: Deductions, day: date) -> bool:
    """Whether a batch may leave on a day at all (B10)."""
    working = bank.calendar.is_working_day(day)
    return working or terms.holiday is DueOnHoliday.SAME_DAY


def _read(bank: Bank, account: str, day: date) -> Extract:
    code = bank.profile.code
    return Extract(
        dues=bank.ledger.dues(code, account, day),
        mandates=bank.ledger.mandates(code, account),
        accounts=bank.ledger.repayment_accounts(code, account),
    )


@dataclass(frozen=True, slots=True)
class _Site:
    """One account and business date at a bank, within one transaction."""

    bank: Bank
    work: UnitOfWork
    account: str
    day: date

    @property
    def code(self) -> str:
        return self.bank.profile.code

    def batches(self) -> Sequence[Batch]:
        return batches.of_day(self.work, self.code, self.account, self.day)


def _build(site: _Site, extract: Extract) -> Built:
    bank, work = site.bank, site.work
    _withdraw_older(site)
    unsent = [batch for batch in site.batches() if batch.state is BatchState.BUILT]
    planned = _planned(site, extract, unsent)
    proof = equation(planned, sum_of(extract.dues))
    plan_id = plans.add(work, bank.tokens, planned, proof.left)
    wanted = tuple(batches_of(planned, terms_of(bank).lines_max))
    place = (site.code, site.account, site.day.isoformat())
    if [batch.digest for batch in unsent] != [digest_of(place, lines) for lines in wanted]:
        for batch in unsent:
            withdraw(work, batch)
        unsent = [_add(site, plan_id, lines) for lines in wanted]
    for batch in unsent:
        ask_two_people(work, bank.profile.name, batch, proof, planned.barred)
    if unsent:
        alarms.clear(work, Code.CUT_OFF_PASSED, f"{site.code}/{site.account}", "期次已编入新批")
    return Built(site.batches(), proof)


def _planned(site: _Site, extract: Extract, unsent: Sequence[Batch]) -> Plan:
    """The plan as if what is built and not sent were not there: it is planned anew."""
    bank, work = site.bank, site.work
    but = [batch.batch_id for batch in unsent]
    known = Knowledge(
        mandates=_by_loan(extract.mandates),
        accounts=_by_loan(extract.accounts),
        in_flight=batch_lines.in_flight(work, but),
        asked_today=batch_lines.asked_on(work, site.code, site.account, site.day),
        blocked=blocked_loans(work),
        failures=batch_lines.last_failures(work, site.code, site.account),
    )
    given = Circumstances(
        moment=Moment(site.day, work.now),
        known=known,
        terms=terms_of(bank),
        layout=bank.layouts[FileKind.DEDUCTION_REQUEST],
        calendar=bank.calendar,
    )
    return plan((site.code, site.account), extract.dues, given)


class _OfLoan(Protocol):
    @property
    def loan_no(self) -> str: ...


T = TypeVar("T", bound=_OfLoan)


def _by_loan(found: Sequence[T]) -> dict[str, list[T]]:
    grouped: dict[str, list[T]] = defaultdict(list)
    for one in found:
        grouped[one.loan_no].append(one)
    return dict(grouped)


def _add(site: _Site, plan_id: str, lines: Sequence[Line]) -> Batch:
    key = batches.next_key(site.work, site.code, site.account, site.day)
    return batches.add(site.work, site.bank.tokens, plan_id, key, lines)


def _withdraw_older(site: _Site) -> None:
    """What was not approved in time is not sent late: its instalments go into the next batch."""
    for batch in batches.in_states(site.work, site.code, [BatchState.BUILT]):
        if batch.key.account == site.account and batch.key.business_date < site.day:
            withdraw(site.work, batch)


def withdraw(work: UnitOfWork, batch: Batch) -> None:
    """Take an unsent batch back; what it asks for is free for another one at once."""
    locked = batches.find(work, batch.batch_id, lock=True)
    batches.move(work, locked, BatchEvent.WITHDRAWN)
    batch_lines.end_unsettled(work, locked, failed=False)
    approvals.withdraw(work, batch.batch_id)


def ring_unsent(work: UnitOfWork, batch: Batch) -> None:
    """Approved and not sent in time: people hear of it until the instalments are in a new batch."""
    key = batch.key
    subject, detail = f"{key.bank}/{key.account}", f"{key.business_date} {batch.batch_no}"
    alarms.ring(work, Code.CUT_OFF_PASSED, subject, detail)
