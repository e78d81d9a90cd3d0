"""Filling the books of a night: from the ledger's extract, the files' lines, what was open. 账册"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from connectors.bank.codec.frames import Kept, decode_books
from connectors.bank.flows.parts import Bank
from connectors.bank.model import FileKind, NightKey
from connectors.bank.model.books import (
    EXPECTED,
    RESULT,
    STATEMENT,
    Books,
    Policy,
    Side,
    empty,
)
from connectors.bank.model.items import OpenItem
from connectors.bank.rules import frames as values
from connectors.bank.rules.recon.identity import identities
from connectors.bank.rules.telling import Filled, items_of, named_items
from connectors.bank.settings import BankProfile
from connectors.bank.store import batches, frames, open_items
from connectors.bank.store.files import FileRow
from connectors.bank.verdicts import RESULT_CODES
from connectors.core_system.model import (
    DueInstalment,
    FundOffset,
    Instruction,
    Ledger,
    LedgerEntry,
    LoanAccount,
    RepaymentAccount,
)
from gateway.errors import Code, NotConfigured
from gateway.signing.at_rest.tokens import Kind, Tokens
from gateway.store.unit_of_work import UnitOfWork

_MEANINGS = {code: said.meaning.name for code, said in RESULT_CODES.items()}


def policy_in_force(profile: BankProfile) -> Policy:
    """What a night of this bank that is decided now is decided by."""
    agreed = profile.matching
    return Policy(
        meanings=_MEANINGS,
        credits=agreed.credits,
        window=agreed.window,
        fee_summaries=agreed.fee_summaries,
        padded_serials=agreed.padded_serials,
        return_days=agreed.return_days,
    )


@dataclass(frozen=True, slots=True)
class Extract:
    """What the ledger says of an account-day, read over the wire before the night is locked."""

    instructions: Sequence[Instruction]
    entries: Sequence[LedgerEntry]
    dues: Sequence[DueInstalment]
    accounts: Sequence[RepaymentAccount]
    loans: Sequence[LoanAccount]
    offsets: Sequence[FundOffset]


def extract(ledger: Ledger, key: NightKey, own: Sequence[Instruction] | None = None) -> Extract:
    """Read the ledger; `own` are the instructions of our own batches, where we build them.

    Raises what the ledger raises, NotConfigured for one place given twice.
    """
    bank, account, day = key.bank, key.account, key.business_date
    instructions = ledger.instructions(bank, account, day) if own is None else own
    _require_places(instructions)
    earlier = (item for item in instructions if item.business_date != day)
    asked = [(item.batch_no, item.serial) for item in earlier]
    return Extract(
        instructions,
        ledger.entries(bank, account, day, asked),
        ledger.dues(bank, account, day),
        ledger.repayment_accounts(bank, account),
        ledger.loans(bank, account),
        ledger.offsets(bank, account, day),
    )


def _require_places(instructions: Sequence[Instruction]) -> None:
    """Which of two with one batch and serial is meant is not guessed."""
    places = Counter((item.batch_no, item.serial) for item in instructions)
    for (batch, serial), times in places.items():
        if times > 1:
            raise NotConfigured(Code.INTERFACE_DIFFERS, detail=f"{batch}-{serial}")


def base_of(bank: Bank, key: NightKey, read: Extract) -> Kept:
    """The ledger's side of the books of a night that is decided for the first time."""
    day = key.business_date
    books = Books(
        business_date=day,
        instructions=values.instruction_frame(read.instructions),
        results=empty(RESULT),
        statement=empty(STATEMENT),
        expected=empty(EXPECTED),
        ledger=values.ledger_frame(read.entries),
        dues=values.due_frame(read.dues),
        registered=values.registered_frame(read.accounts, read.loans, day),
        offsets=values.offset_frame(read.offsets),
        days=values.day_frame(bank.calendar, day),
        policy=policy_in_force(bank.profile),
    )
    names = named_items(_names(bank.tokens, read))
    return Kept(books, names, values.parts_frame(read.dues))


def base_again(bank: Bank, digest: str) -> Kept:
    """The books a night was decided on before a correction: the ledger's side is what it was.

    Raises RefusedHere when the retention rules have shredded them.
    """
    return decode_books(bank.store.archive.get(digest))


@dataclass(frozen=True, slots=True)
class Told:
    """What a night is filled with: its files' lines, each with its place, and what was open."""

    results: pl.DataFrame
    statement: pl.DataFrame
    open_before: Sequence[OpenItem]


def fill(
    bank: Bank, work: UnitOfWork, key: NightKey, used: Sequence[FileRow], base: Kept
) -> Filled:
    """The books of a night: its own lines as they are stored, and what earlier nights left open."""
    statements = _ids(used, FileKind.ACCOUNT_STATEMENT)
    pattern = bank.profile.lump_summary
    told = Told(
        frames.results(work, _ids(used, FileKind.DEDUCTION_RESULT)),
        frames.statement(work, statements, pattern),
        open_items.carried(work, key.bank, key.account, key.business_date),
    )
    return fill_with(bank, work, key, told, base)


def fill_with(bank: Bank, work: UnitOfWork, key: NightKey, told: Told, base: Kept) -> Filled:
    """The books of a night of which this is told."""
    open_before, results = told.open_before, told.results
    statement = _statement(bank, work, key, told)
    expected = _expected(open_before)
    books = replace(
        base.books,
        results=results.select(list(RESULT)),
        statement=statement.select(list(STATEMENT)),
        expected=expected.select(list(EXPECTED)),
    )
    items = items_of(books, (results, statement, expected), base.names)
    return Filled(books, results, statement, items, tuple(open_before))


def _ids(used: Sequence[FileRow], kind: FileKind) -> Sequence[str]:
    return [file.file_id for file in used if file.kind is kind]


def _statement(
    bank: Bank,
    work: UnitOfWork,
    key: NightKey,
    told: Told,
) -> pl.DataFrame:
    """The night's bookings and those carried, each with the identity it keeps for ever."""
    pattern = bank.profile.lump_summary
    in_ours = pl.col("batch_no").replace(batches.own_numbers(work, key.bank))
    own = identities(told.statement.with_columns(in_ours)).drop("repeated")
    carried = [item for item in told.open_before if item.side is Side.STATEMENT]
    files = sorted({item.file_id for item in carried if item.file_id})
    old = frames.statement(work, files, pattern).with_columns(in_ours)
    known = pl.DataFrame(
        {
            "file_id": [item.file_id for item in carried],
            "line": [item.line for item in carried],
            "first_seen": [item.first_seen for item in carried],
            "key": [item.key for item in carried],
        },
        schema={**frames.PLACE, "first_seen": pl.Date, "key": pl.String},
    )
    kept = old.drop("first_seen").join(known, on=["file_id", "line"]).select(own.columns)
    return pl.concat([own, kept]).drop("id").with_row_index("id").cast({"id": pl.Int64})


def _expected(open_before: Sequence[OpenItem]) -> pl.DataFrame:
    promised = [item for item in open_before if item.side is Side.EXPECTED]
    rows = [
        (n, i.batch_no, i.booked_on, i.host_serial, i.fen, i.count, i.first_seen, i.key)
        for n, i in enumerate(promised)
    ]
    return pl.DataFrame(rows, schema=dict(EXPECTED) | {"key": pl.String}, orient="row")


def _names(tokens: Tokens, read: Extract) -> Mapping[Side, Sequence[str]]:
    """What stands on the ledger's side, named without people."""
    loans = {due.loan_no for due in read.dues}
    known = {loan: tokens.of(Kind.LOAN, loan) for loan in loans}
    return {
        Side.LEDGER: [entry.entry_no for entry in read.entries if not entry.reversal_of],
        Side.DUE: [f"{known[due.loan_no]}/{due.instalment_no}" for due in read.dues],
        Side.OFFSET: [offset.offset_no for offset in read.offsets],
    }
