"""The sandbox's certificate authority: one for everybody, one for SM2. 沙箱证书机构.

ca/{root,intermediate,sm2-root}.json    private keys, 0600: {"kid", "alg", "private"}
public/ca/{root,intermediate,sm2-root}.pem   their certificates; root and sm2-root are to be trusted

Requests with an SM2 key are signed by the SM2 root itself: the openssl command sets the
distinguishing id for the leaf only and cannot follow a longer chain.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import keys, pem, x509

from sandbox.disk import write_private, write_whole
from sandbox.keys.algorithms import ALGORITHMS, ECDSA_P256, SM2_SM3
from sandbox.keys.certificates import (
    INTERMEDIATE,
    ROOT,
    USAGES,
    Issuer,
    Subject,
    Usage,
    certificate,
    is_sm2,
    issuer,
    named,
    public_of_pem,
    read_request,
)
from sandbox.keys.ring import OwnKey

# The sandbox asks nobody for today's date: its certificates begin with its first year.
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
AUTHORITY_DAYS, LEAF_DAYS = 20 * 365, 10 * 365
AUTHORITIES = {
    "root": ("沙箱根证书", ECDSA_P256, ROOT, "root"),
    "intermediate": ("沙箱签发证书", ECDSA_P256, INTERMEDIATE, "root"),
    "sm2-root": ("沙箱国密根证书", SM2_SM3, ROOT, "sm2-root"),
}


def prepare_authority(root: Path) -> None:
    """Make the three keys and their certificates; what exists is never replaced."""
    for folder in (root / "ca", root / "public" / "ca"):
        folder.mkdir(parents=True, exist_ok=True)
    for name, (title, alg, usage, signed_by) in AUTHORITIES.items():
        if not _certificate_path(root, name).exists():
            _make(root, name, title, alg)
            by = _issuer(root, signed_by)
            subject = _subject(named(title), _issuer(root, name).public, AUTHORITY_DAYS)
            _write_certificate(root, name, certificate(subject, usage, by))


def issue(root: Path, request: bytes, usage: str, not_before: datetime, days: int) -> bytes:
    """Return the chain for a request as PEM, its own certificate first, the root last.

    Raises ValueError when the request is unreadable or not signed by its own key.
    """
    name, public = read_request(request)
    return _certified(root, Subject(name, public, *_window(not_before, days)), USAGES[usage])


def own_certificate(root: Path, name: str, usage: str) -> tuple[Path, Path]:
    """Return key file (PKCS#8) and chain file of one of the sandbox's own programs; made once."""
    private, chain = root / "ca" / f"{name}.key", root / "public" / "ca" / f"{name}.chain.pem"
    if not chain.exists():
        text = ALGORITHMS[ECDSA_P256].new_private()
        write_private(private, text.encode("ascii"))
        public = public_of_pem(ALGORITHMS[ECDSA_P256].public_pem(text))
        subject = _subject(named(name), public, LEAF_DAYS)
        write_whole(chain, _certified(root, subject, USAGES[usage]))
    return private, chain


def _certified(root: Path, subject: Subject, usage: Usage) -> bytes:
    path = ("sm2-root",) if is_sm2(subject.public) else ("intermediate", "root")
    leaf = certificate(subject, usage, _issuer(root, path[0]))
    above = (_certificate_path(root, name).read_bytes() for name in path)
    return b"".join([bytes(pem.armor("CERTIFICATE", leaf)), *above])


def _subject(name: x509.Name, public: keys.PublicKeyInfo, days: int) -> Subject:
    return Subject(name, public, *_window(BEGIN, days))


def _window(begin: datetime, days: int) -> tuple[datetime, datetime]:
    return begin, begin + timedelta(days=days)


def _make(root: Path, name: str, title: str, alg: str) -> None:
    key = OwnKey(title, alg, ALGORITHMS[alg].new_private())
    write_private(root / "ca" / f"{name}.json", json.dumps(asdict(key)).encode("ascii"))


def _issuer(root: Path, name: str) -> Issuer:
    key = OwnKey(**json.loads((root / "ca" / f"{name}.json").read_bytes()))
    return issuer(named(key.kid), key.alg, key.private, ALGORITHMS[key.alg].public_pem(key.private))


def _certificate_path(root: Path, name: str) -> Path:
    return root / "public" / "ca" / f"{name}.pem"


def _write_certificate(root: Path, name: str, der: bytes) -> None:
    write_whole(_certificate_path(root, name), bytes(pem.armor("CERTIFICATE", der)))
