"""Detached CMS signatures (CAdES-B), with a time-stamp now or later (CAdES-T). 电子签章"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms, tsp, x509

from gateway.errors import Code, NotConfigured, error_for
from gateway.ports import Signer
from gateway.signing.keys.anchors import Trust, require_trusted
from gateway.signing.keys.keyring import KeyRing, Purpose
from gateway.signing.keys.x509 import identifier_of
from gateway.signing.seals.signed_data import STAMP_ATTRIBUTE, read_signed_data
from gateway.signing.seals.timestamps import Imprint, Stamp, Terms, check_stamp


@dataclass(frozen=True, slots=True)
class Seal:
    """What seals documents and packages: a signer and its certificates, own first, root last."""

    signer: Signer
    chain: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A seal that was verified: whose, the time it states of itself, the stamp if it has one."""

    signer: str
    fingerprint: str
    signed_at: datetime | None
    stamp: Stamp | None


def seal_of(ring: KeyRing, holder: str, at: datetime) -> Seal:
    """The newest seal of that holder in force. Raises NotConfigured without key or certificate."""
    signer = ring.signer(Purpose.DOCUMENT_SEAL, holder, at)
    every = ring.keys()
    chain = next(key.chain for key in every if key.kid == signer.kid)
    if not chain:
        raise NotConfigured(Code.KEY_MISSING, detail=f"{signer.kid}：没有证书")
    return Seal(signer, chain)


def sign_cms(seal: Seal, content_digest: bytes, signed_at: datetime | None) -> bytes:
    """A detached signature over content of that SHA-256; DER.

    RSA and ECDSA: of an SM2 seal only GM/T 0010 software could make anything; it comes when a peer
    asks. `signed_at` is stated in it; None states no time, which PAdES wants (EN 319 142-1, 6.3).
    """
    attributes = cms.CMSAttributes(_attributes(seal, content_digest, signed_at))
    leaf = x509.Certificate.load(seal.chain[0])
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            "issuer_and_serial_number",
            {"issuer": leaf.issuer, "serial_number": leaf.serial_number},
        ),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": attributes,
        "signature_algorithm": identifier_of(seal.signer.algorithm),
        "signature": seal.signer.sign((attributes.dump(),)),
    }
    data = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "data"},
        "certificates": [x509.Certificate.load(one) for one in seal.chain],
        "signer_infos": [signer],
    }
    envelope = {"content_type": "signed_data", "content": cms.SignedData(data)}
    return bytes(cms.ContentInfo(envelope).dump())


def _attributes(
    seal: Seal, content_digest: bytes, signed_at: datetime | None
) -> Sequence[Mapping[str, Any]]:
    certificate = tsp.SigningCertificateV2(
        {"certs": [{"cert_hash": hashlib.sha256(seal.chain[0]).digest()}]}
    )
    values: dict[str, Any] = {
        "content_type": "data",
        "message_digest": content_digest,
        "signing_certificate_v2": certificate,
    }
    if signed_at is not None:
        whole = signed_at.astimezone(UTC).replace(microsecond=0)
        values["signing_time"] = cms.Time({"utc_time": whole})
    return [{"type": name, "values": [value]} for name, value in values.items()]


def imprint_of(der: bytes) -> Imprint:
    """What an authority stamps of a signature: the SHA-256 of its value (RFC 3161, appendix A)."""
    signature = _signer_info(cms.ContentInfo.load(der))["signature"].native
    return Imprint(hashlib.sha256(signature).digest())


def add_stamp(der: bytes, token: bytes) -> bytes:
    """The same signature with a time-stamp beside it; what is signed stays as it is, to the byte.

    Raises SignatureInvalid STAMP_NOT_OURS when it has a stamp already.
    """
    envelope = cms.ContentInfo.load(der)
    signer = _signer_info(envelope)
    if signer["unsigned_attrs"]:
        raise error_for(Code.STAMP_NOT_OURS, detail="已有时间戳")
    name = bytes(cms.CMSAttributeType(STAMP_ATTRIBUTE).dump())
    attribute = _constructed(0x30, name, _constructed(0x31, token))
    data = envelope["content"]
    infos = bytes(data["signer_infos"].dump())
    grown = _constructed(0x30, bytes(signer.contents), _constructed(0xA1, attribute))
    whole = _constructed(0x30, bytes(data.contents).removesuffix(infos), _constructed(0x31, grown))
    content_type = bytes(envelope["content_type"].dump())
    return _constructed(0x30, content_type, _constructed(0xA0, whole))


def _constructed(tag: int, *parts: bytes) -> bytes:
    """One DER element around others (X.690, 8.1.3), put together from bytes as they are.

    asn1crypto would write every level anew, several times over: half a minute for one token.
    """
    content = b"".join(parts)
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8 or 1, "big")
    length = size if len(content) < 0x80 else bytes([0x80 | len(size)]) + size
    return bytes([tag]) + length + content


def _signer_info(envelope: cms.ContentInfo) -> cms.SignerInfo:
    return envelope["content"]["signer_infos"][0]


def check_cms(der: bytes, content_digest: bytes, trust: Trust, at: datetime) -> Sealed:
    """Verify a detached signature over content of that SHA-256, strictly.

    With a stamp the certificate must have held when it was stamped, without one it must hold at
    `at`. Raises SignatureInvalid: SIGNATURE_UNREADABLE, SIGNATURE_WRONG, ALGORITHM_NOT_ALLOWED,
    CERTIFICATE_UNTRUSTED, and what `check_stamp` raises for a stamp that does not hold.
    """
    signed = read_signed_data(der, content_digest)
    if signed.content_type != "data":
        raise error_for(Code.SIGNATURE_UNREADABLE, detail="content type")
    stamp = None
    if signed.stamp is not None:
        imprint = Imprint(hashlib.sha256(signed.signature).digest())
        stamp = check_stamp(signed.stamp, imprint, Terms(trust.authorities))
    moment = at if stamp is None else stamp.gen_time
    leaf = require_trusted(trust.signers, signed.chain, moment)
    return Sealed(leaf.subject, leaf.fingerprint, signed.signed_at, stamp)
