"""What the engine decided, told as rows and values: answers, links, breaks, open items. 勾对结论"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from connectors.bank.model import BreakKind, Direction, NightKey
from connectors.bank.model.books import Books, Decided, Side
from connectors.bank.model.items import Cleared, Clearing, FoundBreak, OpenItem

_BATCH_SERIAL = pl.format("{}/{}", "batch_no", "serial")
_NO_PLACE = (pl.lit(None, pl.String).alias("file_id"), pl.lit(None, pl.Int32).alias("line"))
_NETTING = 2


@dataclass(frozen=True, slots=True)
class Filled:
    """The books of a night, with the place of every line and the name of every item.

    `items` names what the engine's ids stand for: (side, id) → item, and for a line its file.
    """

    books: Books
    results: pl.DataFrame = field(repr=False)
    statement: pl.DataFrame = field(repr=False)
    items: pl.DataFrame = field(repr=False)
    open_before: tuple[OpenItem, ...] = field(repr=False)


def named_items(names: Mapping[Side, Sequence[str]]) -> pl.DataFrame:
    """The items of the ledger's side: their ids are their places in these lists."""
    listed = [
        _items(side, pl.DataFrame({"id": range(len(of)), "key": of}, schema=_NAMED), pl.col("key"))
        for side, of in names.items()
    ]
    return pl.concat(listed)


def items_of(
    books: Books, lines: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame], named: pl.DataFrame
) -> pl.DataFrame:
    """The name of every item; `lines` are results and statement with places, and expected."""
    results, statement, expected = lines
    return pl.concat(
        [
            named,
            _items(Side.INSTRUCTION, books.instructions, _BATCH_SERIAL),
            _items(Side.RESULT, results, _BATCH_SERIAL, "file_id", "line"),
            _items(Side.STATEMENT, statement, pl.col("key"), "file_id", "line"),
            _items(Side.EXPECTED, expected, pl.col("key")),
        ]
    )


_NAMED = {"id": pl.Int64, "key": pl.String}


def _items(side: Side, frame: pl.DataFrame, item: pl.Expr, *place: str) -> pl.DataFrame:
    named = (pl.lit(side.value).alias("side"), "id", item.alias("item"))
    return frame.select(*named, *(place or _NO_PLACE))


def answered(filled: Filled, decided: Decided) -> pl.DataFrame:
    """One row an instruction: what was decided, who is meant, and the line that says so."""
    asked = filled.books.instructions.select(
        pl.col("id").alias("instruction"),
        "batch_no", "serial", "loan_no", "instalment_no", "business_date",
    )  # fmt: skip
    said = filled.results.select(
        pl.col("id").alias("result"), "file_id", "line", "code", "host_date", "host_serial"
    )
    whole = decided.answers.join(asked, on="instruction").join(said, on="result", how="left")
    return whole.sort("batch_no", "serial")


def keyed(expected: pl.DataFrame) -> pl.DataFrame:
    """Promised credits with the identity each keeps: its group, its serial, the how manieth so."""
    group = ["batch_no", "host_date", "host_serial"]
    number = pl.int_range(1, pl.len() + 1).over(group)
    return expected.with_columns(
        pl.format(
            "{}/{}/{}/{}",
            "batch_no", pl.col("host_date").cast(pl.String).fill_null(""), "host_serial", number,
        ).alias("key")
    )  # fmt: skip


def linked(filled: Filled, decided: Decided) -> pl.DataFrame:
    """Every member of every group, named."""
    items = _named_by(decided.links, _every_item(filled, decided))
    whole = decided.links.join(items, on=["side", "id"], how="left")
    return whole.sort("group", "side", "item")


def _every_item(filled: Filled, decided: Decided) -> pl.DataFrame:
    promised = _items(Side.EXPECTED, keyed(decided.expected), pl.col("key"))
    return pl.concat([filled.items, promised])


def _named_by(few: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Those of the many items whose number occurs: the join by side and number then has little."""
    return items.filter(pl.col("id").is_in(few.get_column("id").unique().implode()))


def _with_answers(filled: Filled, decided: Decided) -> pl.DataFrame:
    """Every item; what is said of an instruction stands where its answer does."""
    items = _named_by(decided.breaks, _every_item(filled, decided))
    asked = pl.col("side") == Side.INSTRUCTION.value
    answers = decided.answers.select(id="instruction", result="result")
    places = _named_by(decided.breaks, answers).join(
        filled.results.select("file_id", "line", result="id"), on="result", how="left"
    )
    placed = items.filter(asked).select("side", "id", "item").join(places, on="id", how="left")
    return pl.concat([items.filter(~asked), placed.select(items.columns)])


def found_breaks(filled: Filled, decided: Decided, key: NightKey) -> Sequence[FoundBreak]:
    """The breaks, each under the identity it keeps over nights."""
    named = decided.breaks.join(_with_answers(filled, decided), on=["side", "id"], how="left")
    candidates = _candidates(filled, decided)
    return [_found(row, key, candidates) for row in named.iter_rows(named=True)]


def _candidates(filled: Filled, decided: Decided) -> Mapping[tuple[str, int], str]:
    """The names of those that could not be told apart."""
    wanted = decided.breaks.select(
        pl.col("candidate_side").alias("side"), pl.col("candidates").alias("id")
    ).explode("id").drop_nulls().unique()  # fmt: skip
    named = wanted.join(_named_by(wanted, filled.items), on=["side", "id"])
    return {(side, id_): item for side, id_, item in named.select("side", "id", "item").iter_rows()}


def _found(
    row: Mapping[str, Any], key: NightKey, names: Mapping[tuple[str, int], str]
) -> FoundBreak:
    others = [names.get((row["candidate_side"], one)) for one in row["candidates"] or ()]
    return FoundBreak(
        kind=BreakKind[row["kind"]],
        direction=Direction[row["direction"]],
        blocking=row["blocking"],
        item=row["item"] or row["batch_no"] or key.business_date.isoformat(),
        amount_fen=row["amount_fen"],
        unbooked_fen=row["unbooked_fen"],
        signed_fen=row["signed_fen"],
        side=Side(row["side"]) if row["side"] else None,
        batch_no=row["batch_no"] or "",
        serial=row["serial"],
        file_id=row["file_id"],
        line=row["line"],
        loan_no=row["loan_no"] or "",
        candidates=tuple(sorted(filter(None, others))),
    )


def left_open(filled: Filled, decided: Decided) -> Sequence[OpenItem]:
    """What the night leaves open: statement lines nobody explained, credits not shown yet."""
    before = {(item.side, item.key): item for item in filled.open_before}
    fresh = [*_open_lines(filled, decided), *_open_credits(filled, decided)]
    return [before.get((item.side, item.key), item) for item in fresh]


def _open_of(decided: Decided, side: Side) -> pl.DataFrame:
    return decided.open_items.filter(pl.col("side") == side.value).select("id", open_fen="fen")


def _open_lines(filled: Filled, decided: Decided) -> Iterator[OpenItem]:
    rows = filled.statement.join(_open_of(decided, Side.STATEMENT), on="id")
    for row in rows.iter_rows(named=True):
        yield OpenItem(
            side=Side.STATEMENT,
            key=row["key"],
            fen=row["open_fen"],
            first_seen=row["first_seen"],
            booked_on=row["booked_on"],
            file_id=row["file_id"],
            line=row["line"],
            batch_no=row["batch_no"],
            host_serial=row["host_serial"],
        )


def _open_credits(filled: Filled, decided: Decided) -> Iterator[OpenItem]:
    """Those promised tonight that are not shown yet; what was carried is what it was."""
    before = {item.key: item for item in filled.open_before if item.side is Side.EXPECTED}
    carried = filled.items.filter(pl.col("side") == Side.EXPECTED.value)
    still = carried.join(_open_of(decided, Side.EXPECTED), on="id").get_column("item")
    yield from (before[key] for key in still)
    fresh = keyed(decided.expected).join(_open_of(decided, Side.EXPECTED), on="id")
    for row in fresh.iter_rows(named=True):
        yield OpenItem(
            side=Side.EXPECTED,
            key=row["key"],
            fen=row["open_fen"],
            first_seen=row["first_seen"],
            booked_on=row["host_date"],
            batch_no=row["batch_no"],
            host_serial=row["host_serial"],
            count=row["count"],
        )


def clearings(filled: Filled, decided: Decided, key: NightKey) -> Sequence[Clearing]:
    """What earlier nights left open and this one explains, each with how."""
    if not filled.open_before:
        return ()
    still = {(item.side, item.key) for item in left_open(filled, decided)}
    netted = set(
        linked(filled, decided)
        .filter(pl.col("automatic") & (pl.col("stage") == _NETTING))
        .select("side", "item")
        .iter_rows()
    )
    return [
        Clearing(item.side, item.key, _how(netted=(item.side.value, item.key) in netted), key.label)
        for item in filled.open_before
        if (item.side, item.key) not in still
    ]


def _how(*, netted: bool) -> Cleared:
    return Cleared.NETTED if netted else Cleared.MATCHED
