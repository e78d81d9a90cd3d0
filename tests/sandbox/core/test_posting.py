"""What the ledger makes of a posting. 入账."""

from decimal import Decimal

import psycopg
import pytest
from psycopg import errors

ONE_FEN = Decimal("0.01")


def test_an_exact_posting_is_posted_and_pays_the_instalment(core):
    posting = core.instruction()
    core.post(posting)
    assert core.answer(posting) == ("00", "已入账")
    assert core.state(posting) == ("paid", posting["mdj"])


def test_the_same_posting_twice_pays_once_and_shows_twice(core):
    posting = core.instruction()
    for _ in range(2):
        core.post(posting)
    assert core.count("exchange.repayment_posting") == 1
    assert core.code(posting) == "00"
    assert core.attempts(posting) == [False, True]


def test_another_posting_for_a_paid_instalment_is_answered_10(core):
    first, second = core.instruction(), core.instruction()
    for posting in (first, second):
        core.post(posting)
    assert core.code(second) == "10"
    assert core.state(first) == ("paid", first["mdj"])


def test_an_instalment_paid_before_the_first_night_is_answered_10(core):
    posting = core.instruction()
    posting["dqqc"] -= 1
    core.post(posting)
    assert core.code(posting) == "10"


@pytest.mark.parametrize("wrong", [{"dkzh": "08099999999999"}, {"dqqc": 9999}])
def test_an_instalment_that_does_not_exist_is_answered_11(core, wrong):
    posting = core.instruction() | wrong
    core.post(posting)
    assert core.code(posting) == "11"


def test_more_than_is_due_is_answered_12(core):
    posting = core.instruction()
    posting["dqyhbj"] += ONE_FEN
    posting["dqyhje"] += ONE_FEN
    core.post(posting)
    assert core.code(posting) == "12"
    assert core.state(posting) == ("due", None)


def test_a_sum_that_agrees_with_parts_that_do_not_is_answered_12(core):
    posting = core.instruction()
    posting["dqyhbj"] -= ONE_FEN
    posting["dqyhlx"] += ONE_FEN
    core.post(posting)
    assert core.code(posting) == "12"


def test_an_amount_that_is_not_the_sum_of_its_parts_is_no_posting_at_all(core):
    posting = core.instruction()
    posting["dqyhje"] += ONE_FEN
    with pytest.raises(errors.CheckViolation):
        core.post(posting)


def test_a_whole_night_is_posted_in_one_statement(core):
    core.gateway.execute("""
        insert into exchange.repayment_posting
        select md5(dkzh) || md5(pch), md5(dkzh) || md5(pch), yhdm, zhbh, ywrq, pch, xh, dkzh, dqqc,
               dqyhje, dqyhbj, dqyhlx, dqyhfx, ywrq, '0', '02', now()
        from exchange.deduction_instruction where ywrq = '2026-02-25'
        on conflict (mdj) do nothing""")
    rows = core.gateway.execute("select jgdm, count(*) from exchange.posting_result group by 1")
    assert rows.fetchall() == [("00", 135)]


def test_of_two_postings_at_the_same_moment_one_pays(core):
    first, second = core.instruction(2), core.instruction(2)
    with psycopg.connect(core.dsn.gateway) as other:
        core.post(first, other)
        core.gateway.execute("set lock_timeout = '100ms'")
        with pytest.raises(errors.LockNotAvailable):
            core.post(second)  # it waits for the first, as it should
        other.commit()
    core.post(second)
    assert (core.code(first), core.code(second)) == ("00", "10")
