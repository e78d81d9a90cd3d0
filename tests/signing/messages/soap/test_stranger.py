"""Both directions with the sandbox's SOAP peer, and every fault it can make. 与沙箱互通"""

import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zeep

from gateway.errors import Code, GatewayError
from gateway.ports import Grade
from gateway.signing.messages.soap import sign_envelope, signature_of, verify_envelope
from sandbox.soap.faults import TITLES, SoapFault
from sandbox.soap.serve import desk_of
from tests.signing.messages.soap.ground import ALGORITHMS, ECDSA, SM2, Memory, envelope
from tests.signing.messages.soap.stranger import Stranger

PROJECT = Path(__file__).resolve().parents[4]
READY = "sandbox soap ready on 127.0.0.1:"
# What each fault must be called here; None: nothing is wrong with it.
CODES = {
    SoapFault.UNSIGNED: Code.MESSAGE_UNSIGNED,
    SoapFault.UNSIGNED_FAULT: Code.FAULT_UNSIGNED,
    SoapFault.SIGNED_FAULT: None,
    SoapFault.WRAPPED: Code.MESSAGE_MISSHAPEN,
    SoapFault.SECOND_BODY: Code.MESSAGE_MISSHAPEN,
    SoapFault.STALE: Code.MESSAGE_STALE,
    # an old answer confirms an old request, and so is told even where it was never taken
    SoapFault.REPLAYED: Code.REPLY_NOT_BOUND,
    SoapFault.OTHERS_SIGNATURE: Code.SIGNATURE_WRONG,
    SoapFault.OTHERS_ANSWER: Code.REPLY_NOT_BOUND,
    SoapFault.WRONG_KEY: Code.KEY_UNKNOWN,
    SoapFault.DTD: Code.MESSAGE_WITH_DTD,
    SoapFault.HTML: Code.MESSAGE_UNREADABLE,
}


@pytest.fixture(scope="module")
def strangers(tmp_path_factory):
    return {one: Stranger(tmp_path_factory.mktemp(one.value), one) for one in ALGORITHMS}


def asked(stranger):
    return sign_envelope(envelope(), stranger.sender, stranger.now)


def taken(stranger, request, reply):
    """What comes of a reply."""
    answers = signature_of(request)
    return verify_envelope(reply, stranger.peer, stranger.now, Memory(), answers)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_it_verifies_our_request_and_we_its_reply(strangers, algorithm):
    stranger = strangers[algorithm]
    request = asked(stranger)
    status, reply = desk_of(stranger.root).answer(request, stranger.now)
    answer = taken(stranger, request, reply)
    assert (status, answer.grade, answer.is_fault) == (200, Grade.A, False)
    assert b"<a:code>0000</a:code><a:amount>100.00</a:amount>" in answer.body


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("old, new", [(b"100.00", b"900.00"), (b"<ds:DigestValue>", b"<ds:X>")])
def test_it_refuses_our_request_when_a_byte_was_altered(strangers, algorithm, old, new):
    stranger = strangers[algorithm]
    status, reply = desk_of(stranger.root).answer(asked(stranger).replace(old, new), stranger.now)
    assert (status, b"<s:Fault>" in reply) == (500, True)


@pytest.mark.parametrize(
    ("algorithm", "fault"),
    # gmalg takes its time: with SM2 only what depends on the algorithm
    [*((ECDSA, fault) for fault in SoapFault), (SM2, SoapFault.OTHERS_SIGNATURE)],
)
def test_each_fault_it_can_make_is_told(strangers, algorithm, fault):
    stranger = strangers[algorithm]
    desk = desk_of(stranger.root)
    # an honest answer before, for the faults that use it
    stranger.script(None, fault)
    desk.answer(asked(stranger), stranger.now)
    request = asked(stranger)
    _, reply = desk.answer(request, stranger.now)
    if CODES[fault] is None:
        assert taken(stranger, request, reply).is_fault
        return
    with pytest.raises(GatewayError) as refused:
        taken(stranger, request, reply)
    assert refused.value.code is CODES[fault]
    assert desk.answer(asked(stranger), stranger.now)[0] == 200


def test_a_reply_sent_again_is_a_replay(strangers):
    stranger, memory = strangers[ECDSA], Memory()
    (stranger.root / "soap" / "faults.json").unlink(missing_ok=True)
    request = asked(stranger)
    _, reply = desk_of(stranger.root).answer(request, stranger.now)
    answers = signature_of(request)
    assert verify_envelope(reply, stranger.peer, stranger.now, memory, answers)
    with pytest.raises(GatewayError) as again:
        verify_envelope(reply, stranger.peer, stranger.now, memory, answers)
    assert again.value.code is Code.MESSAGE_REPLAYED


def test_every_fault_has_its_title_and_its_code():
    assert set(TITLES) == set(CODES) == set(SoapFault)


def test_over_the_wire_as_a_process_of_its_own(strangers):
    stranger = strangers[ECDSA]
    (stranger.root / "soap" / "faults.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "sandbox", "soap", "serve", "--port", "0", "--root"]
    with subprocess.Popen(
        [*command, str(stranger.root)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline()
        assert line.startswith(READY), line
        url = f"http://127.0.0.1:{int(line.removeprefix(READY))}/soap"
        request = sign_envelope(envelope(), stranger.sender, datetime.now(UTC))
        with urllib.request.urlopen(url, request, timeout=10) as answer:
            reply = answer.read()
        service = zeep.Client(f"{url}/ask.wsdl").service
        process.send_signal(signal.SIGTERM)
        process.wait(10)
    assert b"answer" in taken(stranger, request, reply).body
    assert "ask" in dir(service)
