"""Two SFTP servers of different makes, each started as its own process. 被测 SFTP 服务"""

import getpass
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from connectors.bank.transport import Patience, SftpAddress, SftpWire

PROJECT = Path(__file__).resolve().parents[3]
READY = "sandbox bank ready on 127.0.0.1:"
PASSPHRASE = "a passphrase of the tests"
START_SECONDS = 10
SSHD_CONFIG = """
ListenAddress 127.0.0.1:{port}
HostKey {place}/host_ed25519
HostKey {place}/host_rsa
AuthorizedKeysFile {place}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


@dataclass
class Bank:
    """One bank's directories: as they lie on the disk, and how to reach them."""

    name: str
    port: int
    user: str
    key: Path
    host_keys: tuple[str, ...]
    outgoing: Path
    incoming: Path
    remote: str
    process: subprocess.Popen = field(repr=False)
    root: Path | None = None

    @property
    def out(self) -> str:
        """What the partner reads, as he names it."""
        return f"{self.remote}/outgoing"

    @property
    def into(self) -> str:
        """What the partner writes to, as he names it."""
        return f"{self.remote}/incoming"

    @property
    def address(self) -> SftpAddress:
        return SftpAddress(
            "127.0.0.1", self.port, self.user, self.key, PASSPHRASE, self.host_keys[:1]
        )

    def wire(self, listing_max: int = 50, patience: Patience | None = None, **other) -> SftpWire:
        """A wire to it; what is given replaces that part of the address."""
        return SftpWire(replace(self.address, **other), listing_max, patience)

    def empty(self) -> None:
        for place in (self.outgoing, self.incoming):
            for path in place.iterdir():
                path.unlink() if path.is_file() else path.rmdir()

    def arm(self, *faults) -> None:
        """Arm faults of the wire; only the sandbox has any."""
        aside = self.root / "faults.new"
        aside.write_text(json.dumps(faults))
        aside.replace(self.root / "faults.json")

    def noted(self, *events: str) -> list[dict]:
        """What the sandbox's bank has written down of these events."""
        path = self.root / "received" / f"{self.user}.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [one for one in map(json.loads, lines) if one["event"] in events]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def our_key(place: Path) -> Path:
    """Our log-in key, encrypted as at a real site, but so that it opens quickly."""
    private = ed25519.Ed25519PrivateKey.generate()
    quick = serialization.PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(1)
    secret = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        quick.build(PASSPHRASE.encode()),
    )
    (place / "login").write_bytes(secret)
    (place / "login.pub").write_text(f"{_public_line(private)} gateway\n")
    return place / "login"


def start_sandbox(place: Path, key: Path) -> Bank:
    """The sandbox's bank 990001."""
    root, user = place / "root", "990001"
    run = [sys.executable, "-m", "sandbox", "bank"]
    prepare = [*run, "prepare", "--root", str(root), "--seed", "wire"]
    subprocess.run([*prepare, "--algorithms", "none"], cwd=PROJECT, check=True)
    shutil.copy(f"{key}.pub", root / "partners" / user / "authorized_keys")
    process = subprocess.Popen(
        [*run, "serve", "--root", str(root), "--port", "0"],
        cwd=PROJECT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    line = process.stdout.readline()
    assert line.startswith(READY), line
    home = root / "homes" / user
    host_key = (root / "public" / "ssh_host_key.pub").read_text().strip()
    return Bank(
        "sandbox", int(line.removeprefix(READY)), user, key, (host_key,),
        home / "outgoing", home / "incoming", "", process, root,
    )  # fmt: skip


def sshd() -> str | None:
    """Where OpenSSH's server lies, if it is installed."""
    return shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin")


def start_openssh(place: Path, key: Path) -> Bank:
    """OpenSSH's sshd as the user that runs the tests, on a port of its own."""
    if os.geteuid() == 0:  # where it puts its unprivileged part; a system start makes it
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    for name in ("outgoing", "incoming"):
        (place / name).mkdir()
    host_keys = (
        _host_key(place / "host_ed25519", ed25519.Ed25519PrivateKey.generate()),
        _host_key(place / "host_rsa", rsa.generate_private_key(65_537, 3072)),
    )
    shutil.copy(f"{key}.pub", place / "authorized_keys")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = place / "sshd_config"
    config.write_text(SSHD_CONFIG.format(port=port, place=place))
    log = (place / "log").open("wb")
    process = subprocess.Popen([sshd(), "-D", "-e", "-f", str(config)], stderr=log)
    _wait_for(port, process, place / "log")
    return Bank(
        "openssh", port, getpass.getuser(), key, host_keys,
        place / "outgoing", place / "incoming", str(place), process,
    )  # fmt: skip


def _host_key(path: Path, private) -> str:
    secret = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    path.touch(mode=0o600)
    path.write_bytes(secret)
    return _public_line(private)


def _public_line(private) -> str:
    public = private.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    return public.decode()


def _wait_for(port: int, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text())
