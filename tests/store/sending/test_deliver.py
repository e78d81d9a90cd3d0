"""One worker brings one message to its end: whatever the line does, it is done once. 发送"""

import json
from datetime import timedelta

import pytest

from gateway.errors import (
    Code,
    NotConfigured,
    RefusedHere,
    SignatureInvalid,
    TransportError,
)
from gateway.flows.sending import deliver, deliver_subject
from gateway.ports import Verdict
from gateway.retrying import DEFAULT_POLICY
from gateway.store import alarms
from gateway.store.messages import MessageState
from tests.store.sending.parts import Does


def state_of(rows, message_id="m-1"):
    found = rows("select state from message where message_id = :id", id=message_id)
    return MessageState[found[0].state]


def waits_seconds(rows, clock):
    return (rows("select next_attempt_at from outbox")[0][0] - clock.now()).total_seconds()


def test_a_message_is_sent_once_and_acknowledged(worker, drafted, counterparty, entries):
    drafted()
    assert deliver(worker(), "m-1") is MessageState.ACKNOWLEDGED
    assert counterparty.arrivals == [("m-1", b"signature 1 of pay once")]
    assert [entry.event for entry in entries("m-1")] == [
        "message_drafted", "send_intended", "reply_received", "message_answered",
    ]  # fmt: skip


def test_an_acknowledged_message_is_never_sent_again(worker, drafted, counterparty):
    drafted()
    deliver(worker(), "m-1")
    assert deliver(worker(), "m-1") is MessageState.ACKNOWLEDGED
    assert len(counterparty.arrivals) == 1


def test_a_refused_message_waits_for_a_person(worker, drafted, counterparty):
    drafted()
    counterparty.verdict = Verdict.REJECTED
    assert deliver(worker(), "m-1") is MessageState.REJECTED
    assert deliver(worker(), "m-1") is MessageState.REJECTED
    assert counterparty.settled == [("m-1", Verdict.REJECTED)]


def test_the_exact_bytes_are_archived_before_they_leave(worker, drafted, counterparty, rows, store):
    drafted()
    seen = []

    def look():
        seen.extend(rows("select signed_digest from attempt where ended_at is null"))

    counterparty.meanwhile["send"] = look
    deliver(worker(), "m-1")
    assert [store.archive.get(digest) for (digest,) in seen] == [counterparty.arrivals[0][1]]


def test_the_raw_answer_is_kept_under_the_digest_in_the_journal(
    worker, drafted, counterparty, entries, store
):
    drafted()
    deliver(worker(), "m-1")
    received = next(entry for entry in entries("m-1") if entry.event == "reply_received")
    assert store.archive.get(json.loads(received.facts)["digest"]) == b"m-1 ACCEPTED"


@pytest.mark.parametrize(
    ("does", "error", "code"),
    [
        (Does.BE_DOWN, TransportError, Code.NO_CONNECTION),
        (Does.REFUSE_LOGIN, NotConfigured, Code.LOGIN_REFUSED),
        (Does.SHOW_ANOTHER_KEY, SignatureInvalid, Code.HOST_KEY_DIFFERS),
    ],
)
def test_what_fails_before_the_first_byte_leaves_it_drafted_until_the_policy_says(
    does, error, code, worker, drafted, counterparty, rows, clock
):
    drafted()
    counterparty.plan.append(does)
    with pytest.raises(error) as raised:
        deliver(worker(), "m-1")
    assert raised.value.code is code
    assert state_of(rows) is MessageState.DRAFTED
    assert waits_seconds(rows, clock) == pytest.approx(DEFAULT_POLICY.first_delay_seconds, abs=1)
    assert rows("select outcome, ended_at is null from attempt") == [(code.name, False)]
    assert rows("select lease_owner, lease_until from outbox") == [(None, None)]


def test_what_never_left_in_its_time_never_leaves(worker, drafted, counterparty, clock, entries):
    drafted(not_after=clock.now())
    assert deliver(worker(), "m-1") is MessageState.EXPIRED
    assert deliver(worker(), "m-1") is MessageState.EXPIRED
    assert counterparty.arrivals == []
    assert [entry.event for entry in entries("m-1")] == ["message_drafted", "message_expired"]


def test_what_leaves_in_its_time_is_sent(worker, drafted, counterparty, clock):
    drafted(not_after=clock.now() + timedelta(seconds=30))
    assert deliver(worker(), "m-1") is MessageState.ACKNOWLEDGED
    assert len(counterparty.arrivals) == 1


def test_b05_what_may_have_left_is_asked_for_after_its_time_too(
    worker, drafted, counterparty, clock
):
    drafted(not_after=clock.now() + timedelta(seconds=30))
    counterparty.plan.append(Does.LOSE_THE_ANSWER)
    counterparty.meanwhile["sent"] = lambda: clock.forward(3600)
    assert deliver(worker(), "m-1") is MessageState.ACKNOWLEDGED
    assert (len(counterparty.arrivals), counterparty.enquiries) == (1, 1)


def test_b05_what_they_prove_never_to_have_seen_is_not_sent_again_after_its_time(
    worker, drafted, counterparty, clock
):
    drafted(state=MessageState.UNKNOWN, not_after=clock.now())
    assert deliver(worker(), "m-1") is MessageState.EXPIRED
    assert counterparty.arrivals == []


def test_each_failure_puts_the_next_attempt_further_off(worker, drafted, counterparty, rows, clock):
    drafted()
    counterparty.plan.extend([Does.BE_DOWN] * 3)
    waited = []
    for _ in range(3):
        with pytest.raises(TransportError):
            deliver(worker(), "m-1")
        waited.append(round(waits_seconds(rows, clock)))
        clock.forward(waited[-1] + 1)
    assert waited == [60, 120, 240]


def test_a_message_that_is_not_due_is_not_tried(worker, drafted, counterparty):
    drafted()
    counterparty.plan.append(Does.BE_DOWN)
    with pytest.raises(TransportError):
        deliver(worker(), "m-1")
    with pytest.raises(RefusedHere) as raised:
        deliver(worker(pause=lambda seconds: pytest.fail(f"waited {seconds}")), "m-1")
    assert raised.value.code is Code.CLAIMED_ELSEWHERE


def test_a_resend_carries_the_archived_bytes_and_no_new_signature(
    worker, drafted, counterparty, clock
):
    drafted()
    counterparty.plan.append(Does.BE_DOWN)
    with pytest.raises(TransportError):
        deliver(worker(), "m-1")
    clock.forward(61)
    deliver(worker(), "m-1")
    assert counterparty.arrivals == [("m-1", b"signature 1 of pay once")]


def test_a_lost_request_is_asked_for_and_then_sent_with_the_same_bytes(
    worker, drafted, counterparty, entries
):
    drafted()
    counterparty.plan.append(Does.LOSE_THE_REQUEST)
    assert deliver(worker(), "m-1") is MessageState.ACKNOWLEDGED
    assert counterparty.arrivals == [("m-1", b"signature 1 of pay once")]
    assert [entry.event for entry in entries("m-1")] == [
        "message_drafted", "send_intended", "message_unknown", "enquiry_begun", "enquiry_answered",
        "send_intended", "reply_received", "message_answered",
    ]  # fmt: skip


def test_a_lost_answer_is_asked_for_and_never_sent_again(worker, drafted, counterparty):
    drafted()
    counterparty.plan.append(Does.LOSE_THE_ANSWER)
    assert deliver(worker(), "m-1") is MessageState.ACKNOWLEDGED
    assert (len(counterparty.arrivals), counterparty.enquiries) == (1, 1)


def test_an_answer_whose_signature_does_not_hold_is_no_sign_that_nothing_was_sent(
    worker, drafted, counterparty, rows
):
    """They have it: sent again it would count twice."""
    drafted()
    counterparty.plan.extend([Does.ANSWER_UNVERIFIED, Does.BE_DOWN])
    with pytest.raises(TransportError):
        deliver(worker(), "m-1")
    assert state_of(rows) is MessageState.UNKNOWN
    outcomes = rows("select act, outcome from attempt order by fence")
    assert outcomes == [("send", "SIGNATURE_WRONG"), ("enquire", "NO_CONNECTION")]
    assert len(counterparty.arrivals) == 1


def test_while_nobody_answers_the_outcome_stays_unknown_and_nothing_is_resent(
    worker, drafted, counterparty, rows, clock
):
    drafted()
    counterparty.plan.extend([Does.LOSE_THE_ANSWER, Does.BE_DOWN, Does.BE_DOWN])
    for _ in range(2):
        with pytest.raises(TransportError):
            deliver(worker(), "m-1")
        assert state_of(rows) is MessageState.UNKNOWN
        clock.forward(3600)
    assert len(counterparty.arrivals) == 1
    assert deliver(worker(), "m-1") is MessageState.ACKNOWLEDGED
    assert len(counterparty.arrivals) == 1


def test_an_unknown_outcome_rings_until_it_is_known(worker, drafted, counterparty, store, clock):
    drafted()
    counterparty.plan.extend([Does.LOSE_THE_ANSWER, Does.BE_DOWN])
    with pytest.raises(TransportError):
        deliver(worker(), "m-1")
    with store.begin() as work:
        assert [bell.code for bell in alarms.ringing(work)] == [Code.SEND_OUTCOME_UNKNOWN]
    clock.forward(3600)
    deliver(worker(), "m-1")
    with store.begin() as work:
        assert alarms.ringing(work) == []


def test_a_pending_message_stays_unknown_and_is_asked_for_later(
    worker, drafted, counterparty, rows, clock
):
    drafted()
    counterparty.plan.extend([Does.STILL_WORK, Does.STILL_WORK])
    for _ in range(2):
        with pytest.raises(RefusedHere):
            deliver(worker(), "m-1")
        assert state_of(rows) is MessageState.UNKNOWN
        assert waits_seconds(rows, clock) == pytest.approx(60, abs=1)
        clock.forward(61)
    assert deliver(worker(), "m-1") is MessageState.ACKNOWLEDGED
    assert len(counterparty.arrivals) == 1


def test_a_message_nobody_drafted_is_said_to_be_missing(worker, engine):
    with pytest.raises(NotConfigured) as raised:
        deliver(worker(), "m-none")
    assert raised.value.code is Code.NOT_FOUND


def test_one_subject_is_brought_to_its_end_even_if_its_first_message_cannot_be_sent(
    worker, drafted, counterparty, rows
):
    drafted("m-1")
    drafted("m-2")
    counterparty.plan.append(Does.BE_DOWN)
    with pytest.raises(TransportError):
        deliver_subject(worker(), "night-1")
    assert state_of(rows, "m-1") is MessageState.DRAFTED
    assert state_of(rows, "m-2") is MessageState.ACKNOWLEDGED


def test_only_the_messages_of_the_subject_are_sent(worker, drafted, counterparty):
    drafted("m-1")
    drafted("m-2", subject="night-2")
    assert deliver_subject(worker(), "night-2") == {"m-2": MessageState.ACKNOWLEDGED}
    assert [message_id for message_id, _ in counterparty.arrivals] == ["m-2"]
