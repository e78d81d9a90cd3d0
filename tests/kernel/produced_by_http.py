"""Codes of signed HTTP messages and of TLS, each from something really wrong. 错误目录"""

from datetime import datetime, timedelta

from gateway.dates import SHANGHAI
from gateway.errors import Code, SignatureInvalid
from gateway.ports import Algorithm, HttpRequest
from gateway.signing.http_messages import sign_request, verify_request
from gateway.signing.keyring import Key, KeyRing, Purpose
from tests.kernel.ground import Ground
from tests.signing.keys import signer_of, verifier_of

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=SHANGHAI)
ED25519 = Algorithm.ED25519
REQUEST = HttpRequest("GET", "https://court.example/filings")


class Forgetful:
    """A memory that has seen everything, or nothing."""

    def __init__(self, everything: bool) -> None:
        self.everything = everything

    def first_time(self, counterparty: str, signature_digest: str, until: datetime) -> bool:
        return not self.everything


def refused_message(age: timedelta, covered: str, seen: bool) -> object:
    """Verifies a message of some age, with something taken out of what it covers."""

    def produce(ground: Ground) -> Code:
        window = (NOW - timedelta(1), NOW + timedelta(1), NOW + timedelta(2))
        key = Key("k1", "court", Purpose.THEIR_MESSAGE, verifier_of(ED25519), *window)
        signed = sign_request(signer_of(ED25519), REQUEST, NOW - age)
        headers = tuple((name, value.replace(covered, "")) for name, value in signed.headers)
        message = HttpRequest(signed.method, signed.url, headers)
        try:
            verify_request(KeyRing([key]), "court", message, NOW, Forgetful(seen))
        except SignatureInvalid as refusal:
            return refusal.code
        raise AssertionError("accepted")

    return produce


PRODUCERS = {
    Code.SIGNATURE_COVERAGE: refused_message(timedelta(0), ' "content-digest"', False),
    Code.MESSAGE_STALE: refused_message(timedelta(hours=1), "nothing", False),
    Code.MESSAGE_REPLAYED: refused_message(timedelta(0), "nothing", True),
}
