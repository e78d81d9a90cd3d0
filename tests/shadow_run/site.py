"""An account over months: the real core, the sandbox's bank, the engine. 影子运行"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from connectors.bank.model.books import (
    EXPECTED,
    RESULT,
    STATEMENT,
    Books,
    Decided,
    Policy,
    Side,
    empty,
)
from connectors.bank.rules.recon.deciding import decide
from connectors.bank.verdicts import RESULT_CODES
from connectors.core_system.model import (
    DueInstalment,
    Instruction,
    Posting,
    PostingKind,
    PostingResult,
)
from connectors.core_system.transport import CoreDatabase
from gateway.dates import Calendar
from sandbox.core.acts import Acts
from sandbox.months import ledger
from sandbox.months.bank import MonthBank
from sandbox.months.truth import Answer, Asked, BankNight, Moved, Planted
from tests.shadow_run import frames

ACCOUNT = "ZH01"
POLICY = Policy({code: said.meaning.name for code, said in RESULT_CODES.items()})
Place = tuple[str, int]
SETTLING = ("EXACT", "PARTIAL", "FAILED")


@dataclass(frozen=True)
class Night:
    """One account-day: what the bank showed and really did, what was decided on what."""

    told: BankNight
    planted: tuple[Planted, ...]
    books: Books
    decided: Decided
    results: tuple[PostingResult, ...]


@dataclass
class Account:
    """The branch's side of one account, kept by hand as simply as can be.

    `unanswered` are instructions a later file may answer, `blocked` the loans an open break keeps
    out of the next batch, by what the break is about.
    """

    bank: MonthBank
    core: CoreDatabase
    acts: Acts
    calendar: Calendar
    statement: pl.DataFrame = field(default_factory=lambda: empty(STATEMENT))
    expected: pl.DataFrame = field(default_factory=lambda: empty(EXPECTED))
    unanswered: dict[Place, Instruction] = field(default_factory=dict)
    blocked: dict[object, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.bank.bank.code

    def night(self, day: date) -> Night:
        """Live one day: the core's morning, the batch, the bank, the night, the postings."""
        of_offsets = ledger.morning(self.acts, self.bank, day)
        batch_no = f"PLKK{day:%Y%m%d}001"
        self.acts.instruct(self.code, ACCOUNT, batch_no, list(self.blocked.values()))
        asked = list(self.core.instructions(self.code, ACCOUNT, day))
        sent = [_sent(one) for one in asked]
        ledger.evening(self.acts, self.bank, day, sent)
        told = self.bank.night(day, sent)
        books = self._books(day, asked, told)
        decided = decide(books)
        results = self._post(books, decided)
        self._carry(books, decided)
        return Night(told, (*told.planted, *of_offsets), books, decided, results)

    def _books(self, day: date, asked: list[Instruction], told: BankNight) -> Books:
        late = {(one.batch_no, one.line.serial) for one in told.late}
        old = [one for place, one in self.unanswered.items() if place in late]
        here = (self.code, ACCOUNT)
        loans = self.core.loans(*here)
        entries = self.core.entries(*here, day, sorted(late))
        return Books(
            business_date=day,
            instructions=frames.instruction_frame([*asked, *old]),
            results=_results([*told.answers, *told.late]),
            statement=_numbered([self.statement, _statement(told)]),
            expected=_numbered([self.expected]),
            ledger=frames.ledger_frame(entries),
            dues=frames.due_frame(self.core.dues(*here, day)),
            registered=frames.registered_frame(self.core.repayment_accounts(*here), loans, day),
            offsets=frames.offset_frame(self.core.offsets(*here, day)),
            days=frames.day_frame(self.calendar, day),
            policy=POLICY,
        )

    def _post(self, books: Books, decided: Decided) -> tuple[PostingResult, ...]:
        postings = [*self._of_answers(books, decided), *self._of_receipts(books, decided)]
        if postings:
            self.core.post(postings)
        return tuple(self.core.results([posting.key for posting in postings]))

    def _of_answers(self, books: Books, decided: Decided) -> Iterator[Posting]:
        asked = books.instructions.rename({"id": "instruction"})
        heard = books.results.select("host_serial", "host_date", result="id")
        rows = decided.answers.filter("post").join(asked, on="instruction", suffix="_asked")
        for row in rows.join(heard, on="result").iter_rows(named=True):
            yield Posting(
                self.code, ACCOUNT, row["business_date"], row["batch_no"], row["serial"],
                row["loan_no"], row["instalment_no"], row["taken_fen"], row["principal_fen"],
                row["interest_fen"], row["penalty_fen"], row["host_date"], row["host_serial"],
            )  # fmt: skip

    def _of_receipts(self, books: Books, decided: Decided) -> Iterator[Posting]:
        """What a borrower transferred and the engine knew for whom: the whole of a due."""
        day = books.business_date
        dues = list(self.core.dues(self.code, ACCOUNT, day))
        for line, due_id in linked(books, decided):
            due: DueInstalment = dues[due_id]
            yield Posting(
                self.code, ACCOUNT, day, line["host_serial"], 0, due.loan_no, due.instalment_no,
                due.fen, due.principal_fen, due.interest_fen, due.penalty_fen, line["booked_on"],
                line["host_serial"], PostingKind.OVERDUE,
            )  # fmt: skip

    def _carry(self, books: Books, decided: Decided) -> None:
        """What is open goes on into the next night, what is blocked stays out of its batch."""
        promised = pl.concat([books.expected, decided.expected])
        self.statement = _open(books.statement, decided, Side.STATEMENT)
        self.expected = _open(promised, decided, Side.EXPECTED)
        asked = books.instructions.rows_by_key(["id"], named=True, unique=True)
        for row in decided.answers.iter_rows(named=True):
            one = asked[row["instruction"]]
            place = one["batch_no"], one["serial"]
            self.unanswered.pop(place, None)
            self.blocked.pop(place, None)
            if row["outcome"] in ("UNKNOWN", "MISSING"):
                self.unanswered[place] = _instruction(one, self.code)
        for row in decided.breaks.filter("blocking").iter_rows(named=True):
            about = (row["batch_no"], row["serial"]) if row["serial"] else (row["kind"], row["id"])
            self.blocked[about] = row["loan_no"]


def linked(books: Books, decided: Decided) -> Iterator[tuple[dict, int]]:
    """Each statement line that an automatic link gives to a due, and that due's id."""
    lines = books.statement.rows_by_key(["id"], named=True, unique=True)
    for members in groups(decided).values():
        dues = [row["id"] for row in members if row["side"] == Side.DUE.value]
        paying = [row["id"] for row in members if row["side"] == Side.STATEMENT.value]
        if dues:
            yield lines[paying[0]], dues[0]


def groups(decided: Decided) -> dict[int, list[dict]]:
    """The members of each automatic group."""
    found: dict[int, list[dict]] = {}
    for row in decided.links.filter("automatic").iter_rows(named=True):
        found.setdefault(row["group"], []).append(row)
    return found


def _open(frame: pl.DataFrame, decided: Decided, side: Side) -> pl.DataFrame:
    still = decided.open_items.filter(pl.col("side") == side.value)
    return frame.join(still, on="id", how="semi")


def _numbered(parts: list[pl.DataFrame]) -> pl.DataFrame:
    whole = pl.concat(parts).drop("id").with_row_index("id").cast({"id": pl.Int64})
    return whole.select(parts[0].columns)


def _sent(one: Instruction) -> Asked:
    return Asked(
        one.batch_no, one.serial, one.loan_no, one.instalment_no, one.payer_account,
        one.payer_name, one.asked_fen, one.full_flag,
    )  # fmt: skip


def _instruction(row: dict, bank: str) -> Instruction:
    fields = {name: value for name, value in row.items() if name != "id"}
    return Instruction(bank=bank, account=ACCOUNT, **fields)


def _results(answers: list[Answer]) -> pl.DataFrame:
    rows = [
        (
            number, one.batch_no, one.line.serial, one.line.loan_no, one.line.instalment_no,
            one.line.payer_account, one.line.payer_name, one.line.asked_fen, one.line.taken_fen,
            one.line.full_flag, one.line.code, one.line.host_date, one.line.host_serial,
        )
        for number, one in enumerate(answers)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=dict(RESULT), orient="row")


def _statement(told: BankNight) -> pl.DataFrame:
    rows = [(number, *_moved(one, told.day)) for number, one in enumerate(told.moved)]
    return pl.DataFrame(rows, schema=dict(STATEMENT), orient="row")


def _moved(one: Moved, day: date) -> tuple[object, ...]:
    line = one.booking
    return (
        line.host_serial, day, line.effect_fen, line.reversal, one.original_serial,
        line.other_account, line.other_name, line.summary, one.remark, one.batch_no, day,
    )  # fmt: skip
