"""Passes 1 to 3 on the bank's results, by scenario. 结果勾对"""

from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.connectors.bank.nights import night_of

from connectors.bank.model.books import INSTRUCTION, RESULT, Part
from tests.connectors.bank.recon.judge import verdicts
from tests.connectors.bank.recon.making import (
    POLICY,
    TODAY,
    account_of,
    asked,
    card,
    decided,
    found,
    groups,
    loan,
    only,
    outcomes,
    refused,
    taken,
)

PARTS = [part.value for part in Part]


def one(to, *said):
    return decided(instructions=[to], results=said)


def parts_of(made):
    return list(made.answers.select(PARTS).row(0))


def test_b01_a_full_success_is_posted_part_by_part_and_leaves_nothing_to_do():
    made = one(asked(), taken(asked()))
    assert outcomes(made) == {1: "EXACT"}
    assert made.answers["post"].to_list() == [True]
    assert parts_of(made) == [0, 0, 108_333, 91_837]
    assert found(made) == []


def test_b07_what_was_taken_in_part_goes_to_interest_before_principal_and_the_rest_stays_due():
    to = asked(full_flag="1")
    made = one(to, taken(to, taken_fen=150_000))
    assert outcomes(made) == {1: "PARTIAL"}
    assert parts_of(made) == [0, 0, 108_333, 41_667]
    row = only(made)
    assert (row["kind"], row["direction"], row["amount_fen"]) == (
        "PARTIAL_DEDUCTION",
        "SHORT",
        50_170,
    )
    assert (row["blocking"], row["unbooked_fen"]) == (False, 0)


@pytest.mark.parametrize(
    ("order", "given_out"),
    [
        ((Part.FINE, Part.PENALTY, Part.INTEREST, Part.PRINCIPAL), [1_000, 1_234, 7_766, 0]),
        ((Part.PRINCIPAL, Part.INTEREST, Part.PENALTY, Part.FINE), [0, 0, 0, 10_000]),
    ],
)
def test_b30_the_order_of_allocation_is_the_policys(order, given_out):
    to = asked(
        full_flag="1", fine_fen=1_000, penalty_fen=1_234, interest_fen=8_000, principal_fen=90_000,
        asked_fen=100_234,
    )  # fmt: skip
    policy = replace(POLICY, allocation=order)
    made = decided(policy, instructions=[to], results=[taken(to, taken_fen=10_000)])
    assert parts_of(made) == given_out


def test_b08_less_than_all_where_all_was_asked_is_held_and_not_posted():
    made = one(asked(), taken(asked(), taken_fen=150_000))
    assert outcomes(made) == {1: "HELD"}
    row = only(made)
    assert (row["kind"], row["signed_fen"], row["unbooked_fen"]) == (
        "AMOUNT_DIFFERS", 150_000, 150_000,
    )  # fmt: skip
    assert not made.answers["post"].any()


@pytest.mark.parametrize(
    ("code", "outcome"),
    [("03008", "FAILED"), ("03031", "FAILED"), ("99999", "UNKNOWN"), ("03051", "UNKNOWN"),
     ("03029", "UNKNOWN"), ("07777", "HELD")],
)  # fmt: skip
def test_b09_b11_b20_a_code_proves_no_more_than_it_says(code, outcome):
    assert outcomes(one(asked(), refused(asked(), code))) == {1: outcome}


def test_an_instruction_without_an_answer_is_missing_and_the_loan_waits():
    row = only(one(asked()))
    assert (row["kind"], row["direction"], row["blocking"]) == ("MISSING_RESULT", "OPEN", True)


def test_what_a_dialect_does_not_say_is_not_compared():
    silent = {"loan_no": "", "instalment_no": None, "asked_fen": None, "full_flag": ""}
    assert outcomes(one(asked(), taken(asked(), **silent))) == {1: "EXACT"}
    assert outcomes(one(asked(), taken(asked(), payer_account=None, payer_name=None))) == {
        1: "EXACT"
    }


@pytest.mark.parametrize("name", ["", "沙箱?", "沙箱"])
def test_b11_another_name_on_a_success_holds_the_posting(name):
    assert only(one(asked(), taken(asked(), payer_name=name)))["kind"] == "NAME_DIFFERS"


@pytest.mark.parametrize("name", ["沙箱 䶮", "沙箱䶮\u3000"])
def test_b33_a_name_written_with_blanks_is_the_same_name(name):
    assert outcomes(one(asked(), taken(asked(), payer_name=name))) == {1: "EXACT"}


def test_a_deduction_from_a_settled_loan_is_held_for_refund():
    made = decided(
        instructions=[asked()], results=[taken(asked())], registered=[account_of(1, settled=True)]
    )
    row = only(made)
    assert (row["kind"], row["direction"], row["unbooked_fen"]) == (
        "SETTLED_STILL_TAKEN", "LONG", 200_170,
    )  # fmt: skip


# ------------------------------------------------------------------ paid twice


def test_b21_the_second_success_of_an_instalment_is_too_much():
    again = asked(2, loan_no=loan(1))
    made = decided(instructions=[again, asked()], results=[taken(again), taken(asked())])
    assert outcomes(made) == {1: "EXACT", 2: "HELD"}
    row = only(made)
    assert (row["kind"], row["direction"], row["signed_fen"]) == (
        "DOUBLE_DEDUCTION",
        "LONG",
        200_170,
    )


def test_b21_two_partial_takings_of_one_instalment_are_not_both_booked():
    first, again = asked(full_flag="1"), asked(2, loan_no=loan(1), full_flag="1")
    made = decided(
        instructions=[first, again],
        results=[taken(first, taken_fen=150_000), taken(again, taken_fen=150_000)],
    )
    assert outcomes(made) == {1: "PARTIAL", 2: "HELD"}


def test_b21_a_success_nobody_asked_for_is_a_double_only_where_our_own_line_took_money():
    stray = taken(asked(9, loan_no=loan(1)))
    double = decided(instructions=[asked()], results=[taken(asked()), stray])
    assert only(double)["kind"] == "DOUBLE_DEDUCTION"
    extra = decided(instructions=[asked()], results=[refused(asked(), "03008"), stray])
    assert (only(extra)["kind"], only(extra)["signed_fen"]) == ("EXTRA_RESULT", 200_170)


def test_b28_one_card_that_pays_two_equal_loans_is_told_apart_by_serial():
    twin = asked(2, payer_account=card(1))
    made = decided(instructions=[asked(), twin], results=[refused(asked(), "03008"), taken(twin)])
    assert outcomes(made) == {1: "FAILED", 2: "EXACT"}


def test_b28_answers_swapped_between_two_equal_loans_are_not_matched_by_amount():
    twin = asked(2, payer_account=card(1))
    swapped = [taken(twin, serial=1), taken(asked(), serial=2)]
    made = decided(instructions=[asked(), twin], results=swapped)
    assert set(outcomes(made).values()) == {"HELD"}


# ------------------------------------------------------------------ several lines for one place


def test_b14_the_same_line_from_two_files_is_one_line_and_is_named():
    made = one(asked(), taken(asked(), id=1), taken(asked(), id=2))
    assert outcomes(made) == {1: "EXACT"}
    assert made.answers["taken_fen"].to_list() == [200_170]
    assert groups(made) == [("SAID_TWICE", [("result", 1), ("result", 2)])]


def test_b25_a_success_the_bank_takes_back_in_full_is_no_deduction():
    made = one(asked(), taken(asked(), id=1), taken(asked(), id=2, taken_fen=-200_170))
    assert outcomes(made) == {1: "FAILED"}
    assert groups(made) == [("RESULT_REVERSED", [("result", 1), ("result", 2)])]
    assert found(made) == []


def test_different_answers_to_one_instruction_are_never_chosen_among():
    made = one(asked(), taken(asked(), id=1), refused(asked(), "03008", id=2))
    row = only(made)
    assert (row["kind"], row["candidates"], row["signed_fen"]) == (
        "STATUS_DIFFERS",
        [1, 2],
        200_170,
    )
    assert outcomes(made) == {1: "HELD"}


def test_two_instructions_of_one_place_get_no_answer_and_its_money_is_nobodys():
    made = decided(instructions=[asked(1), asked(2, serial=1)], results=[taken(asked())])
    assert outcomes(made) == {1: "HELD", 2: "HELD"}
    assert found(made) == [("AMBIGUOUS", 1), ("AMBIGUOUS", 2), ("EXTRA_RESULT", 1)]


@pytest.mark.parametrize(("days", "held"), [(-1, True), (0, False), (9, False), (10, True)])
def test_a_booking_before_its_day_or_long_after_it_is_held(days, held):
    made = one(asked(), taken(asked(), host_date=TODAY + timedelta(days=days)))
    assert outcomes(made) == {1: "HELD" if held else "EXACT"}


# ------------------------------------------------------------------ the table, row by row


def rows_of(night):
    """A night of chance as rows of the frames, and its ids."""
    asked_ = [
        {name: value for name, value in asdict(item).items() if name in INSTRUCTION} | {"id": n}
        for n, item in enumerate(night.instructions)
    ]
    said = [
        {name: value for name, value in asdict(item).items() if name in RESULT} | {"id": n}
        for n, item in enumerate(night.results)
    ]
    return asked_, said


@settings(max_examples=60, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_the_engine_judges_every_line_as_the_table_read_row_by_row(chance):
    instructions, results = rows_of(night_of(chance))
    keys = [(one["batch_no"], one["serial"]) for one in results]
    results = [one for one in results if keys.count((one["batch_no"], one["serial"])) == 1]
    made = decided(instructions=instructions, results=results)
    kinds = dict(made.breaks.filter(side="instruction").select("id", "kind").iter_rows())
    judged = {key: (outcome, kinds.get(key)) for key, outcome in outcomes(made).items()}
    assert judged == verdicts(instructions, results)
