"""The night as production does it: gate, lines, matching, breaks, rows, sheet. 生产路径"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from sqlalchemy import select

from connectors.bank.codec.frames import decode_books
from connectors.bank.codec.names import Flag
from connectors.bank.flows.matching import decide_night
from connectors.bank.flows.parts import Bank
from connectors.bank.flows.proving import prove, settle, sheet_of
from connectors.bank.rules.gate import Envelope, content_findings, envelope_findings, part_of
from connectors.bank.rules.states import FileEvent, NightEvent
from connectors.bank.store import files, nights
from connectors.bank.store.files import FileRow
from connectors.bank.store.line_blocks import keep_blocks
from connectors.bank.store.tables import BREAK, MATCH
from gateway.bench.measuring import Stages
from gateway.bench.recon.fates import told_by
from gateway.bench.recon.site import KEY, bank_of, name_of, paths_of, store_of
from gateway.bench.recon.world import World
from gateway.ports import Grade
from gateway.store.copying import frame_of
from gateway.store.unit_of_work import UnitOfWork

_CHUNK = 1024 * 1024


def run(world: World, url: str, scratch: Path, schemas: Path) -> dict[str, float]:
    """The whole night; returns the seconds of its stages."""
    bank, stages = bank_of(store_of(url, scratch), schemas), Stages()
    with stages.of("check"), bank.store.begin() as work:
        _check(bank, work, world)
    with stages.of("match"), bank.store.begin() as work:
        data = world.books.read_bytes()
        base = decode_books(data)
        del data
        decide_night(bank, work, nights.lock(work, KEY), base)
    with stages.of("prove"):
        settle(bank, KEY)
        prove(bank, KEY)
    return stages.seconds


def _check(bank: Bank, work: UnitOfWork, world: World) -> None:
    """Every file through the gate and into rows, as `flows.checking` does with large files."""
    night = nights.lock(work, KEY)
    for file in files.of_night(work, KEY.night_id):
        path, digest = paths_of(world)[file.kind], hashlib.sha256()
        read = keep_blocks(
            work, file.file_id, bank.layouts[file.kind], _chunks(path, digest),
            bank.profile.limits.lines_max,
        )  # fmt: skip
        name, size = name_of(file.kind, path), path.stat().st_size
        flag = Flag(path.name, size, file.digest)
        envelope = Envelope(name, flag, size, digest.hexdigest())
        found = [*envelope_findings(envelope), *content_findings(bank.profile, name, read)]
        if found:
            raise ValueError(f"the night's own file does not pass the gate: {found}")
        _pass(work, file, part_of(read))
        files.keep_controls(work, file.file_id, read)
    nights.advance(work, night, NightEvent.FILES_COMPLETE)


def _pass(work: UnitOfWork, file: FileRow, part: str) -> None:
    files.keep_proof(work, file.file_id, Grade.C, "", part)
    files.advance(work, file, FileEvent.PASSED)


def _chunks(path: Path, digest: "hashlib._Hash") -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            yield chunk


def is_right(world: World, url: str, scratch: Path, schemas: Path) -> bool:
    """Whether the night is proved, and its tables hold every outcome and break of the truth."""
    bank = bank_of(store_of(url, scratch), schemas)
    if not sheet_of(bank, KEY).proved:
        return False
    with bank.store.begin() as work:
        query = select(BREAK.c.serial, BREAK.c.kind)
        broken = frame_of(work, query, {"serial": pl.Int32, "kind": pl.String})
        told = told_by(outcomes(work), broken.sort("serial", "kind"))
    return hashlib.sha256(told).hexdigest() == world.truth_digest


def outcomes(work: UnitOfWork) -> pl.DataFrame:
    """The answers as they stand."""
    query = select(MATCH.c.serial, MATCH.c.outcome, MATCH.c.taken_fen)
    columns = {"serial": pl.Int32, "outcome": pl.String, "taken_fen": pl.Int64}
    return frame_of(work, query, columns).sort("serial")
