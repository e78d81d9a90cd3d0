"""The proof sheet: as text, as JSON, and without its people. 核对表

GATEWAY_WRITE_GOLDEN=1 writes the expected text anew; look at the difference before committing it.
"""

import json
import os
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank.model import BreakKind, Direction
from connectors.bank.rules.proof import Equation, Sum
from connectors.bank.sheets import (
    BreakLine,
    EquationLine,
    FailureLine,
    FileLine,
    ProofSheet,
    equation_line,
    from_json,
    masked,
    to_json,
    to_text,
)
from gateway.dates import SHANGHAI

GOLDEN = Path(__file__).with_name("golden_sheets")
OF = "990001_ZH01_20260228_V01"
DIGEST = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def break_line(kind, direction, serial, **changes):
    values = {
        "break_id": f"break-{serial or 0:020x}", "kind": kind.value, "direction": direction.value,
        "blocking": True, "amount_fen": 50_170, "unbooked_fen": 150_000, "serial": serial,
        "batch_no": "PLKK20260228001", "line": 4,
        "code": "00000", "first_seen": date(2026, 3, 1), "loan_no": "08099104000003",
        "payer_account": "9900016204000000003", "payer_name": "沙箱·阿依古丽",
    }  # fmt: skip
    return BreakLine(**(values | changes))


NOBODY = {"loan_no": "", "payer_account": "", "payer_name": "", "code": "", "line": None}
BREAKS = (
    break_line(BreakKind.PARTIAL_DEDUCTION, Direction.SHORT, 3),
    break_line(BreakKind.DOUBLE_DEDUCTION, Direction.LONG, 61, payer_name="沙箱䶮",
               amount_fen=123_456_789),
    break_line(BreakKind.LUMP_DIFFERS, Direction.LONG, None, amount_fen=100, batch_no="", **NOBODY),
)  # fmt: skip
PROVED = ProofSheet(
    bank="990001",
    bank_name="沙箱甲银行",
    account="ZH01",
    business_date=date(2026, 2, 28),
    working_day=True,
    made_at=datetime(2026, 3, 1, 8, 5, 7, tzinfo=SHANGHAI),
    proved=True,
    conclusion="等式全部成立，核平；不平账项 3 项待处理。",
    files=(
        FileLine("批量扣款结果", f"DKJG_{OF}.txt", "已采用", "B", 60, DIGEST, ""),
        FileLine("专户对账单", f"ZHDZ_{OF}.txt", "已采用", "C", 6, DIGEST, ""),
    ),
    equations=(
        equation_line(
            Equation(
                "扣款指令全部有下落", "扣款指令", Sum(60, 12_345_678),
                [("全额成功", Sum(59, 12_295_508)), ("部分扣款", Sum(1, 50_170))],
            )
        ),
        equation_line(Equation("对账单余额衔接", "期末余额", Sum(0, 1), [("期初余额", Sum(0, 2))])),
    ),
    failures=(FailureLine("03008", "余额不足", Sum(3, 600_510)),),
    breaks=BREAKS,
)  # fmt: skip
UNFINISHED = replace(
    PROVED,
    business_date=date(2026, 3, 1),
    working_day=False,
    proved=False,
    conclusion="未完成：当前状态“待收件”。",
    files=(
        FileLine(
            "批量扣款结果", "DKJG_990001_ZH01_20260301_V01.txt", "已隔离", "", 0, DIGEST,
            "ENCODING_INVALID 含有无法识别的字符编码（如半个汉字）（第3行第17字节）",
        ),
        FileLine("专户对账单", "", "未到", "", 0, "", ""),
    ),
    equations=(),
    failures=(),
    breaks=(),
)  # fmt: skip
SHEETS = {
    "proved": PROVED,
    "masked": masked(PROVED),
    "unfinished": UNFINISHED,
    "weekday": replace(UNFINISHED, business_date=date(2026, 3, 2), working_day=True),
}
each = pytest.mark.parametrize("name", SHEETS)


@each
def test_a_sheet_reads_as_it_always_did(name):
    path, text = GOLDEN / f"{name}.txt", to_text(SHEETS[name]) + "\n"
    if os.environ.get("GATEWAY_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@each
def test_a_kept_sheet_comes_back_and_is_the_same_bytes(name):
    kept = to_json(SHEETS[name])
    assert from_json(kept) == SHEETS[name]
    assert to_json(from_json(kept)) == kept
    json.loads(kept)


def test_every_figure_of_the_sheet_stands_in_its_text():
    text = to_text(PROVED)
    for shown in ("123,456.78", "122,955.08", "501.70", "1,234,567.89", "6,005.10", "60 笔"):
        assert shown in text
    assert "[平] 扣款指令全部有下落" in text
    assert "[不平] 对账单余额衔接" in text


def test_whether_an_equation_holds_is_what_it_was_when_the_sheet_was_made():
    line = equation_line(Equation("t", "l", Sum(1, 2), [("r", Sum(1, 2))]))
    assert line == EquationLine("t", True, "l", Sum(1, 2), (("r", Sum(1, 2)),))


def test_masking_touches_the_three_personal_fields_of_breaks_and_nothing_else():
    clean = masked(PROVED)
    assert replace(clean, breaks=()) == replace(PROVED, breaks=())
    personal = {"loan_no", "payer_account", "payer_name"}
    assert {f.name for f in fields(BreakLine) if not f.repr} == personal
    for before, after in zip(PROVED.breaks, clean.breaks, strict=True):
        changed = {f.name for f in fields(BreakLine)
                   if getattr(before, f.name) != getattr(after, f.name)}  # fmt: skip
        assert changed == (personal if before.payer_name else set())


@given(
    st.text(alphabet="沙箱䶮𬭎阿依", min_size=3, max_size=8),
    st.text(alphabet="23456789", min_size=9, max_size=32),
    st.text(alphabet="23456789", min_size=9, max_size=30),
)
def test_a_masked_sheet_names_nobody(name, account, loan):
    person = {"payer_name": name, "payer_account": account, "loan_no": loan}
    line = break_line(BreakKind.NAME_DIFFERS, Direction.LONG, 7, **person)
    clean = masked(replace(PROVED, breaks=(line,)))
    for shown in (to_text(clean), to_json(clean).decode(), repr(line)):
        assert not any(secret in shown for secret in (name, account, loan))


def test_columns_line_up_though_a_hanzi_is_two_wide():
    rows = [row for row in to_text(PROVED).splitlines() if "笔" in row and "：" not in row]
    ends = {len(row.encode("gb18030")) for row in rows if row.startswith("      ")}
    assert len(ends) == 1
