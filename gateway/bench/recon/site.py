"""The bank, the store and the opened night that the bench works on; no wire, no ledger. 性能现场"""

import hashlib
import json
from datetime import datetime, time
from pathlib import Path
from typing import cast

import polars as pl
import yaml

from connectors.bank.codec import Layout, layout_of
from connectors.bank.codec.frames import decode_books
from connectors.bank.flows.parts import Bank
from connectors.bank.model import FileKind, FileName, NightKey
from connectors.bank.rules.owed import Expected
from connectors.bank.settings import BankProfile, Evidence, Limits, OwnAccount
from connectors.bank.store import files, nights
from connectors.bank.store.files import Companions
from connectors.bank.store.tables import INSTRUCTION
from connectors.core_system.model import Ledger
from gateway.bench.recon.world import World
from gateway.bench.recon.written import ACCOUNT, BANK, DAY_OF_NIGHT, NUMBER
from gateway.clock import SystemClock
from gateway.dates import SHANGHAI, Calendar, YearDays
from gateway.ports import FileWire
from gateway.signing.at_rest.tokens import Tokens
from gateway.signing.at_rest.wrapping import EncryptionKey, Wrapper
from gateway.signing.keys.keyring import KeyRing
from gateway.signing.primitives.ciphers import Cipher
from gateway.store import inbox
from gateway.store.archive import Archive
from gateway.store.copying import copy_frame
from gateway.store.database import connect
from gateway.store.unit_of_work import PostgresStore, UnitOfWork

KEY = NightKey(BANK, ACCOUNT, DAY_OF_NIGHT)
_LINES_MAX = 20_000_000
_SLICE = 250_000
_STATEMENT_SECONDS = 3600
_KINDS = {
    FileKind.DEDUCTION_RESULT: "generic-pipe-result",
    FileKind.ACCOUNT_STATEMENT: "generic-pipe-statement",
}
_KEY_OF_THIS_RUN = EncryptionKey("bench", bytes(range(32)))
_TOKENS = Tokens("a secret of the bench that is long enough for the tokens")


def store_of(url: str, scratch: Path) -> PostgresStore:
    """The store on a database, its archive encrypted under a key of this bench's own."""
    wrapper = Wrapper([_KEY_OF_THIS_RUN], Cipher.AES_256_GCM)
    archive = Archive(scratch / "archive", scratch / "archive-keys", wrapper)
    return PostgresStore(connect(url, _STATEMENT_SECONDS), archive, SystemClock())


def bank_of(store: PostgresStore, schemas: Path) -> Bank:
    """The bank of the night; nothing is ever said to it or asked of the core system."""
    return Bank(
        profile=BankProfile(
            code=BANK,
            name="性能对照银行",
            connection="bench",
            accounts=(OwnAccount(ACCOUNT, NUMBER),),
            layouts=_KINDS,
            evidence=Evidence.CHANNEL,
            owes=(),
            limits=Limits(lines_max=_LINES_MAX),
        ),
        layouts={kind: _layout(schemas, name) for kind, name in _KINDS.items()},
        wire=cast(FileWire, None),
        ring=KeyRing(()),
        ledger=cast(Ledger, None),
        store=store,
        calendar=Calendar({DAY_OF_NIGHT.year: YearDays(frozenset(), frozenset())}),
        clock=SystemClock(),
        tokens=_TOKENS,
    )


def _layout(schemas: Path, name: str) -> Layout:
    bank = schemas / "bank"
    schema = json.loads((bank / "layout.schema.json").read_text(encoding="utf-8"))
    return layout_of(yaml.safe_load((bank / f"{name}.yaml").read_text(encoding="utf-8")), schema)


def paths_of(world: World) -> dict[FileKind, Path]:
    """The night's files by kind."""
    return {
        FileKind.DEDUCTION_RESULT: world.result,
        FileKind.ACCOUNT_STATEMENT: world.statement,
    }


def name_of(kind: FileKind, path: Path) -> FileName:
    """What the name of the night's file of this kind says."""
    return FileName(path.name, kind, BANK, ACCOUNT, DAY_OF_NIGHT, 1)


def open_night(store: PostgresStore, world: World) -> None:
    """What is durable before the night begins: the night, its files' entries, what was asked."""
    due = datetime.combine(DAY_OF_NIGHT, time(6), SHANGHAI)
    with store.begin() as work:
        nights.open_night(work, KEY, [Expected(KEY, kind, due) for kind in _KINDS])
        for kind, path in paths_of(world).items():
            _enter(work, kind, path)
        asked = decode_books(world.books.read_bytes()).books.instructions
        kept = [name for name in asked.columns if name in INSTRUCTION.c]
        night = pl.lit(KEY.night_id).alias("night_id")
        for part in asked.iter_slices(_SLICE):
            copy_frame(work, INSTRUCTION, part.select(night, *kept))


def _enter(work: UnitOfWork, kind: FileKind, path: Path) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    work.keep(digest, path.stat().st_size)
    arrival = inbox.take(work, BANK, path.name, digest)
    companions = Companions(digest, digest, None)
    files.add(work, arrival.item_id, KEY.night_id, name_of(kind, path), companions)
