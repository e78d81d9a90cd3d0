"""A ledger over days: dues, penalties, partial repayments, reversals, accounts. 账务随日变化."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from psycopg.rows import dict_row

from sandbox.core.acts import AccountChange, Acts
from sandbox.core.fill import fill
from sandbox.core.rows import SHANGHAI

MONDAY = date(2026, 3, 2)
PARTS = ("dqyhbj", "dqyhlx", "dqyhfx")


@pytest.fixture(scope="module")
def filled(databases, wanted):
    """A core of its own: days do not go back."""
    database = databases()
    fill(database.owner, "gw", wanted())
    return database


@pytest.fixture
def acts(filled, core):
    return Acts(filled.owner)


def due(core, asked):
    """Return the row of what is left of the instalment an instruction asked for."""
    with core.gateway.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select * from exchange.due_instalment where dkzh = %(dkzh)s and dqqc = %(dqqc)s", asked
        ).fetchone()


def parts(row):
    return tuple(row[part] for part in PARTS)


def test_what_is_due_is_what_was_instructed(core):
    asked = core.instruction(2)
    assert parts(due(core, asked)) == parts(asked)
    assert due(core, asked)["hkzh"] == asked["hkzh"]


def test_a_part_that_is_paid_leaves_the_rest_due_b07(core):
    asked = core.instruction(3)
    part = asked | {"dqyhbj": Decimal("1.00"), "dqyhfx": Decimal(0)}
    part["dqyhje"] = part["dqyhbj"] + part["dqyhlx"]
    core.post(part)
    left = due(core, asked)
    assert core.answer(part) == ("00", "已入账")
    assert left["dqyhbj"] == asked["dqyhbj"] - 1
    assert (left["dqyhlx"], left["dqyhfx"]) == (0, asked["dqyhfx"])


def test_a_reversal_makes_it_due_as_if_it_had_never_been_paid_b25(core):
    asked = core.instruction(4)
    balance = balance_of(core, asked)
    core.post(asked)
    assert due(core, asked) is None
    assert balance_of(core, asked) == balance - asked["dqyhbj"]
    reverse(core, asked, "e" * 64)
    assert parts(due(core, asked)) == parts(asked)
    assert balance_of(core, asked) == balance
    reverse(core, asked, "f" * 64)
    assert core.code({"mdj": "f" * 64}) == "13", "nothing is taken back twice"


def balance_of(core, asked):
    return core.gateway.execute(
        "select dkye from exchange.loan_account where dkzh = %(dkzh)s", asked
    ).fetchone()[0]


def reverse(core, asked, key):
    core.gateway.execute(
        "insert into exchange.repayment_posting (mdj, zhaiyao, yhdm, zhbh, ywrq, pch, xh, dkzh, "
        "dqqc, fse, bjje, lxje, fxje, jzrq, yhjslsh, dkywmxlx, czbz, ymdj) select %(key)s, zhaiyao,"
        " yhdm, zhbh, ywrq, pch, xh, dkzh, dqqc, fse, bjje, lxje, fxje, jzrq, yhjslsh, dkywmxlx, "
        "'02', mdj from exchange.repayment_posting where mdj = %(mdj)s",
        asked | {"key": key},
    )


def test_an_overdue_amount_bears_penalty_interest_to_the_business_date(acts, core):
    asked = core.instruction(5)
    loan = core.owner.execute("select dkll from ledger.loan where dkzh = %(dkzh)s", asked)
    rate = loan.fetchone()[0]
    before = due(core, asked)
    acts.advance(MONDAY)
    overdue = asked["dqyhbj"] + asked["dqyhlx"]
    days = (MONDAY - asked["ywrq"]).days
    grown = before["dqyhfx"] + (overdue * rate * Decimal("1.5") * days / 360).quantize(
        Decimal("0.01")
    )
    assert due(core, asked)["ywrq"] == MONDAY
    assert abs(due(core, asked)["dqyhfx"] - grown) <= Decimal("0.01")


def test_a_posting_counts_from_its_own_booking_date(acts, core):
    """The bank took it on its business date; the penalty of the days since then falls away."""
    acts.advance(MONDAY + timedelta(days=1))
    asked = core.instruction(6)
    core.post(asked)
    assert core.answer(asked) == ("00", "已入账")
    assert due(core, asked) is None


def test_an_account_changed_in_the_afternoon_is_in_force_on_the_next_business_date_b27(acts, core):
    asked = core.instruction(7)
    acts.advance(MONDAY + timedelta(days=2))
    at = datetime(2026, 3, 4, 15, tzinfo=SHANGHAI)
    change = AccountChange(asked["dkzh"], "new", "沙箱新", "990001000001", at, "张", "李")
    acts.change_account(change)
    assert due(core, asked)["hkzh"] == asked["hkzh"]
    acts.advance(MONDAY + timedelta(days=3))
    assert due(core, asked)["hkzh"] == "new"
    assert due(core, asked)["xybh"] is None, "the mandate was for the old account"
    acts.sign("XY-new", asked["dkzh"], "new", at)
    assert due(core, asked)["xybh"] == "XY-new"
    acts.revoke("XY-new", at + timedelta(hours=1))
    assert due(core, asked)["xybh"] is None


def test_an_offset_from_the_fund_account_stands_in_both_ledgers(acts, core):
    asked = core.instruction(8)
    owed = sum(parts(due(core, asked)))
    acts.offset("99000001", asked["dkzh"], asked["dqqc"])
    entry = core.gateway.execute(
        "select fse, dkywmxlx from exchange.ledger_entry where dkzh = %(dkzh)s", asked
    )
    offset = core.gateway.execute(
        "select fse from exchange.fund_offset where dkzh = %(dkzh)s", asked
    )
    assert (entry.fetchone(), offset.fetchone()) == ((owed, "05"), (owed,))
    core.post(asked)
    assert core.code(asked) == "10"


def test_a_loan_paid_off_at_the_counter_takes_nothing_more(acts, core):
    asked = core.instruction(9)
    acts.pay_off(asked["dkzh"])
    assert due(core, asked) is None
    core.post(asked)
    assert core.code(asked) == "10"
    status = core.gateway.execute(
        "select dkzt, dkye from exchange.loan_account where dkzh = %(dkzh)s", asked
    )
    assert status.fetchone() == ("03", 0)


def test_a_plain_batch_holds_the_dues_of_the_day_that_may_be_debited(acts, core):
    held = core.instruction(10)
    acts.hold(held["dkzh"], "02")
    without = core.instruction(11)
    acts.instruct("990001", "ZH01", "PLAIN", [without["dkzh"]])
    loans = core.owner.execute("select dkzh from ledger.instruction where pch = 'PLAIN'")
    asked = {loan for (loan,) in loans}
    assert core.instruction(12)["dkzh"] in asked
    assert not {held["dkzh"], without["dkzh"]} & asked
