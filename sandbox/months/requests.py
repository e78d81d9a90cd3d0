"""What the bank was really sent: the batches that lie flagged in its directory. 收到的批次."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from sandbox.bank.places import incoming
from sandbox.files.text import ENCODING
from sandbox.months.truth import Asked

FLAG = ".ok"


def sent(root: Path, bank: str, day: date) -> list[Asked]:
    """Return the lines of all batches of a business date, by batch and serial."""
    flags = sorted(incoming(root, bank).glob(f"DKQQ_{bank}_*_{day:%Y%m%d}_*{FLAG}"))
    return [one for flag in flags for one in read(flag.with_suffix("").read_bytes())]


def read(data: bytes) -> Iterator[Asked]:
    """Yield the lines of a batch; its number stands in the head."""
    (_, *head, _), *rows = (row.split("|") for row in data.decode(ENCODING).splitlines())
    for tag, *fields, _ in rows:
        if tag == "D":
            serial, account, name, yuan, flag, _, _, loan_no, instalment = fields
            fen = int(Decimal(yuan).scaleb(2))
            yield Asked(head[-1], int(serial), loan_no, int(instalment), account, name, fen, flag)
