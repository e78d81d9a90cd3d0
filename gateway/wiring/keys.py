"""The key ring from the secrets directory: keyring.json and the PEM files it names. 密钥装载"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from gateway.errors import Code, NotConfigured
from gateway.ports import Algorithm
from gateway.signing.algorithms import load_signer, load_verifier
from gateway.signing.keyring import Key, KeyRing, Purpose
from gateway.wiring.reading import read_secret, read_typed

FILE = "keyring.json"
# signed and verified once when a private key is loaded: its two halves must belong together
_PROBE = b"gateway key probe"


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key as keyring.json describes it; `private` is empty for a counterparty's key.

    `chain` names a PEM file with its certificates, its own first; empty where there is none.
    """

    kid: str
    holder: str
    purpose: Purpose
    algorithm: Algorithm
    not_before: datetime
    sign_until: datetime
    verify_until: datetime
    public: str
    private: str = ""
    chain: str = ""
    revoked_at: datetime | None = None


_ADAPTER = TypeAdapter(tuple[KeyEntry, ...])


def load_ring(secrets: Path) -> KeyRing:
    """The site's key ring. Raises NotConfigured for a key that is missing or does not fit."""
    entries = read_typed(secrets / FILE, _ADAPTER)
    passphrase = read_secret(secrets / "key_passphrase").encode()
    return KeyRing(_key(secrets, entry, passphrase) for entry in entries)


def _key(secrets: Path, entry: KeyEntry, passphrase: bytes) -> Key:
    public = _pem(secrets / entry.public)
    verifier = load_verifier(entry.kid, entry.algorithm, public)
    signer = None
    if entry.private:
        pem = _pem(secrets / entry.private)
        signer = load_signer(entry.kid, entry.algorithm, pem, passphrase)
        if not verifier.verify(signer.sign((_PROBE,)), (_PROBE,)):
            raise NotConfigured(Code.KEY_MISSING, detail=f"{entry.kid}：公钥与私钥不是一对")
    return Key(
        kid=entry.kid,
        holder=entry.holder,
        purpose=entry.purpose,
        verifier=verifier,
        not_before=entry.not_before,
        sign_until=entry.sign_until,
        verify_until=entry.verify_until,
        revoked_at=entry.revoked_at,
        signer=signer,
        public_pem=public,
    )


def _pem(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as missing:
        raise NotConfigured(Code.KEY_MISSING, detail=path.name) from missing
