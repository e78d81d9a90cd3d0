"""One night's batch of deductions at one bank, each with its truth. 批量扣款与真实结局."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sandbox.world.arithmetic import penalty
from sandbox.world.banks import Bank
from sandbox.world.calendar import night_index
from sandbox.world.chance import Chance, Seed
from sandbox.world.loans import Loan, loan
from sandbox.world.outcomes import ANSWERS, BOOKED, Outcome
from sandbox.world.people import FOUR_BYTE_GIVEN, RARE_GIVEN

MAX_COUNT = 100_000
ODDITIES_FROM = 5  # a smaller batch has no room for what every night must have
OVERDUE_PER_MILLE = 50
MAX_OVERDUE_DAYS = 25
IN_PART_PER_MILLE = 100
ALL_OR_NOTHING, IN_PART = "0", "1"  # 足额标志: 0 full amount or none, 1 less will do


@dataclass(frozen=True, slots=True)
class Instruction:
    """One deduction asked for, and what really became of it."""

    serial: int
    loan: Loan
    instalment_no: int
    due_date: date
    principal_fen: int
    interest_fen: int
    penalty_fen: int
    full_flag: str
    outcome: Outcome
    taken_fen: int
    host_serial: str

    @property
    def asked_fen(self) -> int:
        """Principal, interest and penalty together 应扣金额."""
        return self.principal_fen + self.interest_fen + self.penalty_fen

    @property
    def code(self) -> str:
        """The bank's answer code 响应码."""
        return ANSWERS[self.outcome][0]

    @property
    def message(self) -> str:
        """The bank's answer in words 响应信息."""
        return ANSWERS[self.outcome][1]


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch 批次: its number and its instructions, serials 1 … n without gap."""

    batch_no: str
    instructions: tuple[Instruction, ...]

    @property
    def taken_fen(self) -> int:
        """What the bank really took, all together."""
        return sum(one.taken_fen for one in self.instructions)


@dataclass(frozen=True, slots=True)
class _Oddities:
    """The serials at which a night has what every night must have."""

    outcome: int = 0
    card: tuple[int, int] = (0, 0)
    rare_name: int = 0
    four_byte_name: int = 0

    def given_names(self, serial: int) -> tuple[str, ...]:
        """Return what the borrower at a serial may be called; nothing if it does not matter."""
        return {self.rare_name: RARE_GIVEN, self.four_byte_name: FOUR_BYTE_GIVEN}.get(serial, ())


Draft = Callable[[int], Instruction]


def batch(seed: Seed, bank: Bank, day: date, count: int | None = None) -> Batch:
    """Return the batch of a bank and a business date, with ``count`` instructions."""
    wanted = bank.usual_count if count is None else count
    if not 1 <= wanted <= MAX_COUNT:
        raise ValueError(f"a batch has 1 to {MAX_COUNT} instructions, not {wanted}")
    odd = _oddities(Chance(seed, "oddities", bank.code, day), bank, wanted)
    draft = _drafter(Chance(seed, "batch", bank.code, day), bank, day, odd)
    drafts = [draft(serial) for serial in range(1, wanted + 1)]
    _share_card(drafts, odd.card, fails=night_index(day) % 2 == 1)
    return Batch(f"PLKK{day:%Y%m%d}001", tuple(_booked(one, bank, day) for one in drafts))


def host_serial(bank: Bank, day: date, number: int) -> str:
    """Return the bank's own number of a booking; its leading zeros belong to it."""
    return f"00{bank.code[-1]}{day:%y%m%d}{number:08d}"


def _oddities(chance: Chance, bank: Bank, count: int) -> _Oddities:
    if count < ODDITIES_FROM:
        return _Oddities()
    drawn = chance.distinct(ODDITIES_FROM, count)
    outcome, one, other, rare, four_byte = (place + 1 for place in drawn)
    return _Oddities(
        outcome=outcome if bank.always else 0,
        card=(min(one, other), max(one, other)) if bank.shared_card else (0, 0),
        rare_name=rare,
        four_byte_name=four_byte,
    )


def _drafter(chance: Chance, bank: Bank, day: date, odd: _Oddities) -> Draft:
    night = night_index(day)

    def draft(serial: int) -> Instruction:
        owed = loan(chance, bank, (night, serial), odd.given_names(serial))
        number = chance.between(2, owed.months - 1)  # one instalment before it, one after it
        share = owed.share(number)
        late = chance.between(1, MAX_OVERDUE_DAYS) if chance.happens(OVERDUE_PER_MILLE) else 0
        overdue = share.principal_fen + share.interest_fen
        outcome = _outcome(chance, bank)
        if serial == odd.outcome and bank.always is not None:
            outcome = bank.always
        return Instruction(
            serial=serial,
            loan=owed,
            instalment_no=number,
            due_date=day - timedelta(days=late),
            principal_fen=share.principal_fen,
            interest_fen=share.interest_fen,
            penalty_fen=penalty(overdue, owed.rate_millionths, late),
            full_flag=_full_flag(chance, outcome),
            outcome=outcome,
            taken_fen=_taken(chance, overdue, outcome),
            host_serial="",
        )

    return draft


def _outcome(chance: Chance, bank: Bank) -> Outcome:
    drawn = chance.below(sum(weight for _, weight in bank.mix))
    for outcome, weight in bank.mix:
        if drawn < weight:
            return outcome
        drawn -= weight
    raise AssertionError("the weights of a mix cover every draw")


def _full_flag(chance: Chance, outcome: Outcome) -> str:
    wished = chance.happens(IN_PART_PER_MILLE)
    return IN_PART if wished or outcome is Outcome.PARTIAL else ALL_OR_NOTHING


def _taken(chance: Chance, overdue_fen: int, outcome: Outcome) -> int:
    # Taken in full is settled in _booked: two loans of one card may still change their amounts.
    percent = chance.between(30, 90)
    return overdue_fen * percent // 100 if outcome is Outcome.PARTIAL else 0


def _share_card(drafts: list[Instruction], card: tuple[int, int], fails: bool) -> None:
    """Let two loans of one borrower be paid from one card, with the same amount.

    On some nights the card has money for one only: who pairs by card and amount pays the wrong one.
    """
    first, second = card
    if not first:
        return
    one, other = drafts[first - 1], drafts[second - 1]
    twin = replace(one.loan, loan_no=other.loan.loan_no)
    outcome = Outcome.INSUFFICIENT if fails else Outcome.TAKEN
    drafts[first - 1] = replace(one, outcome=Outcome.TAKEN)
    drafts[second - 1] = replace(one, serial=other.serial, loan=twin, outcome=outcome)


def _booked(draft: Instruction, bank: Bank, day: date) -> Instruction:
    if draft.outcome not in BOOKED:
        return replace(draft, taken_fen=0)
    taken = draft.asked_fen if draft.outcome is Outcome.TAKEN else draft.taken_fen
    return replace(draft, taken_fen=taken, host_serial=host_serial(bank, day, draft.serial))
