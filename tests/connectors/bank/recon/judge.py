"""The table of pass 3 row by row, as a person would read it: what the engine must agree with. 判定

Slow and plain on purpose, and of another make: no frame, no column, no join.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from connectors.bank.verdicts import FAILURES, RESULT_CODES, CodeClass
from gateway.identity import fold_name
from tests.connectors.bank.recon.making import Row

PARTS = ("principal_fen", "interest_fen", "penalty_fen", "fine_fen")
SAID = ("loan_no", "instalment_no", "payer_account", "asked_fen", "full_flag")
Verdict = tuple[str, str | None]


def judge(asked: Row, said: Row) -> Verdict:
    """The outcome of one instruction and the kind of its break."""
    code = RESULT_CODES.get(said["code"])
    meaning = code.meaning if code else None
    if asked["asked_fen"] != sum(asked[part] for part in PARTS) or _repeats_wrongly(asked, said):
        return "HELD", "DETAILS_DIFFER"
    if meaning is None:
        return "HELD", "CODE_UNKNOWN"
    if _contradicts(meaning, said):
        return "HELD", "STATUS_DIFFERS"
    if meaning in FAILURES:
        return "FAILED", None
    if meaning is not CodeClass.TAKEN:
        return "UNKNOWN", "OUTCOME_UNKNOWN"
    return _of_money(asked, said)


def _repeats_wrongly(asked: Row, said: Row) -> bool:
    return any(said[name] not in (asked[name], None, "") for name in SAID)


def _contradicts(meaning: CodeClass, said: Row) -> bool:
    dated, numbered = said["host_date"] is not None, said["host_serial"] != ""
    if meaning is CodeClass.TAKEN:
        return said["taken_fen"] <= 0 or not (dated and numbered)
    return said["taken_fen"] != 0 or (meaning in FAILURES and (dated or numbered))


def _of_money(asked: Row, said: Row) -> Verdict:
    on, by = said["host_date"], asked["business_date"]
    assert isinstance(on, date)
    assert isinstance(by, date)
    if not 0 <= (on - by).days <= 9:
        return "HELD", "DATE_DIFFERS"
    if said["payer_name"] is not None and fold_name(asked["payer_name"]) != fold_name(
        said["payer_name"]
    ):
        return "HELD", "NAME_DIFFERS"
    if said["taken_fen"] == asked["asked_fen"]:
        return "EXACT", None
    if asked["full_flag"] == "1" and said["taken_fen"] < asked["asked_fen"]:
        return "PARTIAL", "PARTIAL_DEDUCTION"
    return "HELD", "AMOUNT_DIFFERS"


def verdicts(instructions: Sequence[Row], results: Sequence[Row]) -> Mapping[int, Verdict]:
    """The verdict of each instruction; keys stand once on each side."""
    said = {(one["batch_no"], one["serial"]): one for one in results}
    made = {
        one["id"]: judge(one, said[one["batch_no"], one["serial"]])
        if (one["batch_no"], one["serial"]) in said
        else ("MISSING", "MISSING_RESULT")
        for one in instructions
    }
    return made | dict.fromkeys(_paid_again(instructions, made), ("HELD", "DOUBLE_DEDUCTION"))


def _paid_again(instructions: Sequence[Row], made: Mapping[int, Verdict]) -> Sequence[int]:
    """All that took money of an instalment but the first in full, else the first in part."""
    took = [one for one in instructions if made[one["id"]][0] in ("EXACT", "PARTIAL")]
    took.sort(key=lambda one: (made[one["id"]][0] != "EXACT", one["batch_no"], one["serial"]))
    paid: set[tuple[object, object]] = set()
    again = []
    for one in took:
        instalment = (one["loan_no"], one["instalment_no"])
        if instalment in paid:
            again.append(one["id"])
        paid.add(instalment)
    return again
