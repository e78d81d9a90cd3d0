"""The sandbox site's keys besides the banks': for heads, for seals, for stamps. 本方密钥"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.launcher import sandbox_command
from gateway.launcher.options import Options
from gateway.ports import Algorithm
from gateway.signing.keys.certificates import pem_of, request_for
from gateway.signing.keys.keyring import Purpose
from gateway.signing.primitives.algorithms import load_signer, new_key_pair
from gateway.wiring.private_files import write_private

TIME_KID = "sandbox-tsa-1"
ORGANISATION = "示例市住房公积金管理中心沙箱管理部"


@dataclass(frozen=True, slots=True)
class OwnKey:
    """One key of ours; `usage` is what the sandbox's authority certifies it for, if it does."""

    kid: str
    holder: str
    purpose: Purpose
    algorithm: Algorithm
    usage: str = ""


OWN = (
    OwnKey("gateway-journal-1", "journal", Purpose.JOURNAL_HEAD, Algorithm.SM2_SM3),
    OwnKey(
        "gateway-seal-1", "documents", Purpose.DOCUMENT_SEAL, Algorithm.ECDSA_P256_SHA256, "seal"
    ),
)


def provide_own_keys(options: Options) -> None:
    """Make the keys that are not there yet, and have certified what needs a certificate."""
    keys = options.secrets / "keys"
    passphrase = (options.secrets / "key_passphrase").read_bytes()
    for own in OWN:
        provide_pair(keys, own.kid, own.algorithm, passphrase)
        if own.usage:
            if not _chain(keys, own).exists():
                _certify(options, own, passphrase)
            # the authority writes it for everybody, who have no business in this directory
            _chain(keys, own).chmod(0o600)


def provide_pair(keys: Path, kid: str, algorithm: Algorithm, passphrase: bytes) -> None:
    """Make a key pair unless it is there: `kid.key`, encrypted, and `kid.pem`."""
    if not (keys / f"{kid}.pem").exists():
        pair = new_key_pair(algorithm, passphrase)
        write_private(keys / f"{kid}.key", pair.private_pem)
        write_private(keys / f"{kid}.pem", pair.public_pem)


def _certify(options: Options, own: OwnKey, passphrase: bytes) -> None:
    keys, authority = options.secrets / "keys", ("--root", str(options.sandbox))
    signer = load_signer(own.kid, own.algorithm, (keys / f"{own.kid}.key").read_bytes(), passphrase)
    request = keys / f"{own.kid}.csr"
    der = request_for(signer, (keys / f"{own.kid}.pem").read_bytes(), ORGANISATION)
    write_private(request, pem_of("CERTIFICATE REQUEST", der))
    sandbox_command.run("ca", "prepare", *authority)
    sandbox_command.run(
        *("ca", "issue", *authority, "--request", str(request)),
        *("--usage", own.usage, "--out", str(_chain(keys, own))),
    )


def _chain(keys: Path, own: OwnKey) -> Path:
    return keys / f"{own.kid}.chain.pem"


def own_entries() -> Sequence[Mapping[str, object]]:
    """The keys as keyring.json describes them, without their windows."""
    return [
        {
            "kid": own.kid,
            "holder": own.holder,
            "purpose": own.purpose.value,
            "algorithm": own.algorithm.value,
            "public": f"keys/{own.kid}.pem",
            "private": f"keys/{own.kid}.key",
            "chain": f"keys/{own.kid}.chain.pem" if own.usage else "",
        }
        for own in OWN
    ]


def time_entries(options: Options) -> Sequence[Mapping[str, object]]:
    """The time-stamping authority's key and chain, copied from what it makes public, if it has."""
    public, keys = options.sandbox / "public", options.secrets / "keys"
    if not (public / "tsa.pem").exists():
        return []
    write_private(keys / f"{TIME_KID}.pem", (public / "tsa.pem").read_bytes())
    write_private(keys / f"{TIME_KID}.chain.pem", (public / "ca" / "tsa.chain.pem").read_bytes())
    return [
        {
            "kid": TIME_KID,
            "holder": "time-authority",
            "purpose": Purpose.TIME_STAMP.value,
            "algorithm": Algorithm.ECDSA_P256_SHA256.value,
            "public": f"keys/{TIME_KID}.pem",
            "chain": f"keys/{TIME_KID}.chain.pem",
        }
    ]
