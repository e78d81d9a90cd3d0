"""Lines of batches: in flight until their outcome is proved, then what became of them. 扣款明细"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from operator import add

from sqlalchemy import Boolean, Date, Update, bindparam, exists, false, func, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from connectors.bank.model.deductions import LastFailure, LineOutcome, Settled
from connectors.bank.rules.deduction.states import WITH_THE_BANK, BatchEvent, BatchState
from connectors.bank.rules.proof import Sum
from connectors.bank.store import batches
from connectors.bank.store.batches import Batch
from connectors.bank.store.deduction_tables import BATCH, CURE, LINE
from connectors.bank.verdicts import RESULT_CODES
from connectors.core_system.model import Instruction
from gateway.errors import Code, NotConfigured, RefusedHere
from gateway.store.unit_of_work import UnitOfWork

_S = BatchState
# A bank answers for nothing that it was not asked for, or has refused as a whole.
_NOT_ANSWERED = [s.name for s in (_S.BUILT, _S.WITHDRAWN, _S.REFUSED, _S.FAILED)]
_PARTS = ("principal_fen", "interest_fen", "penalty_fen", "fine_fen")


def in_flight(work: UnitOfWork, but: Sequence[str] = ()) -> Mapping[tuple[str, int], bool]:
    """Live lines by (loan, instalment), with whether their outcome is unknown.

    Those of every bank: a loan's account may have moved meanwhile (B27). Lines of the batches in
    `but` are not counted: they are about to be planned anew.
    """
    query = select(LINE.c.loan_no, LINE.c.instalment_no, LINE.c.outcome.is_not(None)).where(
        LINE.c.live, LINE.c.batch_id.not_in(list(but))
    )
    return {(row[0], row[1]): row[2] for row in work.connection.execute(query)}


def asked_on(work: UnitOfWork, bank: str, account: str, day: date) -> frozenset[tuple[str, int]]:
    """What the bank has answered line by line on a business date, by (loan, instalment)."""
    query = (
        select(LINE.c.loan_no, LINE.c.instalment_no)
        .join(BATCH, BATCH.c.batch_id == LINE.c.batch_id)
        .where(BATCH.c.bank == bank, BATCH.c.account == account, BATCH.c.business_date == day)
        .where(BATCH.c.state.not_in(_NOT_ANSWERED), ~LINE.c.live)
    )
    return frozenset((row[0], row[1]) for row in work.connection.execute(query))


def last_failures(work: UnitOfWork, bank: str, account: str) -> Mapping[str, LastFailure]:
    """How the newest attempt on each loan failed, where it did and nobody has cured it since."""
    newest = (
        select(LINE)
        .ext(distinct_on(LINE.c.loan_no))
        .join(BATCH, BATCH.c.batch_id == LINE.c.batch_id)
        .where(BATCH.c.bank == bank, BATCH.c.account == account, LINE.c.settled_at.is_not(None))
        .order_by(LINE.c.loan_no, LINE.c.settled_at.desc(), LINE.c.batch_id, LINE.c.serial)
        .subquery()
    )
    cured = exists().where(CURE.c.batch_id == newest.c.batch_id, CURE.c.serial == newest.c.serial)
    query = select(newest).where(newest.c.outcome == LineOutcome.FAILED.name, ~cured)
    return {
        row.loan_no: LastFailure(
            _meaning(row.code), row.payer_account, row.payer_name, row.mandate_no
        )
        for row in work.connection.execute(query)
    }


def _meaning(code: str) -> str:
    """The class of a code; empty for one that stands for the whole batch."""
    known = RESULT_CODES.get(code)
    return known.meaning.name if known else ""


def instructions_of(work: UnitOfWork, bank: str, account: str, day: date) -> Sequence[Instruction]:
    """What the bank owes an answer for on the night of `day`, by batch and serial.

    These are that day's lines, and those of earlier days that are live still.
    """
    owed = (BATCH.c.business_date == day) | ((BATCH.c.business_date < day) & LINE.c.live)
    query = (
        select(LINE, BATCH.c.batch_no, BATCH.c.business_date)
        .join(BATCH, BATCH.c.batch_id == LINE.c.batch_id)
        .where(BATCH.c.bank == bank, BATCH.c.account == account, owed)
        .where(BATCH.c.state.not_in(_NOT_ANSWERED))
        .order_by(BATCH.c.business_date, BATCH.c.sequence, LINE.c.serial)
    )
    return [
        Instruction(
            bank=bank,
            account=account,
            business_date=row.business_date,
            batch_no=row.batch_no,
            serial=row.serial,
            loan_no=row.loan_no,
            instalment_no=row.instalment_no,
            payer_account=row.payer_account,
            payer_name=row.payer_name,
            asked_fen=sum(getattr(row, part) for part in _PARTS),
            principal_fen=row.principal_fen,
            interest_fen=row.interest_fen,
            penalty_fen=row.penalty_fen,
            full_flag=row.full_flag,
            fine_fen=row.fine_fen,
        )
        for row in work.connection.execute(query)
    ]


def settle_lines(
    work: UnitOfWork, bank: str, day: date, settled: Sequence[Settled], *, splits: bool = False
) -> int:
    """Record what the night of `day` proves of lines; how many are in flight no more because of it.

    Called in the transaction that proves the outcomes. A line proved otherwise later, by a
    corrected file, is recorded anew; an unknown one stays in flight. What a later night has proved,
    or people have ended, stays. A batch whose every line is settled has its results in, and is
    closed unless `splits` and something was taken.
    """
    return _end(work, bank, settled, (_SETTLE, day), splits=splits)


def resolve_line(work: UnitOfWork, bank: str, said: Settled, *, splits: bool = False) -> int:
    """Two people have ended what was in doubt of a line: it is in flight no more.

    Returns how many lines this ended: 0 for one that a night had proved by itself.
    """
    return _end(work, bank, [said], (_RESOLVE, None), splits=splits)


def doubt_again(work: UnitOfWork, bank: str, batch_no: str, serial: int) -> None:
    """What people had ended they have taken back: the line is in doubt as before."""
    said = Settled(batch_no, serial, LineOutcome.UNKNOWN, "")
    _end(work, bank, [said], (_DOUBT, None))


def _end(
    work: UnitOfWork,
    bank: str,
    settled: Sequence[Settled],
    by: tuple[Update, date | None],
    *,
    splits: bool = False,
) -> int:
    ended, (statement, day) = 0, by
    for batch in _named(work, bank, sorted({one.batch_no for one in settled})):
        mine = [one for one in settled if one.batch_no == batch.batch_no]
        before = _live_count(work, batch)
        work.connection.execute(statement, [_row(work, batch, one, day) for one in mine])
        now = _live_count(work, batch)
        ended += before - now
        work.note("lines_settled", batch.batch_id, count=len(mine), fen=_taken(mine))
        if not now and batch.state in WITH_THE_BANK:
            _results_in(work, batch, splits=splits)
    return ended


_SETTLED = (
    *("live", "outcome", "code", "settled_at", "proved_on", "host_serial"),
    *(f"taken_{part}" for part in _PARTS),
)
_OTHER = LINE.alias()
# What has been asked for again meanwhile is in flight there, and not here a second time: such a
# line stays as it was, and that its outcome is in doubt after all is said by the night's break.
_ASKED_AGAIN = exists().where(
    _OTHER.c.loan_no == LINE.c.loan_no,
    _OTHER.c.instalment_no == LINE.c.instalment_no,
    _OTHER.c.batch_id != LINE.c.batch_id,
    _OTHER.c.live,
)
_SAID = (
    update(LINE)
    .where(LINE.c.batch_id == bindparam("of_batch"), LINE.c.serial == bindparam("of_serial"))
    .values({name: bindparam(f"new_{name}") for name in _SETTLED})
    .where(~(bindparam("new_live", type_=Boolean) & _ASKED_AGAIN))
)
_BY_PEOPLE = LINE.c.outcome.is_not_distinct_from(LineOutcome.RESOLVED.name)
_LATER = func.coalesce(LINE.c.proved_on > bindparam("of_day", type_=Date), false())
_SETTLE = _SAID.where(~_BY_PEOPLE, ~_LATER)
_RESOLVE = _SAID.where(LINE.c.live)
_DOUBT = _SAID.where(_BY_PEOPLE)


def _row(work: UnitOfWork, batch: Batch, one: Settled, day: date | None) -> dict[str, object]:
    in_doubt = one.outcome is LineOutcome.UNKNOWN
    parts = {f"new_taken_{part}": getattr(one, part) for part in _PARTS}
    return {
        "of_batch": batch.batch_id, "of_serial": one.serial, "of_day": day,
        "new_live": in_doubt, "new_outcome": one.outcome.name, "new_settled_at": work.now,
        "new_proved_on": None if in_doubt else day,
        "new_code": one.code, "new_host_serial": one.host_serial, **parts,
    }  # fmt: skip


def _taken(settled: Sequence[Settled]) -> int:
    return sum(one.taken_fen for one in settled)


def _named(work: UnitOfWork, bank: str, numbers: Sequence[str]) -> Sequence[Batch]:
    """The batches of these numbers, locked; a number that is not ours is nobody's here."""
    query = select(BATCH.c.batch_id).where(BATCH.c.bank == bank, BATCH.c.batch_no.in_(numbers))
    ids = sorted(work.connection.execute(query).scalars())
    return [batches.find(work, batch_id, lock=True) for batch_id in ids]


def _live_count(work: UnitOfWork, batch: Batch) -> int:
    query = select(func.count()).where(LINE.c.batch_id == batch.batch_id, LINE.c.live)
    return work.connection.execute(query).scalar_one()


def _results_in(work: UnitOfWork, batch: Batch, *, splits: bool) -> None:
    batches.move(work, batch, BatchEvent.ALL_SETTLED)
    if not (splits and taken_of(work, batch.batch_id).fen):
        now = batches.find(work, batch.batch_id)
        batches.move(work, now, BatchEvent.NOTHING_TO_SPLIT)


def taken_of(work: UnitOfWork, batch_id: str) -> Sum:
    """How many lines brought money, and how much."""
    parts = [LINE.c[f"taken_{part}"] for part in _PARTS]
    taken = reduce(add, parts)
    query = select(func.count(), func.coalesce(func.sum(taken), 0))
    row = work.connection.execute(query.where(LINE.c.batch_id == batch_id, taken > 0)).one()
    return Sum(row[0], int(row[1]))


def settled_of(work: UnitOfWork, batch: Batch) -> Sequence[Settled]:
    """What is proved of each line of a batch, by serial."""
    taken = (LINE.c[f"taken_{part}"] for part in _PARTS)
    query = select(LINE.c.serial, LINE.c.outcome, LINE.c.code, *taken, LINE.c.host_serial)
    query = query.where(LINE.c.batch_id == batch.batch_id, LINE.c.outcome.is_not(None))
    return [
        Settled(batch.batch_no, serial, LineOutcome[outcome], *rest)
        for serial, outcome, *rest in work.connection.execute(query.order_by(LINE.c.serial))
    ]


def end_unsettled(work: UnitOfWork, batch: Batch, *, failed: bool) -> None:
    """The whole batch came to nothing: its lines are in flight no more.

    `failed`: the bank took it and failed it; otherwise it was never with the bank at all.
    """
    outcome = {"outcome": LineOutcome.FAILED.name, "settled_at": work.now} if failed else {}
    mine = (LINE.c.batch_id == batch.batch_id) & LINE.c.live
    work.connection.execute(update(LINE).where(mine).values(live=False, **outcome))


def cure(work: UnitOfWork, batch_no: str, serial: int, person: str, reason: str) -> str:
    """A person says that why a line failed is put right; its loan may be asked for again.

    Returns the batch's id. Raises NotConfigured when there is no such line, RefusedHere when it
    did not fail.
    """
    query = (
        select(LINE.c.batch_id, LINE.c.outcome)
        .join(BATCH, BATCH.c.batch_id == LINE.c.batch_id)
        .where(BATCH.c.batch_no == batch_no, LINE.c.serial == serial)
    )
    row = work.connection.execute(query).one_or_none()
    if row is None:
        raise NotConfigured(Code.NOT_FOUND, detail=f"{batch_no}-{serial}")
    if row.outcome != LineOutcome.FAILED.name:
        raise RefusedHere(Code.BATCH_NOT_READY, detail=str(serial), subject=row.batch_id)
    said = {"at": work.now, "person": person, "reason": reason}
    work.connection.execute(insert(CURE).values(batch_id=row.batch_id, serial=serial, **said))
    work.note("deduction_cured", row.batch_id, line=serial, user=person, reason=reason)
    return str(row.batch_id)
