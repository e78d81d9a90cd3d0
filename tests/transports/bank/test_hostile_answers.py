"""A server that answers wrongly: never believed, never taken for silence. 不守约的答复"""

import pytest

from gateway.errors import Code, OutcomeUnknown, TransportError
from tests.transports.bank.hostile import (
    AnswersFlagsWithRubbish,
    AnswersWithRubbish,
    GreetsWithRubbish,
    RefusesFlags,
    SaysNoAttributes,
    SaysTheWrongSize,
    hostile,
)

FILES = [("DK.txt", b"data"), ("DK.txt.ok", b"flag")]


@pytest.fixture
def wire_to(tmp_path, login_key):
    """A wire to a server of some behaviour; its files lie in the test's directory."""
    open_ones = []

    def make(behaviour):
        open_ones.append(hostile(tmp_path, login_key, behaviour))
        return open_ones[-1].__enter__()

    yield make
    for one in open_ones:
        one.__exit__(None, None, None)


def test_a_refused_flag_has_not_reached_them(wire_to, tmp_path):
    """Bug: their plain no was taken for an unknown outcome, and asked about at once."""
    with pytest.raises(TransportError) as raised:
        wire_to(RefusesFlags).publish("/", FILES)
    assert (raised.value.code, raised.value.detail) == (Code.LISTING_REFUSED, "DK.txt.ok")
    assert not (tmp_path / "DK.txt.ok").exists()


def test_nonsense_after_the_flag_is_an_unknown_outcome(wire_to, tmp_path):
    """Bug: nonsense ended the step with an error of the library's."""
    with pytest.raises(OutcomeUnknown) as raised:
        wire_to(AnswersFlagsWithRubbish).publish("/", FILES)
    assert raised.value.code is Code.SEND_OUTCOME_UNKNOWN
    assert (tmp_path / "DK.txt.ok").exists()


def test_nonsense_instead_of_a_greeting_is_no_connection(wire_to):
    with pytest.raises(TransportError) as raised:
        wire_to(GreetsWithRubbish).check()
    assert raised.value.code is Code.NO_CONNECTION


def test_nonsense_before_the_flag_has_not_reached_them(wire_to, tmp_path):
    with pytest.raises(TransportError) as raised:
        wire_to(AnswersWithRubbish).publish("/", FILES)
    assert raised.value.code is Code.CONNECTION_LOST
    assert not (tmp_path / "DK.txt.ok").exists()


def test_flags_are_found_where_a_server_says_no_more_than_names(wire_to, tmp_path):
    """Bug: such a server's directory looked empty for ever."""
    (tmp_path / "a.ok").write_bytes(b"x")
    assert wire_to(SaysNoAttributes).flagged("/", ".ok") == ["a.ok"]


def test_a_size_that_is_not_true_does_not_make_a_file_empty(wire_to, tmp_path):
    (tmp_path / "DK.txt").write_bytes(b"not empty")
    with pytest.raises(TransportError) as raised:
        wire_to(SaysTheWrongSize).read("/", "DK.txt", 100)
    assert raised.value.code is Code.CONNECTION_LOST
