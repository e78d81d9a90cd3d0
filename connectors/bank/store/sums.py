"""A night's sums, by queries over stored rows alone: the proof's own path. 核对合计"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from connectors.bank.model import Outcome
from connectors.bank.rules.proof import NightSums, Sum
from connectors.bank.store import files
from connectors.bank.store.nights import NightRow
from gateway.store.unit_of_work import UnitOfWork

_FOUND = """
    from break_found f join bank_break b using (break_id)
    where f.night_id = :night and f.revision = :revision"""
_LINKED = """
    from bank_link k where k.night_id = :night and k.revision = :revision
    and k.automatic and k.side = 'statement'"""
_STRONG = "k.evidence in ('LOAN_AND_DUE', 'PAYER_ACCOUNT')"
_LINKED_POSTINGS = """
    from bank_link k join posting p using (posting_key)
    where k.night_id = :night and k.revision = :revision"""
# What this decision matched on the statement of this night, and not of an earlier one.
_OWN = "k.file_id = any(:statements)"
_QUERIES = {
    "instructions": """
        select count(*), sum(asked_fen) from instruction where night_id = :night""",
    "bookings": """
        select count(*),
               sum(amount_fen * case when (direction = 'C') <> reversal then 1 else -1 end)
        from statement_line where file_id = any(:statements)""",
    "lump": f"select count(*), sum(fen) {_LINKED} and k.stage = 4 and {_OWN}",
    "claimed": f"select count(*), sum(fen) {_LINKED} and k.stage <> 4 and {_OWN}",
    "open": """
        select count(*), sum(fen) from open_item where bank = :bank and account = :account
        and side = 'statement' and first_seen = :day and file_id = any(:statements)
        and (cleared_on is null or cleared_on > :day)""",
    "unbooked": f"select count(*), sum(f.unbooked_fen) {_FOUND}",
    "receipts": f"select count(*), sum(fen) {_LINKED} and {_STRONG}",
    "receipts_posted": f"""select count(*), sum(p.fen) {_LINKED_POSTINGS}
        and p.result_code = '00'""",
    "receipts_refused": f"""select count(*), sum(p.fen) {_LINKED_POSTINGS}
        and p.result_code not in ('00', '')""",
    "lines": """
        select count(*), sum(taken_fen) from deduction_result where file_id = any(:results)""",
}
# The stored lines that answer no instruction.
_EXTRA = """
    select count(*), sum(r.taken_fen)
    from deduction_result r left join deduction_match m using (file_id, line)
    where r.file_id = any(:results) and m.line is null"""
# The answers by outcome and by what the ledger says of their posting, every table read once.
_ANSWERS = """
    select m.outcome,
           case when m.posting_key is null then 'BEFORE' when p.posting_key is null then 'UNKNOWN'
                when p.result_code = '00' then 'POSTED' when p.result_code = '' then 'OPEN'
                else 'REFUSED' end,
           count(*), sum(m.taken_fen), sum(p.fen),
           count(i.serial), sum(i.asked_fen),
           sum(m.taken_fen) filter (where i.serial is not null)
    from deduction_match m
    left join instruction i using (night_id, batch_no, serial)
    left join posting p using (posting_key)
    where m.night_id = :night group by 1, 2"""
_STAGES = """
    select stage, count(distinct group_no), sum(fen) filter (where side = 'statement')
    from bank_link where night_id = :night and revision = :revision and automatic
    group by stage order by stage"""
_SET = text("select set_config(:name, :value, true)")
_HASHED = {"enable_nestloop": "off", "work_mem": "64MB"}
# What was taken from a payer for certain.
_TAKEN = frozenset({Outcome.EXACT, Outcome.PARTIAL})


@dataclass(frozen=True, slots=True)
class Used:
    """The files a night was decided on."""

    results: Sequence[str]
    statements: Sequence[str]


def night_sums(work: UnitOfWork, night: NightRow, used: Used) -> NightSums:
    """All sums of a decided night over its used result files and statements."""
    ids = _ids(night, used)
    sums = {name: _sum(work, query, ids) for name, query in _QUERIES.items()}
    with _in_whole_tables(work):
        extra = _sum(work, _EXTRA, ids)
        answers = _answers(work, ids)
    opening, closing = balances(work, used.statements, sums["bookings"].fen)
    return NightSums(
        instructions=sums["instructions"],
        asked=answers.asked,
        taken=answers.taken,
        result_lines=_stated(work, used.results, sums["lines"]),
        line_taken=sums["lines"],
        extra=extra,
        opening_fen=opening,
        lump=sums["lump"],
        claimed=sums["claimed"],
        left_open=sums["open"],
        bookings=sums["bookings"],
        closing_fen=closing,
        before=answers.before,
        posted=answers.booked.get("POSTED", Sum()),
        refused=answers.booked.get("REFUSED", Sum()),
        open=answers.booked.get("OPEN", Sum()),
        receipts=sums["receipts"],
        receipts_posted=sums["receipts_posted"],
        receipts_refused=sums["receipts_refused"],
        unbooked_fen=sums["unbooked"].fen,
    )


@contextmanager
def _in_whole_tables(work: UnitOfWork) -> Iterator[None]:
    """Join by hash within: of a file just stored the planner believes that it has few lines."""
    usual = {name: work.connection.execute(text(f"show {name}")).scalar_one() for name in _HASHED}
    for name, value in _HASHED.items():
        work.connection.execute(_SET, {"name": name, "value": value})
    yield
    for name, value in usual.items():
        work.connection.execute(_SET, {"name": name, "value": value})


@dataclass(frozen=True, slots=True)
class _Answers:
    """The answers' sums: asked and taken by outcome, booked before, booked by the ledger's word."""

    asked: Mapping[Outcome, Sum]
    taken: Mapping[Outcome, Sum]
    before: Sum
    booked: Mapping[str, Sum]


def _answers(work: UnitOfWork, ids: Mapping[str, object]) -> _Answers:
    asked: dict[Outcome, Sum] = {}
    taken: dict[Outcome, Sum] = {}
    booked: dict[str, Sum] = {}
    before = Sum()
    for row in work.connection.execute(text(_ANSWERS), ids):
        outcome, word, count, fen, posted, known, known_asked, known_fen = row
        of = Outcome[outcome]
        asked[of] = asked.get(of, Sum()) + Sum(known, int(known_asked or 0))
        taken[of] = taken.get(of, Sum()) + Sum(known, int(known_fen or 0))
        booked[word] = booked.get(word, Sum()) + Sum(count, int(posted or 0))
        if word == "BEFORE" and of in _TAKEN:
            before += Sum(count, int(fen))
    return _Answers(asked, taken, before, booked)


def by_stage(work: UnitOfWork, night: NightRow) -> Sequence[tuple[int, Sum]]:
    """What each pass has matched by itself: its groups, and the money of the account in them."""
    ids = {"night": night.night_id, "revision": night.revision}
    rows = work.connection.execute(text(_STAGES), ids)
    return [(row[0], Sum(row[1], int(row[2] or 0))) for row in rows]


def _ids(night: NightRow, used: Used) -> dict[str, object]:
    return {
        "night": night.night_id,
        "revision": night.revision,
        "bank": night.key.bank,
        "account": night.key.account,
        "day": night.key.business_date,
        "results": list(used.results),
        "statements": list(used.statements),
    }


def _stated(work: UnitOfWork, results: Sequence[str], counted: Sum) -> Sum:
    """The count the banks' own trailers state; what states none counts as it is."""
    stated = [files.controls(work, file_id).get("total_count") for file_id in results]
    if None in stated:
        return counted
    return Sum(sum(one for one in stated if one), counted.fen)


def balances(work: UnitOfWork, statements: Sequence[str], moved_fen: int) -> tuple[int, int]:
    """Opening and closing as stated; a statement without balances opens at nothing and adds up."""
    stated = [files.controls(work, file_id) for file_id in statements]
    opening = next((one["opening"] for one in stated if "opening" in one), 0)
    closing = next((one["closing"] for one in reversed(stated) if "closing" in one), None)
    return opening, opening + moved_fen if closing is None else closing


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement's balances where it states them, and what its lines come to, in fen."""

    opening_fen: int | None
    closing_fen: int | None
    moved_fen: int


def stated(work: UnitOfWork, statements: Sequence[str]) -> Stated:
    """What these statements of one account-day say together."""
    controls = [files.controls(work, file_id) for file_id in statements]
    opening = next((one["opening"] for one in controls if "opening" in one), None)
    closing = next((one["closing"] for one in reversed(controls) if "closing" in one), None)
    moved = _sum(work, _QUERIES["bookings"], {"statements": list(statements)})
    return Stated(opening, closing, moved.fen)


def _sum(work: UnitOfWork, query: str, ids: Mapping[str, object]) -> Sum:
    row: Sequence[Any] = work.connection.execute(text(query), ids).one()
    return Sum(row[0], int(row[1] or 0))
