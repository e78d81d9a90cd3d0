"""Replaying a past night from its bytes under today's rules, to see what would change. 重演

Nothing is written but that it was done: the archived bytes, the archived extract of the ledger and
what earlier nights had left open go through today's codec and today's engine, in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from connectors.bank.codec import decode
from connectors.bank.codec.frames import Kept
from connectors.bank.flows.filling import Told, base_again, fill_with, policy_in_force
from connectors.bank.flows.parts import Bank
from connectors.bank.model import DecodedFile, FileKind, FileName, NightKey
from connectors.bank.model.books import Decided, Policy
from connectors.bank.model.items import OpenItem
from connectors.bank.rules import frames as values
from connectors.bank.rules.booking import receipts
from connectors.bank.rules.gate import content_findings
from connectors.bank.rules.lines import result_lines, statement_lines
from connectors.bank.rules.recon.deciding import decide
from connectors.bank.rules.replaying import (
    ANSWERED,
    FOUND,
    LINKED,
    RECEIVED,
    Decision,
    Difference,
    Of,
    compare,
    open_then,
)
from connectors.bank.rules.states import FileState
from connectors.bank.rules.telling import Filled, answered, found_breaks, linked
from connectors.bank.store import files, nights, open_items, replays
from connectors.bank.store.files import FileRow
from connectors.bank.store.nights import NightRow
from gateway.errors import Code, Finding, NotConfigured, RefusedHere
from gateway.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Replayed:
    """A night and all that would be decided otherwise."""

    key: NightKey
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class Asking:
    """Who replays, and by which rules: None is by those in force."""

    user: str
    policy: Policy | None = None


def decided_nights(bank: Bank, account: str, days: tuple[date, date]) -> Sequence[NightKey]:
    """An account's nights of a span of dates, both ends in it, that have been decided."""
    with bank.store.begin() as work:
        here = nights.span(work, bank.profile.code, account, days)
    return [night.key for night in here if night.books_digest]


def replay(bank: Bank, key: NightKey, asking: Asking) -> Replayed:
    """Decide a night again, in memory, and compare.

    Raises NotConfigured for a night that never was, RefusedHere for one that is not decided yet or
    whose bytes the retention rules have shredded.
    """
    with bank.store.begin() as work:
        night = nights.find(work, key)
        if night is None:
            raise NotConfigured(Code.NOT_FOUND, detail=key.label)
        if not night.books_digest:
            raise RefusedHere(Code.NIGHT_NOT_READY, detail=key.label, subject=night.night_id)
        differences = _differences(bank, work, night, asking.policy or policy_in_force())
        count = len(differences)
        work.note("night_replayed", night.night_id, count=count, user=asking.user)
    return Replayed(key, differences)


def _differences(
    bank: Bank, work: UnitOfWork, night: NightRow, policy: Policy
) -> Sequence[Difference]:
    key = night.key
    used = [f for f in files.of_night(work, night.night_id) if f.state is FileState.USED]
    read = [(file, _read(bank, key, file)) for file in used]
    refused = [
        Difference(Of.FILE, file.name, file.state.value, str(found[0]))
        for file, decoded in read
        if (found := _findings(bank, key, file, decoded))
    ]
    if refused:
        return refused
    base = _under(bank, base_again(bank, night.books_digest or ""), policy)
    known = open_items.known(work, key.bank, key.account, key.business_date)
    told = _told(bank, key, read, open_then(known, base.books))
    filled = fill_with(bank, work, key, told, base)
    decided = decide(filled.books)
    return compare(replays.decision(work, night), _decision(key, base, filled, decided))


def _read(bank: Bank, key: NightKey, file: FileRow) -> DecodedFile:
    data = bank.store.archive.get(file.digest)
    return decode(bank.layouts[file.kind], data, bank.profile.limits.lines_max)


def _findings(bank: Bank, key: NightKey, file: FileRow, decoded: DecodedFile) -> Sequence[Finding]:
    """What today's gate finds in a file's content; whose it is was settled when it came."""
    day = key.business_date
    name = FileName(file.name, file.kind, key.bank, key.account, day, file.version)
    return [*decoded.findings, *content_findings(bank.profile, name, decoded)]


def _told(
    bank: Bank,
    key: NightKey,
    read: Sequence[tuple[FileRow, DecodedFile]],
    open_before: Sequence[OpenItem],
) -> Told:
    results = [
        (file.file_id, decoded.results)
        for file, decoded in read
        if file.kind is FileKind.DEDUCTION_RESULT
    ]
    statement = [
        (file.file_id, decoded.statement)
        for file, decoded in read
        if file.kind is FileKind.ACCOUNT_STATEMENT
    ]
    booked = statement_lines(statement, key.business_date, bank.profile.lump_summary)
    return Told(result_lines(results), booked, open_before)


def _under(bank: Bank, base: Kept, policy: Policy) -> Kept:
    """The ledger's side as it was, today's rules and today's calendar."""
    days = values.day_frame(bank.calendar, base.books.business_date)
    return replace(base, books=replace(base.books, policy=policy, days=days))


def _decision(key: NightKey, base: Kept, filled: Filled, decided: Decided) -> Decision:
    answers = answered(filled, decided).rename({"post": "posts"})
    found = [
        (one.break_id(key.bank, key.account), one.kind.name, one.amount_fen, one.unbooked_fen,
         one.signed_fen)
        for one in found_breaks(filled, decided, key)
    ]  # fmt: skip
    booked = [(one.batch_no, one.fen) for one in receipts(key, base.parts, filled, decided)]
    return Decision(
        answers.select(*ANSWERED),
        linked(filled, decided).select(*LINKED),
        pl.DataFrame(found, schema=dict(FOUND), orient="row"),
        pl.DataFrame(booked, schema=dict(RECEIVED), orient="row"),
    )
