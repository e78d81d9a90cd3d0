"""Books and decisions ⇄ bytes: what a night was decided on, kept to be decided again. 账册存档

One ZIP of Parquet files, without times and names of machines: the same frames are the same bytes.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from typing import Any

import polars as pl
from pydantic import TypeAdapter

from connectors.bank.model.books import Books, Decided, Policy, Side
from connectors.bank.rules.proof import Equation

_FACTS = "facts.json"
_NAMES, _PARTS = "names", "parts"
_EPOCH = (1980, 1, 1, 0, 0, 0)
# What a decision says of people stands in the books it was made on.
_PEOPLE = "loan_no"


_POLICY = TypeAdapter(Policy)
_EQUATIONS = TypeAdapter(Sequence[Equation])


@dataclass(frozen=True, slots=True)
class Kept:
    """Books with what stands beside them: the ledger's `names` of items, the `parts` of dues."""

    books: Books
    names: pl.DataFrame
    parts: pl.DataFrame


def encode_books(kept: Kept) -> bytes:
    """Everything an account-day was decided on."""
    books = kept.books
    facts = {
        "business_date": books.business_date.isoformat(),
        "policy": {each.name: getattr(books.policy, each.name) for each in fields(Policy)},
    }
    frames = _frames(books) | {_NAMES: kept.names, _PARTS: kept.parts}
    return _packed(frames, json.dumps(facts, default=_plain, sort_keys=True))


def _plain(value: object) -> object:
    """A setting as JSON has it; sets have no order of their own."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    return sorted(value) if isinstance(value, frozenset) else str(value)


def decode_books(data: bytes) -> Kept:
    """The books of bytes that `encode_books` made."""
    frames, facts = _unpacked(data)
    names, parts = frames.pop(_NAMES), frames.pop(_PARTS)
    policy = _POLICY.validate_python(facts["policy"])
    books = Books(date.fromisoformat(facts["business_date"]), policy=policy, **frames)
    return Kept(books, names, parts)


def decode_ledger(data: bytes) -> tuple[pl.DataFrame, Sequence[str]]:
    """The ledger's entries of such bytes, and the number of each: no other frame is read."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries, names = (
            pl.read_parquet(io.BytesIO(archive.read(f"{name}.parquet")))
            for name in (Side.LEDGER.value, _NAMES)
        )
    mine = names.filter(pl.col("side") == Side.LEDGER.value).select("id", number="item")
    return entries, entries.join(mine, on="id", how="left").get_column("number").to_list()


def encode_decided(decided: Decided, shown: Sequence[Equation]) -> bytes:
    """What was decided and the equations it satisfies, without the people: ids are the books'."""
    frames = _frames(decided)
    impersonal = {name: frame.drop(_PEOPLE, strict=False) for name, frame in frames.items()}
    facts = {"equations": json.loads(_EQUATIONS.dump_json(list(shown)))}
    return _packed(impersonal, json.dumps(facts, ensure_ascii=False, sort_keys=True))


def decode_equations(data: bytes) -> Sequence[Equation]:
    """The equations that were kept with a decision."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        facts = json.loads(archive.read(_FACTS))
    return _EQUATIONS.validate_python(facts["equations"])


def _frames(of: Books | Decided) -> dict[str, pl.DataFrame]:
    values = {each.name: getattr(of, each.name) for each in fields(of)}
    return {name: frame for name, frame in values.items() if isinstance(frame, pl.DataFrame)}


def _packed(frames: Mapping[str, pl.DataFrame], facts: str) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, frame in frames.items():
            member = io.BytesIO()
            frame.write_parquet(member, compression="zstd", compression_level=1)
            archive.writestr(zipfile.ZipInfo(f"{name}.parquet", _EPOCH), member.getvalue())
        archive.writestr(zipfile.ZipInfo(_FACTS, _EPOCH), facts)
    return whole.getvalue()


def _unpacked(data: bytes) -> tuple[dict[str, pl.DataFrame], dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        facts = json.loads(archive.read(_FACTS))
        members = [name for name in archive.namelist() if name != _FACTS]
        frames = {
            name.removesuffix(".parquet"): pl.read_parquet(io.BytesIO(archive.read(name)))
            for name in members
        }
    return frames, facts
