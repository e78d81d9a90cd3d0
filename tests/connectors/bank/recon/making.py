"""Books made of few rows, each a good one but for what a test changes. 样例账册"""

from collections.abc import Iterable
from datetime import date, timedelta

import polars as pl

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
    Decided,
    Policy,
)
from connectors.bank.rules.recon.deciding import decide
from connectors.bank.rules.recon.equations import Balances, equations
from connectors.bank.verdicts import RESULT_CODES

TODAY, BATCH = date(2026, 2, 27), "PLKK20260227001"
YESTERDAY = TODAY - timedelta(days=1)
MEANINGS = {code: said.meaning.name for code, said in RESULT_CODES.items()}
POLICY = Policy(MEANINGS)
Row = dict[str, object]

FRAMES: dict[str, Columns] = {
    "instructions": INSTRUCTION, "results": RESULT, "statement": STATEMENT, "expected": EXPECTED,
    "ledger": LEDGER, "dues": DUE, "registered": REGISTERED, "offsets": OFFSET,
}  # fmt: skip


def loan(number: int) -> str:
    """A loan number."""
    return f"080991040{number:05d}"


def card(number: int) -> str:
    """An account somebody pays from."""
    return f"9900016204{number:09d}"


def asked(id: int = 1, **changes: object) -> Row:
    """An instruction: 2001.70 yuan of instalment 12, all or nothing; id and serial are one."""
    return {
        "id": id, "batch_no": BATCH, "serial": id, "loan_no": loan(id), "instalment_no": 12,
        "payer_account": card(id), "payer_name": "沙箱䶮", "asked_fen": 200_170,
        "principal_fen": 91_837, "interest_fen": 108_333, "penalty_fen": 0, "fine_fen": 0,
        "full_flag": "0", "business_date": TODAY,
    } | changes  # fmt: skip


def taken(to: Row, **changes: object) -> Row:
    """The bank's answer: taken in full, booked."""
    said = {name: to[name] for name in RESULT if name in to}
    booked = {
        "taken_fen": to["asked_fen"], "code": "00000", "host_date": TODAY,
        "host_serial": f"H{to['serial']:08d}",
    }  # fmt: skip
    return said | booked | changes


def refused(to: Row, code: str, **changes: object) -> Row:
    """The bank's answer that nothing was taken."""
    return taken(to, taken_fen=0, code=code, host_date=None, host_serial="") | changes


def line(id: int, fen: int, **changes: object) -> Row:
    """A booking on our account, tonight's, of nobody in particular."""
    return {
        "id": id, "host_serial": f"S{id:08d}", "booked_on": TODAY, "fen": fen, "reversal": False,
        "original_serial": "", "other_account": "", "other_name": "", "summary": "", "remark": "",
        "batch_no": "", "first_seen": TODAY,
    } | changes  # fmt: skip


def lump(id: int, fen: int, **changes: object) -> Row:
    """A booking the bank declares to be a batch."""
    return line(id, fen, batch_no=BATCH) | changes


def due(id: int, fen: int = 200_170, **changes: object) -> Row:
    """An open instalment, of the loan and the borrower of that number."""
    return {
        "id": id, "loan_no": loan(id), "contract_no": f"HT2020{id:06d}", "instalment_no": 13,
        "due_on": TODAY, "kind": "instalment", "fen": fen, "borrower": f"P{id}",
        "borrower_name": f"沙箱{id}",
    } | changes  # fmt: skip


def account_of(number: int, **changes: object) -> Row:
    """The account of that number, registered to the loan and borrower of that number."""
    return {
        "account": card(number), "loan_no": loan(number), "borrower": f"P{number}",
        "settled": False,
    } | changes  # fmt: skip


def promise(id: int, fen: int, **changes: object) -> Row:
    """A credit last night's results promised."""
    return {
        "id": id, "batch_no": BATCH, "host_date": YESTERDAY, "host_serial": "", "fen": fen,
        "count": 1, "first_seen": YESTERDAY,
    } | changes  # fmt: skip


def entry(id: int, to: Row, **changes: object) -> Row:
    """What the ledger booked for an instruction."""
    said = {name: to[name] for name in LEDGER if name in to}
    return said | {
        "id": id, "fen": to["asked_fen"], "booked_on": TODAY, "host_serial": "", "kind": "02",
        "reversed": False,
    } | changes  # fmt: skip


def counter(id: int, fen: int, **changes: object) -> Row:
    """What the ledger booked without any batch."""
    nobody = asked(id, batch_no="", serial=0, asked_fen=fen, principal_fen=fen, interest_fen=0)
    return entry(id, nobody) | changes


def days() -> pl.DataFrame:
    """Forty days with working days counted, Saturdays and Sundays off."""
    every = [TODAY + timedelta(days=n) for n in range(-30, 10)]
    count = [sum(day.weekday() < 5 for day in every[: n + 1]) for n in range(len(every))]
    return pl.DataFrame({"day": every, "working": count}, schema=dict(DAY))


def books(policy: Policy = POLICY, **rows: Iterable[Row]) -> Books:
    """Books of these rows; a frame that is not named is empty."""
    frames = {
        name: pl.DataFrame(list(rows.get(name, ())), schema=dict(columns), orient="row")
        for name, columns in FRAMES.items()
    }
    return Books(business_date=TODAY, days=days(), policy=policy, **frames)


def decided(policy: Policy = POLICY, **rows: Iterable[Row]) -> Decided:
    """What the engine makes of them; every equation holds, whatever they say."""
    given = books(policy, **rows)
    made = decide(given)
    assert unequal(given, made) == []
    return made


def unequal(given: Books, made: Decided) -> list[str]:
    """The equations that do not hold, but for the one about the statement's own balances."""
    tonight = given.statement.filter(pl.col("first_seen") >= given.business_date)
    balances = Balances(0, int(tonight.get_column("fen").sum()))
    return [one.title for one in equations(given, made, balances) if not one.holds]


def outcomes(made: Decided) -> dict[int, str]:
    """The outcome of each instruction."""
    return dict(made.answers.select("instruction", "outcome").iter_rows())


def found(made: Decided) -> list[tuple[str, int | None]]:
    """The breaks as kind and id."""
    return sorted(made.breaks.select("kind", "id").iter_rows(), key=str)


def only(made: Decided) -> Row:
    """The one break there is."""
    (row,) = made.breaks.iter_rows(named=True)
    return row


def groups(made: Decided, *, automatic: bool = True) -> list[tuple[str, list[tuple[str, int]]]]:
    """The groups as evidence and members."""
    rows = made.links.filter(pl.col("automatic") == automatic).sort("group", "side", "id")
    return [
        (part.item(0, "evidence"), list(part.select("side", "id").iter_rows()))
        for part in rows.partition_by("group", maintain_order=True)
    ]


def waiting(made: Decided) -> list[tuple[str, int]]:
    """What stays open, as side and id."""
    return list(made.open_items.select("side", "id").iter_rows())
