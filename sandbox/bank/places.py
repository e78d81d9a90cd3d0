"""The directories under ROOT. 目录."""

from pathlib import Path

from sandbox.world.banks import ALL_BANKS

SHARED = ("keys", "public", "received")
OF_EACH_BANK = ("homes/{}/outgoing", "homes/{}/incoming", "partners/{}")
HOST_KEY = "ssh_host_key"


def make_places(root: Path) -> None:
    """Create every directory that does not exist yet; keys are for our eyes only."""
    for name in SHARED:
        (root / name).mkdir(parents=True, exist_ok=True)
    for bank in ALL_BANKS:
        for name in OF_EACH_BANK:
            (root / name.format(bank.code)).mkdir(parents=True, exist_ok=True)
    (root / "keys").chmod(0o700)


def home(root: Path, bank: str) -> Path:
    """Return what a partner sees of a bank as its root directory."""
    return root / "homes" / bank


def outgoing(root: Path, bank: str) -> Path:
    """Return where a bank publishes."""
    return home(root, bank) / "outgoing"


def incoming(root: Path, bank: str) -> Path:
    """Return where the partner publishes."""
    return home(root, bank) / "incoming"


def record_file(root: Path, bank: str) -> Path:
    """Return the record of what the partner did."""
    return root / "received" / f"{bank}.jsonl"


def authorized_keys(root: Path, bank: str) -> Path:
    """Return the list of keys the partner may log in with."""
    return root / "partners" / bank / "authorized_keys"
