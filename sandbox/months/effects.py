"""What one fate does: to the file's line, to the money, to the days after. 命运的后果."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sandbox.files.result import ResultLine
from sandbox.months.fates import Fate
from sandbox.months.loans import MonthLoan
from sandbox.months.spans import next_working
from sandbox.months.truth import Answer, Asked, Planted
from sandbox.world.chance import Chance
from sandbox.world.outcomes import ANSWERS, Outcome

EXTRA_SERIAL = 50_000  # lines nobody asked for stand beyond those of any batch
STRANGE = ("03999", "其他原因")


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a batch on its way through the bank."""

    day: date
    asked: Asked
    owed: MonthLoan
    chance: Chance
    host_serial: str

    @property
    def tomorrow(self) -> date:
        """The next night."""
        return next_working(self.day + timedelta(days=1))

    def planted(self, kind: str, clears: date | None = None) -> Planted:
        """Return a break about this line."""
        one = self.asked
        return Planted(kind, self.day, one.batch_no, one.serial, clears=clears)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fate does tonight and on the next night; ``today_fen`` is what was really taken."""

    answers: tuple[Answer, ...] = ()
    late: tuple[Answer, ...] = ()
    today_fen: int = 0
    next_fen: int = 0
    planted: tuple[Planted, ...] = ()
    comes_back: bool = False
    pays_by_transfer: bool = False


def effect_of(fate: Fate, case: Case) -> Effect:
    """Return what the fate does."""
    return _EFFECTS[fate](case)


def _line(case: Case, said: tuple[str, str], taken_fen: int = 0) -> ResultLine:
    one = case.asked
    return ResultLine(
        *(one.serial, one.loan_no, one.instalment_no, one.payer_account, one.payer_name),
        *(one.asked_fen, taken_fen, one.full_flag, *said),
        *((case.day, case.host_serial) if taken_fen else (None, "")),
    )


def _answer(case: Case, line: ResultLine, outcome: str) -> Answer:
    return Answer(case.asked.batch_no, line, outcome)


def _taken_line(case: Case, taken_fen: int | None = None) -> ResultLine:
    taken = case.asked.asked_fen if taken_fen is None else taken_fen
    return _line(case, ANSWERS[Outcome.TAKEN], taken)


def _taken(case: Case) -> Effect:
    answer = _answer(case, _taken_line(case), "EXACT")
    return Effect((answer,), today_fen=case.asked.asked_fen)


def _partly(case: Case) -> Effect:
    if case.asked.full_flag == "0":
        return _taken(case)
    taken = case.asked.asked_fen * case.chance.between(30, 90) // 100
    line = _line(case, ANSWERS[Outcome.PARTIAL], taken)
    kind = case.planted("PARTIAL_DEDUCTION")
    return Effect((_answer(case, line, "PARTIAL"),), today_fen=taken, planted=(kind,))


def _refused(outcome: Outcome, *, pays_by_transfer: bool = False) -> Callable[[Case], Effect]:
    def effect(case: Case) -> Effect:
        answer = _answer(case, _line(case, ANSWERS[outcome]), "FAILED")
        return Effect((answer,), pays_by_transfer=pays_by_transfer)

    return effect


def _held(kind: str, change: Callable[[Case, ResultLine], ResultLine]) -> Callable[[Case], Effect]:
    """Return a fate that takes money, on a line that may not be believed."""

    def effect(case: Case) -> Effect:
        line = change(case, _taken_line(case))
        answer = _answer(case, line, "HELD")
        return Effect((answer,), today_fen=line.taken_fen, planted=(case.planted(kind),))

    return effect


def _transposed(case: Case, line: ResultLine) -> ResultLine:
    return replace(line, taken_fen=transposed(line.asked_fen))


def transposed(fen: int) -> int:
    """Return the amount with the first two different neighbouring digits changed about."""
    digits = list(str(fen))
    for place in range(1, len(digits)):
        if digits[place - 1] != digits[place] != "0":
            digits[place - 1], digits[place] = digits[place], digits[place - 1]
            break
    return int("".join(digits))


def _renamed(case: Case, line: ResultLine) -> ResultLine:
    return replace(line, payer_name="沙箱改名" + line.payer_name[2:])


def _other_card(case: Case, line: ResultLine) -> ResultLine:
    return replace(line, payer_account=line.payer_account[:-1] + "X")


def _unchanged(case: Case, line: ResultLine) -> ResultLine:
    return line


def _strange(case: Case) -> Effect:
    answer = _answer(case, _line(case, STRANGE), "HELD")
    return Effect((answer,), planted=(case.planted("CODE_UNKNOWN"),))


def _double(case: Case) -> Effect:
    again = replace(
        _taken_line(case),
        serial=EXTRA_SERIAL + case.asked.serial,
        host_serial=case.host_serial[:8] + "5" + case.host_serial[9:],
    )
    first = _taken(case)
    extra = _answer(case, again, "EXTRA")
    found = replace(case.planted("DOUBLE_DEDUCTION"), serial=again.serial)
    return Effect((*first.answers, extra), today_fen=2 * first.today_fen, planted=(found,))


def _unknown(really: Outcome) -> Callable[[Case], Effect]:
    """Return a fate the bank knows only on the next night, in the next version of its file."""

    def effect(case: Case) -> Effect:
        silent = _answer(case, _line(case, ANSWERS[Outcome.UNKNOWN]), "UNKNOWN")
        found = case.planted("OUTCOME_UNKNOWN", case.tomorrow)
        if really is Outcome.TAKEN:
            line = replace(_taken_line(case), host_date=case.tomorrow)
            late = _answer(case, line, "EXACT")
            owed = case.asked.asked_fen
            return Effect((silent,), (late,), next_fen=owed, planted=(found,))
        late = _answer(case, _line(case, ANSWERS[really]), "FAILED")
        return Effect((silent,), (late,), planted=(found,))

    return effect


def _no_line(case: Case) -> Effect:
    late = _answer(case, _taken_line(case), "EXACT")
    missing = case.planted("MISSING_RESULT", case.tomorrow)
    return Effect(late=(late,), today_fen=case.asked.asked_fen, planted=(missing,))


def _reversed(case: Case) -> Effect:
    return replace(_taken(case), comes_back=True)


_TRANSFER = _refused(Outcome.INSUFFICIENT, pays_by_transfer=True)
_EFFECTS: dict[Fate, Callable[[Case], Effect]] = {
    Fate.TAKEN: _taken,
    Fate.PARTLY: _partly,
    Fate.INSUFFICIENT: _refused(Outcome.INSUFFICIENT),
    Fate.COMBINED: _refused(Outcome.INSUFFICIENT),
    Fate.CLOSED: _refused(Outcome.ACCOUNT_CLOSED),
    Fate.NAME_REFUSED: _refused(Outcome.NAME_DIFFERS),
    Fate.REVOKED: _refused(Outcome.MANDATE_REVOKED),
    Fate.UNKNOWN_TAKEN: _unknown(Outcome.TAKEN),
    Fate.UNKNOWN_FAILED: _unknown(Outcome.INSUFFICIENT),
    Fate.NO_LINE: _no_line,
    Fate.DOUBLE: _double,
    Fate.TRANSPOSED: _held("AMOUNT_DIFFERS", _transposed),
    Fate.RENAMED: _held("NAME_DIFFERS", _renamed),
    Fate.OTHER_CARD: _held("DETAILS_DIFFER", _other_card),
    Fate.STRANGE_CODE: _strange,
    Fate.REVERSED: _reversed,
    Fate.SETTLED: _held("SETTLED_STILL_TAKEN", _unchanged),
    Fate.ACCOUNT_CHANGED: _taken,
    Fate.OFFSET: _taken,  # should it be asked for all the same, there is money
    Fate.OFFSET_OFF: _taken,
    Fate.COUNTER_CONTRACT: _TRANSFER,
    Fate.COUNTER_ODD: _TRANSFER,
    Fate.COUNTER_CARD: _TRANSFER,
    Fate.COUNTER_EITHER: _TRANSFER,
    Fate.COUNTER_SPOUSE: _TRANSFER,
    Fate.COUNTER_NOBODY: _TRANSFER,
}
