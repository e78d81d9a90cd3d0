"""Verify a signed envelope: only what the signature covers comes out. 验签报文"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lxml import etree

from gateway.errors import Code, SignatureInvalid
from gateway.grades import Fact, grade_of
from gateway.ports import Algorithm, Grade, SeenSignatures
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.messages.soap.names import METHODS, Form, Method
from gateway.signing.messages.soap.reading import canonical, decoded, misshapen, parsed
from gateway.signing.messages.soap.shape import Parts, id_of, parts_of, prefixes_of
from gateway.signing.primitives.digests import digest_of
from gateway.signing.primitives.forms import ORDERS, normalised

CLOCK_SKEW = timedelta(seconds=60)
AGE_MAX = timedelta(minutes=10)
SIZE_MAX = 4 * 1024 * 1024
_RAW_BYTES = 64
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Peer:
    """What is agreed with one counterparty about its messages to us.

    Its keys are those of `ring` for THEIR_MESSAGE and `counterparty`, each pinned by its
    certificate; an algorithm without a row in `methods` is not allowed. `blocks` are the header
    blocks it may send besides Security, by qualified name; they must be signed like the rest.
    """

    counterparty: str
    ring: KeyRing = field(repr=False)
    methods: Mapping[Algorithm, Method] = field(default_factory=lambda: METHODS)
    blocks: frozenset[str] = frozenset()
    clock_skew: timedelta = CLOCK_SKEW
    age_max: timedelta = AGE_MAX
    size_max: int = SIZE_MAX


@dataclass(frozen=True, slots=True)
class VerifiedMessage:
    """What a good signature covers, and nothing besides.

    `body` is the Body's one child as a document of its own, in canonical form: parse this, and
    never the bytes that came. `signature_digest` is the name the signature is remembered by.
    """

    body: bytes = field(repr=False)
    is_fault: bool
    kid: str
    created: datetime
    signature_digest: str
    grade: Grade


def verify_envelope(
    data: bytes, peer: Peer, at: datetime, seen: SeenSignatures, answers: bytes | None = None
) -> VerifiedMessage:
    """The content of a signed envelope, when every rule of schemas/soap_profile holds at `at`.

    `answers` is the signature of our request (`signature_of`): the reply must then confirm it
    (WS-Security 1.1 SignatureConfirmation, itself signed), and its grade is A instead of B.
    The signature is remembered last, when everything else is good. Raises MalformedMessage when
    the bytes are no envelope, SignatureInvalid with the rule that does not hold.
    """
    parts = parts_of(parsed(data, peer.size_max), peer.blocks)
    key = _pinned(peer, decoded(parts.token), at)
    method = _method(peer, key.verifier.algorithm)
    signed_info = _require_signature(parts, key, method)
    prefixes = _require_digests(parts, method)
    created, until = _require_fresh(parts.timestamp, peer, at)
    _require_answer(parts, answers)
    digest = hashlib.sha256(signed_info).hexdigest()
    if not seen.first_time(peer.counterparty, digest, until):
        raise SignatureInvalid(Code.MESSAGE_REPLAYED)
    return VerifiedMessage(
        body=canonical(parts.content, prefixes),
        is_fault=parts.is_fault,
        kid=key.kid,
        created=created,
        signature_digest=digest,
        grade=grade_of(Fact.SIGNED, *(() if answers is None else (Fact.BOUND,))),
    )


def _pinned(peer: Peer, der: bytes, at: datetime) -> Key:
    """The key whose certificate this is, to the byte; it and its certificate are in force."""
    whose = (Purpose.THEIR_MESSAGE, peer.counterparty)
    key = peer.ring.by_certificate(*whose, hashlib.sha256(der).hexdigest())
    if key is None:
        raise SignatureInvalid(Code.KEY_UNKNOWN)
    refusal = peer.ring.refusal(*whose, (key.kid, key.verifier.algorithm.value), at)
    if refusal is not None:
        raise SignatureInvalid(refusal, detail=key.kid)
    return key


def _method(peer: Peer, algorithm: Algorithm) -> Method:
    method = peer.methods.get(algorithm)
    if method is None:
        raise SignatureInvalid(Code.ALGORITHM_NOT_ALLOWED, detail=algorithm.value)
    return method


def _require_signature(parts: Parts, key: Key, method: Method) -> bytes:
    """The canonical SignedInfo, once the key's own algorithm has verified it."""
    canonicalization, stated = parts.signed_info[0], parts.signed_info[1]
    if stated.get("Algorithm") != method.signature:
        raise SignatureInvalid(Code.ALGORITHM_NOT_ALLOWED, detail="SignatureMethod")
    signed = canonical(parts.signed_info, prefixes_of(canonicalization))
    signature = _inside(decoded(parts.signature_value), key.verifier.algorithm, method.form)
    if not key.verifier.verify(signature, (signed,)):
        raise SignatureInvalid(Code.SIGNATURE_WRONG, detail="SignedInfo")
    return signed


def _inside(signature: bytes, algorithm: Algorithm, form: Form) -> bytes:
    """The signature as our verifiers take it; of an elliptic one only the agreed form is read."""
    if algorithm not in ORDERS:
        return signature
    try:
        if (len(signature) == _RAW_BYTES) is (form is Form.RAW):
            return normalised(algorithm, signature)
    except ValueError:
        pass
    raise SignatureInvalid(Code.SIGNATURE_WRONG, detail="SignatureValue")


def _require_digests(parts: Parts, method: Method) -> tuple[str, ...]:
    """Every due element is covered once with its digest; returns the Body's PrefixList."""
    due = {f"#{id_of(element)}": element for element in parts.covered()}
    prefixes: dict[str, tuple[str, ...]] = {}
    for reference in parts.references():
        uri = reference.get("URI") or ""
        element = due.get(uri)
        if element is None or uri in prefixes:
            raise misshapen("引用了约定之外的元素，或重复引用")
        prefixes[uri] = _require_digest(reference, element, method)
    if len(prefixes) != len(due):
        raise misshapen("正文、时间戳、证书与报文头须全部被签名")
    return prefixes[f"#{id_of(parts.body)}"]


def _require_digest(
    reference: etree._Element, element: etree._Element, method: Method
) -> tuple[str, ...]:
    transforms, stated, value = reference
    if stated.get("Algorithm") != method.digest:
        raise SignatureInvalid(Code.ALGORITHM_NOT_ALLOWED, detail="DigestMethod")
    prefixes = prefixes_of(transforms[0])
    found = digest_of(method.digest_name, (canonical(element, prefixes),))
    if found != decoded(value):
        raise SignatureInvalid(Code.SIGNATURE_WRONG, detail="DigestValue")
    return prefixes


def _require_fresh(
    timestamp: etree._Element, peer: Peer, at: datetime
) -> tuple[datetime, datetime]:
    """When it was made, and the moment from which its age alone would refuse it."""
    created, expires = (_moment(element) for element in timestamp)
    # first: a moment at the end of all calendars has none after it
    if not created < expires or created > at + peer.clock_skew:
        raise SignatureInvalid(Code.MESSAGE_STALE, detail="Created")
    until = min(expires, created + peer.age_max) + peer.clock_skew
    if at >= until:
        raise SignatureInvalid(Code.MESSAGE_STALE, detail="Expires")
    return created, until


def _moment(element: etree._Element) -> datetime:
    """An aware moment; one without its zone, or that is none, counts as stale."""
    text = element.text or ""
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        pass
    raise SignatureInvalid(Code.MESSAGE_STALE, detail="时间格式或时区")


def _require_answer(parts: Parts, answers: bytes | None) -> None:
    """A reply confirms the request it answers; what answers nothing confirms nothing."""
    confirmed = None if parts.confirmation is None else parts.confirmation.get("Value")
    expected = None if answers is None else base64.b64encode(answers).decode()
    if confirmed != expected:
        raise SignatureInvalid(Code.REPLY_NOT_BOUND)
