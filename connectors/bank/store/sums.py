"""A night's sums, each by one query over stored rows: the proof's own path. 核对合计"""

from collections.abc import Mapping, Sequence
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
    "lines": """
        select count(*), sum(taken_fen) from deduction_result where file_id = any(:results)""",
    "extra": """
        select count(*), sum(taken_fen) from deduction_result r where file_id = any(:results)
        and not exists (select from deduction_match m
                        where m.file_id = r.file_id and m.line = r.line)""",
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
    "before": """
        select count(*), sum(m.taken_fen) from deduction_match m
        where m.night_id = :night and m.posting_key is null
        and m.outcome in ('EXACT', 'PARTIAL')""",
    "unbooked": f"select count(*), sum(f.unbooked_fen) {_FOUND}",
    "posted": """
        select count(*), sum(p.fen) from deduction_match m join posting p using (posting_key)
        where m.night_id = :night and p.result_code = '00'""",
    "refused": """
        select count(*), sum(p.fen) from deduction_match m join posting p using (posting_key)
        where m.night_id = :night and p.result_code not in ('00', '')""",
    "waiting": """
        select count(*), sum(p.fen) from deduction_match m join posting p using (posting_key)
        where m.night_id = :night and coalesce(p.result_code, '') = ''""",
    "receipts": f"select count(*), sum(fen) {_LINKED} and {_STRONG}",
    "receipts_posted": f"""select count(*), sum(p.fen) {_LINKED_POSTINGS}
        and p.result_code = '00'""",
    "receipts_refused": f"""select count(*), sum(p.fen) {_LINKED_POSTINGS}
        and p.result_code not in ('00', '')""",
}
_OUTCOMES = """
    select m.outcome, count(*), sum(i.asked_fen), sum(m.taken_fen)
    from deduction_match m join instruction i using (night_id, batch_no, serial)
    where m.night_id = :night group by m.outcome"""
_STAGES = """
    select stage, count(distinct group_no), sum(fen) filter (where side = 'statement')
    from bank_link where night_id = :night and revision = :revision and automatic
    group by stage order by stage"""


@dataclass(frozen=True, slots=True)
class Used:
    """The files a night was decided on."""

    results: Sequence[str]
    statements: Sequence[str]


def night_sums(work: UnitOfWork, night: NightRow, used: Used) -> NightSums:
    """All sums of a decided night over its used result files and statements."""
    ids = _ids(night, used)
    sums = {name: _sum(work, query, ids) for name, query in _QUERIES.items()}
    rows = list(work.connection.execute(text(_OUTCOMES), ids))
    opening, closing = balances(work, used.statements, sums["bookings"].fen)
    return NightSums(
        instructions=sums["instructions"],
        asked={Outcome[row[0]]: Sum(row[1], int(row[2])) for row in rows},
        taken={Outcome[row[0]]: Sum(row[1], int(row[3])) for row in rows},
        result_lines=_stated(work, used.results, sums["lines"]),
        line_taken=sums["lines"],
        extra=sums["extra"],
        opening_fen=opening,
        lump=sums["lump"],
        claimed=sums["claimed"],
        left_open=sums["open"],
        bookings=sums["bookings"],
        closing_fen=closing,
        before=sums["before"],
        posted=sums["posted"],
        refused=sums["refused"],
        open=sums["waiting"],
        receipts=sums["receipts"],
        receipts_posted=sums["receipts_posted"],
        receipts_refused=sums["receipts_refused"],
        unbooked_fen=sums["unbooked"].fen,
    )


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
