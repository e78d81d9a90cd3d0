"""Overdue loans by day, the overdue rate, and what is done about each. 逾期记录"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from connectors.bank.rules.delinquency import Measure, Overdue, OverdueRate
from connectors.bank.rules.dunning import DUNNING_STATES, DunningEvent, DunningState
from connectors.bank.store.tables import METADATA
from gateway.identity import business_id
from gateway.signing.at_rest.tokens import Kind, Tokens
from gateway.store.tables import PAYLOAD, moment
from gateway.store.unit_of_work import UnitOfWork

RATE = Table(
    "overdue_rate",
    METADATA,
    Column("bank", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("business_date", Date, primary_key=True),
    Column("rate_from", Integer, nullable=False),
    Column("loans", Integer, nullable=False),
    Column("balance_fen", BigInteger, nullable=False),
    Column("overdue_loans", Integer, nullable=False),
    Column("overdue_balance_fen", BigInteger, nullable=False),
    Column("overdue_principal_fen", BigInteger, nullable=False),
)
LOAN = Table(
    "overdue_loan",
    METADATA,
    Column("bank", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("business_date", Date, primary_key=True),
    Column("loan_no", Text, primary_key=True),
    Column("loan_token", Text, index=True),
    Column("unpaid", Integer, nullable=False),
    Column("times", Integer, nullable=False),
    Column("since", Date, nullable=False),
    Column("first_instalment", Integer, nullable=False),
    Column("overdue_fen", BigInteger, nullable=False),
    Column("overdue_principal_fen", BigInteger, nullable=False),
    Column("balance_fen", BigInteger, nullable=False),
    Column("measure", Text, nullable=False),
)
DUNNING = Table(
    "dunning",
    METADATA,
    Column("dunning_id", Text, primary_key=True),
    Column("bank", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("loan_no", Text, nullable=False),
    Column("loan_token", Text),
    Column("measure", Text, nullable=False),
    Column("first_instalment", Integer, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    moment("state_at"),
    Column("letter_digest", Text, ForeignKey(PAYLOAD.c.digest)),
    Column("acted_by", Text),
    Column("note", Text, nullable=False),
    Index("ix_dunning_account", "bank", "account"),
)
_LIVE = (DunningState.OPEN.name, DunningState.DONE.name)


@dataclass(frozen=True, slots=True)
class Place:
    """One special account on one business date."""

    bank: str
    account: str
    business_date: date


@dataclass(frozen=True, slots=True)
class DatedRate:
    """The overdue rate of one day."""

    business_date: date
    rate: OverdueRate


@dataclass(frozen=True, slots=True)
class DunningRow:
    """One measure for one run of arrears, as it stands."""

    dunning_id: str
    bank: str
    account: str
    loan_no: str = field(repr=False)
    measure: Measure
    first_instalment: int
    opened_on: date
    state: DunningState
    state_at: datetime
    letter_digest: str | None


def keep_day(
    work: UnitOfWork,
    place: Place,
    assessed: tuple[OverdueRate, int],
    overdue: Sequence[Overdue],
    tokens: Tokens,
) -> bool:
    """Store a day's rate (with the N it counts from) and loans; False when it is stored already."""
    rate, rate_from = assessed
    row = asdict(place) | asdict(rate) | {"rate_from": rate_from}
    if not work.connection.execute(upsert(RATE).values(row).on_conflict_do_nothing()).rowcount:
        return False
    rows = [
        asdict(place) | asdict(one)
        | {"measure": one.measure.name, "loan_token": tokens.of(Kind.LOAN, one.loan_no)}
        for one in overdue
    ]  # fmt: skip
    if rows:
        work.connection.execute(insert(LOAN), rows)
    return True


def rates(work: UnitOfWork, bank: str, account: str, days: int) -> Sequence[DatedRate]:
    """The overdue rate of the last so many stored days of an account, the oldest first."""
    query = select(RATE).where(RATE.c.bank == bank, RATE.c.account == account)
    rows = work.connection.execute(query.order_by(RATE.c.business_date.desc()).limit(days))
    names = OverdueRate.__dataclass_fields__
    return [
        DatedRate(row.business_date, OverdueRate(**{name: getattr(row, name) for name in names}))
        for row in reversed(rows.all())
    ]


@dataclass(frozen=True, slots=True)
class StepSum:
    """How many loans stand at one step, and how much of them is overdue."""

    measure: Measure
    loans: int
    overdue_fen: int


def accounts(work: UnitOfWork) -> Sequence[tuple[str, str]]:
    """Every (bank, account) that was ever assessed."""
    query = select(RATE.c.bank, RATE.c.account).distinct().order_by(RATE.c.bank, RATE.c.account)
    return [(row.bank, row.account) for row in work.connection.execute(query)]


def steps_on(work: UnitOfWork, place: Place) -> Sequence[StepSum]:
    """How many loans stood at which step on a day, the mildest first; it reads no loan number."""
    mine = (LOAN.c.bank == place.bank) & (LOAN.c.account == place.account)
    query = (
        select(LOAN.c.measure, func.count(), func.sum(LOAN.c.overdue_fen))
        .where(mine, LOAN.c.business_date == place.business_date)
        .group_by(LOAN.c.measure)
    )
    found = {row[0]: row for row in work.connection.execute(query)}
    rows = [(one, found[one.name]) for one in Measure if one.name in found]
    return [StepSum(one, row[1], int(row[2])) for one, row in rows]


def latest_day(work: UnitOfWork, bank: str, account: str) -> date | None:
    """The last day that was assessed, None before the first."""
    query = select(RATE.c.business_date).where(RATE.c.bank == bank, RATE.c.account == account)
    newest = query.order_by(RATE.c.business_date.desc()).limit(1)
    return work.connection.execute(newest).scalar_one_or_none()


def overdue_on(work: UnitOfWork, place: Place) -> Sequence[Overdue]:
    """Who was behind on a day, the worst first."""
    mine = (LOAN.c.bank == place.bank) & (LOAN.c.account == place.account)
    query = select(LOAN).where(mine, LOAN.c.business_date == place.business_date)
    worst_first = query.order_by(LOAN.c.unpaid.desc(), LOAN.c.since, LOAN.c.loan_no)
    return [_overdue(row) for row in work.connection.execute(worst_first)]


def live(work: UnitOfWork, bank: str, account: str) -> Sequence[DunningRow]:
    """What is open or done and not over yet, locked until the transaction ends."""
    mine = (DUNNING.c.bank == bank) & (DUNNING.c.account == account)
    query = select(DUNNING).where(mine, DUNNING.c.state.in_(_LIVE)).with_for_update()
    rows = work.connection.execute(query.order_by(DUNNING.c.dunning_id))
    return [_dunning(row) for row in rows]


def find(work: UnitOfWork, dunning_id: str) -> DunningRow | None:
    """One measure, locked until the transaction ends; None when there is none of that id."""
    query = select(DUNNING).where(DUNNING.c.dunning_id == dunning_id).with_for_update()
    row = work.connection.execute(query).one_or_none()
    return _dunning(row) if row else None


def open_one(work: UnitOfWork, place: Place, one: Overdue, tokens: Tokens) -> bool:
    """Open the measure for a loan's run of arrears; False when it was opened before."""
    start = (one.loan_no, one.first_instalment, one.measure.name)
    row = {
        "dunning_id": business_id("dunning", place.bank, place.account, *start),
        "bank": place.bank, "account": place.account, "loan_no": one.loan_no,
        "loan_token": tokens.of(Kind.LOAN, one.loan_no), "measure": one.measure.name,
        "first_instalment": one.first_instalment, "opened_on": place.business_date,
        "state": DUNNING_STATES.initial.name, "state_at": work.now, "note": "",
    }  # fmt: skip
    fresh = upsert(DUNNING).values(row).on_conflict_do_nothing()
    return bool(work.connection.execute(fresh).rowcount)


def advance(
    work: UnitOfWork, row: DunningRow, event: DunningEvent, *, by: str | None = None, note: str = ""
) -> DunningState:
    """Move a locked measure by one event; a person's act leaves who and what."""
    step = DUNNING_STATES.advance(row.state, event)
    if step.state is not row.state:
        values = {"state": step.state.name, "state_at": work.now}
        told = {"acted_by": by, "note": note} if by else {}
        _update(work, row.dunning_id, values | told)
        work.note("dunning_moved", row.dunning_id, state=step.state.name, event=event.name)
    return step.state


def keep_letter(work: UnitOfWork, row: DunningRow, digest: str) -> None:
    """Bind a measure to its newest letter."""
    _update(work, row.dunning_id, {"letter_digest": digest})
    work.note("letter_made", row.dunning_id, digest=digest)


def _update(work: UnitOfWork, dunning_id: str, values: dict[str, object]) -> None:
    mine = DUNNING.c.dunning_id == dunning_id
    work.connection.execute(update(DUNNING).where(mine).values(values))


def _overdue(row: object) -> Overdue:
    values = {name: getattr(row, name) for name in Overdue.__dataclass_fields__}
    return Overdue(**(values | {"measure": Measure[values["measure"]]}))


def _dunning(row: object) -> DunningRow:
    values = {name: getattr(row, name) for name in DunningRow.__dataclass_fields__}
    values |= {
        "measure": Measure[values["measure"]],
        "state": DunningState[values["state"]],
    }
    return DunningRow(**values)
