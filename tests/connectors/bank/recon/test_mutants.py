"""An engine with one thing wrong is found out by a fault of the catalogue, by name. 变异测试"""

from pathlib import Path

import polars as pl
import pytest

from connectors.bank.model.books import STATEMENT
from connectors.bank.rules.recon.deciding import decide
from connectors.bank.rules.recon.identity import identities
from tests.connectors.bank.recon.faults import FAULTS
from tests.connectors.bank.recon.making import line, unequal
from tests.connectors.bank.recon.mutants import Decide, Mutant, altered
from tests.connectors.bank.recon.plots import ended, night, told

# What is done to the engine: the fault that finds it out, the module, the text, what instead.
# fmt: off
MUTANTS = {
    "said twice counts twice": ("batch: B14 said twice", "hearing",
        "crowded.group_by(content)", 'crowded.group_by([*content, pl.col("id").alias("row")])'),
    "any second answer takes back": ("batch: taken back in part", "hearing",
        "(taken.sum() == 0) & (taken.max() > 0)", "(taken.max() > 0)"),
    "the last of an instalment stands": ("batch: B21 asked twice", "answering",
        '.sort(~is_of(Outcome.EXACT), "place")', '.sort("place", descending=True)'),
    "an instalment is paid twice": ("batch: B21 asked twice", "answering",
        ".over(_INSTALMENT) > 0", ".over(_INSTALMENT) > 1"),
    "the flag of part payment ignored": ("batch: B08 in part though all was asked", "judging",
        '(pl.col("full_flag") == _MAY_TAKE_LESS) & (_taken < _asked)', "_taken < _asked"),
    "a fen of tolerance": ("batch: a fen too much", "judging",
        "(_taken == _asked,  ", "((_taken - _asked).abs() <= 1, "),
    "a day of tolerance": ("batch: booked before it was asked", "judging",
        "is_between(0, BOOKED_WITHIN_DAYS)", "is_between(-1, BOOKED_WITHIN_DAYS)"),
    "ten days for nine": ("batch: booked ten days later", "judging",
        "BOOKED_WITHIN_DAYS = 9", "BOOKED_WITHIN_DAYS = 10"),
    "the account not compared": ("batch: another account", "judging",
        '    | _differs("payer_account")\n', ""),
    "the name not compared": ("batch: B11 another name", "judging",
        'pl.col("renamed"), Judgement', "pl.lit(value=False), Judgement"),
    "the parts not added up": ("batch: parts that do not add up", "judging",
        "(_PARTS_DIFFER, ", "(pl.lit(value=False), "),
    "< for <=": ("batch: success without money", "judging", "(_taken <= 0)", "(_taken < 0)"),
    "or for and": ("batch: success without a date", "judging",
        "~(_dated & _numbered)", "~(_dated | _numbered)"),
    "a code believed against the money": ("batch: doubt with money", "judging",
        "(_taken != 0) | (_is_failed", "(_is_failed"),
    "settled loans taken": ("batch: taken from a settled loan", "judging",
        'pl.col("settled"), Judgement', "pl.lit(value=False), Judgement"),
    "all parts for any part": ("batch: booked with other parts", "booking",
        "pl.any_horizontal(pl.col(f\"booked", "pl.all_horizontal(pl.col(f\"booked"),
    "entries taken back still stand": ("batch: booked and taken back", "booking",
        'pl.col("reversed").not_().cast(pl.Int64)', "1"),
    "a fen of tolerance in the ledger": ("batch: booked a fen less", "booking",
        "(_proved & (_entries > 0) & (_gap != 0), ", "(_proved & (_entries > 0) & (_gap > 1), "),
    "posted again": ("batch: booked already", "booking", "_proved & (_entries == 0))", "_proved)"),
    "offsets sought at the bank": ("batch: repaid from the fund account", "frames",
        'pl.col("kind") != PostingKind.OFFSET.value', "pl.lit(value=True)"),
    "a lump of any amount": ("batch: lump a fen too much", "crediting",
        'on=[*key, "fen"], nulls_equal=True', "on=key, nulls_equal=True"),
    "a lump of its own day only": ("batch: B22 yesterday's lump tonight", "crediting",
        ', _group(left, still, whole, ["batch_no"])]', "]"),
    "late promises forgotten": ("batch: B22 lump still not there", "deciding",
        "        line_breaks.of_promises(owed, groups, books),\n", ""),
    "netting skipped": ("statement: B25 taken back by serial", "netting",
        "pl.concat([by_serial, opposite, ", "pl.concat([opposite, "),
    "netting after the rest": ("statement: B25 names its loan, taken back", "walking",
        "    lines = without(lines, spent(nets, Side.STATEMENT))\n", ""),
    "> for >=": ("statement: B25 taken back by serial", "netting",
        'pl.col("booked_on") >= pl.col("booked_on_right")',
        'pl.col("booked_on") > pl.col("booked_on_right")'),
    "taken back before it came": ("statement: taken back before it came", "netting",
        'pl.col("booked_on") >= pl.col("booked_on_right")', "pl.lit(value=True)"),
    "the amount taken back not compared": ("statement: taken back a fen less", "netting",
        'one_to_one(back, paid, ["key", "fen"])', 'one_to_one(back, paid, ["key"])'),
    "the first link of a chain first": ("statement: B25 taken back twice", "netting",
        'left_on="id", right_on="other"', 'left_on="other", right_on="id"'),
    "the counterparty not compared": ("statement: taken back by another counterparty", "netting",
        'key = ["other_account", "fen"]\n    known = lines.filter(pl.col("other_account") != "")',
        'key = ["fen"]\n    known = lines'),
    "eleven days for ten": ("statement: B26 returned after eleven working days", "netting",
        "<= books.policy.return_days", "<= books.policy.return_days + 1"),
    "a return without a word": ("statement: B26 the same amount without a word", "netting",
        '_zero(near.filter("said"), sure)', "_zero(near, sure)"),
    "uniqueness dropped": ("statement: taken back, two originals", "frames",
        "alone = ~pl.struct(key).is_duplicated()", "alone = pl.lit(value=True)"),
    "two lines for one due": ("statement: B28 twins", "candidates",
        ' | pl.col("due").is_duplicated())', ")"),
    "two dues for one line": ("statement: two dues of that amount", "candidates",
        'pl.col("id").is_duplicated() | ', ""),
    "paid off and paid on": ("statement: pays off and pays on", "receipts",
        'given = pl.col("free") & ~pl.col("due").is_in(torn.implode())',
        'given = pl.col("free")'),
    "dues in doubt are free": ("statement: names a due in doubt", "receipts",
        'given = pl.col("free") & ~', "given = ~"),
    "dues in doubt left out": ("statement: names a loan with a due in doubt", "receipts",
        "asked.filter(took))", "asked.filter(~is_of(Outcome.FAILED)))"),
    "automatic without registration": ("statement: a spouse's card", "receipts",
        "own=pl.lit(value=False)", "own=pl.lit(value=True)"),
    "a working day less": ("statement: from its card, three working days late", "receipts",
        "gap <= books.policy.window", "gap < books.policy.window"),
    "a working day more": ("statement: from its card, four working days late", "receipts",
        "gap <= books.policy.window", "gap <= books.policy.window + 1"),
    "early is never too early": ("statement: from its card, four working days early", "receipts",
        '(pl.col("paid") - pl.col("fell")).abs()', 'pl.col("paid") - pl.col("fell")'),
    "tonight's before yesterday's": ("statement: an old line goes first", "walking",
        'pl.col("first_seen") < books', 'pl.col("first_seen") >= books'),
    "a strong key enters a weaker pass": ("statement: names one loan, would pay another", "walking",
        'without(lines, naming.get_column("id")).filter(~fees)', "lines.filter(~fees)"),
    "the sign not looked at": ("statement: the sign flipped", "walking",
        'loose.filter((pl.col("fen") > 0) & ~pl.col("reversal"))', "loose"),
    "numbers found inside numbers": ("statement: a number that contains a loan's", "references",
        'r"[0-9]+")', 'r"0809[0-9]{10}")'),
    "full width not folded": ("statement: names its loan in full width", "references",
        '.str.normalize("NFKC")', ""),
    "the first of two loans": ("statement: two loans named", "references",
        'many=pl.col("loans").n_unique() > 1', 'many=pl.col("loans").n_unique() > 9'),
    "a counter's booking of any day": ("statement: booked at a counter ten days before", "booking",
        "near = met.filter(apart <= BOOKED_WITHIN_DAYS)", "near = met"),
    "a counter's booking of any loan": ("statement: booked at a counter to another loan",
        "deciding",
        "        line_breaks.of_receipt_loans(links, books),\n", ""),
    "nobody is somebody": ("statement: taken back by nobody (null)", "frames",
        'is_in(_NOBODY)', "is_in([])"),
}
# fmt: on


def _right(decide: Decide, fault: str) -> bool:
    """Whether this engine ends the fault as the catalogue says, every equation holding."""
    plot = FAULTS[fault](7)
    books = night([plot])
    made = decide(books)
    return ended(made) == told([plot]) and unequal(books, made) == []


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A place for a package of its own name."""
    made = tmp_path / f"altered_{abs(hash(request.node.name))}"
    made.mkdir()
    return made


@pytest.mark.parametrize("name", MUTANTS)
def test_an_altered_engine_is_found_out(name, folder):
    fault, *alteration = MUTANTS[name]
    with altered(Mutant(*alteration), folder) as part:
        assert not _right(part("deciding").decide, fault)
    assert _right(decide, fault)


def test_an_identity_that_forgets_how_often_it_occurred_is_found_out(folder):
    twins = pl.DataFrame([line(n, 100, host_serial="") for n in (1, 2)], schema=dict(STATEMENT))
    forgets = Mutant("identity", 'pl.int_range(pl.len()).over("text")', "pl.lit(0)")
    with altered(forgets, folder) as part:
        assert part("identity").identities(twins)["key"].n_unique() == 1
    assert identities(twins)["key"].n_unique() == 2
