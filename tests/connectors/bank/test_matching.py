"""Matching by scenario: what one answer means for its instruction. 逐笔勾对"""

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.bank.model import BreakKind, Direction, Outcome
from connectors.bank.rules.matching import decide, judge
from connectors.bank.verdicts import FAILURES, RESULT_CODES, CodeClass
from gateway.errors import Code, IllegalTransition, NotConfigured
from tests.connectors.bank.samples import DAY, answer, asked, failed

ASKED = asked()
MAY_TAKE_LESS = asked(full_flag="1")


def outcome(to, result):
    found = judge(to, result)
    return found.outcome, found.kind


def only(*pairs):
    """The decision on these instructions and answers: outcomes by serial, and the breaks."""
    instructions = [pair[0] for pair in pairs]
    results = [one for pair in pairs for one in pair[1:]]
    decision = decide(instructions, results)
    return {match.serial: match.outcome for match in decision.matches}, list(decision.breaks)


def test_b01_a_full_success_posts_and_leaves_nothing_to_do():
    outcomes, breaks = only((ASKED, answer(ASKED)))
    assert outcomes == {1: Outcome.EXACT}
    assert breaks == []


def test_b07_less_than_asked_where_less_will_do_is_partial_and_the_rest_stays_due():
    outcomes, (found,) = only((MAY_TAKE_LESS, answer(MAY_TAKE_LESS, taken_fen=150_000)))
    assert outcomes == {1: Outcome.PARTIAL}
    assert (found.kind, found.direction) == (BreakKind.PARTIAL_DEDUCTION, Direction.SHORT)
    assert (found.amount_fen, found.unbooked_fen) == (50_170, 150_000)
    assert found.blocking


def test_b08_less_than_asked_where_all_or_nothing_was_agreed_is_held():
    outcomes, (found,) = only((ASKED, answer(ASKED, taken_fen=150_000)))
    assert outcomes == {1: Outcome.HELD}
    assert (found.kind, found.direction) == (BreakKind.AMOUNT_DIFFERS, Direction.SHORT)


@pytest.mark.parametrize("to", [ASKED, MAY_TAKE_LESS])
def test_b08_more_than_asked_is_held_whatever_was_agreed(to):
    outcomes, (found,) = only((to, answer(to, taken_fen=200_171)))
    assert outcomes == {1: Outcome.HELD}
    assert (found.kind, found.direction) == (BreakKind.AMOUNT_DIFFERS, Direction.LONG)
    assert found.unbooked_fen == 200_171


@pytest.mark.parametrize(
    ("scenario", "code"),
    [("B09", "03008"), ("B11", "03031"), ("B12", "03018"), ("B13", "03043"), ("B13", "03047")],
)
def test_b09_b11_b12_b13_a_refused_deduction_is_failed_and_moves_no_money(scenario, code):
    outcomes, breaks = only((ASKED, failed(ASKED, code)))
    assert (outcomes, breaks) == ({1: Outcome.FAILED}, [])


@pytest.mark.parametrize("code", ["99999", "03051", "03029", "03019", "03028", "03044", "03059"])
def test_b20_what_the_bank_does_not_know_or_has_already_is_unknown_and_never_failed(code):
    outcomes, (found,) = only((ASKED, failed(ASKED, code)))
    assert outcomes == {1: Outcome.UNKNOWN}
    assert (found.kind, found.direction) == (BreakKind.OUTCOME_UNKNOWN, Direction.OPEN)
    assert found.blocking


@pytest.mark.parametrize("code", RESULT_CODES)
def test_every_documented_code_without_money_is_failed_or_unknown_by_its_class(code):
    meaning = RESULT_CODES[code].meaning
    found = outcome(ASKED, failed(ASKED, code))
    if meaning is CodeClass.TAKEN:
        assert found == (Outcome.HELD, BreakKind.STATUS_DIFFERS)
    elif meaning in FAILURES:
        assert found == (Outcome.FAILED, None)
    else:
        assert found == (Outcome.UNKNOWN, BreakKind.OUTCOME_UNKNOWN)


@pytest.mark.parametrize("code", ["07777", "", "0000", "000000"])
def test_a_code_nobody_agreed_on_is_held_and_open(code):
    outcomes, (found,) = only((ASKED, failed(ASKED, code)))
    assert outcomes == {1: Outcome.HELD}
    assert (found.kind, found.direction) == (BreakKind.CODE_UNKNOWN, Direction.OPEN)


NOT_BOOKED = {"host_date": None, "host_serial": ""}


@pytest.mark.parametrize(
    "result",
    [
        answer(ASKED, taken_fen=0),  # a success that took nothing
        answer(ASKED, host_date=None),  # a success the bank did not book
        answer(ASKED, host_serial=""),
        answer(ASKED, **NOT_BOOKED),
        answer(ASKED, code="03008", **NOT_BOOKED),  # a failure that took money
        answer(ASKED, code="99999", **NOT_BOOKED),
        failed(ASKED, "03008", host_serial="H1"),  # a failure the bank did book
        failed(ASKED, "03008", host_date=DAY),
    ],
)
def test_a_code_that_says_another_thing_than_money_or_booking_is_held(result):
    assert outcome(ASKED, result) == (Outcome.HELD, BreakKind.STATUS_DIFFERS)


@pytest.mark.parametrize(
    "changes",
    [
        {"loan_no": "08099999999999"},
        {"instalment_no": 13},
        {"payer_account": "9900016204000000099"},
        {"asked_fen": 200_171},
        {"asked_fen": 200_171, "taken_fen": 200_171},
        {"full_flag": "1"},
        {"full_flag": "2"},
    ],
)
def test_an_answer_that_repeats_the_instruction_wrongly_is_held(changes):
    assert outcome(ASKED, answer(ASKED, **changes)) == (Outcome.HELD, BreakKind.DETAILS_DIFFER)
    refused = failed(ASKED, "03008", **(changes | {"taken_fen": 0}))
    assert outcome(ASKED, refused) == (Outcome.HELD, BreakKind.DETAILS_DIFFER)


@pytest.mark.parametrize("part", ["principal_fen", "interest_fen", "penalty_fen"])
def test_an_instruction_whose_parts_do_not_add_up_is_not_posted(part):
    wrong = asked(**{part: getattr(ASKED, part) + 1})
    assert outcome(wrong, answer(wrong)) == (Outcome.HELD, BreakKind.DETAILS_DIFFER)


def test_an_instruction_over_nothing_is_never_posted():
    nothing = asked(asked_fen=0, principal_fen=0, interest_fen=0)
    assert outcome(nothing, answer(nothing)) == (Outcome.HELD, BreakKind.STATUS_DIFFERS)


@pytest.mark.parametrize("name", ["沙箱?", "沙箱", "沙箱东", "", "沙箱\ue863"])
def test_b11_another_name_on_a_success_holds_the_posting(name):
    result = answer(ASKED, payer_name=name)
    assert outcome(ASKED, result) == (Outcome.HELD, BreakKind.NAME_DIFFERS)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("沙箱·阿依古丽", "沙箱•阿依古丽"), ("沙箱·阿依古丽", "沙箱．阿依古丽"), ("沙箱䶮", "沙箱 䶮"),
     ("沙箱䶮", "沙箱䶮　")],
)  # fmt: skip
def test_b33_a_name_written_with_another_dot_or_blank_is_the_same_name(ours, theirs):
    to = asked(payer_name=ours)
    assert outcome(to, answer(to, payer_name=theirs)) == (Outcome.EXACT, None)


def test_b21_the_second_success_of_an_instalment_is_held_and_too_much():
    again = replace(asked(2), loan_no=ASKED.loan_no)
    outcomes, (found,) = only((again, answer(again)), (ASKED, answer(ASKED)))
    assert outcomes == {1: Outcome.EXACT, 2: Outcome.HELD}
    assert (found.kind, found.direction) == (BreakKind.DOUBLE_DEDUCTION, Direction.LONG)
    assert (found.serial, found.amount_fen, found.unbooked_fen) == (2, 200_170, 200_170)


def test_b21_a_partial_success_beside_a_full_one_is_too_much_and_not_too_little():
    first = asked(1, full_flag="1")
    again = replace(asked(2), loan_no=first.loan_no)
    outcomes, (found,) = only((first, answer(first, taken_fen=150_000)), (again, answer(again)))
    assert outcomes == {1: Outcome.HELD, 2: Outcome.EXACT}
    assert (found.kind, found.direction) == (BreakKind.DOUBLE_DEDUCTION, Direction.LONG)
    assert found.amount_fen == 150_000


def test_b21_another_instalment_of_the_same_loan_is_no_double():
    other = replace(asked(2), loan_no=ASKED.loan_no, instalment_no=13)
    outcomes, breaks = only((ASKED, answer(ASKED)), (other, answer(other)))
    assert outcomes == {1: Outcome.EXACT, 2: Outcome.EXACT}
    assert breaks == []


def test_b21_a_success_nobody_asked_for_of_an_instalment_taken_is_a_double():
    twin = answer(ASKED, serial=99, line=99, host_serial="H99")
    outcomes, (found,) = only((ASKED, answer(ASKED), twin))
    assert outcomes == {1: Outcome.EXACT}
    assert (found.kind, found.direction, found.serial) == (
        BreakKind.DOUBLE_DEDUCTION, Direction.LONG, 99,
    )  # fmt: skip


def test_a_success_under_another_serial_is_no_double_when_its_own_line_took_nothing():
    """The bank renumbered: the instalment was paid once, and must not be refunded."""
    moved = answer(ASKED, serial=99, line=99)
    for own in ([], [failed(ASKED, "03008")]):
        _, breaks = only((ASKED, *own, moved))
        (extra,) = [one for one in breaks if one.serial == 99]
        assert (extra.kind, extra.direction) == (BreakKind.EXTRA_RESULT, Direction.LONG)


def test_b28_one_card_that_pays_two_equal_loans_is_told_apart_by_serial():
    twin = replace(asked(2), payer_account=ASKED.payer_account)
    outcomes, breaks = only((ASKED, failed(ASKED, "03008")), (twin, answer(twin)))
    assert outcomes == {1: Outcome.FAILED, 2: Outcome.EXACT}
    assert breaks == []


def test_b28_answers_swapped_between_two_equal_loans_are_not_matched_by_amount():
    twin = replace(asked(2), payer_account=ASKED.payer_account)
    swapped = (answer(twin, serial=1, line=2), answer(ASKED, serial=2, line=3))
    outcomes, breaks = only((ASKED, swapped[0]), (twin, swapped[1]))
    assert set(outcomes.values()) == {Outcome.HELD}
    assert {one.kind for one in breaks} == {BreakKind.DETAILS_DIFFER}


def test_an_instruction_without_an_answer_is_missing_and_open():
    outcomes, (found,) = only((ASKED,))
    assert outcomes == {1: Outcome.MISSING}
    assert (found.kind, found.direction, found.line) == (
        BreakKind.MISSING_RESULT, Direction.OPEN, None,
    )  # fmt: skip
    assert (found.amount_fen, found.unbooked_fen) == (200_170, 0)


@pytest.mark.parametrize(("taken", "direction"), [(200_170, Direction.LONG), (0, Direction.OPEN)])
def test_an_answer_nobody_asked_for_is_extra_and_with_money_too_much(taken, direction):
    decision = decide([], [answer(ASKED, taken_fen=taken)])
    (found,) = decision.breaks
    assert decision.matches == ()
    assert (found.kind, found.direction) == (BreakKind.EXTRA_RESULT, direction)
    assert found.amount_fen == found.unbooked_fen == taken


def test_an_answer_of_another_batch_answers_nobody():
    outcomes, breaks = only((ASKED, answer(ASKED, batch_no="PLKK20260227001")))
    assert outcomes == {1: Outcome.MISSING}
    assert {one.kind for one in breaks} == {BreakKind.MISSING_RESULT, BreakKind.EXTRA_RESULT}


def test_two_answers_to_one_instruction_stop_everything():
    """The gate lets no such file through; if one came, the last must not simply win."""
    with pytest.raises(IllegalTransition) as crashed:
        decide([ASKED], [answer(ASKED), failed(ASKED, "03008")])
    assert crashed.value.code is Code.CONTENT_DIFFERS


def test_two_instructions_of_one_serial_stop_everything():
    with pytest.raises(NotConfigured) as refused:
        decide([ASKED, replace(ASKED, loan_no="08099999999999")], [answer(ASKED)])
    assert refused.value.code is Code.INTERFACE_DIFFERS
    assert refused.value.detail == "PLKK20260228001-1"


@pytest.mark.parametrize(
    ("days", "held"), [(-1, True), (0, False), (1, False), (9, False), (10, True)]
)
def test_a_booking_before_its_day_or_long_after_it_is_held(days, held):
    found = outcome(ASKED, answer(ASKED, host_date=ASKED.business_date + timedelta(days=days)))
    assert found == ((Outcome.HELD, BreakKind.DATE_DIFFERS) if held else (Outcome.EXACT, None))
