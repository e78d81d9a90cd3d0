"""The light of a night: green means looked. 状态灯"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank.rules.states import NightState
from plugins.exchange_desk.lights import Level, NightFacts, light_of

GREEN = NightFacts(NightState.PROVED, 2, 2, 0, 60, 0, 0, 0)
COUNT = st.integers(0, 3)
FACTS = st.builds(NightFacts, st.sampled_from(NightState), *[COUNT] * 7)


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({}, Level.GOOD),
        ({"breaks": 1}, Level.TODO),
        ({"open_messages": 1}, Level.TODO),
        ({"examined": 0}, Level.WARN),
        ({"state": NightState.MATCHED}, Level.WARN),
        ({"state": NightState.POSTED}, Level.WARN),
        ({"ringing": 1}, Level.BAD),
        ({"state": NightState.OPEN, "held": 1}, Level.BAD),
        ({"expected": 0, "found": 0, "examined": 0}, Level.GOOD),
        ({"expected": 0, "found": 0, "examined": 0, "state": NightState.OPEN}, Level.NONE),
        ({"expected": 0, "found": 0, "examined": 0, "ringing": 1}, Level.BAD),
        ({"expected": 0, "found": 0, "examined": 0, "breaks": 1}, Level.NONE),
        ({"expected": 2, "found": 0, "examined": 0}, Level.WARN),
        ({"expected": 0, "found": 1, "examined": 0}, Level.WARN),
    ],
)
def test_a_change_to_a_green_night_changes_its_light(change, level):
    assert light_of(replace(GREEN, **change)).level is level


@given(FACTS)
def test_green_is_only_what_was_looked_at_and_is_done(facts):
    if light_of(facts).level is Level.GOOD:
        assert facts.state is NightState.PROVED
        assert facts.examined > 0 or not (facts.expected or facts.found)
        assert not (facts.breaks or facts.open_messages or facts.ringing)
