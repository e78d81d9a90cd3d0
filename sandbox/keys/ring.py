"""Where the keys lie under ROOT, ours and the partner's. 密钥目录.

keys/{bank}.json        ours, 0600: {"kid", "alg", "private"}
keys/{bank}-impostor.json   made when a fault asks for a wrong signature
public/{bank}.pem       what the partner needs, and public/{bank}.json {"kid", "alg"}
partners/{bank}/{kid}.pem   what the partner gave us, and {kid}.json {"kid", "alg"}
"""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.disk import write_private, write_whole
from sandbox.keys.algorithms import ALGORITHMS, RSA_PSS, SM2_SM3, verify
from sandbox.keys.derived import derived_private, kid_of
from sandbox.keys.signer import Signature, Signer, signer
from sandbox.world.chance import Seed

KID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
UNSIGNED = "none"
USUAL = {"990001": SM2_SM3, "990002": RSA_PSS, "990003": UNSIGNED}


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A private key of a bank, as it lies on the disk."""

    kid: str
    alg: str
    private: str


def make_key(root: Path, owner: str, alg: str, seed: Seed) -> OwnKey:
    """Return the key of an owner; one that exists is never replaced."""
    path = root / "keys" / f"{owner}.json"
    if path.exists():
        return _read_key(path)
    private = derived_private(alg, seed, owner) or ALGORITHMS[alg].new_private()
    key = OwnKey(kid_of(owner), alg, private)
    write_private(path, json.dumps(asdict(key)).encode("ascii"))
    return key


def publish_key(root: Path, bank: str, key: OwnKey) -> None:
    """Put down the public half where the partner takes it from."""
    pem = ALGORITHMS[key.alg].public_pem(key.private)
    about = json.dumps({"kid": key.kid, "alg": key.alg})
    write_whole(root / "public" / f"{bank}.pem", pem.encode("ascii"))
    write_whole(root / "public" / f"{bank}.json", f"{about}\n".encode("ascii"))


def bank_signer(root: Path, bank: str) -> Signer | None:
    """Return the bank's signer, or nothing for a bank that does not sign."""
    path = root / "keys" / f"{bank}.json"
    return _signer(_read_key(path)) if path.exists() else None


def impostor_signer(root: Path, bank: str, seed: Seed) -> Signer | None:
    """Return a signer with the bank's algorithm and key name and another key."""
    own = bank_signer(root, bank)
    return _signer(make_key(root, f"{bank}-impostor", own.alg, seed)) if own else None


def partner_signed(root: Path, bank: str, signature: Signature) -> bool:
    """Tell whether a signature is the partner's, by the key it names and that key's algorithm."""
    if not KID.fullmatch(signature.kid):
        return False
    place = root / "partners" / bank
    try:
        about = json.loads((place / f"{signature.kid}.json").read_bytes())
        pem = (place / f"{signature.kid}.pem").read_text(encoding="ascii")
    except (OSError, ValueError):
        return False
    if about != {"kid": signature.kid, "alg": signature.alg}:
        return False
    return verify(signature.alg, pem, signature.value, signature.signed)


def _read_key(path: Path) -> OwnKey:
    return OwnKey(**json.loads(path.read_bytes()))


def _signer(key: OwnKey) -> Signer:
    pem = ALGORITHMS[key.alg].public_pem(key.private)
    return signer(key.kid, key.alg, key.private, pem)
