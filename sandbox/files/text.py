"""How this bank writes one value and one line: GB18030, pipes, yuan. 竖线格式的写法."""

from datetime import date, time

ENCODING = "gb18030"
NEWLINE = "\n"
LAYOUT_VERSION = "01"
CURRENCY = "156"
MAX_VERSION = 99

Value = str | int


def line(tag: str, *values: Value) -> str:
    """Return one record: every field, the tag too, is ended by a pipe."""
    return "".join(f"{value}|" for value in (tag, *values)) + NEWLINE


def yuan(fen: int) -> str:
    """Return fen as yuan with two decimals; money here is never negative."""
    whole, cents = divmod(fen, 100)
    return f"{whole}.{cents:02d}"


def day(value: date | None) -> str:
    """Return YYYYMMDD, or nothing for no date."""
    return f"{value:%Y%m%d}" if value else ""


def clock_time(value: time) -> str:
    """Return HHMMSS."""
    return f"{value:%H%M%S}"


def encoded(lines: list[str]) -> bytes:
    """Return the bytes of a file."""
    return "".join(lines).encode(ENCODING)
