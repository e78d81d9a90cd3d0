"""Books by chance: days on which everything that can collide does, and plain nonsense. 随机账册"""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import polars as pl

from connectors.bank.model.books import Books, Columns, CreditForm, Policy
from tests.connectors.bank.recon.making import (
    FRAMES,
    POLICY,
    TODAY,
    YESTERDAY,
    Row,
    account_of,
    asked,
    books,
    card,
    counter,
    due,
    entry,
    line,
    loan,
    lump,
    promise,
    refused,
    taken,
)

AMOUNTS = (100, 250, 350)
_LOANS = (1, 2, 3)


def busy(chance: random.Random) -> Books:
    """A day of few loans, cards and amounts: matches, twins, reversals, lumps right and wrong."""
    instructions = [_asked(chance, n) for n in range(1, chance.randint(1, 4))]
    results = [_said(chance, one) for one in instructions if chance.random() < 0.9]
    total = sum(one["taken_fen"] for one in results)
    statement = [_line(chance, n) for n in range(1, chance.randint(2, 7))]
    if chance.random() < 0.8:
        statement.append(lump(90, total + chance.choice([0, 0, 0, 1])))
    statement += [_reversal(chance, 91, chance.choice(statement))] * (chance.random() < 0.4)
    return books(
        _policy(chance),
        instructions=instructions,
        results=results,
        statement=statement,
        expected=[promise(n, chance.choice(AMOUNTS)) for n in range(chance.randint(0, 1))],
        ledger=_ledger(chance, instructions),
        dues=[_due(chance, n) for n in range(1, chance.randint(2, 7))],
        registered=[_account(chance) for _ in range(chance.randint(1, 4))],
    )


def _policy(chance: random.Random) -> Policy:
    return replace(
        POLICY, credits=chance.choice([CreditForm.LUMP, CreditForm.LUMP, CreditForm.LINE])
    )


def _asked(chance: random.Random, number: int) -> Row:
    fen = chance.choice(AMOUNTS)
    return asked(
        number, loan_no=loan(chance.choice(_LOANS)), instalment_no=chance.choice([12, 13]),
        asked_fen=fen, principal_fen=fen - 40, interest_fen=40, full_flag=chance.choice("01"),
    )  # fmt: skip


def _said(chance: random.Random, to: Row) -> Row:
    part = {"taken_fen": chance.choice(AMOUNTS)} if chance.random() < 0.2 else {}
    return chance.choice([taken(to, **part), taken(to), refused(to, "03008"), refused(to, "99999")])


def _line(chance: random.Random, number: int) -> Row:
    texts = ["", "", loan(chance.choice(_LOANS)), f"{loan(1)} {loan(2)}", "退汇"]
    return line(
        number,
        chance.choice([*AMOUNTS, *AMOUNTS, -100, 450, 600]),
        host_serial=chance.choice([f"S{number:08d}", f"H{number:08d}"]),
        remark=chance.choice(texts),
        other_account=chance.choice(["", card(1), card(2), card(3)]),
        other_name=f"沙箱{chance.choice(_LOANS)}",
        first_seen=chance.choice([TODAY, TODAY, YESTERDAY]),
    )


def _reversal(chance: random.Random, number: int, of: Row) -> Row:
    serial = chance.choice([of["host_serial"], ""])
    return of | {
        "id": number, "host_serial": "R1", "fen": -of["fen"], "reversal": True,
        "original_serial": serial,
    }  # fmt: skip


def _ledger(chance: random.Random, instructions: list[Row]) -> list[Row]:
    booked = [entry(n, one) for n, one in enumerate(instructions) if chance.random() < 0.2]
    if chance.random() < 0.3:
        booked.append(counter(50, chance.choice(AMOUNTS), host_serial="S00000001"))
    return booked


def _due(chance: random.Random, number: int) -> Row:
    of = chance.choice(_LOANS)
    return due(
        number, chance.choice(AMOUNTS), loan_no=loan(of), contract_no=f"HT2020{of:06d}",
        instalment_no=13 + number, due_on=TODAY - timedelta(days=chance.choice([0, 1, 30])),
        borrower=f"P{of}", borrower_name=f"沙箱{of}",
        kind=chance.choice(["instalment", "instalment", "overdue", "payoff"]),
    )  # fmt: skip


def _account(chance: random.Random) -> Row:
    of = chance.choice(_LOANS)
    return account_of(of, account=card(chance.choice(_LOANS)), settled=chance.random() < 0.1)


_WORDS: Mapping[str, tuple[object, ...]] = {
    "batch_no": ("B1", "B2", ""), "serial": (0, 1, 2, -3), "instalment_no": (1, 2),
    "loan_no": ("LOAN001", "LOAN002", ""), "contract_no": ("CONT001", "LOAN001"),
    "full_flag": ("0", "1", "x"), "code": ("00000", "03008", "99999", "x"),
    "host_serial": ("H1", "0H1", ""), "original_serial": ("H1", ""),
    "remark": ("", "LOAN002，LOAN001"), "summary": ("LOAN001", "结息", "退汇", ""),
    "reversal": (True, False), "reversed": (True, False), "settled": (True, False),
    "kind": ("02", "05", "instalment", "payoff"), "count": (1, -1), "working": (1, 2),
    "other_account": ("A1", "", "null"), "account": ("A1", "A2"), "payer_account": ("A1", "A2"),
}  # fmt: skip
_BY_TYPE: Mapping[object, tuple[object, ...]] = {
    pl.String: ("甲", "乙·丙", "乙•丙", ""),
    pl.Int64: (0, 100, 100, 200, -100, -200),
    pl.Date: (TODAY, YESTERDAY, TODAY + timedelta(days=40)),
}


def nonsense(chance: random.Random) -> Books:
    """Books no bank and no ledger would write: anything anywhere, or nothing."""
    given = books(_policy(chance))
    return replace(given, **{name: _frame(chance, columns) for name, columns in FRAMES.items()})


def _frame(chance: random.Random, columns: Columns) -> pl.DataFrame:
    rows = [
        {name: n if name == "id" else _value(chance, name, kind) for name, kind in columns.items()}
        for n in range(chance.randint(0, 5))
    ]
    return pl.DataFrame(rows, schema=dict(columns), orient="row")


def _value(chance: random.Random, name: str, kind: object) -> object:
    if chance.random() < 0.1:
        return None
    return chance.choice(_WORDS.get(name) or _BY_TYPE[kind])


Change = Callable[[pl.DataFrame], pl.DataFrame]


def changed(given: Books, change: Change) -> Books:
    """The same books with every frame changed."""
    return replace(given, **{name: change(getattr(given, name)) for name in FRAMES})
