"""A seeded night of any size: the bank's two files, the ledger's side, and the truth. 性能用账册"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from connectors.bank.codec.frames import Kept, encode_books
from connectors.bank.model.books import (
    DAY,
    DUE,
    EXPECTED,
    INSTRUCTION,
    LEDGER,
    OFFSET,
    REGISTERED,
    RESULT,
    STATEMENT,
    Books,
    Columns,
    Policy,
    Side,
    empty,
)
from connectors.bank.rules.frames import PARTS
from connectors.bank.rules.telling import named_items
from connectors.bank.verdicts import RESULT_CODES
from gateway.bench.recon.fates import (
    BOOKED_UNPAID,
    MISBOOKED,
    PARTIAL,
    UNKNOWN,
    fate_is,
    flag,
    taken,
    told_by,
    truths_of,
)
from gateway.bench.recon.written import (
    BATCH,
    DAY_OF_NIGHT,
    result_file,
    statement_file,
    write_typed,
)

SEED = 20261123
_EVERY = 1000
# what comes without a batch books by itself, and no core system is here to answer its posting
_RECEIPTS = 0
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平珅镕䶮"
# Outside the two-byte plane: four bytes in GB18030.
_RARE = "𠮷"


@dataclass(frozen=True, slots=True)
class World:
    """A night on disk: `directory` holds the files; the digests say which night it is."""

    directory: Path
    lines: int
    receipts: int
    result_bytes: int
    input_digest: str
    truth_digest: str
    outcomes_digest: str

    @property
    def result(self) -> Path:
        """The bank's result file."""
        return self.directory / "result.txt"

    @property
    def statement(self) -> Path:
        """The statement of our account."""
        return self.directory / "statement.txt"

    @property
    def typed(self) -> Path:
        """The result's lines as typed columns, ready to be copied: for the floor alone."""
        return self.directory / "typed.csv"

    @property
    def books(self) -> Path:
        """The ledger's side of the books, as the archive keeps it."""
        return self.directory / "books.zip"


def world_of(root: Path, lines: int, seed: int = SEED) -> World:
    """The night of that many result lines, made anew unless it lies under `root` already."""
    directory = root / f"{lines}-{seed}"
    note = directory / "world.json"
    if note.exists():
        return World(directory, **json.loads(note.read_text(encoding="ascii")))
    directory.mkdir(parents=True, exist_ok=True)
    made = _made(directory, lines, seed)
    facts = asdict(made)
    del facts["directory"]
    note.write_text(json.dumps(facts), encoding="ascii")
    return made


def _made(directory: Path, lines: int, seed: int) -> World:
    asked = _asked(lines, seed)
    receipts = _receipts(_RECEIPTS, lines, seed)
    digest = hashlib.sha256()
    size = _write(directory / "result.txt", result_file(asked), digest)
    _write(directory / "statement.txt", statement_file(asked, receipts), digest)
    books, named = _books(asked, receipts)
    packed = encode_books(Kept(books, named, empty(PARTS)))
    digest.update(packed)
    (directory / "books.zip").write_bytes(packed)
    write_typed(directory / "typed.csv", asked)
    truths = (hashlib.sha256(told_by(*parts)).hexdigest() for parts in truths_of(asked))
    return World(directory, lines, receipts.height, size, digest.hexdigest(), *truths)


def _write(path: Path, blocks: Iterator[str], digest: "hashlib._Hash") -> int:
    with path.open("wb") as file:
        for block in blocks:
            data = block.encode("gb18030")
            digest.update(data)
            file.write(data)
        return file.tell()


def _drawn(seed: int, salt: int, of: int) -> pl.Expr:
    """A number below `of` for each serial: arithmetic of our own, the same in every version."""
    mixed = (pl.col("serial").cast(pl.UInt64) * 2_654_435_761 + seed * 40_503 + salt * 97_531) % (
        2**31 - 1
    )
    return (mixed * 48_271 % (2**31 - 1) % of).cast(pl.Int64)


def _asked(lines: int, seed: int) -> pl.DataFrame:
    """The instructions, with what each line is to be (`fate`) and what was taken."""
    serial = pl.int_range(1, lines + 1, dtype=pl.Int32, eager=True).alias("serial")
    fen = 100_000 + _drawn(seed, 1, 900_000)
    penalty = pl.when(_drawn(seed, 2, 50) == 0).then(_drawn(seed, 3, 9_000)).otherwise(0)
    frame = serial.to_frame().with_columns(
        fate=_drawn(seed, 4, _EVERY).cast(pl.Int32),
        loan_no=pl.format("9900{}", pl.col("serial").cast(pl.String).str.zfill(12)),
        instalment_no=(1 + _drawn(seed, 5, 359)).cast(pl.Int32),
        payer_account=pl.format("622202{}", (_drawn(seed, 6, 10**7) + pl.col("serial").cast(
            pl.Int64) * 10**4).cast(pl.String).str.zfill(13)),
        payer_name=_name(seed),
        asked_fen=fen,
        penalty_fen=penalty,
        interest_fen=fen * 3 // 10,
        fine_fen=pl.lit(0, pl.Int64),
    )  # fmt: skip
    rest = pl.col("asked_fen") - pl.col("interest_fen") - pl.col("penalty_fen")
    return frame.with_columns(principal_fen=rest, taken_fen=taken())


def _name(seed: int) -> pl.Expr:
    def sign(of: str, salt: int) -> pl.Expr:
        return _drawn(seed, salt, len(of)).replace_strict(
            range(len(of)), list(of), return_dtype=pl.String
        )

    rare = pl.when(_drawn(seed, 9, 100) == 0).then(pl.lit(_RARE)).otherwise(pl.lit(""))
    return pl.concat_str(sign(_SURNAMES, 7), sign(_GIVEN, 8), sign(_GIVEN, 10), rare)


def _receipts(count: int, lines: int, seed: int) -> pl.DataFrame:
    """Repayments that came without a batch: of loans that are in no batch, named or by account."""
    serial = pl.int_range(lines + 1, lines + count + 1, dtype=pl.Int32, eager=True)
    loan = pl.format("9900{}", pl.col("serial").cast(pl.String).str.zfill(12))
    named = pl.col("serial") % 2 == 0
    return serial.alias("serial").to_frame().with_columns(
        loan_no=loan,
        instalment_no=pl.lit(7, pl.Int32),
        payer_account=pl.format("955880{}", pl.col("serial").cast(pl.String).str.zfill(13)),
        payer_name=_name(seed),
        fen=100_000 + _drawn(seed, 1, 900_000),
        summary=pl.when(named).then(pl.format("还款{}", loan)).otherwise(pl.lit("转账")),
    )  # fmt: skip


def _books(asked: pl.DataFrame, receipts: pl.DataFrame) -> tuple[Books, pl.DataFrame]:
    """What the core system says of that night, before any file of the bank's."""
    day = pl.lit(DAY_OF_NIGHT)
    entries = _entries(asked)
    open_ones = asked.join(entries, on="serial", how="anti").select(
        "loan_no", "instalment_no", "payer_name", fen="asked_fen"
    )
    columns = ("loan_no", "instalment_no", "payer_name", "fen")
    dues = pl.concat([open_ones, receipts.select(columns)])
    payers = pl.concat([one.select("loan_no", "payer_account") for one in (asked, receipts)])
    instructions = asked.with_columns(
        batch_no=pl.lit(BATCH), full_flag=flag(), business_date=day
    ).with_row_index("id")
    due = dues.with_columns(
        contract_no=pl.concat_str(pl.lit("HT"), "loan_no"), due_on=day, kind=pl.lit("instalment"),
        borrower="loan_no", borrower_name="payer_name",
    ).with_row_index("id")  # fmt: skip
    books = Books(
        business_date=DAY_OF_NIGHT,
        instructions=_fitted(instructions, INSTRUCTION),
        results=empty(RESULT),
        statement=empty(STATEMENT),
        expected=empty(EXPECTED),
        ledger=_fitted(entries.with_row_index("id"), LEDGER),
        dues=_fitted(due, DUE),
        registered=_fitted(
            payers.with_columns(account="payer_account", borrower="loan_no", settled=False),
            REGISTERED,
        ),
        offsets=empty(OFFSET),
        days=pl.DataFrame(
            {"day": [DAY_OF_NIGHT], "working": [1]}, schema=dict(DAY)
        ),
        policy=Policy(meanings={code: said.meaning.name for code, said in RESULT_CODES.items()}),
    )  # fmt: skip
    return books, _names(entries, due)


def _names(entries: pl.DataFrame, due: pl.DataFrame) -> pl.DataFrame:
    posted = entries.select(pl.format("JZ{}", "serial")).to_series()
    owed = due.select(pl.format("{}/{}", "id", "instalment_no")).to_series()
    return named_items({Side.LEDGER: posted.to_list(), Side.DUE: owed.to_list()})


def _entries(asked: pl.DataFrame) -> pl.DataFrame:
    """What the ledger has booked: what was taken, in other parts, or what never was taken."""
    booked = asked.filter(fate_is(PARTIAL) | (pl.col("fate") > UNKNOWN)).with_columns(
        fen=pl.when(fate_is(BOOKED_UNPAID)).then("asked_fen").otherwise("taken_fen"),
        batch_no=pl.lit(BATCH),
        booked_on=pl.lit(DAY_OF_NIGHT),
        host_serial=pl.lit(""),
        kind=pl.lit("02"),
        reversed=pl.lit(value=False),
    )
    penalty = pl.min_horizontal("penalty_fen", "fen")
    interest = pl.min_horizontal("interest_fen", pl.col("fen") - penalty)
    moved = fate_is(MISBOOKED).cast(pl.Int64)
    return booked.with_columns(
        penalty_fen=penalty,
        interest_fen=interest - moved,
        principal_fen=pl.col("fen") - penalty - interest + moved,
    )


def _fitted(frame: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in columns.items())
