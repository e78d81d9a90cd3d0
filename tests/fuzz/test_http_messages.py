"""Altered signed HTTP messages: headers, target and body. 变异 HTTP 报文"""

from dataclasses import replace
from datetime import datetime, timedelta

from gateway.dates import SHANGHAI
from gateway.ports import Algorithm, HttpReply, HttpRequest
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.messages.http_messages import (
    sign_reply,
    sign_request,
    verify_reply,
    verify_request,
)
from tests.fuzz.plan import survive
from tests.signing.pairs import signer_of, verifier_of

AT = datetime(2026, 3, 1, 9, 30, tzinfo=SHANGHAI)
TYPE = (("Content-Type", "application/json"),)
REQUEST = HttpRequest("POST", "https://court.example:8443/filings?x=1", TYPE, b'{"a": 1}')
REPLY = HttpReply(200, TYPE, b'{"ok": true}')
KINDS = (Algorithm.SM2_SM3, Algorithm.ECDSA_P256_SHA256, Algorithm.ED25519)


class Always:
    """A memory that has never seen anything: here nothing is refused for being old."""

    def first_time(self, counterparty, signature_digest, until):
        return True


def ring_of(algorithm):
    window = (AT - timedelta(1), AT + timedelta(1), AT + timedelta(2))
    verifier = verifier_of(algorithm)
    return KeyRing([Key("k1", "court", Purpose.THEIR_MESSAGE, verifier, *window)])


RINGS = [ring_of(algorithm) for algorithm in KINDS]


def written(first, message):
    """A message as bytes: what it begins with, a line a field, the body."""
    lines = [*first, *(f"{name}: {value}" for name, value in message.headers), ""]
    return "\n".join(lines).encode("latin-1") + b"\n" + message.body


def parts_of(data, firsts):
    """The lines before the fields, the fields, and the body; what is no field is left out."""
    head, _, body = data.partition(b"\n\n")
    lines = head.decode("latin-1").split("\n")
    fields = tuple(line.split(": ", 1) for line in lines[firsts:] if ": " in line)
    return [*lines[:firsts], *[""] * firsts][:firsts], tuple(map(tuple, fields)), body


def tried(verify):
    """What the first of the rings says that does not refuse; the last refusal when all do."""
    for ring in RINGS:
        try:
            return verify(ring)
        except Exception as refused:
            last = refused
    raise last


def test_an_altered_request_is_never_taken():
    signed = [sign_request(signer_of(kind), REQUEST, AT) for kind in KINDS]
    samples = [written((one.method, one.url), one) for one in signed]

    def judge(data):
        (method, url), headers, body = parts_of(data, 2)
        request = HttpRequest(method, url, headers, body)
        proven = tried(lambda ring: verify_request(ring, "court", request, AT, Always()))
        types = tuple(value for name, value in headers if name.lower() == "content-type")
        return method, url, types, body, proven

    survive("http request", samples, judge)


def test_an_altered_reply_is_never_taken():
    asked = sign_request(signer_of(Algorithm.ED25519, 2), REQUEST, AT)
    signed = [sign_reply(signer_of(kind), REPLY, asked, AT) for kind in KINDS]
    samples = [written((str(one.status),), one) for one in signed]

    def judge(data):
        (status,), headers, body = parts_of(data, 1)
        # the status is the HTTP library's to read: three digits
        number = int(status) if len(status) == 3 and status.isascii() and status.isdigit() else 0
        reply = replace(REPLY, status=number, headers=headers, body=body)
        proven = tried(lambda ring: verify_reply(ring, "court", reply, asked, AT))
        return number, body, proven

    survive("http reply", samples, judge)
