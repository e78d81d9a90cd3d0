"""The fault catalogue: what can be wrong with a deduction and its booking. 扣款差错"""

from datetime import timedelta

from tests.connectors.bank.recon.making import (
    BATCH,
    TODAY,
    YESTERDAY,
    Row,
    account_of,
    card,
    counter,
    entry,
    loan,
    lump,
    promise,
    refused,
    taken,
)
from tests.connectors.bank.recon.plots import Ending, Plot, Telling, ask, come, fen, linked


def _other(n: int) -> int:
    """The id, and the serial, of what stands twice."""
    return 10_000_000 + n


_LESS: Row = {"taken_fen": 150_000}
_FAILED: Row = {"code": "03008", "taken_fen": 0, "host_date": None, "host_serial": ""}
_SILENT: Row = {"code": "99999", "taken_fen": 0, "host_date": None, "host_serial": ""}

# One instruction, one answer: what is asked otherwise, what is answered otherwise, the outcome,
# the kind of the break.
_ANSWERS: dict[str, tuple[Row, Row, str, str | None]] = {
    "B01 taken in full": ({}, {}, "EXACT", None),
    "B09 not enough money": ({}, _FAILED, "FAILED", None),
    "B07 taken in part": ({"full_flag": "1"}, _LESS, "PARTIAL", "PARTIAL_DEDUCTION"),
    "B08 in part though all was asked": ({}, _LESS, "HELD", "AMOUNT_DIFFERS"),
    "B20 the bank does not know": ({}, _SILENT, "UNKNOWN", "OUTCOME_UNKNOWN"),
    "a code nobody knows": ({}, _FAILED | {"code": "0ZZZZ"}, "HELD", "CODE_UNKNOWN"),
    "success without money": ({}, {"taken_fen": 0}, "HELD", "STATUS_DIFFERS"),
    "success without a date": ({}, {"host_date": None}, "HELD", "STATUS_DIFFERS"),
    "failure with money": ({}, {"code": "03008"}, "HELD", "STATUS_DIFFERS"),
    "failure with a host serial": ({}, _FAILED | {"host_serial": "H"}, "HELD", "STATUS_DIFFERS"),
    "doubt with money": ({}, {"code": "99999"}, "HELD", "STATUS_DIFFERS"),
    "B11 another name": ({}, {"payer_name": "沙箱别人"}, "HELD", "NAME_DIFFERS"),
    "another account": ({}, {"payer_account": card(999_999)}, "HELD", "DETAILS_DIFFER"),
    "another loan": ({}, {"loan_no": loan(9_999)}, "HELD", "DETAILS_DIFFER"),
    "another amount asked": ({}, {"asked_fen": 1}, "HELD", "DETAILS_DIFFER"),
    "parts that do not add up": ({"fine_fen": 1}, {}, "HELD", "DETAILS_DIFFER"),
    "booked before it was asked": ({}, {"host_date": YESTERDAY}, "HELD", "DATE_DIFFERS"),
    "booked ten days later":
        ({}, {"host_date": TODAY + timedelta(days=10)}, "HELD", "DATE_DIFFERS"),
}  # fmt: skip


def _answer(otherwise: Row, said: Row, outcome: str, kind: str | None) -> Telling:
    def telling(n: int) -> Plot:
        to = ask(n, **otherwise)
        broken = ((kind, "instruction", n),) if kind else ()
        rows = {"instructions": (to,), "results": (taken(to, **said),)}
        return Plot(rows, Ending({n: outcome}, broken))

    return telling


def _a_fen_too_much(n: int) -> Plot:
    return _answer({"full_flag": "1"}, {"taken_fen": fen(n) + 1}, "HELD", "AMOUNT_DIFFERS")(n)


# Taken in full, and the ledger has it: how otherwise, the kind of the break.
_ENTRIES: dict[str, tuple[Row, str | None]] = {
    "booked already": ({}, None),
    "booked with other parts": ({"principal_fen": 1}, "COMPONENTS_DIFFER"),
    "booked on another day": ({"booked_on": YESTERDAY}, "BOOKED_DAY_DIFFERS"),
    "booked and taken back": ({"reversed": True}, "TAKEN_NOT_POSTED"),
}


def _booked(otherwise: Row, kind: str | None) -> Telling:
    def telling(n: int) -> Plot:
        to = ask(n)
        rows = {
            "instructions": (to,), "results": (taken(to),), "ledger": (entry(n, to, **otherwise),),
        }  # fmt: skip
        return Plot(rows, Ending({n: "EXACT"}, ((kind, "instruction", n),) if kind else ()))

    return telling


def _booked_a_fen_less(n: int) -> Plot:
    return _booked({"fen": fen(n) - 1}, "AMOUNT_DIFFERS")(n)


def _no_answer(n: int) -> Plot:
    broken = (("MISSING_RESULT", "instruction", n),)
    return Plot({"instructions": (ask(n),)}, Ending({n: "MISSING"}, broken))


def _said_twice(n: int) -> Plot:
    answers = taken(ask(n)), taken(ask(n), id=_other(n))
    link = linked("SAID_TWICE", result=(n, _other(n)))
    return Plot({"instructions": (ask(n),), "results": answers}, Ending({n: "EXACT"}, (), (link,)))


def _contradicted(n: int) -> Plot:
    answers = taken(ask(n)), refused(ask(n), "03008", id=_other(n))
    broken = (("STATUS_DIFFERS", "instruction", n),)
    return Plot({"instructions": (ask(n),), "results": answers}, Ending({n: "HELD"}, broken))


def _taken_back(n: int) -> Plot:
    """B25: a success and its exact opposite for one place."""
    answers = taken(ask(n)), taken(ask(n), id=_other(n), taken_fen=-fen(n), host_serial=f"R{n}")
    link = linked("RESULT_REVERSED", result=(n, _other(n)))
    return Plot({"instructions": (ask(n),), "results": answers}, Ending({n: "FAILED"}, (), (link,)))


def _taken_back_in_part(n: int) -> Plot:
    answers = taken(ask(n)), taken(ask(n), id=_other(n), taken_fen=1 - fen(n), host_serial=f"R{n}")
    broken = (("STATUS_DIFFERS", "instruction", n),)
    return Plot({"instructions": (ask(n),), "results": answers}, Ending({n: "HELD"}, broken))


def _nobody_asked(n: int) -> Plot:
    return Plot({"results": (taken(ask(n)),)}, Ending({}, (("EXTRA_RESULT", "result", n),)))


def _answered_beside(n: int) -> Plot:
    """B21: the instalment taken on our line, and on one nobody asked for."""
    again = taken(ask(n), id=_other(n), serial=_other(n), host_serial=f"X{n}")
    rows = {"instructions": (ask(n),), "results": (taken(ask(n)), again)}
    return Plot(rows, Ending({n: "EXACT"}, (("DOUBLE_DEDUCTION", "result", _other(n)),)))


def _asked_twice(n: int) -> Plot:
    """B21: one instalment on two lines, both taken: the first stands."""
    again = ask(n, id=_other(n), serial=_other(n))
    rows = {"instructions": (ask(n), again), "results": (taken(ask(n)), taken(again))}
    broken = (("DOUBLE_DEDUCTION", "instruction", _other(n)),)
    return Plot(rows, Ending({n: "EXACT", _other(n): "HELD"}, broken))


def _one_place_for_two(n: int) -> Plot:
    """Two instructions of one place: nobody knows which of them was answered."""
    other = ask(n, id=_other(n), instalment_no=13)
    rows = {"instructions": (ask(n), other), "results": (taken(ask(n)),)}
    broken = [("AMBIGUOUS", "instruction", id) for id in (n, _other(n))]
    ending = Ending({n: "HELD", _other(n): "HELD"}, (*broken, ("EXTRA_RESULT", "result", n)))
    return Plot(rows, ending)


def _settled(n: int) -> Plot:
    rows = {
        "instructions": (ask(n),), "results": (taken(ask(n)),),
        "registered": (account_of(n, settled=True),),
    }  # fmt: skip
    return Plot(rows, Ending({n: "HELD"}, (("SETTLED_STILL_TAKEN", "instruction", n),)))


def _booked_not_taken(n: int) -> Plot:
    rows = {
        "instructions": (ask(n),), "results": (refused(ask(n), "03008"),),
        "ledger": (entry(n, ask(n)),),
    }  # fmt: skip
    return Plot(rows, Ending({n: "FAILED"}, (("POSTED_NOT_TAKEN", "instruction", n),)))


def _booked_twice(n: int) -> Plot:
    entries = entry(n, ask(n)), entry(_other(n), ask(n))
    rows = {"instructions": (ask(n),), "results": (taken(ask(n)),), "ledger": entries}
    return Plot(rows, Ending({n: "EXACT"}, (("AMOUNT_DIFFERS", "instruction", n),)))


def _booked_for_nobody(n: int) -> Plot:
    stray = counter(n, fen(n), loan_no=loan(n))
    return Plot({"ledger": (stray,)}, Ending({}, (("POSTED_NOT_TAKEN", "ledger", n),)))


def _offset(n: int) -> Row:
    return {"id": n, "loan_no": loan(n), "instalment_no": 12, "fen": fen(n), "booked_on": TODAY}


def _offset_booked(n: int) -> Plot:
    rows = {"offsets": (_offset(n),), "ledger": (entry(n, ask(n), kind="05"),)}
    return Plot(rows, Ending(links=(linked("OFFSET", offset=n, ledger=n),)))


def _offset_off_by_a_fen(n: int) -> Plot:
    rows = {"offsets": (_offset(n),), "ledger": (entry(n, ask(n), kind="05", fen=fen(n) + 1),)}
    return Plot(
        rows, Ending({}, tuple(("OFFSET_DIFFERS", side, n) for side in ("offset", "ledger")))
    )


def _own_batch(n: int, off: int, *, late: bool) -> Plot:
    """A batch of an earlier night, shown tonight."""
    batch = f"{BATCH}{n}"
    rows = {
        "expected": (promise(n, fen(n), batch_no=batch),),
        "statement": (lump(10 * n, fen(n) + off, batch_no=batch),) if not late else (),
    }
    if late:
        return Plot(rows, Ending({}, (("CROSS_DAY", "expected", None),)))
    if off:
        return Plot(rows, Ending({}, (("LUMP_DIFFERS", None, None),)))
    return Plot(rows, Ending(links=(linked("DECLARED_GROUP", statement=10 * n),)))


def _somebody_elses_batch(n: int) -> Plot:
    rows = {"statement": (come(n, batch_no=f"ELSE{n}"),)}
    return Plot(rows, Ending({}, (("STATEMENT_UNCLAIMED", "statement", 10 * n),)))


FAULTS_OF_BATCHES: dict[str, Telling] = {
    **{name: _answer(*row) for name, row in _ANSWERS.items()},
    **{name: _booked(*row) for name, row in _ENTRIES.items()},
    "a fen too much": _a_fen_too_much,
    "booked a fen less": _booked_a_fen_less,
    "no answer": _no_answer,
    "B14 said twice": _said_twice,
    "two answers": _contradicted,
    "B25 taken back": _taken_back,
    "taken back in part": _taken_back_in_part,
    "nobody asked for it": _nobody_asked,
    "B21 answered beside our line": _answered_beside,
    "B21 asked twice": _asked_twice,
    "one place for two": _one_place_for_two,
    "taken from a settled loan": _settled,
    "booked, not taken": _booked_not_taken,
    "booked twice": _booked_twice,
    "booked for nobody": _booked_for_nobody,
    "repaid from the fund account": _offset_booked,
    "fund account off by a fen": _offset_off_by_a_fen,
    "B22 yesterday's lump tonight": lambda n: _own_batch(n, 0, late=False),
    "lump a fen too much": lambda n: _own_batch(n, 1, late=False),
    "lump a fen too little": lambda n: _own_batch(n, -1, late=False),
    "B22 lump still not there": lambda n: _own_batch(n, 0, late=True),
    "a batch we do not know": _somebody_elses_batch,
}
