"""A batch as the bank reads it from a file in ``incoming`` 批量扣款请求: by its own eyes."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from sandbox.bank.receipt import Unreadable
from sandbox.bank.record import SHANGHAI
from sandbox.settlement.truth import Line, fen_of

NAME = re.compile(r"DKQQ_(\d{6})_([A-Z0-9]{1,8})_(\d{8})_([A-Za-z0-9]{1,20})\.txt")


@dataclass(frozen=True, slots=True)
class Request:
    """A batch: whose, of which day, what is asked of whom."""

    bank: str
    day: date
    batch_no: str
    lines: tuple[Line, ...]


def read_request(name: str, data: bytes) -> Request:
    """Read a batch; its name, head, lines and trailer must agree."""
    said = NAME.fullmatch(name)
    try:
        head, *details, trailer = [row.split("|") for row in data.decode("gb18030").splitlines()]
        lines = tuple(_line(row) for row in details)
        day = datetime.strptime(head[4], "%Y%m%d").replace(tzinfo=SHANGHAI).date()
        counted = (int(trailer[1]), fen_of(trailer[2]))
    except (ValueError, IndexError) as error:
        raise Unreadable("this is no batch") from error
    told = (head[2], head[4], head[5])
    if said is None or (said[1], said[3], said[4]) != told:
        raise Unreadable("name and head of the batch differ")
    if counted != (len(lines), sum(line.fen for line in lines)):
        raise Unreadable("the trailer's totals are not the lines'")
    return Request(head[2], day, head[5], lines)


def _line(row: list[str]) -> Line:
    tag, serial, account, name, amount, full_flag, *_ = row
    if tag != "D":
        raise ValueError(tag)
    return Line(int(serial), fen_of(amount), account, name, full_flag == "1")
