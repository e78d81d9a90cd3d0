"""The morning of the whole branch: every account, and what needs a person first. 早间总表"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from connectors.bank import sheets
from connectors.bank.model import NightKey
from connectors.bank.rules.break_states import LIVE
from connectors.bank.rules.breaks import Level, age, escalated_to
from connectors.bank.rules.states import NightState
from connectors.bank.sheets import ProofSheet
from connectors.bank.store import delinquency, nights
from connectors.bank.store import sheets as sheet_store
from connectors.bank.store.delinquency import DatedRate
from connectors.bank.store.nights import NightRow
from connectors.bank.store.tables import BREAK, NIGHT
from gateway.dates import Calendar
from gateway.identity import mask_text
from gateway.store import alarms, approvals
from gateway.store.unit_of_work import Store, UnitOfWork

# As many of each as a person can look after on one morning; how many more is said.
_ALARMS_MAX, _APPROVALS_MAX = 12, 8
_DAYS_BACK = 14


@dataclass(frozen=True, slots=True)
class Branch:
    """What the morning is read from: the store, what the banks are called, the working days."""

    store: Store
    called: Mapping[str, str]
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Account:
    """One account's night; `sheet` is None before the first. `live` breaks are of all its nights.

    `oldest_days` is the age of its oldest live break in working days.
    """

    key: NightKey
    bank_name: str
    state: NightState
    sheet: ProofSheet | None
    live: int
    blocking: int
    oldest_days: int

    @property
    def proved(self) -> bool:
        """Whether the night is proved."""
        return self.state is NightState.PROVED


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing that needs a person: what, about which, and what to do."""

    what: str
    about: str
    act: str


@dataclass(frozen=True, slots=True)
class Rate:
    """The newest overdue rate of an account."""

    bank_name: str
    account: str
    dated: DatedRate


@dataclass(frozen=True, slots=True)
class Morning:
    """A business date of the whole branch, as it lies on the table on the next morning."""

    day: date
    accounts: tuple[Account, ...]
    todo: tuple[Todo, ...]
    rates: tuple[Rate, ...]

    @property
    def at(self) -> datetime | None:
        """When the last of the sheets' files had come; None while there is no sheet."""
        return max((one.sheet.made_at for one in self.accounts if one.sheet), default=None)

    @property
    def unproved(self) -> int:
        """How many nights are not proved."""
        return sum(not one.proved for one in self.accounts)


def read(branch: Branch, day: date) -> Morning:
    """The branch as of a business date; what needs a person is as of now."""
    with branch.store.begin() as work:
        accounts = tuple(_accounts(branch, work, day))
        todo = (*_unproved(accounts), *_bells(work), *_waiting(work), *_old(accounts))
        return Morning(day, accounts, todo, tuple(_rates(branch, work, day)))


def latest(store: Store) -> date | None:
    """The last business date that a night was opened for; None before the first."""
    with store.begin() as work:
        last: date | None = work.connection.execute(
            select(func.max(NIGHT.c.business_date))
        ).scalar_one()
    return last


def _accounts(branch: Branch, work: UnitOfWork, day: date) -> Iterator[Account]:
    live = _live(work)
    for night in nights.of_day(work, day):
        key = night.key
        count, blocking, oldest = live.get((key.bank, key.account), (0, 0, day))
        yield Account(
            key=key,
            bank_name=branch.called.get(key.bank, key.bank),
            state=night.state,
            sheet=_sheet(work, night),
            live=count,
            blocking=blocking,
            oldest_days=age(branch.calendar, oldest, day),
        )


def _sheet(work: UnitOfWork, night: NightRow) -> ProofSheet | None:
    kept = sheet_store.newest(work, night.night_id)
    return sheets.masked(sheets.from_json(work.archive.get(kept.digest))) if kept else None


def _live(work: UnitOfWork) -> Mapping[tuple[str, str], tuple[int, int, date]]:
    """By bank and account: live breaks, those that keep a loan out, the first day of the oldest."""
    blocking = func.count().filter(BREAK.c.blocking | BREAK.c.held)
    query = (
        select(NIGHT.c.bank, NIGHT.c.account, func.count(), blocking, func.min(BREAK.c.first_seen))
        .join_from(BREAK, NIGHT)
        .where(BREAK.c.state.in_([state.name for state in LIVE]))
        .group_by(NIGHT.c.bank, NIGHT.c.account)
    )
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in work.connection.execute(query)}


def _unproved(accounts: Sequence[Account]) -> Iterator[Todo]:
    for one in accounts:
        if not one.proved:
            what = one.sheet.conclusion if one.sheet else f"未完成：{one.state.value}"
            yield Todo(what, one.key.label, "按夜间对账应急手册办理")


def _bells(work: UnitOfWork) -> Iterator[Todo]:
    ringing = alarms.ringing(work)
    for alarm in ringing[:_ALARMS_MAX]:
        entry = alarm.code.value
        yield Todo(f"告警 {alarm.code.name}　{entry.zh}", mask_text(alarm.detail), entry.act)
    if len(ringing) > _ALARMS_MAX:
        yield Todo(f"另有 {len(ringing) - _ALARMS_MAX} 项告警", "", "见对账台总览")


def _waiting(work: UnitOfWork) -> Iterator[Todo]:
    waiting = approvals.waiting(work, _APPROVALS_MAX + 1)
    for one in waiting[:_APPROVALS_MAX]:
        yield Todo(f"{one.state.value}　{mask_text(one.title)}", one.approval_id, "在复核页办理")
    if len(waiting) > _APPROVALS_MAX:
        yield Todo("另有事项待复核", "", "见复核页")


def _old(accounts: Sequence[Account]) -> Iterator[Todo]:
    """Accounts whose oldest break is above the clerk's level already, the oldest first."""
    for one in sorted(accounts, key=lambda each: -each.oldest_days):
        level = escalated_to(one.oldest_days)
        if one.live and level is not Level.CLERK:
            what = f"不平账项 {one.live} 项，最老 {one.oldest_days} 个工作日"
            yield Todo(what, f"{one.key.bank}/{one.key.account}", f"报{level.value}")


def _rates(branch: Branch, work: UnitOfWork, day: date) -> Iterator[Rate]:
    for bank, account in delinquency.accounts(work):
        found = [
            one
            for one in delinquency.rates(work, bank, account, _DAYS_BACK)
            if one.business_date <= day
        ]
        if found:
            yield Rate(branch.called.get(bank, bank), account, found[-1])
