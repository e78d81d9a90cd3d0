"""A file read in blocks is what it is line by line, or it is not read in blocks at all. 批量解码"""

import random
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bank.codec import decode
from connectors.bank.codec.bulk.plain import NotPlain
from connectors.bank.codec.bulk.reading import BulkReading
from connectors.bank.codec.layouts import Layout
from connectors.bank.model import DeductionResult, FileKind, StatementLine
from connectors.bank.model.lines import RESULT_LINE, STATEMENT_LINE
from sandbox.files import render_result, render_statement
from sandbox.world import BANKS, business_days, night
from tests.connectors.bank.samples import LINES_MAX, RESULT, STATEMENT

VALUES = {FileKind.DEDUCTION_RESULT: DeductionResult, FileKind.ACCOUNT_STATEMENT: StatementLine}


def in_blocks(layout: Layout, data: bytes, *, block: int = 4096, chunk: int = 1000):
    """Header, controls and lines as the block reader has them; None where it will not read."""
    reading = BulkReading(layout, LINES_MAX, block)
    chunks = (data[at : at + chunk] for at in range(0, len(data), chunk))
    try:
        rows = [row for frame in reading.frames(chunks) for row in frame.iter_rows(named=True)]
    except NotPlain:
        return None
    value = VALUES[layout.kind]
    return reading.header, reading.controls, [value(**row) for row in rows]


def line_by_line(layout: Layout, data: bytes):
    """The same as the reader that names every fault has it; None where it finds any."""
    decoded = decode(layout, data, LINES_MAX)
    if decoded.findings:
        return None
    return decoded.header, dict(decoded.controls), [*decoded.results, *decoded.statement]


def honest() -> list[tuple[Layout, bytes]]:
    """Files of every bank and day of the sandbox."""
    nights = [night(7, bank, day, 40) for bank in BANKS for day in business_days()]
    results = [(RESULT, render_result(told)) for told in nights]
    return results + [(STATEMENT, render_statement(told)) for told in nights]


HONEST = honest()


@pytest.mark.parametrize("block", [1, 300, 4096, 1 << 20])
@pytest.mark.parametrize("chunk", [1, 77, 1 << 20])
def test_honest_files_read_alike_however_they_are_cut(block, chunk):
    for layout, data in HONEST[:: 7 if chunk == 1 else 1]:
        expected = line_by_line(layout, data)
        assert expected is not None
        assert in_blocks(layout, data, block=block, chunk=chunk) == expected


def test_the_columns_of_a_frame_are_the_fields_of_its_value():
    assert list(RESULT_LINE) == [field.name for field in fields(DeductionResult)]
    assert list(STATEMENT_LINE) == [field.name for field in fields(StatementLine)]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """One to three small changes that a line, a disk or a person could make."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data))
        piece = chance.choice(
            [b"", b"|", b"\n", b"\r\n", b"0", b"-", b",", b" ", b"\x00", b"\x7f", b"\xa1\xa1",
             b"\x81", b"\x81\x30\x84\x36", "中".encode("gb18030"), "䶮".encode("gb18030"),
             b"9" * 30, data[max(0, at - 40) : at]]
        )  # fmt: skip
        data = data[:at] + piece + data[at + chance.randint(0, 2) :]
    return data


@settings(max_examples=600, deadline=None)
@given(which=st.integers(0, len(HONEST) - 1), seed=st.integers(0, 2**32))
def test_whatever_is_changed_both_readers_say_the_same_or_the_careful_one_decides(which, seed):
    """Never may the block reader take what the other refuses, or take it otherwise."""
    layout, data = HONEST[which]
    changed = mutated(data, random.Random(seed))
    blocks = in_blocks(layout, changed)
    if blocks is not None:
        assert blocks == line_by_line(layout, changed)
    elif b"\r" not in changed:
        # what is well-formed is read in blocks: leaving it to the other reader would be slow
        assert line_by_line(layout, changed) is None


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=400))
def test_rubbish_is_left_to_the_reader_that_names_it(data):
    assert in_blocks(RESULT, data) is None
