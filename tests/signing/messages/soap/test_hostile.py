"""Every hostile message is refused with the right code; every honest one accepted. 恶意报文"""

import time

import pytest

from gateway.errors import BRANCHES, Code, GatewayError
from gateway.signing.messages.soap import verify_envelope
from tests.signing.messages.soap.corpus import cases
from tests.signing.messages.soap.ground import NOW, Memory

CASES = cases()
_SECONDS_MAX = 5.0


def test_the_corpus_has_at_least_forty_hostile_messages():
    assert len({case.name for case in CASES}) >= 40
    assert len({case.data for case in CASES}) > len(CASES) - 8


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_message_is_refused_with_the_right_error(case):
    memory, begun = Memory(), time.process_time()
    with pytest.raises(GatewayError) as refused:
        verify_envelope(case.data, case.peer, NOW, memory, case.answers)
    assert time.process_time() - begun < _SECONDS_MAX
    assert refused.value.code is case.code, refused.value
    assert type(refused.value) is BRANCHES[case.code.value.branch]
    # nothing is remembered of a message that was not accepted
    assert not memory.until
    assert "999999" not in str(refused.value)


def test_every_code_of_the_profile_stands_in_the_corpus():
    found = {case.code for case in CASES}
    assert found >= {
        Code.MESSAGE_UNREADABLE,
        Code.MESSAGE_WITH_DTD,
        Code.MESSAGE_UNSIGNED,
        Code.FAULT_UNSIGNED,
        Code.MESSAGE_MISSHAPEN,
        Code.MESSAGE_STALE,
        Code.REPLY_NOT_BOUND,
        Code.SIGNATURE_WRONG,
        Code.KEY_UNKNOWN,
        Code.KEY_REVOKED,
        Code.KEY_NOT_IN_FORCE,
        Code.ALGORITHM_NOT_ALLOWED,
    }
