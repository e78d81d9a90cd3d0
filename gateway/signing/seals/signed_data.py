"""CMS SignedData (RFC 5652) read strictly: one signer, one digest, nothing unknown. 签名数据读取"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import algos, cms, tsp

from gateway.dates import SHANGHAI
from gateway.errors import Code, GatewayError, error_for
from gateway.ports import Algorithm
from gateway.signing.keys.certificates import Certificate, read_certificate
from gateway.signing.keys.x509 import identifier_of
from gateway.signing.primitives.algorithms import load_verifier

BYTES_MAX = 64 * 1024
CERTIFICATES_MAX = 8
# RFC 3161, appendix A: what is stamped is the signature value.
STAMP_ATTRIBUTE = "signature_time_stamp_token"
# RSA-PSS with the one set of parameters we write ourselves.
_PSS = identifier_of(Algorithm.RSA_PSS_SHA256)["parameters"].native
_ALGORITHMS: Mapping[str, Algorithm] = {
    "rsassa_pkcs1v15": Algorithm.RSA_V15_SHA256,
    "sha256_rsa": Algorithm.RSA_V15_SHA256,
    "rsassa_pss": Algorithm.RSA_PSS_SHA256,
    "sha256_ecdsa": Algorithm.ECDSA_P256_SHA256,
}


@dataclass(frozen=True, slots=True)
class SignedData:
    """A signature that fits: what its signer's certificate says is not yet believed.

    `content` is what lies inside (empty when detached); `chain` the certificates from the signer's
    own upwards, as far as they came along; `stamp` the time-stamp token beside it, unread.
    """

    content_type: str
    content: bytes = field(repr=False)
    signer: Certificate
    chain: tuple[bytes, ...] = field(repr=False)
    signature: bytes = field(repr=False)
    signed_at: datetime | None
    stamp: bytes | None = field(repr=False)


def read_signed_data(der: bytes, detached_digest: bytes | None = None) -> SignedData:
    """Read and verify a signature over its own content, or over content of that SHA-256.

    Raises SignatureInvalid: SIGNATURE_UNREADABLE for what is no CMS of this profile,
    ALGORITHM_NOT_ALLOWED, SIGNATURE_WRONG when it does not fit.
    """
    try:
        return _read(der, detached_digest)
    except GatewayError:
        raise
    except Exception as rubbish:  # asn1crypto reads lazily and breaks in many ways
        raise error_for(Code.SIGNATURE_UNREADABLE, detail="CMS") from rubbish


def _read(der: bytes, detached_digest: bytes | None) -> SignedData:
    _must(len(der) <= BYTES_MAX, "size")
    envelope = cms.ContentInfo.load(der, strict=True)
    _must(envelope["content_type"].native == "signed_data", "content type")
    data = envelope["content"]
    _must(len(data["signer_infos"]) == 1, "signers")
    signer = data["signer_infos"][0]
    chain = _chain(data, signer)
    certificate = read_certificate(chain[0])
    content_type, content = _content(data, detached=detached_digest is not None)
    versions = (data["version"].native, signer["version"].native)
    _must(versions == ("v1" if content_type == "data" else "v3", "v1"), "version")
    attributes = _single_values(signer["signed_attrs"])
    digest = detached_digest or hashlib.sha256(content).digest()
    _must(attributes["content_type"].native == content_type, "content-type")
    _must(_names(attributes["signing_certificate_v2"], certificate), "signing-certificate")
    if attributes["message_digest"].native != digest:
        raise error_for(Code.SIGNATURE_WRONG, detail="message-digest")
    _verify(data, signer, certificate)
    moment = attributes.get("signing_time")
    # without a zone it would be the time of whatever machine reads it (RFC 5652, 11.3: always Z)
    _must(moment is None or moment.chosen.contents.endswith(b"Z"), "signing-time")
    return SignedData(
        content_type=content_type,
        content=content,
        signer=certificate,
        chain=chain,
        signature=signer["signature"].native,
        signed_at=None if moment is None else moment.native.astimezone(SHANGHAI),
        stamp=_stamp(signer),
    )


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise error_for(Code.SIGNATURE_UNREADABLE, detail=f"CMS: {what}")


def _chain(data: cms.SignedData, signer: cms.SignerInfo) -> tuple[bytes, ...]:
    """The signer's certificate, which must be there exactly once, and those above it in order."""
    _must(0 < len(data["certificates"]) <= CERTIFICATES_MAX, "certificates")
    _must(not data["crls"], "crls")
    _must(all(choice.name == "certificate" for choice in data["certificates"]), "certificates")
    _must(signer["sid"].name == "issuer_and_serial_number", "signer id")
    every = [choice.chosen for choice in data["certificates"]]
    wanted = signer["sid"].chosen
    found = [
        one
        for one in every
        if one.issuer == wanted["issuer"] and one.serial_number == wanted["serial_number"].native
    ]
    _must(len(found) == 1, "signer id")
    while len(found) < len(every):
        above = [one for one in every if one.subject == found[-1].issuer and one not in found]
        # a certificate that leads nowhere could be anything, and nobody would look at it
        _must(len(above) == 1, "certificates")
        found += above
    return tuple(one.dump() for one in found)


def _content(data: cms.SignedData, *, detached: bool) -> tuple[str, bytes]:
    inside = data["encap_content_info"]
    content = inside["content"].native if detached else bytes(inside["content"])
    _must((content is None) if detached else bool(content), "content")
    return str(inside["content_type"].native), content or b""


def _single_values(attributes: Sequence[Any]) -> dict[str, Any]:
    """Attributes by type; one twice, or one with two values, is no attribute of ours."""
    found = {one["type"].native: one["values"] for one in attributes}
    _must(len(found) == len(attributes), "attributes")
    _must(all(len(values) == 1 for values in found.values()), "attributes")
    return {name: values[0] for name, values in found.items()}


def _names(stated: tsp.SigningCertificateV2, signer: Certificate) -> bool:
    """Whether the signature says itself that it is this certificate's (RFC 5035)."""
    first = stated["certs"][0]
    digest = first["hash_algorithm"]["algorithm"].native
    return bool(digest == "sha256" and first["cert_hash"].native.hex() == signer.fingerprint)


def _verify(data: cms.SignedData, signer: cms.SignerInfo, certificate: Certificate) -> None:
    digests = [*data["digest_algorithms"], signer["digest_algorithm"]]
    algorithm = _ALGORITHMS.get(signer["signature_algorithm"]["algorithm"].native)
    sound = len(digests) == 2 and all(map(_is_sha256, digests))
    if algorithm is Algorithm.RSA_PSS_SHA256:
        sound = sound and signer["signature_algorithm"]["parameters"].native == _PSS
    if algorithm is None or not sound:
        raise error_for(Code.ALGORITHM_NOT_ALLOWED, detail="CMS")
    verifier = load_verifier("certificate", algorithm, certificate.public_pem)
    # what is signed is the attributes as they stand, as a SET OF instead of [0] (5.4)
    signed = b"\x31" + signer["signed_attrs"].dump()[1:]
    if not verifier.verify(signer["signature"].native, (signed,)):
        raise error_for(Code.SIGNATURE_WRONG, detail="CMS")


def _is_sha256(stated: algos.DigestAlgorithm) -> bool:
    """SHA-256 with the parameters NULL or none (RFC 5754, 2.2)."""
    parameters = stated["parameters"].dump()
    return stated["algorithm"].native == "sha256" and parameters in (b"", b"\x05\x00")


def _stamp(signer: cms.SignerInfo) -> bytes | None:
    unsigned = signer["unsigned_attrs"]
    if not unsigned:
        return None
    values = _single_values(unsigned)
    _must(set(values) == {STAMP_ATTRIBUTE}, "unsigned attributes")
    return bytes(values[STAMP_ATTRIBUTE].dump())
