"""HTTP message signatures: written by hand, and everything hostile. HTTP 报文签名"""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.dates import SHANGHAI
from gateway.errors import Code, SignatureInvalid
from gateway.ports import Algorithm, Grade, HttpReply, HttpRequest
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.messages.http_messages import (
    FORMS,
    LIFETIME,
    SKEW,
    sign_reply,
    sign_request,
    verify_reply,
    verify_request,
)
from tests.signing.pairs import signer_of, verifier_of

AT = datetime(2026, 3, 1, 9, 30, tzinfo=SHANGHAI)
HOLDER = "court"
TYPE = (("Content-Type", "application/json"),)
REQUEST = HttpRequest("POST", "https://court.example:8443/filings?x=1", TYPE, b'{"a": 1}')
REPLY = HttpReply(200, TYPE, b'{"ok": true}')
P256, ED25519 = Algorithm.ECDSA_P256_SHA256, Algorithm.ED25519
each = pytest.mark.parametrize("algorithm", Algorithm, ids=lambda algorithm: algorithm.value)


class Seen:
    """A memory of signatures that lasts as long as the test."""

    def __init__(self):
        self.until = {}

    def first_time(self, counterparty, signature_digest, until):
        known = (counterparty, signature_digest) in self.until
        self.until[counterparty, signature_digest] = until
        return not known


def ring_of(algorithm=ED25519, number=1, **of_the_key):
    window = (AT - timedelta(1), AT + timedelta(1), AT + timedelta(2))
    key = Key("k1", HOLDER, Purpose.THEIR_MESSAGE, verifier_of(algorithm, number), *window)
    return KeyRing([replace(key, **of_the_key)])


def accepted(request, ring=None, at=AT, seen=None):
    return verify_request(ring or ring_of(), HOLDER, request, at, seen or Seen())


def refusal(message, ring=None, at=AT, request=None):
    with pytest.raises(SignatureInvalid) as caught:
        if isinstance(message, HttpRequest):
            accepted(message, ring, at)
        else:
            verify_reply(ring or ring_of(), HOLDER, message, request or SIGNED, at)
    return caught.value.code


def changed(message, name, change):
    """The message with one header field changed, or taken out."""
    headers = [
        (key, change(value) if key.lower() == name.lower() else value)
        for key, value in message.headers
    ]
    return replace(message, headers=tuple((k, v) for k, v in headers if v is not None))


def resigned(change, message=None, tag="fund-exchange-request"):
    """Signed with the true key, but over parameters and components of the test's own making."""
    signed = message or sign_request(signer_of(ED25519), REQUEST, AT)
    told = change(dict(signed.headers)["Signature-Input"].removeprefix("sig1="))
    values = {
        '"@method"': signed.method,
        '"@target-uri"': signed.url,
        '"content-digest"': dict(signed.headers)["Content-Digest"],
        '"content-type"': "application/json",
    }
    names = told[1 : told.index(")")].split(" ")
    lines = [f"{name}: {values.get(name, '')}" for name in names if name]
    base = "\n".join([*lines, f'"@signature-params": {told}']).encode()
    value = base64.b64encode(signer_of(ED25519).sign((base,))).decode()
    signed = changed(signed, "Signature-Input", lambda _: f"sig1={told}")
    return changed(signed, "Signature", lambda _: f"sig1=:{value}:")


SIGNED = sign_request(signer_of(ED25519), REQUEST, AT)


@each
def test_a_signed_request_and_its_reply_are_taken_with_every_algorithm(algorithm):
    ring = ring_of(algorithm)
    request = sign_request(signer_of(algorithm), REQUEST, AT)
    proven = accepted(request, ring)
    assert (proven.kid, proven.made_at, proven.grade) == ("k1", AT, Grade.B)
    reply = sign_reply(signer_of(algorithm), REPLY, request, AT)
    assert verify_reply(ring, HOLDER, reply, request, AT).grade is Grade.A


def test_the_bytes_signed_are_those_of_the_standard_written_by_hand():
    told = dict(SIGNED.headers)
    digest = base64.b64encode(hashlib.sha256(REQUEST.body).digest()).decode()
    assert told["Content-Digest"] == f"sha-256=:{digest}:"
    parameters = told["Signature-Input"].removeprefix("sig1=")
    assert re.fullmatch(
        r'\("@method" "@target-uri" "content-digest" "content-type"\);created=\d+;expires=\d+'
        r';nonce="[\w-]{24}";keyid="k1";alg="ed25519";tag="fund-exchange-request"',
        parameters,
    )
    base = (
        '"@method": POST\n"@target-uri": https://court.example:8443/filings?x=1\n'
        f'"content-digest": sha-256=:{digest}:\n"content-type": application/json\n'
        f'"@signature-params": {parameters}'
    )
    signature = base64.b64decode(told["Signature"].removeprefix("sig1=:").removesuffix(":"))
    assert verifier_of(ED25519).verify(signature, (base.encode(),))


def test_a_message_without_a_body_covers_the_digest_of_nothing():
    request = sign_request(signer_of(ED25519), HttpRequest("GET", "https://a.example/x"), AT)
    assert '("@method" "@target-uri" "content-digest")' in dict(request.headers)["Signature-Input"]
    assert accepted(request).kid == "k1"


def test_no_nonce_is_used_twice():
    inputs = {dict(sign_request(signer_of(ED25519), REQUEST, AT).headers)["Signature-Input"]
              for _ in range(50)}  # fmt: skip
    assert len(inputs) == 50


def test_signing_again_replaces_the_signature():
    again = sign_request(signer_of(ED25519), SIGNED, AT)
    assert len(again.headers) == len(SIGNED.headers)
    assert accepted(again).kid == "k1"


def test_the_names_on_the_wire_are_the_registered_ones_where_there_are_any():
    registered = {form.name for form in FORMS.values() if form.registered}
    assert registered == {"rsa-v1_5-sha256", "ecdsa-p256-sha256", "ed25519"}
    assert set(FORMS) == set(Algorithm)


def test_header_names_may_be_written_in_any_case():
    shouted = replace(SIGNED, headers=tuple((k.upper(), v) for k, v in SIGNED.headers))
    assert accepted(shouted).kid == "k1"


def test_fields_that_are_not_covered_may_change_on_the_way():
    assert accepted(replace(SIGNED, headers=(("Via", "proxy"), *SIGNED.headers))).kid == "k1"


def test_a_message_is_taken_once():
    seen = Seen()
    accepted(SIGNED, seen=seen)
    with pytest.raises(SignatureInvalid) as caught:
        accepted(SIGNED, seen=seen)
    assert caught.value.code is Code.MESSAGE_REPLAYED


def test_a_message_is_remembered_for_as_long_as_it_could_be_taken():
    seen = Seen()
    accepted(SIGNED, seen=seen)
    (until,) = seen.until.values()
    assert until >= AT + LIFETIME + SKEW
    assert refusal(SIGNED, at=until + timedelta(seconds=1)) is Code.MESSAGE_STALE


def test_the_second_form_of_an_ecdsa_signature_is_a_replay_too():
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    seen, ring = Seen(), ring_of(P256)
    signed = sign_request(signer_of(P256), REQUEST, AT)

    def twin(value):
        raw = base64.b64decode(value.removeprefix("sig1=:").removesuffix(":"))
        s = order - int.from_bytes(raw[32:], "big")
        return f"sig1=:{base64.b64encode(raw[:32] + s.to_bytes(32, 'big')).decode()}:"

    other = changed(signed, "Signature", twin)
    assert accepted(other, ring).kid == "k1"  # it verifies: no signature digest would know it
    accepted(signed, ring, seen=seen)
    with pytest.raises(SignatureInvalid) as caught:
        accepted(other, ring, seen=seen)
    assert caught.value.code is Code.MESSAGE_REPLAYED


def test_a_forgery_is_not_remembered():
    seen = Seen()
    with pytest.raises(SignatureInvalid):
        accepted(replace(SIGNED, method="PUT"), seen=seen)
    assert seen.until == {}


def swap(old, new, count=-1):
    return lambda value: value.replace(old, new, count)


def twice(name):
    return lambda m: replace(m, headers=(*m.headers, (name, dict(m.headers)[name])))


def field(name, change):
    return lambda m: changed(m, name, change)


UNREADABLE, COVERAGE = Code.SIGNATURE_UNREADABLE, Code.SIGNATURE_COVERAGE
WRONG, NOT_ALLOWED = Code.SIGNATURE_WRONG, Code.ALGORITHM_NOT_ALLOWED
INPUT, VALUE, DIGEST = "Signature-Input", "Signature", "Content-Digest"
SECOND = 'sig2=("@method");created=1;expires=2;nonce="n";keyid="k1";alg="ed25519";tag="t"'
HOSTILE = {
    "no signature at all": (
        lambda m: field(INPUT, lambda _: None)(field(VALUE, lambda _: None)(m)),
        Code.SIGNATURE_MISSING,
    ),
    "no input": (field(INPUT, lambda _: None), UNREADABLE),
    "no value": (field(VALUE, lambda _: None), UNREADABLE),
    "two labels in one field": (field(INPUT, lambda v: f"{v}, {SECOND}"), UNREADABLE),
    "two values in one field": (field(VALUE, lambda v: f"{v}, sig2=:AAAA:"), UNREADABLE),
    "the same label twice": (field(VALUE, lambda v: f"{v}, {v}"), UNREADABLE),
    "another label": (field(INPUT, swap("sig1=", "sig2=")), UNREADABLE),
    "label in capitals": (field(INPUT, swap("sig1=", "SIG1=")), UNREADABLE),
    "input twice": (twice(INPUT), UNREADABLE),
    "value twice": (twice(VALUE), UNREADABLE),
    "digest twice": (twice(DIGEST), UNREADABLE),
    "content type twice": (twice("Content-Type"), UNREADABLE),
    "twice in another case": (
        lambda m: replace(m, headers=(*m.headers, ("content-TYPE", "text/html"))),
        UNREADABLE,
    ),
    "a folded line": (field(INPUT, swap(";expires", "\r\n ;expires")), UNREADABLE),
    "a line feed in the type": (field("Content-Type", lambda v: v + "\nx: y"), UNREADABLE),
    "a tab in the input": (field(INPUT, swap(";", "\t;", 1)), UNREADABLE),
    "a space before a parameter": (field(INPUT, swap(";created", "; created")), UNREADABLE),
    "not ASCII": (field(INPUT, swap("k1", "ｋ１")), UNREADABLE),
    "a long field": (field(INPUT, lambda v: v + ";x=1" * 10_000), UNREADABLE),
    "no created": (field(INPUT, lambda v: re.sub(r";created=\d+", "", v)), COVERAGE),
    "no nonce": (field(INPUT, lambda v: re.sub(r';nonce="[^"]*"', "", v)), COVERAGE),
    "no algorithm": (field(INPUT, swap(';alg="ed25519"', "")), COVERAGE),
    "one parameter too many": (field(INPUT, lambda v: f"{v};x=1"), COVERAGE),
    "a parameter twice": (field(INPUT, lambda v: f"{v};created=1"), COVERAGE),
    "created as text": (
        field(INPUT, lambda v: re.sub(r"created=(\d+)", r'created="\1"', v)),
        UNREADABLE,
    ),
    "the key's name as a number": (field(INPUT, swap('keyid="k1"', "keyid=1")), UNREADABLE),
    "a negative time": (field(INPUT, swap("created=", "created=-")), UNREADABLE),
    "a huge time": (field(INPUT, swap("created=", "created=999999999999999")), UNREADABLE),
    "another nonce": (
        field(INPUT, lambda v: re.sub(r'nonce="[^"]*"', 'nonce="abcdefghabcdefgh"', v)),
        WRONG,
    ),
    "a component less": (field(INPUT, swap(' "content-type"', "")), COVERAGE),
    "a component more": (
        field(INPUT, swap('"content-type"', '"content-type" "date"')), COVERAGE,
    ),
    "a component twice": (field(INPUT, swap('"@method"', '"@method" "@method"')), COVERAGE),
    "components in another order": (
        field(INPUT, swap('"@method" "@target-uri"', '"@target-uri" "@method"')),
        COVERAGE,
    ),
    "a component in capitals": (field(INPUT, swap('"@method"', '"@METHOD"')), UNREADABLE),
    "a component with a parameter": (field(INPUT, swap('"@method"', '"@method";req')), COVERAGE),
    "nothing covered": (
        field(INPUT, lambda v: re.sub(r"\(.*\)", "()", v)), COVERAGE,
    ),
    "the tag of a reply": (field(INPUT, swap("-request", "-reply")), COVERAGE),
    "no digest": (field(DIGEST, lambda _: None), COVERAGE),
    "two digests": (field(DIGEST, lambda v: f"{v}, sha-512=:AAAA:"), WRONG),
    "a weak digest": (field(DIGEST, swap("sha-256", "md5")), WRONG),
    "another body": (lambda m: replace(m, body=m.body + b" "), WRONG),
    "no body": (lambda m: replace(m, body=b""), WRONG),
    "another body with its digest": (
        lambda m: changed(replace(m, body=b"{}"), DIGEST, lambda _: (
            f"sha-256=:{base64.b64encode(hashlib.sha256(b'{}').digest()).decode()}:")),
        WRONG,
    ),
    "no content type": (field("Content-Type", lambda _: None), COVERAGE),
    "another content type": (field("Content-Type", lambda _: "text/html"), WRONG),
    "another algorithm": (field(INPUT, swap("ed25519", "sm2-sm3")), NOT_ALLOWED),
    "an algorithm nobody knows": (field(INPUT, swap("ed25519", "hmac-sha256")), NOT_ALLOWED),
    "a key nobody knows": (field(INPUT, swap('"k1"', '"k2"')), Code.KEY_UNKNOWN),
    "a signature of nothing": (field(VALUE, lambda _: "sig1=::"), UNREADABLE),
    "sloppy base64": (field(VALUE, swap("==:", "=:")), UNREADABLE),
    "base64 with bits left over": (
        field(VALUE, lambda v: v[:-4] + chr(ord(v[-4]) + 1) + v[-3:]), UNREADABLE,
    ),
    "a parameter on the value": (field(VALUE, lambda v: f"{v};x=1"), UNREADABLE),
    "a short signature": (field(VALUE, lambda _: "sig1=:AAAA:"), WRONG),
}  # fmt: skip
OF_REQUESTS = {
    "another method": (lambda m: replace(m, method="PUT"), WRONG),
    "a method in small letters": (lambda m: replace(m, method="post"), UNREADABLE),
    "another target": (lambda m: replace(m, url=m.url + "1"), WRONG),
    "no https": (lambda m: replace(m, url="http" + m.url[5:]), UNREADABLE),
    "a target with a line feed": (
        lambda m: replace(m, url=m.url + "\n"), UNREADABLE,
    ),
    "a target with a user": (
        lambda m: replace(m, url="https://a@court.example/"), UNREADABLE,
    ),
    "a target with a fragment": (
        lambda m: replace(m, url=m.url + "#x"), UNREADABLE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE | OF_REQUESTS)
def test_a_hostile_request_is_refused_with_the_right_code(name):
    change, code = (HOSTILE | OF_REQUESTS)[name]
    # two "=": the base64 of an Ed25519 signature, 64 bytes, always ends so
    assert change(SIGNED) != SIGNED
    assert refusal(change(SIGNED)) is code


@pytest.mark.parametrize(
    "change",
    [
        swap(' "content-digest"', ""),
        swap('"@method" "@target-uri" "content-digest" "content-type"', '"@method"'),
        swap('"@method" "@target-uri" "content-digest" "content-type"', ""),
        lambda told: f"{told};x=1",
        swap(';tag="fund-exchange-request"', ""),
        swap("fund-exchange-request", "fund-exchange-reply"),
        lambda told: re.sub(r";created=\d+", "", told),
    ],
)
def test_what_covers_less_or_says_more_is_refused_even_when_the_true_key_signed_it(change):
    assert accepted(resigned(lambda told: told)).kid == "k1"
    assert refusal(resigned(change)) is Code.SIGNATURE_COVERAGE


def test_a_nonce_that_could_be_guessed_is_refused():
    def nonce(text):
        return resigned(lambda told: re.sub(r'nonce="[^"]*"', f'nonce="{text}"', told))

    assert accepted(nonce("n" * 16)).kid == "k1"
    assert refusal(nonce("n" * 15)) is Code.SIGNATURE_UNREADABLE


def lives(created, expires):
    start = int(AT.timestamp())

    def change(told):
        told = re.sub(r"created=\d+", f"created={start + created}", told)
        return re.sub(r"expires=\d+", f"expires={start + expires}", told)

    return change


@pytest.mark.parametrize(
    ("created", "expires"),
    [(0, 0), (10, 0), (0, 301), (61, 200), (-400, -100), (-300, -61), (0, 86_400)],
)
def test_a_message_outside_its_time_is_stale_even_when_the_true_key_signed_it(created, expires):
    assert refusal(resigned(lives(created, expires))) is Code.MESSAGE_STALE


@pytest.mark.parametrize(("created", "expires"), [(0, 300), (60, 100), (-300, -60), (-10, 1)])
def test_clocks_may_differ_by_a_minute(created, expires):
    assert accepted(resigned(lives(created, expires))).kid == "k1"


@pytest.mark.parametrize(
    ("of_the_key", "code"),
    [
        ({"holder": "bank"}, Code.KEY_UNKNOWN),
        ({"purpose": Purpose.OUR_MESSAGE}, Code.KEY_UNKNOWN),
        ({"revoked_at": AT}, Code.KEY_REVOKED),
        ({"not_before": AT + timedelta(1)}, Code.KEY_NOT_IN_FORCE),
        ({"verify_until": AT}, Code.KEY_NOT_IN_FORCE),
    ],
)
def test_a_key_not_to_be_used_now_for_this_is_refused(of_the_key, code):
    assert refusal(SIGNED, ring_of(**of_the_key)) is code


@each
def test_another_key_of_the_same_algorithm_is_refused(algorithm):
    signed = sign_request(signer_of(algorithm, 2), REQUEST, AT)
    assert refusal(signed, ring_of(algorithm)) is Code.SIGNATURE_WRONG


@pytest.mark.parametrize("algorithm", [P256, Algorithm.SM2_SM3], ids=lambda a: a.value)
def test_a_signature_in_der_is_none_of_http(algorithm):
    signed = sign_request(signer_of(algorithm), REQUEST, AT)

    def as_der(value):
        from gateway.signing.primitives.forms import normalised

        raw = base64.b64decode(value.removeprefix("sig1=:").removesuffix(":"))
        return f"sig1=:{base64.b64encode(normalised(algorithm, raw)).decode()}:"

    assert refusal(changed(signed, "Signature", as_der), ring_of(algorithm)) is Code.SIGNATURE_WRONG


# ------------------------------------------------------------------ replies

REPLIED = sign_reply(signer_of(ED25519), REPLY, SIGNED, AT)
NOT_FOR_REPLIES = {
    "the tag of a reply", "a component less", "a component twice", "nothing covered",
    "a component with a parameter", "components in another order", "a component in capitals",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(HOSTILE) - NOT_FOR_REPLIES))
def test_a_hostile_reply_is_refused_with_the_right_code(name):
    change, code = HOSTILE[name]
    assert change(REPLIED) != REPLIED
    assert refusal(change(REPLIED)) is code


def test_another_status_is_refused():
    assert refusal(replace(REPLIED, status=500)) is Code.SIGNATURE_WRONG


def test_a_reply_to_another_request_of_ours_is_refused():
    other = sign_request(signer_of(ED25519), REQUEST, AT)  # the same, but for its nonce
    assert refusal(REPLIED, request=other) is Code.SIGNATURE_WRONG


def test_a_reply_bound_to_nothing_is_refused_though_the_true_key_signed_it():
    message = HttpRequest("POST", REQUEST.url, TYPE, REPLY.body)
    as_request = sign_request(signer_of(ED25519), message, AT)
    assert refusal(HttpReply(200, as_request.headers, REPLY.body)) is Code.SIGNATURE_COVERAGE


def test_a_reply_from_another_time_is_stale():
    assert refusal(REPLIED, at=AT + timedelta(hours=1)) is Code.MESSAGE_STALE


@pytest.mark.parametrize("part", [INPUT, VALUE, DIGEST])
def test_no_single_changed_byte_of_a_field_is_accepted(part):
    value = dict(SIGNED.headers)[part]
    for position in range(len(value)):
        for bit in (1, 2, 32):
            altered = value[:position] + chr(ord(value[position]) ^ bit) + value[position + 1 :]
            assert isinstance(refusal(changed(SIGNED, part, lambda _, a=altered: a)), Code)
