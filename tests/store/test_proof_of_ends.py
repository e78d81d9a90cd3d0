"""Nothing ends on grade D or E: the rule, and behind it the database. 凭据不足不了结"""

from itertools import product

import pytest
from sqlalchemy import text

from gateway.errors import Code
from gateway.ports import Grade, Reply, Signed, Verdict
from gateway.store import alarms, leases, outbox
from gateway.store.messages import MessageState

WEAK = (Grade.D, Grade.E)
ENDS = (Verdict.ACCEPTED, Verdict.DUPLICATE, Verdict.PARTIAL, Verdict.REJECTED)
_ARCHIVED = "0" * 64


@pytest.fixture
def answered(store, drafted):
    """Drafts a message, claims it, brings it to a state, takes a reply; the new state and bells."""

    def answer(state, reply):
        drafted(state=state)
        with store.begin() as work:
            ours = leases.claim(work, "m-1", "worker-1")
            if state is MessageState.DRAFTED:
                outbox.intend(store, work, ours, Signed(b"signed"))
        with store.begin() as work:
            after = outbox.take_reply(work, ours, reply)
            return after, [alarm.code for alarm in alarms.ringing(work)]

    return answer


@pytest.mark.parametrize(("verdict", "grade"), list(product(ENDS, WEAK)))
def test_an_end_on_too_little_proof_leaves_the_message_unknown_and_rings(
    verdict, grade, answered, rows
):
    after, bells = answered(MessageState.DRAFTED, Reply(verdict, grade, b"200 OK"))
    assert (after, bells) == (MessageState.UNKNOWN, [Code.PROOF_TOO_WEAK])
    assert rows("select state, grade from message") == [("UNKNOWN", grade.name)]


def test_the_bell_stops_when_a_proof_comes(answered, store, clock, rows):
    answered(MessageState.UNKNOWN, Reply(Verdict.ACCEPTED, Grade.E, b""))
    clock.forward(7200)
    with store.begin() as work:
        again = leases.claim(work, "m-1", "worker-2")
        outbox.begin_enquiry(work, again)
    with store.begin() as work:
        outbox.take_reply(work, again, Reply(Verdict.ACCEPTED, Grade.A, b"signed"))
        assert not alarms.ringing(work)
    assert rows("select state, grade from message") == [("ACKNOWLEDGED", "A")]


def test_an_unproved_answer_is_asked_for_again_later_and_not_at_once(answered, store, clock):
    answered(MessageState.UNKNOWN, Reply(Verdict.ACCEPTED, Grade.D, b""))
    with store.begin() as work:
        assert outbox.due(work, 10) == []
    clock.forward(3600)
    with store.begin() as work:
        assert outbox.due(work, 10) == ["m-1"]


def test_a_late_weak_answer_changes_nothing_that_is_proved(answered, rows):
    after, _ = answered(MessageState.ACKNOWLEDGED, Reply(Verdict.REJECTED, Grade.D, b""))
    assert after is MessageState.ACKNOWLEDGED
    assert rows("select state, grade from message") == [("ACKNOWLEDGED", "C")]


# behind the rule's back: each of these would be an end without a proof
REFUSED = [
    *(
        f"update message set state = '{state}', grade = {grade}"
        for state, grade in product(("ACKNOWLEDGED", "REJECTED"), ("'D'", "'E'", "null", "'F'"))
    ),
    "update attempt set outcome = 'NEVER_SAW', grade = 'E'",
    "update posting set result_code = '00', grade = 'D'",
    "update posting set result_code = '10'",
    *(
        f"update bank_file set state = '{state}', grade = {grade}"
        for state, grade in product(("ACCEPTED", "HELD", "USED"), ("'D'", "'E'", "null"))
    ),
    f"update bank_night set ledger_digest = '{_ARCHIVED}', ledger_grade = 'D'",
    f"update bank_night set ledger_digest = '{_ARCHIVED}'",
]
GROUND = f"""
insert into payload values ('{_ARCHIVED}', 0, now());
insert into message (message_id, counterparty, kind, subject, name, digest, state, state_at, reason)
    values ('m', 'core_system', 'core.postings', 'n', 'x', '{_ARCHIVED}', 'UNKNOWN', now(), '');
insert into attempt (message_id, fence, act, started_at) values ('m', 1, 'enquire', now());
insert into posting (posting_key, message_id, subject, content_digest, fen)
    values ('p', 'm', 'n', 'd', 1);
insert into bank_night (night_id, bank, account, business_date, state, state_at)
    values ('n', '990001', 'ZH01', '2026-02-28', 'RECEIVED', now());
insert into inbox_item (item_id, counterparty, name, digest, received_at)
    values ('f', '990001', 'x', '{_ARCHIVED}', now());
insert into bank_file (file_id, night_id, kind, version, name, digest, flag_digest, state, state_at)
    values ('f', 'n', 'k', 1, 'x', '{_ARCHIVED}', '{_ARCHIVED}', 'RECEIVED', now());
"""


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_refuses_an_end_without_a_proof(statement, engine):
    with engine.begin() as connection:
        connection.execute(text(GROUND))
    with (
        pytest.raises(Exception, match=r"violates (check|not-null) constraint"),
        engine.begin() as c,
    ):
        c.execute(text(statement))


def test_every_exchange_begins_without_a_proof(engine, rows):
    with engine.begin() as connection:
        connection.execute(text(GROUND))
    for table in ("message", "attempt", "posting", "bank_file"):
        assert rows(f"select grade from {table}") == [("E",)], table
