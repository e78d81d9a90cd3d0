"""The bank's own reader of our receipts 收件回执; it shares no code with who writes them."""

import hashlib
import re
from dataclasses import dataclass

ENCODING = "gb18030"
NAME = re.compile(r"SJHZ_(\d{6})_([A-Z0-9]{1,8})_(\d{8})_([0-9a-f]{16})\.txt")
FIELDS = {"H": 5, "D": 8, "T": 2}  # the tag counted
CONCLUSIONS = ("A", "Q")
NO_NUMBER = -1


class Unreadable(Exception):
    """The bank cannot make sense of what was sent."""


@dataclass(frozen=True, slots=True)
class Flag:
    """What a flag file says of its data file."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the partner says about one file of ours: taken in (A) or returned (Q), and why."""

    file_name: str
    file_digest: str
    conclusion: str
    error_code: str
    error_line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as the bank reads it."""

    bank: str
    account_number: str
    business_date: str
    answers: tuple[Answer, ...]


def read_flag(data: bytes) -> Flag:
    """Read a flag file: one line, name, size, digest."""
    try:
        name, size, sha256, end = data.decode("ascii").rstrip("\n").split("|")
    except ValueError as error:
        raise Unreadable("the flag is not three fields, each ended by a pipe") from error
    if end or _number(size) == NO_NUMBER or not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise Unreadable("the flag's size or digest is malformed")
    return Flag(name, int(size), sha256)


def check_flag(flag: Flag, data: bytes) -> None:
    """Refuse data that is not what the flag vouches for."""
    if (len(data), hashlib.sha256(data).hexdigest()) != (flag.size, flag.sha256):
        raise Unreadable("the data is not what the flag says")


def read_receipt(name: str, data: bytes) -> Receipt:
    """Read a receipt; its name, head, lines and trailer must agree."""
    said = NAME.fullmatch(name)
    if said is None:
        raise Unreadable("this is not the name of a receipt")
    records = _records(data)
    if len(records) < 2:
        raise Unreadable("a receipt has a head and a trailer")
    head, *details, trailer = records
    if [one[0] for one in records] != ["H", *["D"] * len(details), "T"]:
        raise Unreadable("the order of a receipt is H, D…, T")
    receipt = Receipt(head[2], head[3], head[4], tuple(_answer(one) for one in details))
    numbered = [one[1] for one in details] == [str(n + 1) for n in range(len(details))]
    if head[1] != "01" or not numbered or trailer[1] != str(len(details)):
        raise Unreadable("layout version, serials or total count are wrong")
    _agree(said, receipt)
    return receipt


def _records(data: bytes) -> list[list[str]]:
    try:
        text = data.decode(ENCODING)
    except UnicodeDecodeError as error:
        raise Unreadable("this is not GB18030") from error
    *lines, rest = text.split("\n")
    records = [line.split("|") for line in lines]
    if rest or any(record[-1] for record in records):
        raise Unreadable("every line ends with a line feed and every field with a pipe")
    if any(len(record) - 1 != FIELDS.get(record[0]) for record in records):
        raise Unreadable("a line has an unknown tag or a wrong number of fields")
    return [record[:-1] for record in records]


def _answer(fields: list[str]) -> Answer:
    _, _, file_name, digest, conclusion, error_code, error_line, reason = fields
    line = _number(error_line)
    if conclusion not in CONCLUSIONS or line == NO_NUMBER:
        raise Unreadable("the conclusion or the number of the line is malformed")
    return Answer(file_name, digest, conclusion, error_code, line, reason)


def _agree(said: re.Match[str], receipt: Receipt) -> None:
    bank, _, day, digest = said.groups()
    if (bank, day) != (receipt.bank, receipt.business_date):
        raise Unreadable("the name and the head speak of different banks or days")
    if not all(_answered(one) == digest for one in receipt.answers):
        raise Unreadable("the name and the lines speak of different files")


def _answered(answer: Answer) -> str:
    """What a receipt's name says of the file it answers: sixteen digits of a digest."""
    return hashlib.sha256(f"{answer.file_name}|{answer.file_digest}".encode()).hexdigest()[:16]


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"0|[1-9]\d{0,9}", text) else NO_NUMBER
