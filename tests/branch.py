"""A whole branch for a test: real database, real SFTP bank, real core system. 沙箱管理部"""

import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, text

from connectors.bank.flows.receiving import open_nights
from connectors.bank.model import NightKey
from gateway.errors import GatewayError
from gateway.flows import bank_night
from gateway.launcher.databases import Access
from gateway.launcher.options import Options
from gateway.store.database import connect
from gateway.wiring import Gateway, Places, build
from sandbox.bank.places import incoming, outgoing, record_file
from sandbox.bank.publish import order_of, publish
from sandbox.world import night

LAST_DAY = date(2026, 2, 28)
BANKS = ("990001", "990002", "990003")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Branch:
    """The branch and its sandbox, with what a test asks of them."""

    options: Options
    access: Access
    # lines of the banks' records that belong to earlier tests
    forgotten: dict[str, int] = field(default_factory=dict)

    def gateway(self) -> Gateway:
        """The gateway, built from the secrets directory as every program builds it."""
        return build(Places(self.options.secrets))

    def publish(
        self,
        bank: str,
        *faults: str,
        day: date = LAST_DAY,
        version: int = 1,
        only: str | None = None,
    ) -> list[str]:
        """The bank publishes a night, with faults."""
        told = night(self.options.seed, bank, day)
        order = order_of(version, list(faults), only)
        return publish(self.options.sandbox, self.options.seed, told, order)

    def run(self, bank: str, day: date = LAST_DAY) -> str:
        """One run of the night; PROVED, or the code it ended with."""
        gateway, key = self.gateway(), self.key(bank, day)
        assert key in open_nights(gateway.bank(bank), day)
        try:
            bank_night.run(gateway.night(key))
        except GatewayError as error:
            return error.code.name
        return "PROVED"

    def key(self, bank: str, day: date = LAST_DAY) -> NightKey:
        """A night's key."""
        return NightKey(bank, "ZH01", day)

    def rows(self, query: str, **values: object) -> Sequence[tuple]:
        """What stands in the gateway's database."""
        with self._admin("gateway").connect() as admin:
            return [tuple(row) for row in admin.execute(text(query), values)]

    def core_rows(self, query: str) -> Sequence[tuple]:
        """What stands in the core system's database."""
        with self._admin("core_system").connect() as admin:
            return [tuple(row) for row in admin.execute(text(query))]

    def core_do(self, statement: str) -> None:
        """Change the core system's own tables, as its people could."""
        with self._admin("core_system").begin() as admin:
            admin.execute(text(statement))

    def do(self, statement: str) -> None:
        """Change the gateway's tables behind its back."""
        with self._admin("gateway").begin() as admin:
            admin.execute(text("set local session_replication_role = replica"))
            admin.execute(text(statement))

    def _admin(self, database: str) -> Engine:
        return connect(self.access.server.admin(database))

    def received(self, bank: str, event: str) -> list[dict]:
        """What the bank wrote down of us."""
        lines = self._record(bank)[self.forgotten.get(bank, 0) :]
        return [entry for entry in map(json.loads, lines) if entry["event"] == event]

    def _record(self, bank: str) -> list[str]:
        path = record_file(self.options.sandbox, bank)
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def forget(self) -> None:
        """Empty the banks' directories; forget what they wrote down, all heads and postings."""
        root = self.options.sandbox
        for path in (self.options.var / "publication").glob("*"):
            path.unlink()
        for bank in BANKS:
            for place in (outgoing(root, bank), incoming(root, bank)):
                for path in place.iterdir():
                    path.unlink()
            self.forgotten[bank] = len(self._record(bank))
        self.core_do("select ledger.forget_postings()")

    def outgoing_file(self, bank: str, name: str) -> Path:
        """A file the bank has published."""
        return outgoing(self.options.sandbox, bank) / name

    def postings(self) -> Sequence[tuple]:
        """The core system's view: attempts by key, to see that nothing came twice."""
        return self.core_rows(
            "select mdj, count(*) from ledger.posting_attempt group by mdj order by mdj"
        )
