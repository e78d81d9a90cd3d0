"""Grades of proof: one table decides a grade, one says what it proves and what not. 凭据等级"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from gateway.ports import Grade


class Fact(Enum):
    """What can be seen of an answer or a file, whatever it says."""

    SIGNED = "对方签名验证通过"
    BOUND = "签名内容含本方报文摘要"
    CHANNEL = "经认证通道取得"
    READABLE = "内容可读"
    SUCCESS = "成功状态"


# From the strongest down: the first whose facts are all there is the grade.
_NEEDS: tuple[tuple[Grade, frozenset[Fact]], ...] = (
    (Grade.A, frozenset({Fact.SIGNED, Fact.BOUND})),
    (Grade.B, frozenset({Fact.SIGNED})),
    (Grade.C, frozenset({Fact.CHANNEL, Fact.READABLE})),
    (Grade.D, frozenset({Fact.SUCCESS})),
    (Grade.E, frozenset()),
)
# Nothing comes to an end, and no file is used, on less than these (decision 0022).
SUFFICIENT = frozenset({Grade.A, Grade.B, Grade.C})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a grade proves and what it does not, in Chinese and in English."""

    grade: Grade
    proves: str
    proves_not: str
    proves_en: str
    proves_not_en: str


# fmt: off
MEANINGS: tuple[Meaning, ...] = (
    Meaning(Grade.A,
            "对方就本方这一份报文作了这一答复，第三方可复核", "对方内部是否真已办理",
            "they answered exactly what we sent; an outsider can check it",
            "that they really did it inside"),
    Meaning(Grade.B,
            "内容出自对方且未被改动，第三方可复核", "针对的是本方哪一份报文；是否为旧件重放",
            "the bytes are theirs and unaltered; an outsider can check it",
            "which message of ours it answers; that it is not an old one"),
    Meaning(Grade.C,
            "内容经认证通道取自对方系统", "确由对方所发：对方可以否认，本方也能造出同样的字节",
            "it came from their system over an authenticated channel",
            "to an outsider that it is theirs: they can deny it, and we could have made it"),
    Meaning(Grade.D,
            "有一个程序回了成功状态", "是谁回的、办了什么；不足以了结任何事项",
            "some program answered with success",
            "who it was and what it did; nothing may end on it"),
    Meaning(Grade.E,
            "没有可采信的凭据", "任何事情：对方可能收到，也可能没有",
            "nothing",
            "anything: they may have it or not"),
)
# fmt: on


def grade_of(*facts: Fact) -> Grade:
    """The grade of what was seen; no courier chooses one by hand."""
    seen = set(facts)
    return next(grade for grade, needed in _NEEDS if needed <= seen)


def legend(grades: Iterable[Grade]) -> Sequence[Meaning]:
    """The meanings of the grades that appear, the strongest first."""
    shown = set(grades)
    return [meaning for meaning in MEANINGS if meaning.grade in shown]


def legend_lines(grades: Iterable[Grade]) -> Sequence[str]:
    """The legend as text: grade, what it proves, what it does not."""
    return [
        f"  {m.grade.name} {m.grade.value}：可证明{m.proves}；不能证明{m.proves_not}"
        f"（proves: {m.proves_en}; not: {m.proves_not_en}）"
        for m in legend(grades)
    ]
