"""X.509 certificates and PKCS#10 requests, put together by asn1crypto. 证书与证书申请.

One way for every algorithm: the package cryptography signs no certificate with SM2 (GB/T 20518).
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from types import MappingProxyType

from asn1crypto import algos, core, csr, keys, pem, x509

from sandbox.keys.algorithms import ECDSA_P256, ED25519, RSA_PSS, RSA_V1_5, SM2_SM3, sign, verify

# What an algorithm is called in a certificate; SM2 with SM3 is GM/T 0006's.
SIGNATURE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        RSA_V1_5: "sha256_rsa",
        RSA_PSS: "rsassa_pss",
        ECDSA_P256: "sha256_ecdsa",
        ED25519: "ed25519",
        SM2_SM3: "1.2.156.10197.1.501",
    }
)
SM2_CURVE = "1.2.156.10197.1.301"
REQUEST_BYTES_MAX = 16 * 1024
SERIAL_BITS = 120
LOCAL_NAMES = (
    x509.GeneralName("dns_name", "localhost"),
    x509.GeneralName("ip_address", str(ip_address("127.0.0.1"))),
)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a certificate may be used for, as its extensions say it."""

    key_usage: frozenset[str]
    extended: str | None = None
    extended_critical: bool = False
    path_length: int | None = None
    is_authority: bool = False
    local_server: bool = False


SIGNING = frozenset({"digital_signature", "non_repudiation"})
ROOT = Usage(frozenset({"key_cert_sign", "crl_sign"}), is_authority=True)
INTERMEDIATE = Usage(frozenset({"key_cert_sign", "crl_sign"}), is_authority=True, path_length=0)
USAGES: Mapping[str, Usage] = MappingProxyType(
    {
        # pdfsig trusts a document's signer only with emailProtection
        "seal": Usage(SIGNING, "email_protection"),
        "message": Usage(SIGNING),
        "head": Usage(SIGNING),
        "tls-server": Usage(frozenset({"digital_signature"}), "server_auth", local_server=True),
        "tls-client": Usage(frozenset({"digital_signature"}), "client_auth"),
        # RFC 3161 §2.3: critical, and alone
        "tsa": Usage(SIGNING, "time_stamping", extended_critical=True),
    }
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a certificate is for, and from when to when."""

    name: x509.Name
    public: keys.PublicKeyInfo
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs it: a name, a public key, an algorithm and the act of signing."""

    name: x509.Name
    public: keys.PublicKeyInfo
    alg: str
    sign: Callable[[bytes], bytes]


def issuer(name: x509.Name, alg: str, private: str, public_pem: str) -> Issuer:
    """Return an issuer from a private key in the algorithm's own notation."""
    return Issuer(name, public_of_pem(public_pem), alg, lambda data: sign(alg, private, data))


def named(common_name: str) -> x509.Name:
    """Return the name of somebody in this sandbox."""
    return x509.Name.build(
        {
            "country_name": "CN",
            "organization_name": "沙箱（测试专用）",
            "common_name": common_name,
        }
    )


def certificate(subject: Subject, usage: Usage, by: Issuer) -> bytes:
    """Return the signed certificate in DER."""
    how = algos.SignedDigestAlgorithm({"algorithm": SIGNATURE_NAMES[by.alg]})
    to_be_signed = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": secrets.randbits(SERIAL_BITS) | 1 << SERIAL_BITS,
            "signature": how,
            "issuer": by.name,
            "validity": {
                "not_before": _time(subject.not_before),
                "not_after": _time(subject.not_after),
            },
            "subject": subject.name,
            "subject_public_key_info": subject.public,
            "extensions": [_extension(*one) for one in _extensions(subject, usage, by)],
        }
    )
    parts = {
        "tbs_certificate": to_be_signed,
        "signature_algorithm": how,
        "signature_value": by.sign(to_be_signed.dump()),
    }
    return bytes(x509.Certificate(parts).dump())


def read_request(data: bytes) -> tuple[x509.Name, keys.PublicKeyInfo]:
    """Return name and key of a request, PEM or DER, that its own key has signed.

    Everything else is a ValueError.
    """
    if len(data) > REQUEST_BYTES_MAX:
        raise ValueError("a request larger than any")
    try:
        raw = pem.unarmor(data)[2] if pem.detect(data) else data
        request = csr.CertificationRequest.load(raw, strict=True)
        info = request["certification_request_info"]
        name, public = info["subject"], info["subject_pk_info"]
        alg = _alg_of(request["signature_algorithm"]["algorithm"].native)
        text, signature = pem_of_public(public), request["signature"].native
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError("the certificate request cannot be read") from error
    if not verify(alg, text, signature, info.dump()):
        raise ValueError("the certificate request is not signed by its own key")
    return name, public


def is_sm2(public: keys.PublicKeyInfo) -> bool:
    """Tell whether a public key is one of SM2."""
    about = public["algorithm"]
    return (about["algorithm"].native, about["parameters"].native) == ("ec", SM2_CURVE)


def pem_of_public(public: keys.PublicKeyInfo) -> str:
    """Return a public key in PEM."""
    return bytes(pem.armor("PUBLIC KEY", public.dump())).decode("ascii")


def public_of_pem(text: str) -> keys.PublicKeyInfo:
    """Return the public key of a PEM."""
    return keys.PublicKeyInfo.load(pem.unarmor(text.encode("ascii"))[2])


def _alg_of(name: str) -> str:
    for alg, known in SIGNATURE_NAMES.items():
        if known == name:
            return alg
    raise ValueError(f"no certificate is issued for {name}")


def _extensions(
    subject: Subject, usage: Usage, by: Issuer
) -> list[tuple[str, bool, core.Asn1Value]]:
    basic = {"ca": usage.is_authority, "path_len_constraint": usage.path_length}
    found = [
        ("basic_constraints", True, x509.BasicConstraints(basic)),
        ("key_usage", True, x509.KeyUsage(set(usage.key_usage))),
        ("key_identifier", False, core.OctetString(_key_id(subject.public))),
        (
            "authority_key_identifier",
            False,
            x509.AuthorityKeyIdentifier({"key_identifier": _key_id(by.public)}),
        ),
    ]
    if usage.extended:
        purposes = x509.ExtKeyUsageSyntax([usage.extended])
        found.append(("extended_key_usage", usage.extended_critical, purposes))
    if usage.local_server:
        found.append(("subject_alt_name", False, x509.GeneralNames(LOCAL_NAMES)))
    return found


def _extension(name: str, critical: bool, value: core.Asn1Value) -> x509.Extension:
    return x509.Extension({"extn_id": name, "critical": critical, "extn_value": value})


def _key_id(public: keys.PublicKeyInfo) -> bytes:
    """RFC 5280 §4.2.1.2 (1): SHA-1 of the key's bits; a name, no protection."""
    return hashlib.sha1(bytes(public["public_key"]), usedforsecurity=False).digest()


def _time(moment: datetime) -> x509.Time:
    """RFC 5280 §4.1.2.5: UTCTime until 2049."""
    return x509.Time("utc_time", core.UTCTime(moment.astimezone(UTC)))
