"""What really happens at the platform: a function of the request, never of chance. 真实结果."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sandbox.bank.record import SHANGHAI

ROWS_MAX = 1000
OPENING_FEN, _EPOCH = 100_000_000, date(2026, 1, 1)
# Every seventh deduction fails, every eleventh that may be partial takes half.
_FAILING, _HALVING = 7, 11


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a batch (BDC105, own bank): what is asked of whom."""

    serial: int
    fen: int
    account: str
    name: str
    partial: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it."""

    taken_fen: int
    code: str
    message: str


def read_lines(data: bytes) -> list[Line]:
    """Read a batch file; the last but one field is 足额标志."""
    rows = [row.split("@|$") for row in data.decode("gb18030").splitlines() if row]
    return [Line(int(r[0]), fen_of(r[1]), r[2], r[3], r[-3] == "1") for r in rows]


def outcome_of(line: Line) -> Outcome:
    """Return what happens to a line."""
    chance = int.from_bytes(hashlib.sha256(f"{line.account}{line.fen}".encode()).digest()[:4])
    if chance % _FAILING == 0:
        return Outcome(0, "03008", "余额不足")
    if line.partial and chance % _HALVING == 0:
        return Outcome(line.fen // 2, "00000", "部分扣款")
    return Outcome(line.fen, "00000", "成功")


def result_file(batch_no: str, day: date, lines: list[Line], part: str) -> bytes:
    """Return the result file of a batch (BDC108): 1 what succeeded, 2 what failed, 3 all."""
    told = [(line, outcome_of(line)) for line in lines]
    good = [(line, out) for line, out in told if out.code == "00000"]
    bad = [(line, out) for line, out in told if out.code != "00000"]
    shown = {"1": good, "2": bad}.get(part, told)
    head = "|".join([
        f"${day:%Y%m%d}", "990100000000000", batch_no, "a", "1", "156", "1",
        str(len(shown)), yuan(sum(out.taken_fen or line.fen for line, out in shown)),
        str(len([1 for _, out in shown if out.code == "00000"])),
        yuan(sum(out.taken_fen for _, out in shown)),
        str(len([1 for _, out in shown if out.code != "00000"])),
        yuan(sum(line.fen for line, out in shown if out.code != "00000")), "", "",
    ])  # fmt: skip
    rows = [
        "|".join([
            str(line.serial), "156", "1", yuan(out.taken_fen or line.fen),
            line.account, line.name, "", "", "", "", out.code, out.message,
            f"{day:%Y%m%d}" if out.taken_fen else "",
            f"H{day:%y%m%d}{line.serial:08}" if out.taken_fen else "", "", "", "",
        ])
        for line, out in shown
    ]  # fmt: skip
    return ("\n".join([head, *rows, "#END"]) + "\n").encode("gb18030")


def bookings(account: str, day: date, rows: int) -> list[tuple[datetime, str]]:
    """Return the day's bookings of an account in order, each with its moment and its line."""
    amounts = [_fen(number) for number in range(1, rows + 1)]
    found, balance = [], OPENING_FEN + (day - _EPOCH).days * sum(amounts)
    step = timedelta(days=1) / (rows + 1)
    for number, fen in enumerate(amounts, start=1):
        at = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + number * step
        balance += fen
        other = "" if number % 13 == 0 else f"62170000{number:011}"
        text = "|".join([
            str(number), account, f"S{day:%y%m%d}{number:09}", "40001", other,
            f"沙箱{number % 97}" if other else "", yuan(fen), f"{at:%Y%m%d}", f"{at:%H%M%S}",
            "", "", "", "156", "1", yuan(balance), "", "", "", "", "贷款扣款", "N", "", "", "",
        ])  # fmt: skip
        found.append((at, text))
    return found


def _fen(number: int) -> int:
    """Return the amount of the day's booking of that number; each fifth goes out."""
    return 10_000 + number if number % 5 else -(5_000 + number)


def details(account: str, first: datetime, last: datetime, rows: int) -> bytes:
    """Return the latest thousand bookings in a span of time, both ends in it."""
    days = [first.date() + timedelta(days=n) for n in range((last.date() - first.date()).days + 1)]
    told = [
        line
        for day in days
        for at, line in bookings(account, day, rows)
        if first <= at.replace(microsecond=0) <= last
    ]
    return "".join(f"{line}\n" for line in told[-ROWS_MAX:]).encode("gb18030")


def fen_of(text: str) -> int:
    """Return yuan with two decimals as fen."""
    whole, cents = text.split(".")
    return int(whole) * 100 + int(cents)


def yuan(fen: int) -> str:
    """Return fen as yuan with two decimals."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def moment(text: str) -> datetime:
    """Return the moment in Shanghai that YYYYMMDDHHMMSS means."""
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
