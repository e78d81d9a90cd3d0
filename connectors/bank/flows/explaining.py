"""Why a line ended as it did: its night decided once more, from what was kept then. 勾对说明"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl
from sqlalchemy import select

from connectors.bank.flows.filling import base_again, fill
from connectors.bank.flows.parts import Bank
from connectors.bank.model import NightKey
from connectors.bank.model.books import Evidence, Side
from connectors.bank.rules.recon.deciding import decide
from connectors.bank.rules.recon.explaining import Explanation, Why, explain
from connectors.bank.rules.states import FileState
from connectors.bank.rules.telling import Filled
from connectors.bank.store import break_acts, files, nights
from connectors.bank.store.tables import FILE, LINK, NIGHT
from gateway.errors import Code, NotConfigured, RefusedHere
from gateway.store.unit_of_work import Store, UnitOfWork

_LINE = re.compile(r"(file-[0-9a-f]{20}):([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Place:
    """What is to be explained, and by which night: a line of a file, or an instruction's item."""

    key: NightKey
    file_id: str
    line: int
    item: str


@dataclass(frozen=True, slots=True)
class Told:
    """One candidate: the pass, what it is and is called, what spoke for or against it."""

    stage: int
    side: Side
    item: str
    why: Why


@dataclass(frozen=True, slots=True)
class Explained:
    """A line's end: by which pass and evidence, or None; and everything else looked at."""

    place: Place
    stage: int | None
    evidence: Evidence | None
    automatic: bool
    considered: Sequence[Told]


def place_of(store: Store, wanted: str) -> Place:
    """What `file-…:LINE` or `break-…` stands for. Raises NotConfigured when there is no such."""
    with store.begin() as work:
        if wanted.startswith("break-"):
            return _of_break(work, wanted)
        found = _LINE.fullmatch(wanted)
        if found is None:
            raise NotConfigured(Code.NOT_FOUND, detail=wanted[:40])
        return _of_line(work, found[1], int(found[2]))


def _of_break(work: UnitOfWork, wanted: str) -> Place:
    row = break_acts.find(work, wanted)
    if row.file_id is not None and row.line is not None:
        return replace(_of_line(work, row.file_id, row.line), item=row.item)
    return Place(NightKey(row.bank, row.account, row.first_seen), "", 0, row.item)


def _of_line(work: UnitOfWork, file_id: str, line: int) -> Place:
    """By the last night that linked the line, else by its file's own."""
    columns = (NIGHT.c.bank, NIGHT.c.account, NIGHT.c.business_date)
    linked = (
        select(*columns)
        .join(LINK, LINK.c.night_id == NIGHT.c.night_id)
        .where(LINK.c.file_id == file_id, LINK.c.line == line)
        .order_by(NIGHT.c.business_date.desc())
    )
    own = select(*columns).join(FILE, FILE.c.night_id == NIGHT.c.night_id)
    for query in (linked, own.where(FILE.c.file_id == file_id)):
        row = work.connection.execute(query.limit(1)).one_or_none()
        if row is not None:
            return Place(NightKey(row[0], row[1], row[2]), file_id, line, "")
    raise NotConfigured(Code.NOT_FOUND, detail=f"{file_id}:{line}")


def explain_line(bank: Bank, place: Place) -> Explained:
    """Decide the night once more and say why. Nothing is written.

    Raises RefusedHere for a night that is not decided, or whose books were shredded; NotConfigured
    when the night's books hold no such line.
    """
    filled = _filled(bank, place)
    side, item = _find(filled, place)
    found = explain(filled.books, decide(filled.books), side, item)
    return _told(place, found, _names(filled))


def _filled(bank: Bank, place: Place) -> Filled:
    key = place.key
    with bank.store.begin() as work:
        made = nights.decided(work, key.night_id)
        if not made:
            raise RefusedHere(Code.NIGHT_NOT_READY, detail=key.label)
        here = files.of_night(work, key.night_id)
        used = [file for file in here if file.state is FileState.USED]
        return fill(bank, work, key, used, base_again(bank, made[-1].books_digest))


def _find(filled: Filled, place: Place) -> tuple[Side, int]:
    """The item of a statement line; for a result's line, the instruction that it answers."""
    items = filled.items
    line = (pl.col("file_id") == place.file_id) & (pl.col("line") == place.line)
    at = items.filter(line | (pl.col("item") == place.item))
    mine = at.filter(pl.col("side") == Side.STATEMENT.value)
    if mine.is_empty():
        asked = pl.col("side") == Side.INSTRUCTION.value
        mine = items.filter(asked & pl.col("item").is_in(at.get_column("item").implode()))
    if mine.is_empty():
        raise NotConfigured(Code.NOT_FOUND, detail=place.item or f"{place.file_id}:{place.line}")
    side, identity = mine.row(0)[:2]
    return Side(side), identity


def _names(filled: Filled) -> Mapping[tuple[str, int], str]:
    rows = filled.items.select("side", "id", "item").iter_rows()
    return {(side, identity): item for side, identity, item in rows}


def _told(place: Place, found: Explanation, names: Mapping[tuple[str, int], str]) -> Explained:
    considered = [
        Told(one.stage, one.side, names.get((one.side.value, one.id), str(one.id)), one.why)
        for one in found.considered
    ]
    return Explained(place, found.stage, found.evidence, found.automatic, considered)
