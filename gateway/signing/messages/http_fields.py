"""The header fields of a signed HTTP message, read strictly (RFC 9421, RFC 9530). 报头字段

Structured fields (RFC 8941) can be written in many ways. Two parties that agree on one way need no
general reader: what is not exactly of this profile is refused, so nothing is read in two ways.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.errors import Code, SignatureInvalid
from gateway.ports import HttpReply, HttpRequest

LABEL = "sig1"
SIGNATURE_INPUT, SIGNATURE, CONTENT_DIGEST, CONTENT_TYPE = (
    "signature-input",
    "signature",
    "content-digest",
    "content-type",
)
# The fields a signature stands on; each may stand there once.
_FIELDS = (SIGNATURE_INPUT, SIGNATURE, CONTENT_DIGEST, CONTENT_TYPE)
_FIELD_CHARACTERS_MAX = 2048
_NONCE_CHARACTERS_MIN = 16
PARAMETERS = ("created", "expires", "nonce", "keyid", "alg", "tag")
_WHOLE = frozenset({"created", "expires"})

_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_INPUT = re.compile(
    LABEL + r"=(\((" + r'[a-z0-9@";= -]*' + r")\)"
    r'((?:;[a-z]{1,16}=(?:[0-9]{1,12}|"[A-Za-z0-9._~-]{1,64}"))*))'
)
_SIGNATURE = re.compile(LABEL + r"=(:([A-Za-z0-9+/]{4,2000}={0,2}):)")
_METHOD = re.compile(r"[A-Z]{3,10}")
# No user, no fragment, no port that https has anyway: one way to write each target.
_TARGET = re.compile(r"https://[a-z0-9.-]+(?::(?!443/)[1-9][0-9]{1,4})?/[!$-;=@-Z_a-z~?%]*")


@dataclass(frozen=True, slots=True)
class SignedParameters:
    """What a signature says of itself; `text` is how it stood there, as the signature covers it."""

    text: str
    components: str
    created: int
    expires: int
    nonce: str
    kid: str
    algorithm: str
    tag: str


@dataclass(frozen=True, slots=True)
class StatedSignature:
    """A signature as it stands in its field: `text` with colons, and the bytes it encodes."""

    text: str
    value: bytes


def refused(code: Code, about: str) -> SignatureInvalid:
    """The error for a message whose signature does not hold; `about` names a field, no value."""
    return SignatureInvalid(code, detail=about)


def fields_of(message: HttpRequest | HttpReply) -> Mapping[str, str]:
    """The four fields a signature stands on, by lower-case name.

    Raises SignatureInvalid for a field that stands twice, is folded, padded, or not plain ASCII.
    """
    found: dict[str, str] = {}
    for name, value in message.headers:
        field = name.lower()
        if field not in _FIELDS:
            continue
        if field in found or len(value) > _FIELD_CHARACTERS_MAX or _VALUE.fullmatch(value) is None:
            raise refused(Code.SIGNATURE_UNREADABLE, field)
        found[field] = value
    return found


def content_digest(body: bytes) -> str:
    """The Content-Digest of a body: SHA-256 alone (RFC 9530 §2)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def covered(
    message: HttpRequest | HttpReply, request: HttpRequest | None = None
) -> tuple[tuple[str, str], ...]:
    """The components a signature covers, always and exactly, in the agreed order.

    A reply covers the request it answers too, and that request's own signature (RFC 9421 §2.4).
    """
    if isinstance(message, HttpRequest):
        return (*_of_request(message), *_of_type(message))
    own = (('"@status"', str(message.status)), _of_digest(message), *_of_type(message))
    if request is None:
        return own
    bound = tuple((f"{name};req", value) for name, value in _of_request(request))
    stated = signature_of(fields_of(request))
    return (*own, *bound, (f'"signature";req;key="{LABEL}"', stated.text))


def signature_base(components: Iterable[tuple[str, str]], parameters: str) -> bytes:
    """The bytes that are signed (RFC 9421 §2.5)."""
    lines = [f"{name}: {value}" for name, value in components]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode("ascii")


def parameters_of(fields: Mapping[str, str]) -> SignedParameters:
    """What the one signature says of itself. Raises SignatureInvalid when it says more or less."""
    match = _INPUT.fullmatch(fields.get(SIGNATURE_INPUT, ""))
    if match is None:
        raise refused(Code.SIGNATURE_UNREADABLE, SIGNATURE_INPUT)
    text, components, rest = match.groups()
    pairs = [one.partition("=")[::2] for one in rest.split(";")[1:]]
    if sorted(name for name, _ in pairs) != sorted(PARAMETERS):
        raise refused(Code.SIGNATURE_COVERAGE, "parameters")
    told = dict(pairs)
    if any(told[name].startswith('"') is (name in _WHOLE) for name in PARAMETERS):
        raise refused(Code.SIGNATURE_UNREADABLE, SIGNATURE_INPUT)
    words = [told[name].strip('"') for name in PARAMETERS[2:]]
    if len(words[0]) < _NONCE_CHARACTERS_MIN:
        raise refused(Code.SIGNATURE_UNREADABLE, "nonce")
    return SignedParameters(text, components, int(told["created"]), int(told["expires"]), *words)


def signature_of(fields: Mapping[str, str]) -> StatedSignature:
    """The one signature. Raises SignatureInvalid when there is none, or another, or several."""
    match = _SIGNATURE.fullmatch(fields.get(SIGNATURE, ""))
    if match is None:
        raise refused(Code.SIGNATURE_UNREADABLE, SIGNATURE)
    text, encoded = match.groups()
    try:
        value = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise refused(Code.SIGNATURE_UNREADABLE, SIGNATURE) from None
    if base64.b64encode(value).decode() != encoded:
        raise refused(Code.SIGNATURE_UNREADABLE, SIGNATURE)
    return StatedSignature(text, value)


def _of_request(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    if _METHOD.fullmatch(request.method) is None or _TARGET.fullmatch(request.url) is None:
        raise refused(Code.SIGNATURE_UNREADABLE, "@target-uri")
    return (
        ('"@method"', request.method),
        ('"@target-uri"', request.url),
        _of_digest(request),
    )


def _of_digest(message: HttpRequest | HttpReply) -> tuple[str, str]:
    """The digest as it stands there, which must be the body's."""
    stated = fields_of(message).get(CONTENT_DIGEST)
    if stated is None:
        raise refused(Code.SIGNATURE_COVERAGE, CONTENT_DIGEST)
    if stated != content_digest(message.body):
        raise refused(Code.SIGNATURE_WRONG, CONTENT_DIGEST)
    return '"content-digest"', stated


def _of_type(message: HttpRequest | HttpReply) -> tuple[tuple[str, str], ...]:
    """The content type stands there, and is covered, when there is a body."""
    stated = fields_of(message).get(CONTENT_TYPE)
    if (stated is not None) is not bool(message.body):
        raise refused(Code.SIGNATURE_COVERAGE, CONTENT_TYPE)
    return () if stated is None else (('"content-type"', stated),)
