"""Where the SOAP peer keeps its keys, and finds its partner's certificate. SOAP 密钥目录.

soap/own.json, soap/impostor.json   ours, 0600: {"kid", "alg", "private"}
public/soap/{own,impostor}.pem      our certificates; the partner pins the first
partners/soap/partner.pem           the partner's certificate, {"alg"} in partner.json beside it
soap/faults.json                    faults still to be made: a list of names
"""

import base64
import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import pem, x509  # type: ignore[import-untyped,unused-ignore]

from sandbox.disk import write_private, write_whole
from sandbox.keys.algorithms import ALGORITHMS
from sandbox.keys.certificates import (
    USAGES,
    Subject,
    certificate,
    issuer,
    named,
    pem_of_public,
    public_of_pem,
)
from sandbox.keys.ring import OwnKey

DAYS = 365
OWN, IMPOSTOR = "own", "impostor"


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who can sign: algorithm, private key, certificate in DER."""

    alg: str
    private: str = field(repr=False)
    certificate: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Partner:
    """Whoever signs the requests: algorithm and pinned certificate in DER."""

    alg: str
    certificate: bytes = field(repr=False)

    def token(self) -> str:
        """Return the certificate as a message carries it."""
        return base64.b64encode(self.certificate).decode("ascii")

    def certificate_pem(self) -> bytes:
        """Return the certificate in PEM."""
        return bytes(pem.armor("CERTIFICATE", self.certificate))

    def public_pem(self) -> str:
        """Return the public key in PEM."""
        return pem_of_public(x509.Certificate.load(self.certificate).public_key)


def prepare(root: Path, alg: str) -> None:
    """Make our key and an impostor's, with certificates; what exists is never replaced."""
    for folder in ("soap", "public/soap", "partners/soap"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name in (OWN, IMPOSTOR):
        if not _certificate_path(root, name).exists():
            _make(root, name, alg)


def identity(root: Path, name: str) -> Identity:
    """Return one of our two identities."""
    key = OwnKey(**json.loads((root / "soap" / f"{name}.json").read_bytes()))
    der = pem.unarmor(_certificate_path(root, name).read_bytes())[2]
    return Identity(key.alg, key.private, bytes(der))


def partner(root: Path) -> Partner:
    """Return the partner as it is registered now."""
    place = root / "partners" / "soap"
    about = json.loads((place / "partner.json").read_bytes())
    return Partner(about["alg"], bytes(pem.unarmor((place / "partner.pem").read_bytes())[2]))


def _make(root: Path, name: str, alg: str) -> None:
    private = ALGORITHMS[alg].new_private()
    key = OwnKey("soap-01", alg, private)
    write_private(root / "soap" / f"{name}.json", json.dumps(asdict(key)).encode("ascii"))
    text, title = ALGORITHMS[alg].public_pem(private), named("沙箱 SOAP 平台")
    begin = datetime.now(UTC) - timedelta(days=1)
    about = Subject(title, public_of_pem(text), begin, begin + timedelta(days=DAYS))
    der = certificate(about, USAGES["message"], issuer(title, alg, private, text))
    write_whole(_certificate_path(root, name), bytes(pem.armor("CERTIFICATE", der)))


def _certificate_path(root: Path, name: str) -> Path:
    return root / "public" / "soap" / f"{name}.pem"
