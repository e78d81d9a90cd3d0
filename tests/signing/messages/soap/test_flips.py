"""One byte of a small message altered, at every position and in every bit. 逐字节改动"""

import pytest

from gateway.errors import GatewayError
from gateway.signing.messages.soap import verify_envelope
from tests.signing.messages.soap.ground import ECDSA, NOW, Memory, envelope, peer_of, signed

PEER = peer_of()
# besides single bits: what XML takes for the same white space, quotes, and other structure
OTHERS = b'\t\n "<\x00'


def outcome(data: bytes) -> bytes | None:
    """The content that comes out, None where the message is refused with an error of ours."""
    try:
        return verify_envelope(data, PEER, NOW, Memory()).body
    except GatewayError:
        return None


@pytest.fixture(scope="module")
def message() -> bytes:
    return signed(ECDSA, envelope("<a>1</a>"))


def test_no_bit_of_a_message_can_be_turned(message):
    assert outcome(message) == b"<a>1</a>"
    accepted = [
        (at, bit)
        for at in range(len(message))
        for bit in range(8)
        if outcome(message[:at] + bytes((message[at] ^ 1 << bit,)) + message[at + 1 :]) is not None
    ]
    assert accepted == []


def test_a_byte_exchanged_is_refused_unless_it_is_white_space_for_white_space(message):
    """XML itself takes one blank for another between attributes; the content is the same bytes."""
    blanks, exchanged = b" \t\r\n", 0
    for at in range(len(message)):
        for other in OTHERS:
            if other == message[at]:
                continue
            content = outcome(message[:at] + bytes((other,)) + message[at + 1 :])
            if content is not None:
                assert content == b"<a>1</a>"
                assert message[at] in blanks
                assert other in blanks
                exchanged += 1
    # of some eighteen thousand: the blanks between attributes, and after the declaration
    assert 0 < exchanged < 100


def test_a_byte_left_out_or_doubled_is_refused_unless_it_is_white_space(message):
    for at in range(len(message)):
        for altered in (message[:at] + message[at + 1 :], message[: at + 1] + message[at:]):
            content = outcome(altered)
            if content is not None:
                assert content == b"<a>1</a>"
                assert message[at] in b" \t\r\n"


def test_no_beginning_of_a_message_is_accepted(message):
    assert all(outcome(message[:at]) is None for at in range(len(message)))
