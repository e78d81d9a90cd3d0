"""Counterparties in memory that remember what reached them, and a crash at any point. 模拟部件"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from connectors.core_system.codec import content_digest
from connectors.core_system.model import (
    DueInstalment,
    FundOffset,
    Instruction,
    LedgerEntry,
    LoanAccount,
    Mandate,
    Posting,
    PostingResult,
    RepaymentAccount,
)
from gateway.store.archive import Archive
from gateway.store.unit_of_work import PostgresStore, UnitOfWork


class Crash(BaseException):
    """The process is gone. Not an Exception: nothing of ours may catch it."""


@dataclass
class Crasher:
    """Counts the points a process can die at, and dies at the planned one."""

    dies_at: int | None = None
    points: list[str] = field(default_factory=list)

    def point(self, name: str) -> None:
        self.points.append(name)
        if self.dies_at == len(self.points):
            raise Crash(f"{len(self.points)}: {name}")


class CrashingArchive(Archive):
    """The real archive; the process may die before and after each put."""

    def __init__(self, real: Archive, crasher: Crasher) -> None:
        super().__init__(real._root, real._keys, real._wrapper)
        self._crasher = crasher

    def put(self, data: bytes) -> str:
        self._crasher.point("archive: before")
        digest = super().put(data)
        self._crasher.point("archive: kept")
        return digest


@dataclass
class CrashingStore:
    """The real store; the process may die before and after each commit."""

    real: PostgresStore
    crasher: Crasher

    @property
    def archive(self) -> Archive:
        return CrashingArchive(self.real.archive, self.crasher)

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        with self.real.begin() as work:
            yield work
            self.crasher.point("commit: before")
        self.crasher.point("commit: done")


@dataclass
class MemoryWire:
    """A bank's directories; counts how often each flag was renamed into place."""

    crasher: Crasher
    directories: dict[str, dict[str, bytes]]
    flags: Counter[str] = field(default_factory=Counter)

    def flagged(self, directory: str, suffix: str) -> Sequence[str]:
        self.crasher.point("wire: list")
        return sorted(name for name in self.directories[directory] if name.endswith(suffix))

    def read(self, directory: str, name: str, size_max: int) -> bytes | None:
        self.crasher.point("wire: read")
        data = self.directories[directory].get(name)
        return None if data is None else data[: size_max + 1]

    def publish(self, directory: str, files: Sequence[tuple[str, bytes]]) -> None:
        for name, data in files:
            self.crasher.point("wire: before a rename")
            self.directories[directory][name] = data
            self.flags[name] += name.endswith(".ok")
            self.crasher.point("wire: renamed")

    def check(self) -> str:
        return "memory"


@dataclass
class MemoryLedger:
    """The core system: books a key once, remembers every insert, answers by key."""

    crasher: Crasher
    due: Sequence[Instruction]
    booked: dict[str, Posting] = field(default_factory=dict)
    inserts: Counter[str] = field(default_factory=Counter)

    def instructions(self, bank: str, account: str, day: date) -> Sequence[Instruction]:
        self.crasher.point("ledger: read")
        return self.due

    def dues(self, bank: str, account: str, day: date) -> Sequence[DueInstalment]:
        return ()

    def mandates(self, bank: str, account: str) -> Sequence[Mandate]:
        return ()

    def repayment_accounts(self, bank: str, account: str) -> Sequence[RepaymentAccount]:
        return ()

    def loans(self, bank: str, account: str) -> Sequence[LoanAccount]:
        return ()

    def entries(
        self, bank: str, account: str, day: date, asked: Sequence[tuple[str, int]] = ()
    ) -> Sequence[LedgerEntry]:
        return ()

    def offsets(self, bank: str, account: str, day: date) -> Sequence[FundOffset]:
        return ()

    def post(self, postings: Sequence[Posting]) -> None:
        self.crasher.point("ledger: before the commit")
        for posting in postings:
            self.inserts[posting.key] += 1
            self.booked.setdefault(posting.key, posting)
        self.crasher.point("ledger: committed")

    def results(self, keys: Sequence[str]) -> Sequence[PostingResult]:
        self.crasher.point("ledger: results")
        return [
            PostingResult(key, content_digest(self.booked[key]), "00", "已入账")
            for key in keys
            if key in self.booked
        ]
