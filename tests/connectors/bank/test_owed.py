"""What a bank owes for a date, and by when. 应收文件"""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from connectors.bank.model import FileKind, NightKey
from connectors.bank.rules.owed import expected_files, is_decidable
from connectors.bank.settings import (
    BankProfile,
    Deductions,
    DueOnHoliday,
    Evidence,
    Owed,
    OwedDays,
    OwnAccount,
)
from gateway.dates import SHANGHAI, Calendar, YearDays
from gateway.errors import Code, NotConfigured

# February 2026: Monday 16 to Monday 23 off, Saturdays 14 and 28 worked
CALENDAR = Calendar(
    {
        2026: YearDays(
            frozenset(date(2026, 2, day) for day in (16, 17, 18, 19, 20, 23)),
            frozenset({date(2026, 2, 14), date(2026, 2, 28)}),
        )
    }
)
RESULT, STATEMENT = FileKind.DEDUCTION_RESULT, FileKind.ACCOUNT_STATEMENT
EACH_NIGHT = Owed(RESULT, OwedDays.WORKING_DAYS, time(8), 1, first=date(2026, 2, 1))
EVERY_DAY = Owed(STATEMENT, OwedDays.EVERY_DAY, time(6, 30), 0, first=date(2026, 2, 1))
PROFILE = BankProfile(
    code="990001",
    name="沙箱甲银行",
    connection="",
    accounts=(OwnAccount("ZH01", "1"), OwnAccount("ZH02", "2")),
    layouts={},
    evidence=Evidence.SIGNATURE,
    owes=(EACH_NIGHT, EVERY_DAY),
)


def kinds(day, profile=PROFILE):
    return [owed.kind for owed in expected_files(profile, day, CALENDAR)]


@pytest.mark.parametrize(
    ("day", "owed"),
    [
        (date(2026, 2, 13), [RESULT, STATEMENT] * 2),  # a Friday
        (date(2026, 2, 14), [RESULT, STATEMENT] * 2),  # B10: a worked Saturday
        (date(2026, 2, 15), [STATEMENT] * 2),  # a Sunday
        (date(2026, 2, 17), [STATEMENT] * 2),  # Spring Festival
        (date(2026, 2, 28), [RESULT, STATEMENT] * 2),
    ],
)
def test_b10_results_are_owed_on_working_days_and_statements_daily(day, owed):
    assert kinds(day) == owed


def test_each_account_has_a_night_of_its_own_and_each_file_its_hour():
    found = list(expected_files(PROFILE, date(2026, 2, 28), CALENDAR))
    assert {one.night for one in found} == {
        NightKey("990001", account, date(2026, 2, 28)) for account in ("ZH01", "ZH02")
    }
    due = {one.kind: one.due_at for one in found}
    assert due[RESULT] == datetime(2026, 3, 1, 8, tzinfo=SHANGHAI)  # the day after, also a Sunday
    assert due[STATEMENT] == datetime(2026, 2, 28, 6, 30, tzinfo=SHANGHAI)


def test_nothing_is_owed_before_the_agreement_begins_or_after_it_ends():
    ended = replace(EACH_NIGHT, first=date(2026, 2, 12), last=date(2026, 2, 13))
    profile = replace(PROFILE, owes=(ended,), accounts=PROFILE.accounts[:1])
    days = [date(2026, 2, day) for day in (11, 12, 13, 14)]
    assert [kinds(day, profile) for day in days] == [[], [RESULT], [RESULT], []]


def test_b40_a_year_without_a_calendar_is_refused_where_working_days_count():
    with pytest.raises(NotConfigured) as refused:
        kinds(date(2027, 3, 1))
    assert refused.value.code is Code.CALENDAR_YEAR_MISSING
    daily = replace(PROFILE, owes=(EVERY_DAY,))
    assert kinds(date(2027, 3, 1), daily) == [STATEMENT] * 2


def test_an_account_is_found_by_its_id_and_no_other_is():
    assert PROFILE.account("ZH02") == OwnAccount("ZH02", "2")
    assert PROFILE.account("ZH03") is None


LAST = date(2026, 12, 31)
BOTH = (replace(EACH_NIGHT, kind=RESULT), replace(EACH_NIGHT, kind=STATEMENT))


@pytest.mark.parametrize(
    ("owes", "sound"),
    [
        ((), True),
        (BOTH, True),
        ((BOTH[0], replace(BOTH[1], due_time=time(6))), True),
        ((EACH_NIGHT, EVERY_DAY), True),
        ((EVERY_DAY,), True),
        ((BOTH[0], replace(BOTH[1], first=date(2026, 1, 1))), True),
        ((replace(EACH_NIGHT, last=LAST), replace(EVERY_DAY, last=LAST)), True),
        (BOTH[:1], False),
        ((replace(BOTH[0], days=OwedDays.EVERY_DAY), BOTH[1]), False),
        ((BOTH[0], replace(BOTH[1], first=date(2026, 2, 2))), False),
        ((EACH_NIGHT, replace(EVERY_DAY, last=LAST)), False),
        ((*BOTH, replace(EVERY_DAY, kind=FileKind.FILE_RECEIPT)), False),
    ],
)
def test_a_night_that_would_wait_for_its_statement_for_ever_is_no_agreement(owes, sound):
    assert is_decidable(replace(PROFILE, owes=owes)) is sound


@pytest.mark.parametrize("holiday", DueOnHoliday)
@pytest.mark.parametrize("days", OwedDays)
def test_b10_a_bank_that_is_asked_on_holidays_owes_results_of_holidays(days, holiday):
    terms = Deductions(cut_off=time(17), holiday=holiday)
    profile = replace(PROFILE, owes=(replace(EACH_NIGHT, days=days), EVERY_DAY), deductions=terms)
    waits = holiday is DueOnHoliday.SAME_DAY and days is OwedDays.WORKING_DAYS
    assert is_decidable(profile) is not waits
