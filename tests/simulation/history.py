"""One seed's history, quiet or with crashes and re-runs, and what is left at its end. 历史"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text

from connectors.bank.flows.receiving import open_nights
from gateway.errors import GatewayError
from gateway.flows import bank_night, sending
from gateway.store import journal
from tests.simulation.parts import Crash
from tests.simulation.site_of_night import Site

# A process that is restarted and dies again, at most so often in one chapter.
_CRASHES_MAX = 3


@dataclass(frozen=True)
class Ending:
    """What is left: our tables, what the bank and the core system saw, how each chapter ended."""

    tables: dict[str, list[tuple]]
    flags: dict[str, int]
    booked: list[str]
    outcomes: tuple[str, ...]


def run(site: Site) -> str:
    """One run of the night, as the DAG does it; the code of the error it ended with, if any."""
    for key in open_nights(site.bank, site.key.business_date):
        assert key == site.key
    whole = site.night()
    sending.sweep(whole.sending)
    try:
        bank_night.run(whole)
    except GatewayError as error:
        return error.code.name
    return "PROVED"


def live(site: Site, crashes: Callable[[int, int], int | None]) -> Ending:
    """Live through a story; `crashes(chapter, attempt)` says at which point to die, if at all."""
    outcomes = []
    for number, chapter in enumerate(site.told.chapters):
        site.publish(*chapter)
        for attempt in range(_CRASHES_MAX + 1):
            site.crasher.points.clear()
            site.crasher.dies_at = crashes(number, attempt) if attempt < _CRASHES_MAX else None
            try:
                outcomes.append(run(site))
                break
            except Crash as death:
                site.deaths.append(str(death))
                # dead for anything between no time and longer than a lease
                site.clock.forward(random.Random(f"{site.told.seed}:{attempt}").choice([0, 7, 60]))
    return ending(site, tuple(outcomes))


_TABLES = {
    "night": "select night_id, state, ledger_digest, decision_digest from bank_night order by 1",
    "file": "select file_id, name, version, digest, state, grade, kid from bank_file order by 1",
    "finding": "select * from bank_finding order by 1, 2",
    "result": "select * from deduction_result order by 1, 2",
    "match": "select * from deduction_match order by 1, 2, 3",
    "break": "select break_id, night_id, kind, direction, blocking, batch_no, serial,"
    " file_id, line, amount_fen, unbooked_fen, signed_fen, first_seen, item, candidates, state"
    " from bank_break order by 1",
    "link": "select * from bank_link order by 1, 2, 3, 8, 9",
    "open": "select * from open_item order by 1",
    "posting": "select * from posting order by 1",
    "message": "select message_id, name, digest, state, verdict, grade from message order by 1",
    "alarm": "select alarm_id, code, subject, cleared_at is null from alarm"
    " where code <> 'SEND_OUTCOME_UNKNOWN' order by 1",
}


def ending(site: Site, outcomes: tuple[str, ...]) -> Ending:
    """Everything that must not depend on crashes: all but times, counters and the journal."""
    with site.store.begin() as work:
        tables = {
            name: [tuple(row) for row in work.connection.execute(text(query))]
            for name, query in _TABLES.items()
        }
        tables["sheet"] = [_sheet(site, work)]
        assert journal.verify(work.connection)[0] > 0
    return Ending(tables, dict(site.wire.flags), sorted(site.ledger.booked), outcomes)


def _sheet(site: Site, work) -> tuple:
    newest = text("select digest from proof_sheet order by made_at desc limit 1")
    digest = work.connection.execute(newest).scalar_one_or_none()
    if digest is None:
        return ()
    sheet = json.loads(site.store.archive.get(digest))
    return (json.dumps({**sheet, "made_at": ""}, ensure_ascii=False, sort_keys=True),)


def journal_bytes(site: Site) -> bytes:
    """The whole journal, a line an entry."""
    with site.store.begin() as work:
        return "\n".join(entry.line() for entry in journal.read(work.connection)).encode()


def undisturbed(_chapter: int, _attempt: int) -> int | None:
    """Nobody dies."""
    return None
