"""Synthetic people, none of whom can exist, with valid check digits. 虚构的借款人."""

from dataclasses import dataclass
from datetime import date, timedelta

from sandbox.world.chance import Chance

SURNAME = "沙箱"  # no family has this name
GIVEN = (
    "伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇",
    "建国", "秀英", "志强", "桂兰", "晓明", "雪梅", "海燕", "国庆", "春花", "子轩",
)  # fmt: skip
# Absent from GBK: every program that says GBK loses them. In GB18030, 䶮 has two bytes and the
# others have four.
FOUR_BYTE_GIVEN = ("𬭎", "㛃", "𬱖", "文𬭎", "小㛃", "之𬱖")
RARE_GIVEN = ("䶮", "文䶮", "䶮辉", "㛃然", "𬱖之", "𬭎辉")
DOTTED_GIVEN = ("·阿依古丽", "·买买提", "·巴特尔", "·卓玛", "·䶮然")

ELDEST, YOUNGEST = date(1964, 1, 1), date(2002, 12, 31)
CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
IN_A_DIVISION = 1000


@dataclass(frozen=True, slots=True)
class Person:
    """A borrower 借款人."""

    id_number: str
    name: str


def check_digit(first_17: str) -> str:
    """Return the eighteenth character of an identity number (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, CHECK_WEIGHTS, strict=True))
    return CHECK_DIGITS[total % 11]


def person(chance: Chance, place: tuple[int, int, int], given: tuple[str, ...]) -> Person:
    """Return the person of a place (bank 1-9, night 0-9, serial 1-100000), unlike any other.

    The given name is one of ``given``; with none to choose from it is anybody's.
    """
    return Person(_id_number(chance, place), SURNAME + chance.choose(given or _names(chance)))


def _id_number(chance: Chance, place: tuple[int, int, int]) -> str:
    # No division begins with 99, and the place is spelt out in division and sequence:
    # two places can therefore never share a number.
    bank, night, serial = place
    block, sequence = divmod(serial - 1, IN_A_DIVISION)
    birthday = ELDEST + timedelta(days=chance.below((YOUNGEST - ELDEST).days + 1))
    first_17 = f"99{bank}{night}{block:02d}{birthday:%Y%m%d}{sequence:03d}"
    return first_17 + check_digit(first_17)


def _names(chance: Chance) -> tuple[str, ...]:
    if chance.happens(20):
        return RARE_GIVEN
    return DOTTED_GIVEN if chance.happens(30) else GIVEN
