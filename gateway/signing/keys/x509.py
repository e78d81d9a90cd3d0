"""What a certificate states, read strictly (RFC 5280), SM2 ones too (GM/T 0015). 证书解析"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import algos, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.x509.oid import NameOID

from gateway.dates import SHANGHAI
from gateway.errors import Code, NotConfigured, SignatureInvalid
from gateway.ports import Algorithm

# Honest certificates have one to four kilobytes.
CERTIFICATE_BYTES_MAX = 32 * 1024
SM2_WITH_SM3 = "1.2.156.10197.1.501"
_ALGORITHMS: dict[str, Algorithm] = {
    "sha256_rsa": Algorithm.RSA_V15_SHA256,
    "rsassa_pss": Algorithm.RSA_PSS_SHA256,
    "sha256_ecdsa": Algorithm.ECDSA_P256_SHA256,
    "ed25519": Algorithm.ED25519,
    SM2_WITH_SM3: Algorithm.SM2_SM3,
}
_OIDS = {algorithm: oid for oid, algorithm in _ALGORITHMS.items()}
_SHA256 = {"algorithm": "sha256", "parameters": None}
_PSS = {
    "hash_algorithm": _SHA256,
    "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": _SHA256},
    "salt_length": 32,
    "trailer_field": "trailer_field_bc",
}


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension: dotted id, whether critical, and its value as the package reads it."""

    oid: str
    critical: bool
    value: object


@dataclass(frozen=True, slots=True)
class Opened:
    """A certificate's parts: names and what is signed as exact bytes, never written anew.

    `algorithm` is None for a signature that is none of the house's.
    """

    der: bytes = field(repr=False)
    tbs: bytes = field(repr=False)
    subject: bytes = field(repr=False)
    issuer: bytes = field(repr=False)
    subject_text: str
    issuer_text: str
    serial: int
    not_before: datetime
    not_after: datetime
    public_pem: bytes = field(repr=False)
    algorithm: Algorithm | None
    signature: bytes = field(repr=False)
    extensions: tuple[Extension, ...] = ()

    def extension(self, kind: type) -> Any | None:  # noqa: ANN401 - the package's class
        """The value of that class of extension, None when it has none."""
        return next((one.value for one in self.extensions if isinstance(one.value, kind)), None)


def open_certificate(der: bytes) -> Opened:
    """Read one certificate. Raises SignatureInvalid for whatever is none, and for sloppy DER."""
    if len(der) > CERTIFICATE_BYTES_MAX:
        raise SignatureInvalid(Code.CERTIFICATE_UNREADABLE, detail="太大")
    try:
        return _opened(der)
    # the parsers of two packages over hostile bytes: their errors have no common ancestor
    except Exception as unreadable:
        detail = type(unreadable).__name__
        raise SignatureInvalid(Code.CERTIFICATE_UNREADABLE, detail=detail) from None


def common_name_of(der: bytes) -> str:
    """The common name of a certificate's subject, empty when it states none. Raises like above."""
    open_certificate(der)
    subject = x509.load_der_x509_certificate(der).subject
    names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def only_public_pem(data: bytes) -> bytes:
    """The one public key of a PEM file, without anything else that was written around it.

    Raises NotConfigured when there is none, a second one, or another thing (a private key).
    """
    try:
        parts = list(pem.unarmor(data, multiple=True))
    except (ValueError, TypeError):
        parts = []
    if [label for label, _, _ in parts] != ["PUBLIC KEY"]:
        raise NotConfigured(Code.KEY_MISSING, detail="PEM 须只含一把公钥")
    return bytes(pem.armor("PUBLIC KEY", parts[0][2]))


def public_sha256_of(public_pem: bytes) -> str:
    """The SHA-256 of a public key's DER in hex, as both sides can read it out on the telephone.

    The same as of `openssl pkey -pubin -outform DER`. Raises like `only_public_pem`.
    """
    _, _, der = pem.unarmor(only_public_pem(public_pem))
    return hashlib.sha256(der).hexdigest()


def _opened(der: bytes) -> Opened:
    # cryptography's parser takes DER only and never BER; asn1crypto gives the exact bytes
    found = x509.load_der_x509_certificate(der)
    tbs = asn1.TbsCertificate.load(found.tbs_certificate_bytes, strict=True)
    whole = asn1.Certificate.load(der, strict=True)
    outer = whole["signature_algorithm"]
    if outer.dump() != tbs["signature"].dump():
        raise ValueError("two signature algorithms")
    # both parsers let a signature say that its last bits do not count
    if whole["signature_value"].contents[:1] != b"\x00":
        raise ValueError("a signature with bits to spare")
    return Opened(
        der=der,
        tbs=found.tbs_certificate_bytes,
        subject=tbs["subject"].dump(),
        issuer=tbs["issuer"].dump(),
        subject_text=found.subject.rfc4514_string(),
        issuer_text=found.issuer.rfc4514_string(),
        serial=found.serial_number,
        not_before=found.not_valid_before_utc.astimezone(SHANGHAI),
        not_after=found.not_valid_after_utc.astimezone(SHANGHAI),
        public_pem=pem.armor("PUBLIC KEY", tbs["subject_public_key_info"].dump()),
        algorithm=algorithm_of(outer),
        signature=found.signature,
        extensions=tuple(_extensions(found.extensions)),
    )


def _extensions(found: Iterable[x509.Extension[Any]]) -> Iterable[Extension]:
    for one in found:
        yield Extension(one.oid.dotted_string, one.critical, one.value)


def algorithm_of(stated: algos.SignedDigestAlgorithm) -> Algorithm | None:
    """The algorithm an AlgorithmIdentifier names; None unless it is one of ours to the letter."""
    name = stated["algorithm"].native
    algorithm = _ALGORITHMS.get(name)
    parameters = stated["parameters"].native
    expected = _PSS if algorithm is Algorithm.RSA_PSS_SHA256 else None
    return algorithm if parameters == expected else None


def identifier_of(algorithm: Algorithm) -> algos.SignedDigestAlgorithm:
    """The AlgorithmIdentifier of a signature (RFC 4055, 5758, 8410; GM/T 0006 for SM2)."""
    parameters: dict[str, Any] = {}
    if algorithm is Algorithm.RSA_PSS_SHA256:
        shape = {key: value for key, value in _PSS.items() if key != "trailer_field"}
        parameters = {"parameters": algos.RSASSAPSSParams(shape)}
    if algorithm is Algorithm.RSA_V15_SHA256:
        parameters = {"parameters": None}
    return algos.SignedDigestAlgorithm({"algorithm": _OIDS[algorithm], **parameters})
