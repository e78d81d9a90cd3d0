"""The truth of the sandbox: people, nights, statements. 沙箱事实."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from sandbox.world import BANKS, Outcome, bank_of, business_days, night
from sandbox.world.people import check_digit

FIRST, LAST = date(2026, 2, 24), date(2026, 2, 28)
SEEDS = ["a", "b", 7]


def all_nights(seed):
    return [night(seed, bank, day) for bank in BANKS for day in business_days()]


def rare(name):
    """Tell whether a name has a character that GBK does not know."""
    try:
        name.encode("gbk")
    except UnicodeEncodeError:
        return True
    return False


def test_the_calendar_is_five_days_and_ends_on_a_made_up_working_saturday():
    assert business_days() == tuple(date(2026, 2, day) for day in range(24, 29))
    assert LAST.weekday() == 5


def test_a_date_outside_the_calendar_is_refused():
    with pytest.raises(ValueError, match="no business day"):
        night("a", "990001", date(2026, 2, 23))


def test_an_unknown_bank_is_refused():
    with pytest.raises(ValueError, match="no bank"):
        bank_of("105000")


def test_the_check_digit_is_the_standards():
    assert check_digit("11010519491231002") == "X"


@pytest.mark.parametrize("seed", SEEDS)
def test_every_identity_number_is_valid_impossible_and_unlike_the_others(seed):
    numbers = [
        one.loan.borrower.id_number for told in all_nights(seed) for one in told.instructions
    ]
    assert all(number[:2] == "99" and len(number) == 18 for number in numbers)
    assert all(check_digit(number[:17]) == number[17] for number in numbers)
    assert all(date.fromisoformat(number[6:14]) < FIRST for number in numbers)
    shared = 2 * len(business_days()) // 2  # one borrower with two loans a night at bank 990002
    assert len(set(numbers)) == len(numbers) - shared


@pytest.mark.parametrize("seed", SEEDS)
def test_every_night_has_two_rare_names_and_the_week_has_names_with_a_dot(seed):
    nights = all_nights(seed)
    names = [[one.loan.payer_name for one in told.instructions] for told in nights]
    assert all(sum(map(rare, some)) >= 2 for some in names)
    assert all(any(len(name[-1].encode("gb18030")) == 4 for name in some) for some in names)
    assert any("·" in name for some in names for name in some)
    assert all(name.startswith("沙箱") for some in names for name in some)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_night_has_what_its_bank_promises(seed):
    for told in all_nights(seed):
        outcomes = Counter(one.outcome for one in told.instructions)
        if told.bank.code == "990003":
            assert set(outcomes) <= {Outcome.TAKEN, Outcome.INSUFFICIENT}
        if told.bank.always is not None:
            assert outcomes[told.bank.always] >= 1
        assert len(told.instructions) == {"990001": 60, "990002": 45, "990003": 30}[told.bank.code]


@pytest.mark.parametrize("day", business_days())
def test_one_card_of_bank_990002_pays_two_loans_with_the_same_amount(day):
    told = night("a", "990002", day)
    keys = Counter((one.loan.payer_account, one.asked_fen) for one in told.instructions)
    (account, amount), times = keys.most_common(1)[0]
    pair = [one for one in told.instructions if one.loan.payer_account == account]
    assert times == 2
    assert {one.asked_fen for one in pair} == {amount}
    assert len({one.loan.loan_no for one in pair}) == 2
    assert len({one.loan.borrower for one in pair}) == 1
    later = Outcome.INSUFFICIENT if business_days().index(day) % 2 else Outcome.TAKEN
    assert [one.outcome for one in pair] == [Outcome.TAKEN, later]


@pytest.mark.parametrize("seed", SEEDS)
def test_money_is_taken_only_as_the_outcome_says(seed):
    for told in all_nights(seed):
        for one in told.instructions:
            assert one.asked_fen == one.principal_fen + one.interest_fen + one.penalty_fen
            assert bool(one.host_serial) == (one.outcome in (Outcome.TAKEN, Outcome.PARTIAL))
            if one.outcome is Outcome.TAKEN:
                assert one.taken_fen == one.asked_fen
            elif one.outcome is Outcome.PARTIAL:
                assert 0 < one.taken_fen < one.asked_fen
                assert one.full_flag == "1"
            else:
                assert one.taken_fen == 0


def test_most_instructions_are_taken_and_a_few_carry_penalty():
    told = night("a", "990001", FIRST, 4000)
    taken = sum(one.outcome is Outcome.TAKEN for one in told.instructions)
    penalties = sum(one.penalty_fen > 0 for one in told.instructions)
    in_part = sum(one.full_flag == "1" for one in told.instructions)
    assert 3400 < taken < 3640
    assert 100 < penalties < 320
    assert 300 < in_part < 600


@pytest.mark.parametrize("seed", SEEDS)
def test_host_serials_are_text_with_leading_zeros_and_never_come_twice(seed):
    for bank in BANKS:
        nights = [night(seed, bank, day) for day in business_days()]
        serials = [one.host_serial for told in nights for one in told.instructions]
        serials += [line.host_serial for told in nights for line in told.statement.bookings]
        used = [serial for serial in serials if serial]
        assert all(serial.startswith("00") for serial in used)
        assert len(set(used)) == len(used)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_day_opens_with_what_the_day_before_closed_with(seed):
    for bank in BANKS:
        told = [night(seed, bank, day).statement for day in business_days()]
        assert all(after.opening_fen == before.closing_fen for before, after in pairwise(told))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_batch_arrives_as_one_credit_of_all_that_was_taken(seed):
    for told in all_nights(seed):
        lump = [
            line
            for line in told.statement.bookings
            if line.summary == f"批量扣款 {told.batch.batch_no}"
        ]
        assert [line.amount_fen for line in lump] == [told.batch.taken_fen]


def test_some_days_have_a_booking_and_its_reversal():
    pairs = [
        [line.amount_fen for line in told.statement.bookings if line.other_name == told.bank.name]
        for told in all_nights("a")
    ]
    assert {len(amounts) for amounts in pairs} == {0, 2}
    assert all(len(set(amounts)) <= 1 for amounts in pairs)


def test_numbers_are_text_of_the_promised_form():
    for told in all_nights("a"):
        assert told.account.short_id == "ZH01"
        assert len(told.batch.batch_no.encode()) <= 20
        for number in (told.account.number, *(o.loan.payer_account for o in told.instructions)):
            assert len(number) == 19
            assert number.startswith(told.bank.code)
        assert all(one.loan.loan_no.startswith("0") for one in told.instructions)
        assert [one.serial for one in told.instructions] == list(
            range(1, len(told.instructions) + 1)
        )


def test_no_instalment_is_asked_for_twice():
    asked = [
        (one.loan.loan_no, one.instalment_no) for t in all_nights("a") for one in t.instructions
    ]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.code)
def test_a_night_can_be_very_small(bank, count):
    told = night("a", bank, LAST, count)
    assert len(told.instructions) == count
    assert told.statement.closing_fen > 0


@pytest.mark.parametrize("count", [0, -1, 100_001])
def test_a_night_has_bounds(count):
    with pytest.raises(ValueError, match="1 to 100000"):
        night("a", "990001", FIRST, count)
