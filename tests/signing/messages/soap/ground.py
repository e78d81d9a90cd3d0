"""What the tests of signed SOAP stand on: a peer with keys, honest envelopes, a memory. 公共地面"""

from datetime import datetime, timedelta
from functools import cache

from gateway.dates import SHANGHAI
from gateway.ports import Algorithm
from gateway.signing.keys.certificates import Usage, self_signed
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.messages.soap import Peer, Sender, sign_envelope
from tests.signing.pairs import pair_of, signer_of, verifier_of

NOW = datetime(2026, 3, 1, 10, 0, 0, 250_000, tzinfo=SHANGHAI)
DAY = timedelta(days=1)
HOLDER = "national_platform"
RSA, ECDSA, SM2 = (
    Algorithm.RSA_V15_SHA256,
    Algorithm.ECDSA_P256_SHA256,
    Algorithm.SM2_SM3,
)
ALGORITHMS = (RSA, ECDSA, SM2)
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
CONTENT = (
    '<a:ask xmlns:a="urn:example:soap-profile"><a:reference>R-1</a:reference>'
    "<a:amount>100.00</a:amount><a:note>沙箱䶮 &lt;&amp;&gt;</a:note></a:ask>"
)


class Memory:
    """The port SeenSignatures in a dictionary, as strict as the real one."""

    def __init__(self) -> None:
        self.until: dict[tuple[str, str], datetime] = {}

    def first_time(self, counterparty: str, signature_digest: str, until: datetime) -> bool:
        return self.until.setdefault((counterparty, signature_digest), until) is until


def certificate_of(algorithm: Algorithm, number: int = 1) -> bytes:
    """A certificate over the test key of that number."""
    return _certificate(algorithm, number)


# functools.cache takes f(a) and f(a, 1) for two calls: what is cached has no default.
@cache
def _certificate(algorithm: Algorithm, number: int) -> bytes:
    signer, public = signer_of(algorithm, number), pair_of(algorithm, number).public_pem
    return self_signed(signer, public, "沙箱对接方", NOW - DAY, NOW + 30 * DAY, Usage.MESSAGE)


def key_of(algorithm: Algorithm, number: int = 1, holder: str = HOLDER, **changes: object) -> Key:
    """A counterparty's key in the ring, in force for a month."""
    about = {
        "kid": f"{holder}-{algorithm.value}-{number}",
        "holder": holder,
        "purpose": Purpose.THEIR_MESSAGE,
        "verifier": verifier_of(algorithm, number),
        "not_before": NOW - DAY,
        "sign_until": NOW + 20 * DAY,
        "verify_until": NOW + 30 * DAY,
        "chain": (certificate_of(algorithm, number),),
    }
    return Key(**{**about, **changes})


def peer_of(*keys: Key, **changes: object) -> Peer:
    """The peer with these keys, or with one of each algorithm and one key of somebody else's."""
    others = [key_of(ECDSA, 9, holder="somebody_else")]
    ring = KeyRing([*(keys or map(key_of, ALGORITHMS)), *others])
    return Peer(HOLDER, ring, **changes)


def sender_of(algorithm: Algorithm, number: int = 1, **changes: object) -> Sender:
    """Whoever signs with that key."""
    signer, certificate = signer_of(algorithm, number), certificate_of(algorithm, number)
    return Sender(signer, certificate, **changes)


def envelope(content: str = CONTENT, soap: str = SOAP_11, header: str = "") -> bytes:
    """An unsigned envelope."""
    text = f'<s:Envelope xmlns:s="{soap}">{header}<s:Body>{content}</s:Body></s:Envelope>'
    return text.encode()


def fault(soap: str = SOAP_11) -> bytes:
    """An unsigned fault."""
    return envelope(
        "<s:Fault><faultcode>s:Server</faultcode><faultstring>9999</faultstring></s:Fault>",
        soap,
    )


def signed(
    algorithm: Algorithm = ECDSA,
    data: bytes | None = None,
    at: datetime = NOW,
    number: int = 1,
    **changes: object,
) -> bytes:
    """An honest signed envelope."""
    confirms = changes.pop("confirms", None)
    sender = sender_of(algorithm, number, **changes)
    return sign_envelope(envelope() if data is None else data, sender, at, confirms)
