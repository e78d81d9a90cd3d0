"""The truth as plain data, for tests and for the verb ``truth``. 事实的机器可读形式."""

from datetime import date

from sandbox.world.deductions import Instruction
from sandbox.world.night import Night
from sandbox.world.statement import Booking

Plain = dict[str, object]


def truth_of(night: Night) -> Plain:
    """Return a night as JSON-ready data; amounts in fen."""
    return {
        "bank": night.bank.code,
        "bank_name": night.bank.name,
        "account": night.account.short_id,
        "account_number": night.account.number,
        "business_date": _day(night.business_date),
        "batch_no": night.batch.batch_no,
        "instructions": [_instruction(one) for one in night.instructions],
        "totals": _totals(night),
        "statement": {
            "opening_fen": night.statement.opening_fen,
            "bookings": [_booking(line) for line in night.statement.bookings],
            "closing_fen": night.statement.closing_fen,
        },
    }


def _instruction(one: Instruction) -> Plain:
    return {
        "serial": one.serial,
        "loan_no": one.loan.loan_no,
        "instalment_no": one.instalment_no,
        "due_date": _day(one.due_date),
        "payer_account": one.loan.payer_account,
        "payer_name": one.loan.payer_name,
        "asked_fen": one.asked_fen,
        "principal_fen": one.principal_fen,
        "interest_fen": one.interest_fen,
        "penalty_fen": one.penalty_fen,
        "full_flag": one.full_flag,
        "outcome": one.outcome.value,
        "code": one.code,
        "taken_fen": one.taken_fen,
        "host_serial": one.host_serial,
    }


def _totals(night: Night) -> Plain:
    taken = [one for one in night.instructions if one.host_serial]
    return {
        "count": len(night.instructions),
        "asked_fen": sum(one.asked_fen for one in night.instructions),
        "taken_count": len(taken),
        "taken_fen": night.batch.taken_fen,
        "failed_count": len(night.instructions) - len(taken),
    }


def _booking(line: Booking) -> Plain:
    return {
        "serial": line.serial,
        "host_serial": line.host_serial,
        "direction": line.direction.value,
        "amount_fen": line.amount_fen,
        "balance_fen": line.balance_fen,
        "other_account": line.other_account,
        "other_name": line.other_name,
        "summary": line.summary,
        "reversal": line.reversal,
        "booked_time": f"{line.booked_time:%H:%M:%S}",
    }


def _day(day: date) -> str:
    return day.isoformat()
