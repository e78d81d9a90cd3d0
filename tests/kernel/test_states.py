"""The engine of transition tables, and the three machines of the house. 状态迁移"""

from dataclasses import replace
from enum import Enum
from itertools import product

import pytest

from connectors.bank.rules.pushes import PUSH_STATES
from connectors.bank.rules.states import (
    FILE_STATES,
    NIGHT_STATES,
    FileEvent,
    FileState,
    NightEvent,
    NightState,
)
from gateway.errors import Code, IllegalTransition
from gateway.ports import Verdict
from gateway.states import Answer, Machine, Row, Step
from gateway.store.messages import EVENT_OF, MESSAGE_STATES, MessageEvent, MessageState

MACHINES = [FILE_STATES, NIGHT_STATES, PUSH_STATES, MESSAGE_STATES]
machines = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)


class Lamp(Enum):
    OFF = "灭"
    ON = "亮"
    BROKEN = "坏"


class Push(Enum):
    BUTTON = "按"
    SURGE = "浪涌"


def row(state, event, to, answer=Answer.MOVE):
    return Row(state, event, answer, to, "某人", "某条")


SOUND = Machine(
    name="lamp",
    title="灯",
    initial=Lamp.OFF,
    finals=frozenset({Lamp.BROKEN}),
    theirs=frozenset({Push.SURGE}),
    rows=(
        row(Lamp.OFF, Push.BUTTON, Lamp.ON),
        row(Lamp.ON, Push.BUTTON, Lamp.OFF),
        row(Lamp.OFF, Push.SURGE, Lamp.OFF, Answer.IGNORE),
        row(Lamp.ON, Push.SURGE, Lamp.BROKEN),
        row(Lamp.BROKEN, Push.SURGE, Lamp.BROKEN, Answer.CONTRADICTION),
    ),
)


def without(state, event):
    kept = [one for one in SOUND.rows if (one.state, one.event) != (state, event)]
    return replace(SOUND, rows=tuple(kept))


def with_row(more):
    return replace(SOUND, rows=(*SOUND.rows, more))


def test_a_sound_table_has_no_faults():
    assert list(SOUND.faults()) == []


@pytest.mark.parametrize(
    ("machine", "fault"),
    [
        (without(Lamp.OFF, Push.SURGE), "no row for OFF × SURGE, an event of theirs"),
        (without(Lamp.BROKEN, Push.SURGE), "no row for BROKEN × SURGE, an event of theirs"),
        (with_row(SOUND.rows[0]), "two rows for OFF × BUTTON"),
        (without(Lamp.OFF, Push.BUTTON), "ON is never reached"),
        (with_row(row(Lamp.BROKEN, Push.BUTTON, Lamp.ON)), "final BROKEN has an exit"),
        (replace(SOUND, finals=frozenset({Lamp.ON})), "BROKEN has no exit and is not final"),
        (
            with_row(row(Lamp.BROKEN, Push.BUTTON, Lamp.OFF, Answer.HOLD)),
            "BROKEN × BUTTON moves without being a move",
        ),
    ],
)
def test_each_fault_of_a_table_is_found_and_named(machine, fault):
    assert fault in list(machine.faults())


def test_a_state_moves_by_its_row():
    assert SOUND.advance(Lamp.OFF, Push.BUTTON) == Step(Answer.MOVE, Lamp.ON)
    assert SOUND.advance(Lamp.OFF, Push.SURGE) == Step(Answer.IGNORE, Lamp.OFF)


def test_an_event_without_a_row_is_our_own_bug():
    with pytest.raises(IllegalTransition) as crashed:
        SOUND.advance(Lamp.BROKEN, Push.BUTTON)
    assert crashed.value.code is Code.TRANSITION_MISSING
    assert crashed.value.detail == "lamp: BROKEN × BUTTON"


@machines
def test_the_machines_of_the_house_are_sound(machine):
    assert list(machine.faults()) == []


@machines
def test_every_state_has_an_answer_to_every_event_of_theirs(machine):
    for state, event in product(machine.states(), machine.theirs):
        assert machine.advance(state, event).state in machine.states()


@machines
def test_every_pair_without_a_row_is_refused(machine):
    events = type(next(iter(machine.theirs)))
    rows = {(one.state, one.event) for one in machine.rows}
    missing = [pair for pair in product(machine.states(), events) if pair not in rows]
    assert missing
    for state, event in missing:
        with pytest.raises(IllegalTransition):
            machine.advance(state, event)


@machines
def test_an_answer_that_is_no_move_leaves_the_state(machine):
    for one in machine.rows:
        step = machine.advance(one.state, one.event)
        assert step.state is one.state or step.answer is Answer.MOVE


@machines
def test_from_every_state_an_end_can_be_reached(machine):
    """No two states hand a thing to and fro for ever; a proved night only people open again."""
    saved = set(machine.finals) or {NightState.PROVED}
    for _ in machine.states():
        saved |= {one.state for one in machine.rows if one.to in saved}
    assert saved == set(machine.states())


@machines
def test_every_row_says_who_causes_it_and_by_which_rule(machine):
    assert all(one.cause and one.rule for one in machine.rows)


@machines
def test_the_picture_names_every_state_and_every_move(machine):
    picture = machine.mermaid()
    moves = [one for one in machine.rows if one.answer is Answer.MOVE]
    assert f"[*] --> {machine.initial.name}" in picture
    for state in machine.states():
        assert f"    {state.name}: {state.value}" in picture
        assert (f"{state.name} --> [*]" in picture) is (state in machine.finals)
    for one in moves:
        assert f"{one.state.name} --> {one.to.name}: {one.event.value}" in picture


def test_what_is_unknown_is_sent_again_only_when_they_never_saw_it():
    leaving = {
        one.event for one in MESSAGE_STATES.rows
        if one.state is MessageState.UNKNOWN and one.to is MessageState.DRAFTED
    }  # fmt: skip
    assert leaving == {MessageEvent.NEVER_SAW}


def test_a_message_is_sent_only_from_the_drafted_state():
    sending = {one.state for one in MESSAGE_STATES.rows if one.to is MessageState.SENDING}
    assert sending == {MessageState.DRAFTED, MessageState.SENDING}  # SENDING only stays itself


def test_every_verdict_is_an_event_of_theirs():
    assert set(EVENT_OF) == set(Verdict)
    assert set(EVENT_OF.values()) <= MESSAGE_STATES.theirs


def test_b15_other_content_under_a_name_never_replaces_what_is_there():
    for state in FileState:
        step = FILE_STATES.advance(state, FileEvent.OTHER_CONTENT)
        assert step == Step(Answer.CONTRADICTION, state)


@pytest.mark.parametrize("state", [FileState.USED, FileState.HELD])
def test_a_correction_of_a_used_file_waits_for_a_person(state):
    assert FILE_STATES.advance(state, FileEvent.NEWER_VERSION) == Step(Answer.HOLD, state)


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (NightState.OPEN, Answer.MOVE),
        (NightState.RECEIVED, Answer.MOVE),
        (NightState.MATCHED, Answer.HOLD),
        (NightState.POSTED, Answer.HOLD),
        (NightState.PROVED, Answer.HOLD),
    ],
)
def test_a_correction_is_taken_up_only_while_nothing_has_been_decided(state, answer):
    assert NIGHT_STATES.advance(state, NightEvent.CORRECTION) == Step(answer, state)


def test_b14_the_same_file_again_changes_nothing():
    for state in FileState:
        step = FILE_STATES.advance(state, FileEvent.SAME_AGAIN)
        assert step == Step(Answer.IGNORE, state)
