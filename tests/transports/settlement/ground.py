"""The sandbox's platform as a process, and our side of it over a real store. 结算平台对测"""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from connectors.bank.codec.settlement import (
    Answered,
    Deduct,
    Dialect,
    Generation,
    HexFields,
    NamedFile,
    Tx,
)
from connectors.bank.flows import platform as asking
from connectors.bank.flows.platform import Platform
from connectors.bank.settings import ListenerProfile, SettlementProfile
from connectors.bank.store.sessions import SessionMemory
from connectors.bank.transport import (
    Bounds,
    Frames,
    PlatformAddress,
    SessionParts,
    SettlementLine,
)
from gateway.signing.messages.sessions import session_cipher
from gateway.store.unit_of_work import PostgresStore
from gateway.wiring.agreed import load_layout
from gateway.wiring.places import ROOT
from tests.archives import TOKENS

READY = "sandbox settlement ready on 127.0.0.1:"
BANK, ACCOUNT = "990001", "99000100000000000001"
DAY = date(2026, 2, 28)
BOUNDS = Bounds(connect_seconds=2, total_seconds=1.5, reply_bytes_max=8 * 1024 * 1024)


@dataclass
class Stranger:
    """The platform: a program of its own, on a port of this machine."""

    root: Path
    generation: Generation
    port: int
    rows: int
    process: subprocess.Popen = field(repr=False)
    seen: int = 0

    def arm(self, fault: str | None = None) -> None:
        path = self.root / "settlement" / "fault"
        path.unlink(missing_ok=True)
        if fault is not None:
            aside = path.with_suffix(".new")
            aside.write_text(fault)
            aside.replace(path)

    def noted(self, event: str) -> list[dict]:
        """What it has written down of this event since the test began."""
        return [one for one in self._record()[self.seen :] if one["event"] == event]

    def taken(self) -> list[str]:
        """The transactions it has taken since the test began."""
        return [one["tx"] for one in self.noted("taken")]

    def forget(self) -> None:
        """Begin anew: no fault, no session, no batch, no record of earlier tests."""
        self.arm()
        (self.root / "settlement" / "state.json").unlink(missing_ok=True)
        self.seen = len(self._record())

    def _record(self) -> list[dict]:
        path = self.root / "received" / "settlement.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    def push(self, port: int, seq_no: str = "1", *more: str) -> list[str]:
        """Let it push bookings to a listener; what became of each try."""
        done = subprocess.run(
            [*_sandbox("push", self.root), "--generation", self.generation.value,
             "--rows", str(self.rows), "--to", str(port), "--account", ACCOUNT,
             "--date", DAY.isoformat(), "--seq-no", seq_no, *more],
            cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        return done.stdout.splitlines()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def _sandbox(verb: str, root: Path) -> list[str]:
    return [sys.executable, "-m", "sandbox", "settlement", verb, "--root", str(root)]


def start(root: Path, generation: Generation, rows: int) -> Stranger:
    """Start the platform and wait until it listens."""
    process = subprocess.Popen(
        [*_sandbox("serve", root), "--port", "0", "--generation", generation.value,
         "--rows", str(rows)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    line = process.stdout.readline()
    assert line.startswith(READY), line
    return Stranger(root, generation, int(line.removeprefix(READY)), rows, process)


def profile(generation: Generation, **other: object) -> SettlementProfile:
    values = {
        "connection": "settlement", "node": "C99010", "unit_no": "990100000000000",
        "platform": "D00000", "generation": generation, "cipher": "sm4-sandbox",
        "key_file": "settlement.key", "details_layout": "settlement-113",
        "listener": ListenerProfile("127.0.0.1", 0), "operator_no": "0001",
    }  # fmt: skip
    return SettlementProfile(**values | other)


def our_side(
    stranger: Stranger,
    store: PostgresStore,
    clock: object,
    *,
    port: int | None = None,
    bounds: Bounds = BOUNDS,
) -> Platform:
    """Our platform part, as the wiring puts it together."""
    key = (stranger.root / "settlement" / "installed.key").read_bytes()
    at = PlatformAddress("127.0.0.1", port or stranger.port, "D00000")
    return _put_together(profile(stranger.generation), key, (at, bounds), (store, clock))


def strange_platform(store: PostgresStore, clock: object) -> Platform:
    """Our part for a platform that is nowhere: enough for what comes to our own port."""
    at = PlatformAddress("127.0.0.1", 1, "D00000")
    return _put_together(profile(Generation.V2), b"00" * 16, (at, BOUNDS), (store, clock))


def _put_together(
    of: SettlementProfile,
    key: bytes,
    to: tuple[PlatformAddress, Bounds],
    over: tuple[PostgresStore, object],
) -> Platform:
    (address, bounds), (store, clock) = to, over
    cipher = session_cipher(of.cipher, key)
    dialect = Dialect(of.generation, HexFields())
    memory = SessionMemory(store, of.platform, of.node)
    session = SessionParts(cipher, memory, clock.now)
    return Platform(
        profile=of,
        dialect=dialect,
        line=SettlementLine(Frames(address, of.node, bounds), dialect, of.sender(), session),
        cipher=cipher,
        memory=memory,
        details=load_layout(ROOT / "schemas", of.details_layout),
        details_of={},
        accounts={ACCOUNT: (BANK, "ZH01")},
        store=store,
        clock=clock,
        tokens=TOKENS,
    )


LINES = tuple((n, 10_000 + n, f"62170000{n:011}", f"沙箱䶮{n}", "1") for n in range(1, 31))


def batch(name: str = "BDC_BAT_1.DAT", *, count: int = 30, more_fen: int = 0) -> Deduct:
    """A batch of deductions as the platform agrees, or with totals that are not its lines'."""
    rows = "".join(
        f"{serial}@|${fen // 100}.{fen % 100:02}@|${account}@|${name}@|${flag}@|$还款@|$\n"
        for serial, fen, account, name, flag in LINES
    )
    total = sum(fen for _, fen, *_ in LINES) + more_fen
    files = (NamedFile(name, rows.encode("gb18030")),)
    return Deduct("1", ACCOUNT, "沙箱公积金中心", "2", count, total, files)


def deduct(platform: Platform, asked: Deduct) -> tuple[bytes, bytes]:
    """Send a batch as a courier does; the request's bytes and the reply's."""
    request = asking.request(platform, Tx.DEDUCT, BANK, asked)
    return request, platform.line.ask(request)


def ask(platform: Platform, tx: Tx, asked: object) -> Answered:
    return asking.ask(platform, tx, BANK, asked)
