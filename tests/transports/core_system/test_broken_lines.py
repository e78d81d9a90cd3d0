"""A line to the core that breaks: nothing is there, or it is asked for. 核心系统线路故障"""

import time

import pytest
from sqlalchemy import text

from connectors.core_system import codec, transport
from connectors.core_system.flows import PostingCourier
from gateway.errors import Code, OutcomeUnknown, TransportError
from gateway.ports import Outgoing, Verdict
from gateway.store import database
from gateway.store.database import connect
from gateway.store.leases import LEASE_SECONDS


def message(postings):
    return Outgoing("m-1", "core_system", "core.postings", "night-1", codec.encode(postings))


def saying(word):
    return lambda data: word in data


def test_a_line_cut_before_the_commit_leaves_nothing(core, core_behind, postings):
    wire, _ = core_behind(cut_at=saying(b"insert into"))
    with pytest.raises(TransportError) as raised:
        wire.post(postings)
    assert raised.value.code is Code.DATABASE_UNREACHABLE
    assert (core.posted(), core.attempts()) == (0, [])


def test_a_server_that_ends_us_before_the_commit_leaves_nothing(
    core, core_behind, postings, access
):
    """As an administrator, or a server going down, does it."""
    admin = connect(access.server.admin())

    def end(data):
        if b"insert into" in data:
            with admin.connect() as connection:
                connection.execute(
                    text(
                        "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
                        "where usename = 'core_exchange'"
                    )
                )
        return False

    wire, _ = core_behind(cut_at=end)
    with pytest.raises(TransportError):
        wire.post(postings)
    assert core.posted() == 0


def test_a_commit_that_never_arrived_is_unknown_and_asking_shows_that_it_did_not(
    core, core_behind, postings
):
    wire, _ = core_behind(cut_at=saying(b"COMMIT"))
    with pytest.raises(OutcomeUnknown) as raised:
        wire.post(postings)
    assert raised.value.code is Code.SEND_OUTCOME_UNKNOWN
    courier = PostingCourier(core.wire)
    assert courier.enquire(message(postings), codec.encode(postings)) is None
    assert core.posted() == 0


def test_a_commit_whose_answer_is_lost_is_unknown_and_asking_finds_it(core, core_behind, postings):
    wire, _ = core_behind(cut_at=saying(b"COMMIT"), server_hears=True)
    with pytest.raises(OutcomeUnknown):
        wire.post(postings)
    reply = PostingCourier(core.wire).enquire(message(postings), codec.encode(postings))
    assert reply.verdict is Verdict.ACCEPTED
    assert (core.posted(), core.attempts()) == (3, [False] * 3)


def test_a_line_cut_while_the_answer_is_read_back_is_unknown_though_it_is_posted(
    core, core_behind, postings
):
    wire, _ = core_behind(cut_at=saying(b"posting_result"))
    with pytest.raises(OutcomeUnknown):
        PostingCourier(wire).send(message(postings), codec.encode(postings))
    assert core.posted() == 3


def test_an_answer_we_may_not_read_is_unknown_though_it_is_posted(core, postings):
    """Bug: it passed for a thing that a person has to configure, as if nothing had been sent."""
    core.do("revoke select on exchange.posting_result from core_exchange")
    try:
        with pytest.raises(OutcomeUnknown):
            PostingCourier(core.wire).send(message(postings), codec.encode(postings))
    finally:
        core.do("grant select on exchange.posting_result to core_exchange")
    assert core.posted() == 3


def test_a_row_the_core_has_locked_is_waited_for_only_so_long(core, core_behind, postings):
    """Bug: it was waited for two minutes and more, long after the lease had run out."""
    wire, _ = core_behind(seconds=0.5)
    with core.owner.connect() as busy:
        lock = "select * from ledger.instalment where dkzh = :dkzh for update"
        busy.execute(text(lock), {"dkzh": postings[1].loan_no})
        begun = time.monotonic()
        with pytest.raises(TransportError):
            wire.post(postings)
        assert time.monotonic() - begun < 2
        busy.rollback()
    time.sleep(0.1)
    assert core.posted() == 0


@pytest.mark.parametrize(
    ("word", "error"), [(b"insert into", TransportError), (b"COMMIT", OutcomeUnknown)]
)
def test_a_core_that_falls_silent_is_waited_for_only_so_long(word, error, core_behind, postings):
    """Bug: no limit of the database's own ends the waiting for a machine that says nothing."""
    line = None

    def fall_silent(data):
        if word in data:
            line.silent_after = 0
        return False

    wire, line = core_behind(seconds=0.5, cut_at=fall_silent)
    begun = time.monotonic()
    with pytest.raises(error):
        wire.post(postings)
    assert time.monotonic() - begun < 2


def test_a_reading_that_is_cut_is_a_matter_of_time(core_behind, instructions):
    wire, _ = core_behind(cut_at=saying(b"deduction_instruction"))
    with pytest.raises(TransportError) as raised:
        wire.instructions("990001", "ZH01", instructions[0].business_date)
    assert raised.value.code is Code.DATABASE_UNREACHABLE


def test_posting_and_reading_back_end_before_the_lease_on_the_message():
    working = transport._POST_SECONDS + transport._ANSWER_SECONDS
    assert 2 * database._CONNECT_TIMEOUT_SECONDS + working < LEASE_SECONDS


def test_no_connection_is_left_open(core, postings):
    for _ in range(3):
        core.wire.post(postings)
        core.wire.results([postings[0].key])
    left = core.ask("select count(*) from pg_stat_activity where usename = 'core_exchange'")
    assert left == [(0,)]
