"""The grade of a proof: one rule, from nothing to signed and bound. 凭据等级"""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.grades import MEANINGS, SUFFICIENT, Fact, grade_of, legend, legend_lines
from gateway.ports import Grade, Reply, Verdict
from gateway.store.messages import EVENT_OF, MESSAGE_STATES, MessageEvent, MessageState, event_of

STRONGEST_FIRST = tuple(Grade)
facts = st.sets(st.sampled_from(Fact))


@pytest.mark.parametrize(
    ("seen", "grade"),
    [
        ({Fact.SIGNED, Fact.BOUND, Fact.CHANNEL, Fact.READABLE}, Grade.A),
        ({Fact.SIGNED, Fact.BOUND}, Grade.A),
        ({Fact.SIGNED, Fact.READABLE}, Grade.B),
        ({Fact.SIGNED}, Grade.B),
        ({Fact.CHANNEL, Fact.READABLE, Fact.SUCCESS}, Grade.C),
        ({Fact.CHANNEL, Fact.READABLE}, Grade.C),
        ({Fact.CHANNEL, Fact.SUCCESS}, Grade.D),
        ({Fact.READABLE, Fact.SUCCESS}, Grade.D),
        ({Fact.SUCCESS}, Grade.D),
        ({Fact.BOUND, Fact.SUCCESS}, Grade.D),
        ({Fact.BOUND, Fact.READABLE}, Grade.E),
        ({Fact.CHANNEL}, Grade.E),
        ({Fact.READABLE}, Grade.E),
        (set(), Grade.E),
    ],
)
def test_what_was_seen_decides_the_grade(seen, grade):
    assert grade_of(*seen) is grade


@given(facts, facts)
def test_one_more_fact_never_weakens_a_proof(seen, more):
    assert STRONGEST_FIRST.index(grade_of(*seen, *more)) <= STRONGEST_FIRST.index(grade_of(*seen))


@given(facts)
def test_a_b_and_c_need_a_signature_or_an_authenticated_channel(seen):
    if grade_of(*seen) in SUFFICIENT:
        assert Fact.SIGNED in seen or {Fact.CHANNEL, Fact.READABLE} <= seen


@pytest.mark.parametrize(
    ("state", "verdict", "grade"), list(product(MessageState, Verdict, Grade)), ids=lambda v: v.name
)
def test_no_message_ends_on_d_or_e_and_a_proved_verdict_is_taken_as_before(state, verdict, grade):
    event = event_of(Reply(verdict, grade, b""))
    step = MESSAGE_STATES.advance(state, event)
    if grade in SUFFICIENT or verdict is Verdict.PENDING:
        assert event is EVENT_OF[verdict]
        return
    assert event is MessageEvent.PROVES_TOO_LITTLE
    stays = MessageState.UNKNOWN if state is MessageState.SENDING else state
    assert step.state is stays


def test_the_legend_has_every_grade_once_in_both_languages():
    assert tuple(meaning.grade for meaning in MEANINGS) == STRONGEST_FIRST
    for meaning in MEANINGS:
        assert all((meaning.proves, meaning.proves_not, meaning.proves_en, meaning.proves_not_en))


def test_the_legend_shows_only_what_appears_the_strongest_first():
    assert [meaning.grade for meaning in legend([Grade.E, Grade.B, Grade.E])] == [Grade.B, Grade.E]
    assert legend_lines([]) == []
    (line,) = legend_lines([Grade.D])
    assert "D 仅有成功状态" in line
    assert "不能证明" in line
