"""The results of a batch in fixed width, as this bank writes them. 批量扣款结果（定长）."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sandbox.bank.places import outgoing
from sandbox.disk import write_whole
from sandbox.files.names import RESULT
from sandbox.settlement.truth import Line, Outcome, outcome_of
from sandbox.world.banks import Bank
from sandbox.world.deductions import host_serial

_OK = "00000"
# values, each with its width in bytes
Fields = Sequence[tuple[str | int, int]]


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it was taken."""

    batch_no: str
    lines: tuple[Line, ...]


def put_results(root: Path, bank: Bank, day: date, version: int, batches: Sequence[Batch]) -> None:
    """Put down the results of the day's newest batch, or that there was none."""
    newest = batches[-1] if batches else Batch(f"PLKK{day:%Y%m%d}000", ())
    name = f"{RESULT}_{bank.code}_{bank.account.short_id}_{day:%Y%m%d}_V{version:02d}.dat"
    data = _encoded(bank, day, newest)
    place = outgoing(root, bank.code)
    write_whole(place / name, data)
    flag = f"{len(data)}|{hashlib.sha256(data).hexdigest()}|\n"
    write_whole(place / f"{name}.end", flag.encode("ascii"))


def _encoded(bank: Bank, day: date, batch: Batch) -> bytes:
    told = [(line, outcome_of(line)) for line in batch.lines]
    good = [out for _, out in told if out.code == _OK]
    head: Fields = [
        ("H", 1), ("01", 2), (bank.code, 6), (bank.account.number, 32), (f"{day:%Y%m%d}", 8),
        (batch.batch_no, 20), ("156", 3),
    ]  # fmt: skip
    trailer: Fields = [
        ("T", 1), (len(told), 8), (sum(line.fen for line, _ in told), 15),
        (len(good), 8), (sum(out.taken_fen for out in good), 15), (len(told) - len(good), 8),
    ]  # fmt: skip
    return b"".join(map(_record, [head, *(_detail(bank, day, *one) for one in told), trailer]))


def _detail(bank: Bank, day: date, line: Line, out: Outcome) -> Fields:
    booked = out.taken_fen > 0
    return [
        ("D", 1), (line.serial, 8), (line.account, 32), (line.name, 60), (line.fen, 15),
        (out.taken_fen, 15), ("1" if line.partial else "0", 1), (out.code, 5), (out.message, 60),
        (f"{day:%Y%m%d}" if booked else "", 8),
        (host_serial(bank, day, 1_000 + line.serial) if booked else "", 32),
    ]  # fmt: skip


def _record(fields: Fields) -> bytes:
    return b"".join(_field(value, width) for value, width in fields) + b"\r\n"


def _field(value: str | int, width: int) -> bytes:
    if isinstance(value, int):
        return f"{value:0{width}d}".encode("ascii")
    return value.encode("gb18030").ljust(width)
