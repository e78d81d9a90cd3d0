"""Passes 2, 4 and 5 on the statement and the ledger, by scenario. 对账单与入账勾对"""

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.bank.model.books import CreditForm
from tests.connectors.bank.recon.making import (
    BATCH,
    POLICY,
    TODAY,
    YESTERDAY,
    asked,
    card,
    counter,
    decided,
    entry,
    found,
    groups,
    line,
    loan,
    lump,
    only,
    outcomes,
    promise,
    taken,
    waiting,
)

BY_LINE = replace(POLICY, credits=CreditForm.LINE)
TWO = [asked(1), asked(2)]
BOTH = [taken(one) for one in TWO]
WHOLE = 2 * 200_170


def on(day, *lines):
    return decided(
        instructions=TWO, results=BOTH, statement=[one | {"booked_on": day} for one in lines]
    )


# ------------------------------------------------------------------ lumps


def test_b01_a_lump_of_the_batch_is_the_sum_of_its_successes():
    made = on(TODAY, lump(1, WHOLE))
    assert groups(made) == [("DECLARED_GROUP", [("expected", 0), ("statement", 1)])]
    assert found(made) == []
    assert waiting(made) == []


def test_a_serial_below_zero_counts_in_its_own_batch():
    stray = taken(asked(3, serial=-3, batch_no="Q"))
    made = decided(results=[taken(TWO[0]), stray])
    assert sorted(made.expected["batch_no"]) == [BATCH, "Q"]


def test_a_lump_in_two_bookings_is_one_group():
    made = on(TODAY, lump(1, 200_000), lump(2, WHOLE - 200_000))
    assert found(made) == []


def test_a_lump_booked_on_the_next_day_is_the_batch_of_the_evening_before():
    made = on(TODAY + timedelta(days=1), lump(1, WHOLE))
    assert found(made) == []


@pytest.mark.parametrize("off", [-200_170, -1, 1, 200_170])
def test_a_lump_that_is_off_is_the_groups_break_and_no_members(off):
    made = on(TODAY, lump(1, WHOLE + off))
    row = only(made)
    assert (row["kind"], row["id"], row["batch_no"], row["signed_fen"]) == (
        "LUMP_DIFFERS", None, BATCH, off,
    )  # fmt: skip
    assert outcomes(made) == {1: "EXACT", 2: "EXACT"}
    assert waiting(made) == [("expected", 0), ("statement", 1)]


def test_what_a_lump_lacked_clears_it_on_a_later_night():
    made = decided(
        expected=[promise(5, WHOLE)],
        statement=[lump(1, WHOLE - 7, first_seen=YESTERDAY, booked_on=YESTERDAY), lump(2, 7)],
    )
    assert groups(made) == [
        ("DECLARED_GROUP", [("expected", 5), ("statement", 1), ("statement", 2)])
    ]
    assert made.links["carried"].all()
    assert found(made) == []


def test_a_declared_batch_we_do_not_know_is_somebody_elses_money():
    made = decided(statement=[lump(1, 500, batch_no="ANOTHER")])
    assert found(made) == [("STATEMENT_UNCLAIMED", 1)]


# ------------------------------------------------------------------ not shown yet


def test_b22_what_the_statement_does_not_show_tonight_is_on_its_way():
    made = decided(instructions=TWO, results=BOTH)
    assert found(made) == []
    assert waiting(made) == [("expected", 0)]
    assert made.expected.select("batch_no", "fen", "count").rows() == [(BATCH, WHOLE, 2)]


def test_b22_what_the_statement_does_not_show_the_night_after_is_short():
    made = decided(expected=[promise(3, WHOLE)])
    row = only(made)
    assert (row["kind"], row["direction"], row["signed_fen"]) == ("CROSS_DAY", "SHORT", -WHOLE)
    assert waiting(made) == [("expected", 3)]


# ------------------------------------------------------------------ line by line


def test_line_credits_are_matched_by_host_serial_and_amount():
    made = decided(
        BY_LINE, instructions=TWO, results=BOTH,
        statement=[line(n, 200_170, host_serial=f"H0000000{n}") for n in (2, 1)],
    )  # fmt: skip
    assert [name for name, _ in groups(made)] == ["HOST_SERIAL", "HOST_SERIAL"]
    assert found(made) == []


def test_a_line_with_a_promised_serial_and_another_amount_goes_no_further():
    named = line(7, 200_171, host_serial="H00000001", remark=loan(1))
    made = decided(BY_LINE, instructions=TWO[:1], results=BOTH[:1], statement=[named])
    row = only(made)
    assert (row["kind"], row["id"], row["candidates"]) == ("AMOUNT_DIFFERS", 7, [0])


def test_a_serial_the_bank_used_twice_is_nobodys():
    twins = [line(n, 200_170, host_serial="H00000001") for n in (7, 8)]
    made = decided(BY_LINE, instructions=TWO[:1], results=BOTH[:1], statement=twins)
    assert groups(made) == []
    assert found(made) == [("AMOUNT_DIFFERS", 7), ("AMOUNT_DIFFERS", 8)]


@pytest.mark.parametrize(("padded", "left"), [(True, []), (False, [("STATEMENT_UNCLAIMED", 7)])])
def test_b38_leading_zeros_of_a_serial_are_nothing_where_the_bank_is_known_for_them(padded, left):
    made = decided(
        replace(BY_LINE, padded_serials=padded), instructions=TWO[:1],
        results=[taken(TWO[0], host_serial="0123")],
        statement=[line(7, 200_170, host_serial="123")],
    )  # fmt: skip
    assert found(made) == left


# ------------------------------------------------------------------ taken back


def test_b25_a_reversal_that_names_its_original_nets_with_it():
    made = decided(statement=[
        line(1, 500), line(2, -500, reversal=True, original_serial="S00000001"),
    ])  # fmt: skip
    assert groups(made) == [("REVERSAL_SERIAL", [("statement", 1), ("statement", 2)])]
    assert waiting(made) == []


def test_b25_a_reversal_of_a_reversal_lets_the_original_stand():
    made = decided(statement=[
        line(1, 500),
        line(2, -500, reversal=True, original_serial="S00000001"),
        line(3, 500, reversal=True, original_serial="S00000002"),
    ])  # fmt: skip
    assert groups(made) == [("REVERSAL_SERIAL", [("statement", 2), ("statement", 3)])]
    assert waiting(made) == [("statement", 1)]


def test_a_reversal_without_a_serial_nets_with_the_one_booking_of_its_counterparty():
    made = decided(statement=[
        line(1, 500, other_account=card(1)), line(2, 500, other_account=card(2)),
        line(3, -500, other_account=card(2), reversal=True),
    ])  # fmt: skip
    assert groups(made) == [("REVERSAL_OPPOSITE", [("statement", 2), ("statement", 3)])]


@pytest.mark.parametrize(
    "changes",
    [
        {"other_account": card(2)},  # another counterparty
        {"other_account": ""},  # nobody's
        {"other_account": "null"},  # nobody's, as ICBC writes it
        {"fen": -499},
        {"booked_on": YESTERDAY},  # before its original
    ],
)
def test_two_equal_amounts_that_nothing_ties_are_never_netted(changes):
    made = decided(statement=[
        line(1, 500, other_account=card(1)),
        line(2, -500, other_account=card(1), reversal=True) | changes,
    ])  # fmt: skip
    assert groups(made) == []
    assert ("REVERSAL_UNPAIRED", 2) in found(made)


def test_a_reversal_with_two_originals_is_not_paired():
    made = decided(statement=[
        line(1, 500, other_account=card(1)), line(2, 500, other_account=card(1)),
        line(3, -500, other_account=card(1), reversal=True),
    ])  # fmt: skip
    assert groups(made) == []


def returned(days, **changes):
    paid = line(1, -500, other_account=card(1), first_seen=YESTERDAY,
                booked_on=TODAY - timedelta(days=days))  # fmt: skip
    return decided(statement=[paid, line(2, 500, other_account=card(1)) | changes])


def test_b26_a_payment_the_bank_says_came_back_is_linked_and_its_business_opened_again():
    made = returned(6, summary="退汇")
    assert groups(made) == [("RETURNED", [("statement", 1), ("statement", 2)])]
    row = only(made)
    assert (row["kind"], row["id"], row["signed_fen"], row["amount_fen"]) == ("RETURNED", 2, 0, 500)


def test_b26_the_same_amount_from_the_same_account_without_a_word_is_a_suggestion():
    made = returned(6)
    assert groups(made) == []
    assert [name for name, _ in groups(made, automatic=False)] == ["RETURNED"]
    assert ("RETURNED", 2) in found(made)


def test_b26_after_ten_working_days_it_is_no_return():
    assert groups(returned(14, summary="退汇")) != []  # two weekends between
    assert groups(returned(15, summary="退汇")) == []


# ------------------------------------------------------------------ the ledger (pass 5)


def booked(**changes):
    made = decided(instructions=TWO[:1], results=BOTH[:1], ledger=[entry(4, TWO[0]) | changes])
    return made, made.answers.row(0, named=True)


def test_what_is_booked_already_is_not_posted_again():
    made, row = booked()
    assert (row["post"], row["ledger"], found(made)) == (False, 4, [])


@pytest.mark.parametrize(
    ("changes", "kind", "signed"),
    [
        ({"fen": 200_171, "principal_fen": 91_838}, "AMOUNT_DIFFERS", -1),
        ({"principal_fen": 91_836, "interest_fen": 108_334}, "COMPONENTS_DIFFER", 0),
        ({"booked_on": YESTERDAY}, "BOOKED_DAY_DIFFERS", 0),
        ({"reversed": True}, "TAKEN_NOT_POSTED", 200_170),
    ],
)
def test_a_booking_that_is_not_what_was_taken_is_told(changes, kind, signed):
    made, row = booked(**changes)
    assert (only(made)["kind"], only(made)["signed_fen"], row["post"]) == (kind, signed, False)


def test_two_bookings_of_one_deduction_are_one_too_many():
    made = decided(
        instructions=TWO[:1], results=BOTH[:1], ledger=[entry(4, TWO[0]), entry(5, TWO[0])]
    )
    assert (only(made)["kind"], only(made)["signed_fen"]) == ("AMOUNT_DIFFERS", -200_170)


@pytest.mark.parametrize(
    "said", [[], [taken(TWO[0], taken_fen=0, code="03008", host_date=None, host_serial="")]]
)
def test_posted_though_nothing_was_taken_is_short(said):
    made = decided(instructions=TWO[:1], results=said, ledger=[entry(4, TWO[0])])
    (row,) = made.breaks.filter(kind="POSTED_NOT_TAKEN").iter_rows(named=True)
    assert (row["direction"], row["signed_fen"], row["blocking"]) == ("SHORT", -200_170, True)


def test_a_held_deduction_somebody_has_booked_by_hand_is_money_that_agrees():
    made = decided(
        instructions=TWO[:1], results=[taken(TWO[0], payer_name="沙箱伟")],
        ledger=[entry(4, TWO[0])],
    )  # fmt: skip
    assert (only(made)["kind"], only(made)["signed_fen"]) == ("NAME_DIFFERS", 0)


def test_money_a_counter_has_booked_with_the_banks_serial_is_explained():
    made = decided(statement=[line(1, 500)], ledger=[counter(4, 500, host_serial="S00000001")])
    assert groups(made) == [("RECEIPT_BOOKED", [("ledger", 4), ("statement", 1)])]
    assert found(made) == []


def test_a_counters_booking_the_bank_knows_nothing_of_is_short():
    made = decided(ledger=[counter(4, 500)])
    assert (only(made)["kind"], only(made)["signed_fen"]) == ("POSTED_NOT_TAKEN", -500)


# ------------------------------------------------------------------ out of the fund account


def offset(id, **changes):
    return {
        "id": id,
        "loan_no": loan(1),
        "instalment_no": 13,
        "fen": 300,
        "booked_on": TODAY,
    } | changes


def test_a_repayment_out_of_the_fund_account_is_never_looked_for_at_the_bank():
    booked_ = counter(4, 300, kind="05", loan_no=loan(1), instalment_no=13)
    made = decided(offsets=[offset(9)], ledger=[booked_], statement=[line(1, 300)])
    assert groups(made) == [("OFFSET", [("ledger", 4), ("offset", 9)])]
    assert found(made) == [("STATEMENT_UNCLAIMED", 1)]


def test_an_offset_only_one_ledger_has_is_told_for_each_side():
    made = decided(offsets=[offset(9)], ledger=[counter(4, 301, kind="05", loan_no=loan(1))])
    assert made.breaks.select("kind", "side", "signed_fen").rows() == [
        ("OFFSET_DIFFERS", "ledger", 0), ("OFFSET_DIFFERS", "offset", 0),
    ]  # fmt: skip
