"""Signed HTTP requests and replies (RFC 9421), the reply bound to its request. HTTP 报文签名

Functions over values: nothing here opens a connection. What is covered stands in `covered`; there
is one signature, labelled sig1, with all of created, expires, nonce, keyid, alg and tag.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway.errors import Code
from gateway.grades import Fact, grade_of
from gateway.ports import (
    Algorithm,
    Grade,
    HttpReply,
    HttpRequest,
    SeenSignatures,
    Signer,
)
from gateway.signing.keys.keyring import KeyRing, Purpose
from gateway.signing.messages.http_fields import (
    CONTENT_DIGEST,
    LABEL,
    SIGNATURE,
    SIGNATURE_INPUT,
    SignedParameters,
    content_digest,
    covered,
    fields_of,
    parameters_of,
    refused,
    signature_base,
    signature_of,
)
from gateway.signing.primitives.forms import raw

LIFETIME = timedelta(minutes=5)
SKEW = timedelta(minutes=1)
REQUEST_TAG, REPLY_TAG = "fund-exchange-request", "fund-exchange-reply"
_NONCE_BYTES = 18
_RAW_BYTES = 64


@dataclass(frozen=True, slots=True)
class Form:
    """What an algorithm is called in `alg`; elliptic signatures are r‖s (RFC 9421 §3.3.4)."""

    name: str
    registered: bool
    is_raw: bool


@dataclass(frozen=True, slots=True)
class Proven:
    """A message that is theirs: whose key, when they say they made it, how strong the proof is."""

    kid: str
    made_at: datetime
    grade: Grade


# Names of the IANA registry "HTTP Signature Algorithms". It has no RSA-PSS with SHA-256 and no SM2:
# those two names hold by contract with the counterparty.
FORMS: Mapping[Algorithm, Form] = {
    Algorithm.RSA_V15_SHA256: Form("rsa-v1_5-sha256", True, False),
    Algorithm.ECDSA_P256_SHA256: Form("ecdsa-p256-sha256", True, True),
    Algorithm.ED25519: Form("ed25519", True, False),
    Algorithm.RSA_PSS_SHA256: Form("rsa-pss-sha256", False, False),
    Algorithm.SM2_SM3: Form("sm2-sm3", False, True),
}
_BY_NAME = {form.name: algorithm for algorithm, form in FORMS.items()}


def sign_request(signer: Signer, request: HttpRequest, at: datetime) -> HttpRequest:
    """The request with its digest and our signature, good for five minutes from `at`.

    Signature fields it had are replaced. Raises SignatureInvalid when the target is not written in
    the one agreed way, or a body has no content type.
    """
    bare = replace(request, headers=_with_digest(request))
    return replace(bare, headers=bare.headers + _signed(signer, covered(bare), REQUEST_TAG, at))


def sign_reply(signer: Signer, reply: HttpReply, request: HttpRequest, at: datetime) -> HttpReply:
    """The reply with its digest and our signature, bound to the signed request it answers."""
    bare = replace(reply, headers=_with_digest(reply))
    return replace(
        bare, headers=bare.headers + _signed(signer, covered(bare, request), REPLY_TAG, at)
    )


def verify_request(
    ring: KeyRing, holder: str, request: HttpRequest, at: datetime, seen: SeenSignatures
) -> Proven:
    """That the request is `holder`'s and new. Raises SignatureInvalid when it is not.

    `request.url` must be put together from our own address, never from what the caller claims.
    """
    stated, base = _verified(ring, holder, request, (None, REQUEST_TAG), at)
    # The signature's value is no good for this: of r‖s there is a second one, r‖(n-s), that holds.
    until = at + timedelta(seconds=stated.expires - at.timestamp()) + SKEW
    if not seen.first_time(holder, hashlib.sha256(base).hexdigest(), until):
        raise refused(Code.MESSAGE_REPLAYED, SIGNATURE)
    return Proven(stated.kid, _moment(stated, at), grade_of(Fact.SIGNED))


def verify_reply(
    ring: KeyRing, holder: str, reply: HttpReply, request: HttpRequest, at: datetime
) -> Proven:
    """That the reply is `holder`'s, and to this very request as we signed it: proof of grade A.

    Raises SignatureInvalid. A replayed reply needs no memory: the request's nonce is in its base.
    """
    stated, _ = _verified(ring, holder, reply, (request, REPLY_TAG), at)
    return Proven(stated.kid, _moment(stated, at), grade_of(Fact.SIGNED, Fact.BOUND))


def _with_digest(message: HttpRequest | HttpReply) -> tuple[tuple[str, str], ...]:
    ours = {CONTENT_DIGEST, SIGNATURE, SIGNATURE_INPUT}
    kept = tuple(pair for pair in message.headers if pair[0].lower() not in ours)
    return (*kept, ("Content-Digest", content_digest(message.body)))


def _signed(
    signer: Signer, components: tuple[tuple[str, str], ...], tag: str, at: datetime
) -> tuple[tuple[str, str], ...]:
    created, form = int(at.timestamp()), FORMS[signer.algorithm]
    expires = created + int(LIFETIME.total_seconds())
    parameters = (
        f"({_names(components)});created={created};expires={expires}"
        f';nonce="{secrets.token_urlsafe(_NONCE_BYTES)}";keyid="{signer.kid}"'
        f';alg="{form.name}";tag="{tag}"'
    )
    value = signer.sign((signature_base(components, parameters),))
    value = raw(signer.algorithm, value) if form.is_raw else value
    encoded = base64.b64encode(value).decode()
    return (
        ("Signature-Input", f"{LABEL}={parameters}"),
        ("Signature", f"{LABEL}=:{encoded}:"),
    )


def _names(components: tuple[tuple[str, str], ...]) -> str:
    return " ".join(name for name, _ in components)


def _verified(
    ring: KeyRing,
    holder: str,
    message: HttpRequest | HttpReply,
    expected: tuple[HttpRequest | None, str],
    at: datetime,
) -> tuple[SignedParameters, bytes]:
    fields = fields_of(message)
    if SIGNATURE not in fields and SIGNATURE_INPUT not in fields:
        raise refused(Code.SIGNATURE_MISSING, SIGNATURE)
    stated, signature = parameters_of(fields), signature_of(fields)
    request, tag = expected
    components = covered(message, request)
    if (stated.components, stated.tag) != (_names(components), tag):
        raise refused(Code.SIGNATURE_COVERAGE, SIGNATURE_INPUT)
    _require_fresh(stated, at)
    base = signature_base(components, stated.text)
    _require_signed(ring, holder, (stated, signature.value, base), at)
    return stated, base


def _require_fresh(stated: SignedParameters, at: datetime) -> None:
    now, skew = at.timestamp(), SKEW.total_seconds()
    lives = stated.expires - stated.created
    if not 0 < lives <= LIFETIME.total_seconds():
        raise refused(Code.MESSAGE_STALE, "expires")
    if stated.created > now + skew or stated.expires < now - skew:
        raise refused(Code.MESSAGE_STALE, "created")


def _require_signed(
    ring: KeyRing, holder: str, signed: tuple[SignedParameters, bytes, bytes], at: datetime
) -> None:
    stated, signature, base = signed
    algorithm = _BY_NAME.get(stated.algorithm)
    named = algorithm.value if algorithm else ""
    refusal = ring.refusal(Purpose.THEIR_MESSAGE, holder, (stated.kid, named), at)
    if refusal is not None:
        raise refused(refusal, "keyid")
    verifier = ring.verifier(stated.kid)
    misformed = FORMS[verifier.algorithm].is_raw and len(signature) != _RAW_BYTES
    if misformed or not verifier.verify(signature, (base,)):
        raise refused(Code.SIGNATURE_WRONG, SIGNATURE)


def _moment(stated: SignedParameters, at: datetime) -> datetime:
    return datetime.fromtimestamp(stated.created, at.tzinfo)
