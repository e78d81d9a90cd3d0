"""Make directories and keys once; running it again changes nothing. 初始化."""

from pathlib import Path

import asyncssh

from sandbox.bank.places import HOST_KEY, make_places
from sandbox.disk import write_private, write_whole
from sandbox.keys.algorithms import ALGORITHMS
from sandbox.keys.ring import UNSIGNED, USUAL, make_key, publish_key
from sandbox.world import BANKS
from sandbox.world.chance import Seed


def prepare(root: Path, seed: Seed, algorithms: str | None = None) -> None:
    """Create what is missing under ROOT; keys that exist are never replaced."""
    chosen = algorithms_by_bank(algorithms)
    make_places(root)
    _host_key(root)
    for bank in BANKS:
        alg = chosen[bank.code]
        if alg != UNSIGNED:
            publish_key(root, bank.code, make_key(root, bank.code, alg, seed))


def algorithms_by_bank(text: str | None) -> dict[str, str]:
    """Read ``ed25519`` (all banks) or ``990001=ed25519,990003=none`` (these, the rest as usual)."""
    chosen = dict(USUAL)
    for part in (text or "").split(","):
        bank, equals, alg = part.strip().rpartition("=")
        if part.strip():
            chosen |= {bank: alg} if equals else dict.fromkeys(USUAL, alg)
    _refuse_unknown(chosen)
    return chosen


def _refuse_unknown(chosen: dict[str, str]) -> None:
    known = [*ALGORITHMS, UNSIGNED]
    for bank, alg in chosen.items():
        if bank not in USUAL:
            raise ValueError(f"no bank {bank!r}; the banks are {', '.join(USUAL)}")
        if alg not in known:
            raise ValueError(f"no algorithm {alg!r}; there are {', '.join(known)}")


def _host_key(root: Path) -> None:
    path = root / "keys" / HOST_KEY
    if not path.exists():
        write_private(path, asyncssh.generate_private_key("ssh-ed25519").export_private_key())
    public = asyncssh.read_private_key(str(path)).export_public_key()
    write_whole(root / "public" / f"{HOST_KEY}.pub", public)
