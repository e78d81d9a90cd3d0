"""What keeps to the profile is accepted, whoever wrote it down and however. 守约报文"""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.errors import Code, GatewayError, NotConfigured
from gateway.ports import Algorithm, Grade
from gateway.signing.messages.soap import Form, Method, sign_envelope, signature_of, verify_envelope
from gateway.signing.messages.soap.verifying import AGE_MAX, CLOCK_SKEW
from gateway.signing.primitives.digests import DigestName
from tests.signing.messages.soap.careless import sign_carelessly
from tests.signing.messages.soap.ground import (
    ALGORITHMS,
    CONTENT,
    ECDSA,
    HOLDER,
    NOW,
    RSA,
    SM2,
    SOAP_11,
    SOAP_12,
    Memory,
    certificate_of,
    envelope,
    fault,
    key_of,
    peer_of,
    sender_of,
    signed,
)

TICK = timedelta(milliseconds=1)
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
COVERED = ("s:Body", "wsu:Timestamp", "wsse:BinarySecurityToken")


def verified(data, at=NOW, peer=None, **more):
    return verify_envelope(data, peer or peer_of(), at, Memory(), **more)


def refusal(data, at=NOW, **more):
    with pytest.raises(GatewayError) as refused:
        verified(data, at, **more)
    return refused.value.code


@pytest.mark.parametrize("soap", [SOAP_11, SOAP_12])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_we_sign_we_verify(algorithm, soap):
    message = verified(signed(algorithm, envelope(soap=soap)))
    assert message.body.decode() == CONTENT
    assert (message.kid, message.grade) == (f"{HOLDER}-{algorithm.value}-1", Grade.B)
    assert (message.created, message.is_fault) == (NOW, False)


@pytest.mark.parametrize("soap", [SOAP_11, SOAP_12])
def test_a_signed_fault_is_accepted_and_called_a_fault(soap):
    message = verified(signed(data=fault(soap)))
    assert message.is_fault
    assert b"<faultstring>9999</faultstring>" in message.body


def test_the_body_that_comes_out_is_a_document_of_its_own_in_canonical_form():
    content = "<q   b='2'  a='1' ><![CDATA[<&]]></q>"
    assert verified(signed(data=envelope(content))).body == b'<q a="1" b="2">&lt;&amp;</q>'


@pytest.mark.parametrize(
    "text",
    [
        envelope("\n  <a>\n    <b>1</b>\n  </a>\n").replace(b"><s:Body", b">\n <s:Body"),
        envelope("<a>\r\n <b>1</b>\r\n</a>").replace(b"<s:Body>", b"\r\n<s:Body>\r\n"),
        envelope("<a>&#13;&#10;&#9;</a>"),
        b"<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n" + envelope() + b"\n",
        envelope(header="<s:Header/>"),
        envelope('<d xmlns="urn:d"><e xmlns="">1</e></d>'),
        envelope("<a>䶮𠮷🏦</a>"),
        envelope("<a>" + "9" * 1_000_000 + "</a>"),
    ],
    ids=["indented", "crlf", "references", "declared", "header", "default", "rare", "large"],
)
def test_however_it_is_written_down_it_is_accepted(text):
    verified(signed(data=text))


def test_header_blocks_are_signed_too_and_accepted_where_agreed():
    to = '<s:Header><w:To xmlns:w="urn:w">here</w:To></s:Header>'
    data = signed(data=envelope(header=to))
    assert verified(data, peer=peer_of(blocks=frozenset({"{urn:w}To"})))
    assert refusal(data) is Code.MESSAGE_MISSHAPEN
    moved = data.replace(b">here<", b">elsewhere<")
    agreed = peer_of(blocks=frozenset({"{urn:w}To"}))
    assert refusal(moved, peer=agreed) is Code.SIGNATURE_WRONG


def test_a_prefix_list_is_honoured():
    """A peer may say which prefixes its content uses in text; then they are signed as well."""
    content = '<q kind="x:a">1</q>'
    listed = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="x"/>'
    plain = f'<ds:Transform Algorithm="{EXCLUSIVE}"/>'
    full = f'<ds:Transform Algorithm="{EXCLUSIVE}">{listed}</ds:Transform>'
    data = envelope(content).replace(b"<s:Envelope ", b'<s:Envelope xmlns:x="urn:x" ')
    text = signed(data=data).decode()
    told = sign_carelessly(text, COVERED, None, None, (plain, full), prefixes=("x",))
    assert verified(told.encode()).body == b'<q xmlns:x="urn:x" kind="x:a">1</q>'
    assert refusal(told.replace('"urn:x"', '"urn:y"').encode()) is Code.SIGNATURE_WRONG
    # without the list the prefix's meaning is not signed: it does not come out either
    assert verified(text.encode()).body == b'<q kind="x:a">1</q>'


def test_a_careless_signer_that_keeps_to_the_profile_is_accepted():
    """So that its hostile messages are refused for what is wrong with them, and nothing else."""
    assert verified(sign_carelessly(signed().decode(), COVERED, None, None, None).encode())


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (NOW - CLOCK_SKEW - TICK, Code.MESSAGE_STALE),
        (NOW - CLOCK_SKEW, None),
        (NOW + timedelta(minutes=5) + CLOCK_SKEW - TICK, None),
        (NOW + timedelta(minutes=5) + CLOCK_SKEW, Code.MESSAGE_STALE),
    ],
)
def test_a_message_is_fresh_from_created_to_expires_give_or_take_the_skew(at, code):
    data = signed()
    assert (refusal(data, at) if code else verified(data, at) and None) is code


def test_a_message_that_says_it_lasts_long_is_fresh_for_the_agreed_time_only():
    data = signed(lifetime=timedelta(days=9))
    assert verified(data, NOW + AGE_MAX + CLOCK_SKEW - TICK)
    assert refusal(data, NOW + AGE_MAX + CLOCK_SKEW) is Code.MESSAGE_STALE


def test_a_message_is_taken_once_and_remembered_until_its_age_refuses_it():
    data, memory = signed(), Memory()
    first = verify_envelope(data, peer_of(), NOW, memory)
    with pytest.raises(GatewayError) as again:
        verify_envelope(data, peer_of(), NOW + TICK, memory)
    assert again.value.code is Code.MESSAGE_REPLAYED
    assert memory.until == {
        (HOLDER, first.signature_digest): NOW + timedelta(minutes=5) + CLOCK_SKEW
    }


def test_the_twin_of_an_elliptic_signature_is_the_same_message():
    """(r, n-s) verifies like (r, s): remembered is what was signed, not the signature's bytes."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    data, memory = signed(ECDSA), Memory()
    value = signature_of(data)
    s = order - int.from_bytes(value[32:], "big")
    twin = value[:32] + s.to_bytes(32, "big")
    other = data.replace(base64.b64encode(value), base64.b64encode(twin))
    assert other != data
    assert verify_envelope(other, peer_of(), NOW, memory)
    with pytest.raises(GatewayError) as again:
        verify_envelope(data, peer_of(), NOW, memory)
    assert again.value.code is Code.MESSAGE_REPLAYED


def test_a_reply_that_confirms_our_request_is_proof_of_grade_a():
    request = signed(RSA)
    reply = signed(SM2, confirms=signature_of(request))
    assert verified(reply, answers=signature_of(request)).grade is Grade.A


def test_sm2_is_written_as_agreed_with_the_peer():
    """No registered name, and two forms in use: both are the peer's configuration."""
    agreed = {SM2: Method("urn:peer:sm2", "urn:peer:sm3", DigestName.SM3, Form.RAW)}
    data = signed(SM2, methods=agreed)
    assert len(signature_of(data)) == 64
    assert verified(data, peer=peer_of(methods=agreed))
    assert refusal(data) is Code.ALGORITHM_NOT_ALLOWED


def test_both_keys_verify_while_one_follows_the_other():
    both = peer_of(key_of(ECDSA, 1), key_of(ECDSA, 2))
    assert {verified(signed(ECDSA, number=n), peer=both).kid for n in (1, 2)} == {
        f"{HOLDER}-{ECDSA.value}-{n}" for n in (1, 2)
    }


def test_a_certificate_out_of_date_ends_a_key_that_the_ring_would_still_take():
    later = NOW + timedelta(days=31)
    key = key_of(
        ECDSA,
        verify_until=NOW + timedelta(days=60),
        certified_until=NOW + timedelta(days=30),
    )
    data = signed(at=later)
    assert refusal(data, later, peer=peer_of(key)) is Code.KEY_NOT_IN_FORCE


def test_no_two_messages_are_the_same_even_of_one_moment():
    assert signed(RSA) != signed(RSA)


def test_an_algorithm_without_a_name_in_xml_does_not_sign():
    sender = replace(sender_of(ECDSA), methods={RSA: sender_of(RSA).method()})
    with pytest.raises(NotConfigured):
        sign_envelope(envelope(), sender, NOW)
    assert Algorithm.ED25519 not in sender_of(ECDSA).methods


@pytest.mark.parametrize(
    "data",
    [
        b"<x/>",
        b'<s:Envelope xmlns:s="urn:not-soap"/>',
        envelope().replace(b"s:Body", b"s:Bodi"),
        envelope().replace(b"<s:Envelope ", b'<s:Envelope xmlns:wsu="urn:mine" '),
        envelope().replace(b"s:Body", b"s:Header"),
        f'<s:Envelope xmlns:s="{SOAP_11}"/>'.encode(),
    ],
)
def test_what_is_no_envelope_is_not_signed(data):
    with pytest.raises(GatewayError) as refused:
        sign_envelope(data, sender_of(ECDSA), NOW)
    assert refused.value.code in {Code.MESSAGE_UNREADABLE, Code.MESSAGE_MISSHAPEN}


@pytest.mark.parametrize(
    "old, new",
    [
        (b"<s:Envelope", b'<s:Envelope s:encodingStyle="urn:x"'),
        (b"<s:Body", b"text<s:Body"),
        (b"<s:Body>", b'<s:Body Id="theirs">'),
        (b"100.00", b"100<!-- -->.00"),
        (b"</s:Body>", b"<b/></s:Body>"),
        (b"<s:Body>", b'<s:Header><h xmlns="urn:h"/><h xmlns="urn:h"/></s:Header><s:Body>'),
    ],
    ids=["attribute", "text", "id", "comment", "two children", "block twice"],
)
def test_what_the_other_side_would_refuse_does_not_leave(old, new):
    """Nor is it signed as something else than was given."""
    data = envelope()
    assert old in data
    with pytest.raises(GatewayError) as refused:
        sign_envelope(data.replace(old, new, 1), sender_of(ECDSA), NOW)
    assert refused.value.code is Code.MESSAGE_MISSHAPEN


def test_the_certificate_goes_with_the_message_as_it_is():
    assert base64.b64encode(certificate_of(RSA)) in signed(RSA)
