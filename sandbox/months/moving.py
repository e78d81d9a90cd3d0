"""The bookings of a night besides the lumps, each with what it really is. 其他流水."""

from dataclasses import replace
from datetime import date, time, timedelta

from sandbox.months.effects import Case, transposed
from sandbox.months.fates import Fate
from sandbox.months.spans import next_working
from sandbox.months.truth import Moved, Origin, Planted
from sandbox.world.banks import Bank
from sandbox.world.chance import Chance
from sandbox.world.statement import CLEARING_ACCOUNT, YUAN_FEN, Booking, Direction

INTEREST_DAY = 21  # or the first working day after it, each quarter's last month
QUARTER = 3
RETURN_AFTER = 6  # calendar days
# bookings, each with the breaks it must make
Found = list[tuple[Moved, tuple[Planted, ...]]]
C, D = Direction.CREDIT, Direction.DEBIT


def booking(direction: Direction, fen: int, summary: str, at: time) -> Booking:
    """Return a booking without number, balance and counterparty."""
    return Booking(0, "", direction, fen, 0, "", "", summary, False, at)


def lump(bank: Bank, batch_no: str, fen: int) -> Moved:
    """Return the money of a batch, declared as such."""
    line = booking(C, fen, f"批量扣款 {batch_no}", time(21, 5, 33))
    name = f"{bank.name}批量扣款过渡户"
    whole = replace(line, other_account=bank.code + CLEARING_ACCOUNT, other_name=name)
    return Moved(whole, Origin.LUMP, batch_no)


def taken_back(case: Case) -> Moved:
    """Return the reversal of a deduction that came in a lump (B25)."""
    one = case.asked
    line = booking(C, one.asked_fen, "冲正", time(0, 40, 2))
    back = replace(line, reversal=True, other_account=one.payer_account, other_name=one.payer_name)
    return Moved(back, Origin.REVERSAL, original_serial=case.host_serial, loan_no=one.loan_no)


def transfer(fate: Fate, case: Case) -> tuple[Moved, tuple[Planted, ...]]:
    """Return what a borrower pays by transfer after a failure, and the breaks it makes."""
    one = case.asked
    fen = transposed(one.asked_fen) if fate is Fate.COUNTER_ODD else one.asked_fen
    line = booking(C, fen, "转账", time(14, 3, case.chance.below(60)))
    account, name, remark, found = _PAYERS[fate]
    known = {"own": one.payer_account, "other": f"888888{case.chance.below(10**12):012d}", "": ""}
    shown = replace(
        line, other_account=known[account], other_name=case.owed.loan.borrower.name if name else ""
    )
    moved = Moved(shown, Origin.TRANSFER, loan_no=one.loan_no, instalment_no=one.instalment_no)
    named = replace(moved, remark=f"还贷{case.owed.contract_no}" if remark else "")
    planted: tuple[Planted, ...] = (Planted(found, case.day),) if found else ()
    if found == "AMBIGUOUS":  # on the next night both dues are asked for again
        again = Planted("STATEMENT_UNCLAIMED", case.tomorrow)
        planted = (Planted(found, case.day, clears=case.tomorrow), again)
    return named, planted


# account shown, name shown, contract number in the remark, what must be found
_PAYERS: dict[Fate, tuple[str, bool, bool, str]] = {
    Fate.COUNTER_CONTRACT: ("other", True, True, ""),
    Fate.COUNTER_ODD: ("other", True, True, "AMOUNT_DIFFERS"),
    Fate.COUNTER_CARD: ("own", True, False, ""),
    Fate.COUNTER_EITHER: ("own", True, False, "AMBIGUOUS"),
    Fate.COUNTER_SPOUSE: ("other", True, False, "STATEMENT_UNCLAIMED"),
    Fate.COUNTER_NOBODY: ("", False, False, "STATEMENT_UNCLAIMED"),
}


def paid_off(case: Case) -> Moved:
    """Return the whole balance paid over the core's counter, under the number the core knows."""
    loan, first = case.owed.loan, case.owed.first
    fen = loan.amount_fen - sum(loan.share(past).principal_fen for past in range(1, first))
    line = replace(
        booking(C, fen, "柜面结清", time(15, 30)), host_serial=payoff_serial(loan.loan_no)
    )
    return Moved(line, Origin.TRANSFER, loan_no=loan.loan_no)


def payoff_serial(loan_no: str) -> str:
    """Return the bank's number of a payment over the counter."""
    return f"GM{loan_no}"


def usual(bank: Bank, day: date, index: int, chance: Chance) -> Found:
    """Return what moves on an account anyway: fees, interest, money nobody announced."""
    fee = Moved(booking(D, chance.between(10, 60) * 50, "手续费", time(16, 30)), Origin.FEE)
    found: Found = [(fee, (Planted("FEE_OR_INTEREST", day),))]
    if _pays_interest(day):
        line = booking(C, chance.between(100, 9_999), "结息", time(0, 5, 17))
        found.append((Moved(line, Origin.INTEREST), (Planted("FEE_OR_INTEREST", day),)))
    if index % 4 == 1:
        found.append((_stray(bank, chance), (Planted("STATEMENT_UNCLAIMED", day),)))
    return found


def _pays_interest(day: date) -> bool:
    return day.month % QUARTER == 0 and day == next_working(day.replace(day=INTEREST_DAY))


def _stray(bank: Bank, chance: Chance) -> Moved:
    line = booking(C, chance.between(5_000, 50_000) * YUAN_FEN + 7, "还款", time(10, 22))
    account = f"{bank.code}69{chance.below(10**11):011d}"
    return Moved(replace(line, other_account=account, other_name="沙箱无名"), Origin.STRAY)


def mistake(bank: Bank, chance: Chance) -> tuple[Moved, Moved]:
    """Return a booking made in error and its reversal, which may come on another day."""
    fen = chance.between(1_000, 9_000) * YUAN_FEN + 3
    wrong = replace(
        booking(C, fen, "误入账", time(17, 1, 8)),
        other_account=bank.code + CLEARING_ACCOUNT,
        other_name=bank.name,
    )
    back = replace(wrong, reversal=True, summary="冲正", booked_time=time(17, 3, 40))
    return Moved(wrong, Origin.WRONG), Moved(back, Origin.REVERSAL)


def payout(bank: Bank, day: date, chance: Chance) -> tuple[Moved, date, Moved]:
    """Return a payment of the branch's, the day it comes back, and its return 退汇 (B26)."""
    fen = chance.between(1_000, 90_000) * YUAN_FEN + 9
    paid = replace(
        booking(D, fen, "退款", time(9, 12)),
        other_account=f"777777{chance.below(10**12):012d}",
        other_name="沙箱收款人",
    )
    returned = replace(paid, direction=C, summary="退汇", booked_time=time(11, 2))
    comes = next_working(day + timedelta(days=RETURN_AFTER))
    return Moved(paid, Origin.PAYOUT), comes, Moved(returned, Origin.RETURN)
