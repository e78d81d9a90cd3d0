"""Postings at the ledger: once by key, and every answer a verdict. 入账"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from connectors.core_system import codec
from connectors.core_system.flows import PostingCourier, draft_postings
from connectors.core_system.model import PostingKind
from gateway.errors import Code, IllegalTransition, NotConfigured
from gateway.money import yuan_of
from gateway.ports import Outgoing, Verdict
from tests.transports.core_system.conftest import posting_of


@pytest.fixture
def courier(core):
    return PostingCourier(core.wire)


@pytest.fixture
def rows_of_postings(engine):
    """How many postings our own database has."""

    def count():
        with engine.connect() as connection:
            return connection.execute(text("select count(*) from posting")).scalar_one()

    return count


def message(postings):
    return Outgoing("m-1", "core_system", "core.postings", "night-1", codec.encode(postings))


def test_postings_are_in_the_ledger_to_the_fen(core, postings):
    core.wire.post(postings)
    rows = core.ask(
        "select mdj, zhaiyao, dkzh, dqqc, fse, bjje, lxje, fxje, jzrq, yhjslsh, dkywmxlx "
        "from exchange.repayment_posting order by xh"
    )
    assert rows == [
        (
            one.key, codec.content_digest(one), one.loan_no, one.instalment_no,
            *(yuan_of(fen) for fen in (
                one.fen, one.principal_fen, one.interest_fen, one.penalty_fen)),
            one.booked_on, "H0001", "02",
        )
        for one in postings
    ]  # fmt: skip
    assert (core.paid(), core.attempts()) == (3, [False] * 3)


def test_what_is_posted_twice_is_posted_once(core, postings):
    for _ in range(3):
        core.wire.post(postings)
    assert (core.posted(), core.paid()) == (3, 3)
    assert sorted(core.attempts()) == [False] * 3 + [True] * 6, "all arrived, three had an effect"


def test_posted_by_many_at_once_it_is_posted_once(core, postings):
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: core.wire.post(postings), range(4)))
    assert (core.posted(), core.paid()) == (3, 3)


def test_all_of_a_batch_is_posted_or_nothing(core, postings):
    broken = replace(postings[2], fen=postings[2].fen + 1)  # the sum is not its parts
    with pytest.raises(NotConfigured) as raised:
        core.wire.post([*postings[:2], broken])
    assert raised.value.code is Code.INTERFACE_DIFFERS
    assert (core.posted(), core.attempts()) == (0, [])


def test_a_row_the_core_will_not_take_is_not_a_matter_of_time(core, postings):
    """Bug: a row refused by the core's own rules was said to be an unreachable database."""
    core.do("revoke insert on exchange.repayment_posting from core_exchange")
    try:
        with pytest.raises(NotConfigured) as raised:
            core.wire.post(postings)
    finally:
        core.do("grant insert on exchange.repayment_posting to core_exchange")
    assert (raised.value.code, raised.value.detail) == (
        Code.INTERFACE_DIFFERS,
        "repayment_posting",
    )


def test_results_are_those_asked_for_and_none_for_what_was_never_there(core, postings):
    core.wire.post(postings[:2])
    found = core.wire.results([one.key for one in postings])
    assert {result.key for result in found} == {one.key for one in postings[:2]}
    assert {(result.code, result.text) for result in found} == {("00", "已入账")}
    assert core.wire.results([]) == []


def test_a_night_of_any_size_can_be_asked_for_at_once(core, postings):
    """Bug: with more than 65535 postings the answer could never be read, only the posting sent."""
    core.wire.post(postings)
    many = [f"{number:064x}" for number in range(70_000)] + [one.key for one in postings]
    assert len(core.wire.results(many)) == 3


def test_a_night_of_any_size_can_be_drafted(store, rows_of_postings, postings):
    """Bug: with more than 13107 postings the night could not be decided."""
    many = [replace(postings[0], serial=number) for number in range(1, 13_200)]
    with store.begin() as work:
        assert draft_postings(store, work, "night-1", many)
        assert draft_postings(store, work, "night-1", many)
    assert rows_of_postings() == 13_199


def test_a_batch_taken_whole_is_accepted(courier, postings):
    reply = courier.send(message(postings), codec.encode(postings))
    assert (reply.verdict, "已入账 3 笔，未入账 0 笔" in reply.reason) == (Verdict.ACCEPTED, True)
    assert len(codec.decode_results(reply.raw)) == 3


def paid_before(core, asked):
    core.wire.post([posting_of(asked, serial=9001)])
    return posting_of(asked)


def no_such_instalment(core, asked):
    return posting_of(asked, instalment_no=999)


def more_than_due(core, asked):
    more = {"fen": asked.asked_fen + 1, "principal_fen": asked.principal_fen + 1}
    return posting_of(asked, **more)


def another_split(core, asked):
    parts = {"principal_fen": asked.principal_fen - 1, "interest_fen": asked.interest_fen + 1}
    return posting_of(asked, **parts)


def reversal_of_nothing(core, asked):
    return posting_of(asked, reversal_of="0" * 64)


def prepayment(core, asked):
    return posting_of(asked, kind=PostingKind.PREPAYMENT)


REFUSALS = [
    (paid_before, "10"),
    (no_such_instalment, "11"),
    (more_than_due, "12"),
    (another_split, "12"),
    (reversal_of_nothing, "13"),
    (prepayment, "14"),
]


@pytest.mark.parametrize(("make", "code"), REFUSALS)
def test_what_the_ledger_refuses_is_rejected_with_its_code(make, code, core, courier, instructions):
    posting = make(core, instructions[0])
    paid = core.paid()
    reply = courier.send(message([posting]), codec.encode([posting]))
    assert reply.verdict is Verdict.REJECTED
    assert [result.code for result in codec.decode_results(reply.raw)] == [code]
    assert core.paid() == paid


def test_a_batch_taken_in_part_says_so(core, courier, postings, instructions):
    batch = [*postings[1:], more_than_due(core, instructions[0])]
    reply = courier.send(message(batch), codec.encode(batch))
    assert (reply.verdict, core.paid()) == (Verdict.PARTIAL, 2)
    assert "已入账 2 笔，未入账 1 笔" in reply.reason


def test_an_answer_that_is_not_there_yet_is_pending(core, courier, postings):
    core.wire.post(postings)
    core.do(f"delete from ledger.posting_answer where mdj = '{postings[0].key}'")
    assert courier.enquire(message(postings), codec.encode(postings)).verdict is Verdict.PENDING


def test_a_code_nobody_agreed_on_is_pending_and_no_success(core, courier, postings):
    core.wire.post(postings)
    core.do("alter table ledger.posting_answer drop constraint posting_answer_jgdm_check")
    try:
        core.do("update ledger.posting_answer set jgdm = '77'")
        reply = courier.enquire(message(postings), codec.encode(postings))
    finally:
        core.do(
            "truncate ledger.posting_answer",
            "alter table ledger.posting_answer add constraint posting_answer_jgdm_check "
            "check (jgdm in ('00', '10', '11', '12', '13', '14'))",
        )
    assert reply.verdict is Verdict.PENDING


def test_another_content_under_our_key_is_our_own_bug_and_never_a_success(core, courier, postings):
    core.wire.post([replace(postings[0], host_serial="H0002")])
    for act in (courier.send, courier.enquire):
        with pytest.raises(IllegalTransition) as raised:
            act(message(postings[:1]), codec.encode(postings[:1]))
        assert (raised.value.code, raised.value.subject) == (Code.CONTENT_DIFFERS, "m-1")
    assert core.posted() == 1


def test_asking_for_what_never_arrived_proves_that_it_did_not(courier, postings):
    assert courier.enquire(message(postings), codec.encode(postings)) is None
