"""Codes that files of the shipped layouts produce, from real bad bytes. 各格式来文错误"""

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.bank.codec import decode
from gateway.cli.verbs import bank
from gateway.errors import Code, MalformedMessage
from tests.connectors.bank.samples import LINES_MAX, shipped
from tests.kernel.ground import Ground

GOLDEN = Path(__file__).parents[1] / "connectors" / "bank" / "golden" / "layouts"


def first_of(layout: str, case: str) -> Callable[[Ground], Code]:
    """Reads a golden file of that layout."""

    def produce(ground: Ground) -> Code:
        data = (GOLDEN / f"{layout}__{case}.dat").read_bytes()
        return decode(shipped(layout), data, LINES_MAX).findings[0].code

    return produce


def as_many_rows_as_there_may_be(ground: Ground) -> Code:
    row = (GOLDEN / "settlement-113__full_no_balances.dat").read_bytes().partition(b"\n")[0]
    return decode(shipped("settlement-113"), (row + b"\n") * 1000, LINES_MAX).findings[0].code


def no_layout_for_it(ground: Ground) -> Code:
    path = ground.place / "letter.txt"
    path.write_text("一封信\n", encoding="utf-8")
    with pytest.raises(MalformedMessage) as refused:
        bank.run(argparse.Namespace(file=path))
    return refused.value.code


PRODUCERS = {
    Code.LAYOUT_NOT_INFERRED: no_layout_for_it,
    Code.CHARACTER_SPLIT: first_of("generic-fixed-result", "fault_CHARACTER_SPLIT_b34"),
    Code.LINE_LENGTH_WRONG: first_of(
        "generic-fixed-result", "fault_LINE_LENGTH_WRONG_a_byte_too_few"
    ),
    Code.SIGN_UNDECIDED: first_of("settlement-113", "fault_SIGN_UNDECIDED_first_line_flagged"),
    Code.ROWS_CAPPED: as_many_rows_as_there_may_be,
}
