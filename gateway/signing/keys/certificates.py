"""Certificates: read, chain up to a pinned root, request, and sign for ourselves. 数字证书"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from itertools import pairwise
from typing import Any

from asn1crypto import core, csr, keys, pem
from asn1crypto import x509 as asn1
from cryptography import x509

from gateway.errors import Code, NotConfigured, SignatureInvalid
from gateway.ports import Signer
from gateway.signing.keys.x509 import CERTIFICATE_BYTES_MAX, Opened, identifier_of, open_certificate
from gateway.signing.primitives.algorithms import load_verifier

CHAIN_LENGTH_MAX = 6
_NAME_LENGTH_MAX = 64  # RFC 5280 A.1, ub-common-name
_SERIAL_BYTES = 16
_KEY_ID_BYTES = 20
# Years from here on are written as GeneralizedTime, those before as UTCTime (RFC 5280 §4.1.2.5).
_GENERAL_FROM = 2050
# What the walker below understands; anything else that is critical ends it.
_UNDERSTOOD = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.SubjectAlternativeName,
)


class Usage(Enum):
    """What a certificate of ours is for."""

    SEAL = "签章"
    MESSAGE = "报文"
    TLS_CLIENT = "连接"
    HEAD = "流水根"


_SIGNS = ("digital_signature", "non_repudiation")
# key usages, extended key usages
_STATED: Mapping[Usage, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # poppler trusts a seal's certificate only when it says emailProtection
    Usage.SEAL: (_SIGNS, ("email_protection",)),
    Usage.MESSAGE: (_SIGNS, ()),
    Usage.TLS_CLIENT: (("digital_signature",), ("client_auth",)),
    Usage.HEAD: (_SIGNS, ()),
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate, read. Names as RFC 4514 text; `fingerprint` is SHA-256 in hex.

    `extended` are its extended key usages, dotted; empty when it states none.
    """

    der: bytes = field(repr=False)
    subject: str
    issuer: str
    serial: int
    not_before: datetime
    not_after: datetime
    fingerprint: str
    public_pem: bytes = field(repr=False)
    extended: frozenset[str] = frozenset()


def read_certificate(der: bytes) -> Certificate:
    """One certificate from DER. Raises SignatureInvalid for anything else, however hostile."""
    return _certificate(open_certificate(der))


def fingerprint_of(der: bytes) -> str:
    """The SHA-256 of a certificate's DER in hex, as openssl's `-fingerprint -sha256` states it."""
    return hashlib.sha256(der).hexdigest()


def public_pem_of(der: bytes) -> bytes:
    """A certificate's public key as SubjectPublicKeyInfo PEM. Raises like `read_certificate`."""
    return open_certificate(der).public_pem


def chain_of_pem(data: bytes) -> tuple[bytes, ...]:
    """The certificates of a PEM file in DER, in the file's order.

    Raises SignatureInvalid when there is none, one that cannot be read, too many, or another thing.
    """
    if len(data) > 2 * CHAIN_LENGTH_MAX * CERTIFICATE_BYTES_MAX:
        raise SignatureInvalid(Code.CERTIFICATE_UNREADABLE, detail="太大")
    try:
        parts = list(pem.unarmor(data, multiple=True))
    except (ValueError, TypeError):
        raise SignatureInvalid(Code.CERTIFICATE_UNREADABLE, detail="PEM") from None
    if not 0 < len(parts) <= CHAIN_LENGTH_MAX or {name for name, _, _ in parts} != {"CERTIFICATE"}:
        raise SignatureInvalid(Code.CERTIFICATE_UNREADABLE, detail="PEM")
    return tuple(open_certificate(der).der for _, _, der in parts)


# ------------------------------------------------------------------ trusting


def verify_chain(chain: Sequence[bytes], roots: Sequence[bytes], at: datetime) -> Certificate:
    """The leaf of a chain (DER, own first) that leads to one of the pinned roots at this moment.

    The root itself may stand at the chain's end or be left out; a root that is the leaf is trusted
    as it is, inside its dates. Stricter than RFC 5280 §6: names are compared byte for byte, every
    critical extension must be understood, name constraints are not. Revocation lists are not asked
    (a revoked key is revoked in the key ring).

    Raises SignatureInvalid: CERTIFICATE_UNREADABLE, or CERTIFICATE_UNTRUSTED saying where and why.
    """
    if not 0 < len(chain) <= CHAIN_LENGTH_MAX:
        raise SignatureInvalid(Code.CERTIFICATE_UNTRUSTED, detail="链长")
    path = _path([open_certificate(der) for der in chain], roots)
    for opened in path:
        _require(opened, "有效期", opened.not_before <= at <= opened.not_after)
    # from the root down: a key is used only once its own certificate has been verified
    for depth, (lower, upper) in reversed(list(enumerate(pairwise(path)))):
        _require_issuer(upper, depth)
        _require_issued(lower, upper)
    if len(path) > 1:
        usage = path[0].extension(x509.KeyUsage)
        _require(path[0], "签名用途", usage is None or bool(usage.digital_signature))
    return _certificate(path[0])


def _path(opened: list[Opened], roots: Sequence[bytes]) -> list[Opened]:
    """The chain with its pinned root at the end."""
    if opened[-1].der in roots:
        return opened
    last = opened[-1]
    issuers = [root for root in map(open_certificate, roots) if root.subject == last.issuer]
    # two roots of one name and different keys happen when a root is renewed
    for root in issuers:
        if _signed_by(last, root):
            return [*opened, root]
    raise SignatureInvalid(Code.CERTIFICATE_UNTRUSTED, detail=f"{last.subject_text}：未至受信根")


def _require_issuer(upper: Opened, below: int) -> None:
    """`below` is the number of intermediate certificates under it."""
    basic = upper.extension(x509.BasicConstraints)
    _require(upper, "不是CA", basic is not None and bool(basic.ca))
    length = None if basic is None else basic.path_length
    _require(upper, "路径长度", length is None or below <= length)
    usage = upper.extension(x509.KeyUsage)
    _require(upper, "无签发用途", usage is not None and bool(usage.key_cert_sign))
    _require_understood(upper)


def _require_issued(lower: Opened, upper: Opened) -> None:
    _require(lower, "签发者名称", lower.issuer == upper.subject)
    _require_understood(lower)
    _require(lower, "签名", _signed_by(lower, upper))


def _require_understood(opened: Opened) -> None:
    for extension in opened.extensions:
        known = isinstance(extension.value, _UNDERSTOOD)
        _require(opened, f"扩展 {extension.oid}", known or not extension.critical)
    _require(opened, "名称约束", opened.extension(x509.NameConstraints) is None)


def _signed_by(lower: Opened, upper: Opened) -> bool:
    if lower.algorithm is None:
        return False
    try:
        verifier = load_verifier(upper.subject_text, lower.algorithm, upper.public_pem)
    except NotConfigured:  # its key is of another kind, or none
        return False
    return verifier.verify(lower.signature, (lower.tbs,))


def _require(opened: Opened, what: str, holds: bool) -> None:
    if not holds:
        detail = f"{opened.subject_text}：{what}"
        raise SignatureInvalid(Code.CERTIFICATE_UNTRUSTED, detail=detail)


def _certificate(opened: Opened) -> Certificate:
    stated = opened.extension(x509.ExtendedKeyUsage)
    return Certificate(
        der=opened.der,
        subject=opened.subject_text,
        issuer=opened.issuer_text,
        serial=opened.serial,
        not_before=opened.not_before,
        not_after=opened.not_after,
        fingerprint=fingerprint_of(opened.der),
        public_pem=opened.public_pem,
        extended=frozenset(one.dotted_string for one in stated or ()),
    )


# ------------------------------------------------------------------ making


def self_signed(  # noqa: PLR0913 - a certificate states these six
    signer: Signer,
    public_pem: bytes,
    subject: str,
    not_before: datetime,
    not_after: datetime,
    usage: Usage,
) -> bytes:
    """A certificate over our own key in DER, until a CA's arrives; no CA itself.

    `subject` is its common name. Raises NotConfigured for a name X.509 has no room for.
    """
    name, algorithm = _name(subject), identifier_of(signer.algorithm)
    tbs = asn1.TbsCertificate(
        {
            "version": "v3",
            "serial_number": int.from_bytes(secrets.token_bytes(_SERIAL_BYTES)) >> 1,
            "signature": algorithm,
            "issuer": name,
            "validity": {"not_before": _time(not_before), "not_after": _time(not_after)},
            "subject": name,
            "subject_public_key_info": _public(public_pem),
            "extensions": _extensions(usage, public_pem),
        }
    )
    signed = {"tbs_certificate": tbs, "signature_algorithm": algorithm}
    made = asn1.Certificate(signed | {"signature_value": signer.sign((tbs.dump(),))})
    return bytes(made.dump())


def request_for(
    signer: Signer, public_pem: bytes, subject: str, usage: Usage | None = None
) -> bytes:
    """A certification request (PKCS#10, RFC 2986) in DER, asking for the usage's extensions.

    Raises NotConfigured for a name X.509 has no room for.
    """
    asked = [] if usage is None else [_wish(usage, public_pem)]
    info = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": _name(subject),
            "subject_pk_info": _public(public_pem),
            "attributes": asked,
        }
    )
    signed = {"certification_request_info": info}
    signed |= {"signature_algorithm": identifier_of(signer.algorithm)}
    made = csr.CertificationRequest(signed | {"signature": signer.sign((info.dump(),))})
    return bytes(made.dump())


def pem_of(label: str, der: bytes) -> bytes:
    """DER in PEM under a label: CERTIFICATE, CERTIFICATE REQUEST."""
    return bytes(pem.armor(label, der))


def _name(subject: str) -> asn1.Name:
    if not 0 < len(subject) <= _NAME_LENGTH_MAX or not subject.isprintable():
        raise NotConfigured(Code.SETTING_INVALID, detail="证书名称")
    return asn1.Name.build({"country_name": "CN", "common_name": subject})


def _time(at: datetime) -> asn1.Time:
    moment = at.astimezone(UTC).replace(microsecond=0)
    kind = "utc_time" if moment.year < _GENERAL_FROM else "general_time"
    return asn1.Time({kind: moment})


def _public(public_pem: bytes) -> keys.PublicKeyInfo:
    _, _, der = pem.unarmor(public_pem)
    return keys.PublicKeyInfo.load(der)


def _wish(usage: Usage, public_pem: bytes) -> Mapping[str, Any]:
    wished = [one for one in _extensions(usage, public_pem) if one["extn_id"] != "key_identifier"]
    return {"type": "extension_request", "values": [wished]}


def _extensions(usage: Usage, public_pem: bytes) -> list[dict[str, Any]]:
    key_usages, extended = _STATED[usage]
    # RFC 7093 §2 method 1: no SHA-1, not even as a mere name
    bits = hashlib.sha256(bytes(_public(public_pem)["public_key"])).digest()
    found: list[dict[str, Any]] = [
        {"extn_id": "basic_constraints", "critical": True, "extn_value": {"ca": False}},
        {"extn_id": "key_usage", "critical": True, "extn_value": set(key_usages)},
        {
            "extn_id": "key_identifier",
            "critical": False,
            "extn_value": core.OctetString(bits[:_KEY_ID_BYTES]),
        },
    ]
    if extended:
        found.append(
            {"extn_id": "extended_key_usage", "critical": False, "extn_value": list(extended)}
        )
    return found
