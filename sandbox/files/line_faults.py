"""Faults in what the result file says, properly signed. 结果文件内容故障."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sandbox.files.result import SUCCESS, ResultFile, ResultLine, with_lines
from sandbox.world.outcomes import ANSWERS, Outcome

UNDOCUMENTED_CODE = "07777"
NOBODYS_LOAN = "08099999999999"  # no night gives this number to anybody


def wrong_total(file: ResultFile) -> ResultFile:
    """Let the trailer claim one fen more than the lines."""
    return replace(file, totals=replace(file.totals, taken_fen=file.totals.taken_fen + 1))


def wrong_count(file: ResultFile) -> ResultFile:
    """Let the trailer claim one line more."""
    return replace(file, totals=replace(file.totals, count=file.totals.count + 1))


def wrong_account(file: ResultFile) -> ResultFile:
    """Name an account in the head that is not ours."""
    return replace(file, account_number=file.account_number[:-1] + "9")


def wrong_date(file: ResultFile) -> ResultFile:
    """Name the day before in the head; the file name keeps the true date."""
    return replace(file, business_date=file.business_date - timedelta(days=1))


def duplicate_line(file: ResultFile) -> ResultFile:
    """Write the first successful line twice."""
    place = _taken_place(file)
    twice = (file.lines[place], file.lines[place])
    return with_lines(file, file.lines[:place] + twice + file.lines[place + 1 :])


def missing_line(file: ResultFile) -> ResultFile:
    """Leave out a successful line; its serial is missing."""
    place = _taken_place(file)
    return with_lines(file, file.lines[:place] + file.lines[place + 1 :])


def extra_line(file: ResultFile) -> ResultFile:
    """Add a success for a loan and an instruction nobody gave."""
    return _with_one_more(file, loan_no=NOBODYS_LOAN, instalment_no=1)


def double_deduction(file: ResultFile) -> ResultFile:
    """Add a second success for a loan and instalment, under a new serial."""
    return _with_one_more(file)


def altered_loan(file: ResultFile) -> ResultFile:
    """Put another loan number into a successful line."""
    return _with_changed(file, _taken_place(file), loan_no=NOBODYS_LOAN)


def unknown_code(file: ResultFile) -> ResultFile:
    """Answer one line that failed with a code nobody documented."""
    return _with_failed(file, _failed_place(file), UNDOCUMENTED_CODE, "系统内部错误")


def other_content(file: ResultFile) -> ResultFile:
    """Let a success become a refusal: all else agrees, so only the name betrays it."""
    return _with_failed(file, _taken_place(file), *ANSWERS[Outcome.INSUFFICIENT])


def empty_day(file: ResultFile) -> ResultFile:
    """Say that nothing happened: a head and a trailer of zeros."""
    return with_lines(file, ())


def _with_one_more(file: ResultFile, **changes: str | int) -> ResultFile:
    model = file.lines[_taken_place(file)]
    serial = file.lines[-1].serial + 1
    host_serial = f"{model.host_serial[:-8]}{serial:08d}"
    more = replace(model, serial=serial, host_serial=host_serial)
    return with_lines(file, (*file.lines, replace(more, **changes)))  # type: ignore[arg-type]


def _with_changed(file: ResultFile, place: int, **changes: str | int | None) -> ResultFile:
    changed = replace(file.lines[place], **changes)  # type: ignore[arg-type]
    return with_lines(file, (*file.lines[:place], changed, *file.lines[place + 1 :]))


def _with_failed(file: ResultFile, place: int, code: str, message: str) -> ResultFile:
    return _with_changed(
        file, place, code=code, message=message, taken_fen=0, host_date=None, host_serial=""
    )


def _taken_place(file: ResultFile) -> int:
    return _place(file, lambda one: one.code == SUCCESS and one.taken_fen == one.asked_fen)


def _failed_place(file: ResultFile) -> int:
    return _place(file, lambda one: one.code != SUCCESS)


def _place(file: ResultFile, wanted: Callable[[ResultLine], bool]) -> int:
    """Return the first line wanted; a night of very few lines may have to do with its first."""
    return next((place for place, one in enumerate(file.lines) if wanted(one)), 0)
