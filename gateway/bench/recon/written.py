"""The bench's night as the bank writes it: result file, statement, and typed lines. 来文"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from gateway.bench.recon.fates import (
    RENAMED,
    SILENT,
    UNKNOWN,
    WRONG_TERM,
    failed,
    fate_is,
    flag,
)

DAY_OF_NIGHT = date(2026, 2, 27)
BANK, ACCOUNT, NUMBER, BATCH = "990009", "ZH09", "990009000000000009", "DK20260227990009"
_OPENING = 5_000_000_00
_SLICE = 250_000


def _yuan(fen: pl.Expr) -> pl.Expr:
    cents = (fen % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str((fen // 100).cast(pl.String), pl.lit("."), cents)


def _total(frame: pl.DataFrame, column: str) -> int:
    return int(frame.get_column(column).sum())


def _money(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def result_file(asked: pl.DataFrame) -> Iterator[str]:
    """The bank's answers, line by line as the layout has them; GB18030 is the caller's."""
    said = asked.filter(~fate_is(SILENT))
    good = said.filter(~failed() & ~fate_is(UNKNOWN))
    day = DAY_OF_NIGHT.strftime("%Y%m%d")
    yield f"H|01|{BANK}|{NUMBER}|{day}|{BATCH}|156|\n"
    for part in said.iter_slices(_SLICE):
        yield "|\n".join(part.select(_result_line(day)).to_series()) + "|\n"
    totals = (
        said.height, _money(_total(said, "asked_fen")), good.height,
        _money(_total(good, "taken_fen")), said.height - good.height,
    )  # fmt: skip
    yield "T|" + "|".join(map(str, totals)) + "|\n"


def _result_line(day: str) -> pl.Expr:
    code = (
        pl.when(failed()).then(pl.lit("03008"))
        .when(fate_is(UNKNOWN)).then(pl.lit("99999")).otherwise(pl.lit("00000"))
    )  # fmt: skip
    message = pl.when(failed()).then(pl.lit("余额不足")).otherwise(pl.lit("交易成功"))
    booked = pl.col("taken_fen") > 0
    serial = pl.format("ZJ{}", pl.col("serial").cast(pl.String).str.zfill(12))
    term = pl.col("instalment_no") + fate_is(WRONG_TERM).cast(pl.Int32)
    name = pl.when(fate_is(RENAMED)).then(pl.lit("郑不同")).otherwise("payer_name")
    return pl.concat_str(
        pl.lit("D"), pl.col("serial"), pl.col("loan_no"), term, pl.col("payer_account"), name,
        _yuan(pl.col("asked_fen")), _yuan(pl.col("taken_fen")), flag(), code, message,
        pl.when(booked).then(pl.lit(day)).otherwise(pl.lit("")),
        pl.when(booked).then(serial).otherwise(pl.lit("")),
        separator="|",
    )  # fmt: skip


def statement_file(asked: pl.DataFrame, receipts: pl.DataFrame) -> Iterator[str]:
    """One lump for the batch, then every repayment that came without one."""
    lump = _total(asked, "taken_fen")
    fens = [lump, *receipts.get_column("fen")]
    others = [("990009999", "待清算", f"批量扣款 {BATCH}")]
    others += receipts.select("payer_account", "payer_name", "summary").rows()
    yield f"H|01|{BANK}|{NUMBER}|{DAY_OF_NIGHT:%Y%m%d}|156|{_money(_OPENING)}|\n"
    balance = _OPENING
    for number, (fen, (account, name, summary)) in enumerate(zip(fens, others, strict=True), 1):
        balance += fen
        yield (
            f"D|{number}|ST{number:012d}|C|{_money(fen)}|{_money(balance)}|{account}|{name}"
            f"|{summary}|N|101500|\n"
        )
    total = _money(sum(fens))
    yield f"T|{len(fens)}|{len(fens)}|{total}|0|0.00|{_money(balance)}|\n"


def write_typed(path: Path, asked: pl.DataFrame) -> None:
    """The result's lines as columns, for the floor's COPY."""
    said = asked.filter(~fate_is(SILENT)).with_row_index("line", offset=2)
    booked = pl.col("taken_fen") > 0
    frame = said.select(
        pl.lit("file-00000000000000000000"), "line", "serial", pl.lit(BATCH).alias("batch_no"),
        "loan_no", "instalment_no", "payer_account", "payer_name", "asked_fen", "taken_fen",
        flag().alias("flag"), pl.lit("00000").alias("code"), pl.lit("交易成功").alias("message"),
        pl.when(booked).then(pl.lit(DAY_OF_NIGHT)).alias("host_date"),
        pl.format("ZJ{}", pl.col("serial").cast(pl.String).str.zfill(12)).alias("host_serial"),
    )  # fmt: skip
    frame.write_csv(path, include_header=False)
