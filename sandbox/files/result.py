"""The result file 批量扣款结果: its values, and how they become bytes."""

from dataclasses import dataclass, replace
from datetime import date

from sandbox.files.text import CURRENCY, LAYOUT_VERSION, day, encoded, line, yuan
from sandbox.world import Instruction, Night

SUCCESS = "00000"


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What the bank says about one instruction."""

    serial: int
    loan_no: str
    instalment_no: int
    payer_account: str
    payer_name: str
    asked_fen: int
    taken_fen: int
    full_flag: str
    code: str
    message: str
    host_date: date | None
    host_serial: str


@dataclass(frozen=True, slots=True)
class Totals:
    """The trailer 控制总数."""

    count: int
    asked_fen: int
    taken_count: int
    taken_fen: int
    failed_count: int


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A whole file: head, lines, trailer."""

    bank: str
    account_number: str
    business_date: date
    batch_no: str
    lines: tuple[ResultLine, ...]
    totals: Totals


def result_file(night: Night) -> ResultFile:
    """Return the honest file of a night."""
    lines = tuple(_result_line(one, night.business_date) for one in night.instructions)
    return ResultFile(
        bank=night.bank.code,
        account_number=night.account.number,
        business_date=night.business_date,
        batch_no=night.batch.batch_no,
        lines=lines,
        totals=totals(lines),
    )


def with_lines(file: ResultFile, lines: tuple[ResultLine, ...]) -> ResultFile:
    """Return the file with other lines and a trailer that agrees with them."""
    return replace(file, lines=lines, totals=totals(lines))


def totals(lines: tuple[ResultLine, ...]) -> Totals:
    """Count and add up the lines; taken is what stands under 00000."""
    taken = [one for one in lines if one.code == SUCCESS]
    return Totals(
        count=len(lines),
        asked_fen=sum(one.asked_fen for one in lines),
        taken_count=len(taken),
        taken_fen=sum(one.taken_fen for one in taken),
        failed_count=len(lines) - len(taken),
    )


def encode_result(file: ResultFile) -> bytes:
    """Return the bytes of the file."""
    head = line(
        "H",
        LAYOUT_VERSION,
        file.bank,
        file.account_number,
        day(file.business_date),
        file.batch_no,
        CURRENCY,
    )
    return encoded([head, *(_detail(one) for one in file.lines), _trailer(file.totals)])


def _result_line(one: Instruction, business_date: date) -> ResultLine:
    return ResultLine(
        serial=one.serial,
        loan_no=one.loan.loan_no,
        instalment_no=one.instalment_no,
        payer_account=one.loan.payer_account,
        payer_name=one.loan.payer_name,
        asked_fen=one.asked_fen,
        taken_fen=one.taken_fen,
        full_flag=one.full_flag,
        code=one.code,
        message=one.message,
        host_date=business_date if one.host_serial else None,
        host_serial=one.host_serial,
    )


def _detail(one: ResultLine) -> str:
    return line(
        "D",
        one.serial,
        one.loan_no,
        one.instalment_no,
        one.payer_account,
        one.payer_name,
        yuan(one.asked_fen),
        yuan(one.taken_fen),
        one.full_flag,
        one.code,
        one.message,
        day(one.host_date),
        one.host_serial,
    )


def _trailer(sums: Totals) -> str:
    return line(
        "T",
        sums.count,
        yuan(sums.asked_fen),
        sums.taken_count,
        yuan(sums.taken_fen),
        sums.failed_count,
    )
