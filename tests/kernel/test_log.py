"""The log: an event, fields, and nobody in them. 日志"""

import io
import json
from dataclasses import fields

import pytest
import structlog

from connectors.bank.model import DeductionResult, StatementLine
from connectors.core_system.model import (
    DueInstalment,
    FundOffset,
    Instruction,
    LedgerEntry,
    LoanAccount,
    Mandate,
    Posting,
    RepaymentAccount,
)
from gateway.log import Log, configure, masked

CARD, MOBILE = "6222021234567890123", "13912345678"


@pytest.fixture
def lines():
    """What the log wrote, as JSON; the global configuration is put back."""
    stream = io.StringIO()
    configure(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()


def test_a_line_is_one_json_object_with_event_level_and_time(lines):
    Log("bank.matching").info("night_matched", night="990001/ZH01/2026-02-28", exact=52)
    (line,) = lines()
    assert line["event"] == "night_matched"
    assert (line["level"], line["exact"]) == ("info", 52)
    assert line["night"] == "990001/ZH01/2026-02-28"
    assert "timestamp" in line


def test_a_warning_is_a_warning(lines):
    Log("sending").warning("message_waits", code="NO_CONNECTION")
    assert lines()[0]["level"] == "warning"


def test_x07_names_and_numbers_never_reach_the_log(lines):
    Log("x").info("stage_done", payer_name="沙箱䶮", detail=f"账号{CARD}手机{MOBILE}", line=3)
    text = json.dumps(lines()[0], ensure_ascii=False)
    assert "沙**" in text
    assert not any(secret in text for secret in ("箱", "䶮", CARD, MOBILE))
    assert lines()[0]["line"] == 3


@pytest.mark.parametrize("value", [3, 0, True, None, 1.5])
def test_numbers_stay_numbers(value):
    assert masked({"count": value})["count"] is value


@pytest.mark.parametrize(
    "value",
    [[CARD], {"account": CARD}, (CARD, MOBILE), CARD.encode(), ValueError(f"no account {CARD}")],
)
def test_what_is_no_scalar_is_masked_as_text(value):
    assert CARD not in str(masked({"found": value})["found"])


OURS = (
    DeductionResult, DueInstalment, FundOffset, Instruction, LedgerEntry, LoanAccount, Mandate,
    Posting, RepaymentAccount, StatementLine,
)  # fmt: skip

# Whatever our values hide from their repr is somebody's, and is masked under its own name.
PERSONAL = sorted(
    {field.name for value in OURS for field in fields(value) if not field.repr}
    - {"message", "summary", "remark"}  # the bank's words: numbers in them are caught by their form
)


@pytest.mark.parametrize("name", PERSONAL)
@pytest.mark.parametrize("value", ["沙箱䶮", "08099201000007"])
def test_a_personal_field_of_our_values_is_masked_by_its_name(name, value):
    assert value not in masked({name: value})[name]
