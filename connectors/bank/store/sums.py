"""A night's sums, each by one query over stored rows: the proof's own path. 核对合计"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from connectors.bank.model import Outcome
from connectors.bank.rules.proof import NightSums, Sum
from connectors.bank.store import files
from gateway.store.unit_of_work import UnitOfWork

_QUERIES = {
    "instructions": """
        select count(*), sum(asked_fen) from instruction where night_id = :night""",
    "lines": """
        select count(*), sum(taken_fen) from deduction_result where file_id = :results""",
    "extra": """
        select count(*), sum(taken_fen) from deduction_result r where file_id = :results
        and not exists (select from deduction_match m
                        where m.file_id = r.file_id and m.line = r.line)""",
    "unclaimed": """
        select count(*), sum(case direction when 'LONG' then amount_fen else -amount_fen end)
        from bank_break where night_id = :night and kind = 'STATEMENT_UNCLAIMED'""",
    "lump": """
        select count(*),
               sum(amount_fen * case when (direction = 'C') <> reversal then 1 else -1 end)
        from statement_line where file_id = :statement
        and summary in (select replace(:pattern, '{batch}', batch_no) from instruction
                        where night_id = :night
                        union select replace(:pattern, '{batch}', batch_no)
                        from deduction_result where file_id = :results)""",
    "lump_break": """
        select count(*), sum(case direction when 'LONG' then amount_fen else -amount_fen end)
        from bank_break where night_id = :night and kind = 'LUMP_DIFFERS'""",
    "unbooked": """
        select count(*), sum(unbooked_fen) from bank_break where night_id = :night""",
    "posted": """
        select count(*), sum(fen) from posting where subject = :night and result_code = '00'""",
    "refused": """
        select count(*), sum(fen) from posting where subject = :night
        and result_code not in ('00', '')""",
    "open": """
        select count(*), sum(fen) from posting where subject = :night
        and coalesce(result_code, '') = ''""",
}
_OUTCOMES = """
    select m.outcome, count(*), sum(i.asked_fen), sum(m.taken_fen)
    from deduction_match m join instruction i using (night_id, batch_no, serial)
    where m.night_id = :night group by m.outcome"""


def night_sums(
    work: UnitOfWork, night_id: str, results: str, statement: str, pattern: str
) -> NightSums:
    """All sums of a decided night over its used result file and statement."""
    ids = {"night": night_id, "results": results, "statement": statement, "pattern": pattern}
    sums = {
        name: _sum(work.connection.execute(text(query), ids).one())
        for name, query in _QUERIES.items()
    }
    rows = list(work.connection.execute(text(_OUTCOMES), ids))
    stated = files.controls(work, results)
    balance = files.controls(work, statement)
    return NightSums(
        instructions=sums["instructions"],
        asked={Outcome[row[0]]: Sum(row[1], int(row[2])) for row in rows},
        taken={Outcome[row[0]]: Sum(row[1], int(row[3])) for row in rows},
        result_lines=Sum(stated["total_count"], stated["asked_total"]),
        result_taken_fen=stated["taken_total"],
        line_taken=sums["lines"],
        extra=sums["extra"],
        opening_fen=balance["opening"],
        unclaimed_fen=sums["unclaimed"].fen,
        closing_fen=balance["closing"],
        lump_fen=sums["lump"].fen,
        lump_break_fen=sums["lump_break"].fen,
        posted=sums["posted"],
        refused=sums["refused"],
        open=sums["open"],
        unbooked_fen=sums["unbooked"].fen,
    )


def _sum(row: Sequence[Any]) -> Sum:
    return Sum(row[0], int(row[1] or 0))
