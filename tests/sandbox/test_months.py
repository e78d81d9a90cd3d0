"""Months of the sandbox: the same for the same seed, and true to what they say. 月度沙箱"""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from sandbox.files.result import totals
from sandbox.months.bank import MonthBank
from sandbox.months.fates import ROLES, Fate
from sandbox.months.files import delivered
from sandbox.months.spans import AUTUMN, SPRING, Span
from sandbox.months.truth import Asked, Origin
from sandbox.world import BANKS

SPAN = Span(SPRING, 60)


def lived(seed="m", bank=BANKS[0], span=SPAN, without=()):
    """Every instalment is asked for once, on the first night on or after its due date."""
    living = MonthBank(seed, bank, 40, span)
    waiting = [
        (due, one, number, share)
        for loan_no, one in living.loans.items()
        for number, due, share in one.instalments()
        if loan_no not in without
    ]
    nights = []
    for day in span.days():
        now = [each for each in waiting if each[0] <= day]
        waiting = [each for each in waiting if each[0] > day]
        nights.append(living.night(day, [asked(day, n, each) for n, each in enumerate(now, 1)]))
    return living, nights


def asked(day, serial, each):
    _, one, number, share = each
    fen = share.principal_fen + share.interest_fen
    loan, flag = one.loan, "1" if one.may_take_part else "0"
    batch = f"PLKK{day:%Y%m%d}001"
    return Asked(
        batch, serial, loan.loan_no, number, loan.payer_account, loan.payer_name, fen, flag
    )


def test_the_same_seed_and_the_same_batches_are_the_same_months():
    assert lived()[1] == lived()[1]
    assert lived()[1] != lived(seed="n")[1]


def test_leaving_a_loan_out_changes_nothing_for_the_others():
    bank, whole = lived()
    gone = next(iter(bank.loans))
    _, fewer = lived(without=(gone,))
    for one, other in zip(whole, fewer, strict=True):
        known = {(a.line.loan_no, a.line.taken_fen, a.line.code) for a in one.answers}
        left = {(a.line.loan_no, a.line.taken_fen, a.line.code) for a in other.answers}
        assert {answer for answer in known if answer[0] != gone} == left


@pytest.mark.parametrize("span", [SPAN, Span(AUTUMN, 60)], ids=["spring", "autumn"])
@pytest.mark.parametrize("bank", BANKS[:2], ids=lambda bank: bank.code)
def test_balances_roll_from_night_to_night_and_what_was_taken_is_credited(bank, span):
    _, nights = lived(bank=bank, span=span)
    for before, after in pairwise(nights):
        assert after.opening_fen == before.closing_fen
    credited = sum(m.booking.amount_fen for n in nights for m in n.moved if m.origin is Origin.LUMP)
    answers = {
        (one.batch_no, one.line.serial): one.line.taken_fen
        for night in nights
        for one in (*night.answers, *night.late)
    }
    late = nights[-3:]
    assert (
        0
        <= sum(answers.values()) - credited
        <= sum(answer.line.taken_fen for night in late for answer in (*night.answers, *night.late))
    ), "only of the last nights may money still be on its way"


def test_every_fate_befalls_somebody_at_every_bank():
    bank, nights = lived()
    fates = Counter(
        bank.fate(answer.line.loan_no, answer.line.instalment_no)
        for night in nights
        for answer in (*night.answers, *night.late)
    )
    assert set(ROLES) | {Fate.COUNTER_EITHER, Fate.TAKEN} <= set(fates)


def test_the_spans_have_the_days_they_are_there_for():
    spring, autumn = set(SPAN.days()), set(Span(AUTUMN, 60).days())
    assert {date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28)} <= spring
    assert not {date(2026, 2, day) for day in range(15, 24)} & spring
    assert {date(2026, 9, 20), date(2026, 10, 10)} <= autumn
    assert not {date(2026, 10, day) for day in range(1, 8)} & autumn


def test_a_late_bank_delivers_two_nights_at_once_and_a_corrected_file_is_a_second_version():
    bank, nights = lived(bank=BANKS[1])
    counts = [len(delivered(bank.bank, nights[: n + 1])) for n in range(len(nights))]
    assert counts[13] < 2 < counts[15]
    names = [f.name for n in range(len(nights)) for f in delivered(bank.bank, nights[: n + 1])]
    assert len(set(names)) == len(names)
    corrected = {name for name in names if name.endswith("_V02.txt")}
    assert len(corrected) == len([night for night in nights if night.late])
    assert {name for name in names if name.startswith("ZHDZ")} == {
        f"ZHDZ_990002_ZH01_{night.day:%Y%m%d}_V01.txt" for night in nights
    }


def test_the_same_name_comes_again_with_other_bytes():
    bank, nights = lived()
    again = [f for n in range(len(nights)) for f in delivered(bank.bank, nights[: n + 1])]
    twice = [name for name, count in Counter(file.name for file in again).items() if count > 1]
    assert len(twice) == 1
    assert {file.replaces for file in again if file.name == twice[0]} == {True, False}


def test_an_account_of_the_truth_names_a_line_that_is_there():
    _, nights = lived()
    lines, places = set(), set()
    for night in nights:
        lines |= {one.booking.host_serial for one in night.moved}
        places |= {(one.batch_no, one.line.serial) for one in (*night.answers, *night.late)}
        for one in night.planted:
            missing = one.kind == "MISSING_RESULT"
            assert missing or not one.serial or (one.batch_no, one.serial) in places
            assert not one.host_serial or one.host_serial in lines
    assert totals(tuple(a.line for a in nights[0].answers)).count == len(nights[0].answers)
