"""The outbox: drafted once per business key, moved only by its table. 待发箱"""

import pytest

from gateway.errors import Code, IllegalTransition
from gateway.ports import Grade, Reply, Signed, Verdict
from gateway.states import Answer
from gateway.store import alarms, leases, outbox
from gateway.store.messages import EVENT_OF, MESSAGE_STATES, MessageEvent, MessageState


@pytest.fixture
def write(store):
    """Drafts a message in a unit of its own; whether it was new."""

    def one(message):
        with store.begin() as work:
            return outbox.draft(store, work, message)

    return one


@pytest.fixture
def claimed(store, drafted):
    """A claim on a message that stands in some state."""

    def make(state):
        drafted(state=state)
        with store.begin() as work:
            return leases.claim(work, "m-1", "worker-1")

    return make


def test_a_message_is_drafted_once(write, draft, rows, entries):
    assert [write(draft()), write(draft())] == [True, False]
    assert rows("select state, reason from message") == [("DRAFTED", "")]
    assert [entry.event for entry in entries()] == ["message_drafted"]


def test_its_payload_is_archived_to_the_byte(write, draft, rows, store):
    write(draft(payload=b"\x00\xff"))
    assert store.archive.get(rows("select digest from message")[0][0]) == b"\x00\xff"


def test_the_same_id_with_another_payload_is_our_own_bug(write, draft, rows):
    write(draft(payload=b"pay 1.00"))
    with pytest.raises(IllegalTransition) as raised:
        write(draft(payload=b"pay 100."))
    assert (raised.value.code, raised.value.subject) == (Code.CONTENT_DIFFERS, "m-1")
    assert rows("select count(*) from payload") == [(1,)]


def test_another_id_with_the_same_payload_is_another_message(write, draft, rows):
    assert [write(draft("m-1")), write(draft("m-2"))] == [True, True]


def test_a_drafted_again_message_keeps_its_state(write, draft, drafted, rows):
    drafted(state=MessageState.REJECTED)
    assert write(draft()) is False
    assert rows("select state from message") == [("REJECTED",)]


def test_the_same_message_drafted_by_many_at_once_is_one(write, draft, at_once, rows, entries):
    """Bug: all but one crashed on the key, when the payload itself was known already."""
    write(draft("m-0"))
    assert sorted(at_once(*[lambda: write(draft())] * 6)) == [False] * 5 + [True]
    assert rows("select count(*) from outbox") == [(2,)]
    assert len(entries("m-1")) == 1


def test_two_payloads_for_one_id_at_once_leave_one_and_a_bug(write, draft, at_once, rows):
    got = at_once(*[lambda p=payload: write(draft(payload=p)) for payload in (b"one", b"two")])
    (refused,) = [one for one in got if one is not True]
    assert refused.code is Code.CONTENT_DIFFERS
    assert rows("select count(*) from message") == [(1,)]


def test_a_draft_of_a_step_that_failed_is_not_there(store, draft, rows):
    with pytest.raises(ZeroDivisionError), store.begin() as work:
        outbox.draft(store, work, draft())
        raise ZeroDivisionError
    assert rows("select * from message") == []


def test_messages_are_found_by_subject_in_the_order_of_their_ids(write, draft, store):
    for message in (draft("m-2"), draft("m-1"), draft("m-3", subject="night-2")):
        write(message)
    with store.begin() as work:
        found = outbox.of_subject(work, "night-1")
        assert outbox.find(work, "m-9") is None
    assert [message.message_id for message in found] == ["m-1", "m-2"]


def test_no_more_than_the_limit_is_due(write, draft, store):
    for number in range(5):
        write(draft(f"m-{number}"))
    with store.begin() as work:
        assert outbox.due(work, 3) == ["m-0", "m-1", "m-2"]


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("state", MessageState)
def test_an_answer_does_what_the_table_says_in_every_state(state, verdict, claimed, store, rows):
    ours, expected = claimed(state), MESSAGE_STATES.advance(state, EVENT_OF[verdict])
    with store.begin() as work:
        reply = Reply(verdict, Grade.B, b"raw", "their reason")
        assert outbox.take_reply(work, ours, reply) is expected.state
    moved = expected.answer is Answer.MOVE
    told = (verdict.name, "B", "their reason") if moved else (None, "C", "")
    assert rows("select state, verdict, grade, reason from message") == [
        (expected.state.name, *told)
    ]
    with store.begin() as work:
        bells = [bell.code for bell in alarms.ringing(work)]
    rejected = moved and expected.state is MessageState.REJECTED
    assert (
        bells
        == [Code.ANSWER_CONTRADICTS] * (expected.answer is Answer.CONTRADICTION)
        + [Code.MESSAGE_REJECTED] * rejected
    )


OURS = {
    MessageEvent.CLAIMED: lambda store, work, ours: outbox.intend(
        store, work, ours, Signed(b"signed")
    ),
    MessageEvent.LEASE_EXPIRED: lambda store, work, ours: outbox.lease_ran_out(work, ours),
    MessageEvent.OUTCOME_LOST: lambda store, work, ours: outbox.outcome_lost(
        work, ours, Code.SEND_OUTCOME_UNKNOWN
    ),
}


@pytest.mark.parametrize("event", OURS)
@pytest.mark.parametrize("state", MessageState)
def test_an_event_of_ours_moves_only_where_the_table_has_a_row(state, event, claimed, store, rows):
    ours = claimed(state)
    allowed = {row.state: row.to for row in MESSAGE_STATES.rows if row.event is event}
    try:
        with store.begin() as work:
            OURS[event](store, work, ours)
        assert state in allowed
    except IllegalTransition:
        assert state not in allowed
    assert rows("select state from message") == [(allowed.get(state, state).name,)]


def test_never_seen_ends_only_what_is_unknown(claimed, store, rows):
    ours = claimed(MessageState.ACKNOWLEDGED)
    with pytest.raises(IllegalTransition), store.begin() as work:
        outbox.never_seen(work, ours)
    assert rows("select state from message") == [("ACKNOWLEDGED",)]


def test_every_attempt_stays_on_record(claimed, store, rows, clock):
    ours = claimed(MessageState.DRAFTED)
    with store.begin() as work:
        outbox.intend(store, work, ours, Signed(b"signed"))
    with store.begin() as work:
        outbox.outcome_lost(work, ours, Code.SEND_OUTCOME_UNKNOWN)
    with store.begin() as work:
        again = leases.claim(work, "m-1", "worker-2")
        outbox.begin_enquiry(work, again)
    reply = Reply(Verdict.ACCEPTED, Grade.A, b"their answer")
    with store.begin() as work:
        outbox.keep_reply(store, work, again, reply)
    assert rows("select fence, act, outcome, grade from attempt order by fence") == [
        (1, "send", "SEND_OUTCOME_UNKNOWN", "E"),
        (2, "enquire", "ACCEPTED", "A"),
    ]
    kept = rows("select reply_digest from attempt where fence = 2")[0][0]
    assert store.archive.get(kept) == b"their answer"
