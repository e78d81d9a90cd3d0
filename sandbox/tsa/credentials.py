"""The authority's root, its own certificate and key, and an impostor's. 时间戳服务的证书.

tsa/root.pem    what partners trust
tsa/chain.pem   its own certificate, then the root
tsa/public.pem  its public key
tsa/keys.json   0600: its private key and the impostor's, PKCS#8 in PEM
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.disk import write_private, write_whole

PLACE = "tsa"
ORGANISATION = "沙箱时间戳服务中心"
YEARS = timedelta(days=3650)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a token is signed with; the certificates are its own first, the root last."""

    key: ec.EllipticCurvePrivateKey
    impostor: ec.EllipticCurvePrivateKey
    chain: tuple[asn1_x509.Certificate, ...]


def prepare(root: Path, now: datetime) -> None:
    """Make the authority's keys and certificates; what exists is never replaced."""
    place = root / PLACE
    if (place / "keys.json").exists():
        return
    place.mkdir(parents=True, exist_ok=True)
    chain, key = make(now)
    texts = [one.public_bytes(serialization.Encoding.PEM) for one in chain]
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    public = key.public_key().public_bytes(serialization.Encoding.PEM, info)
    write_whole(place / "root.pem", texts[-1])
    write_whole(place / "chain.pem", b"".join(texts))
    write_whole(place / "public.pem", public)
    both = {"own": _text(key), "impostor": _text(_new_key())}
    write_private(place / "keys.json", json.dumps(both).encode("ascii"))


def read(root: Path) -> Credentials:
    """Return what `prepare` made."""
    place = root / PLACE
    told = json.loads((place / "keys.json").read_bytes())
    own, impostor = (_key(told[name]) for name in ("own", "impostor"))
    parts = pem.unarmor((place / "chain.pem").read_bytes(), multiple=True)
    return Credentials(own, impostor, tuple(asn1_x509.Certificate.load(one[2]) for one in parts))


def make(
    now: datetime, usages: Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.TIME_STAMPING,)
) -> tuple[tuple[x509.Certificate, x509.Certificate], ec.EllipticCurvePrivateKey]:
    """Return a new authority's certificate and root, and its key."""
    root_key, key = _new_key(), _new_key()
    root = _certificate("沙箱时间戳根", root_key, None, now, x509.BasicConstraints(True, 0))
    builder = _builder("沙箱时间戳服务", key, root.subject, now)
    builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
    builder = builder.add_extension(_usage(ca=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=True)
    return (builder.sign(root_key, hashes.SHA256()), root), key


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name | None,
    now: datetime,
    constraints: x509.BasicConstraints,
) -> x509.Certificate:
    builder = _builder(name, key, issuer, now).add_extension(constraints, critical=True)
    return builder.add_extension(_usage(ca=True), critical=True).sign(key, hashes.SHA256())


def _builder(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Name | None, now: datetime
) -> x509.CertificateBuilder:
    subject = _name(name)
    return x509.CertificateBuilder(
        issuer_name=issuer or subject,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - DAY,
        not_valid_after=now + YEARS,
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _name(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _text(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode("ascii")


def _key(text: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(text.encode("ascii"), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is an EC key")
    return key
