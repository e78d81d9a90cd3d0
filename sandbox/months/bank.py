"""One bank over months: what it was really sent becomes results, bookings and their truth. 银行."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from sandbox.months import moving
from sandbox.months.effects import Case, Effect, effect_of
from sandbox.months.fates import Fate, fate_of, on_attempt
from sandbox.months.loans import loans_of
from sandbox.months.moving import Found
from sandbox.months.spans import Span, next_working
from sandbox.months.truth import Answer, Asked, BankNight, Moved, Planted
from sandbox.world.banks import Bank
from sandbox.world.chance import Chance, Seed
from sandbox.world.deductions import host_serial
from sandbox.world.statement import OTHER_BOOKINGS, chained

# every so many nights: an error put right at once, one put right overnight, a payment come back
TO_AND_FRO, OVERNIGHT, PAYOUT = 2, 7, 9
# by the night's number, modulo: what of a batch is credited later, in fen
EVERY = 6
_KEPT = {2: 10_000, 5: 10**12}
FIRST = OTHER_BOOKINGS + 1
Effects = list[tuple[Fate, Case, Effect]]


class MonthBank:
    """A bank that remembers. The same seed and the same batches give the same nights."""

    def __init__(self, seed: Seed, bank: Bank, size: int, span: Span) -> None:
        """Open the account."""
        self.bank, self._seed, self.days = bank, seed, span.days()
        self.loans = {one.loan.loan_no: one for one in loans_of(seed, bank, size, span)}
        self._cards = Counter(one.loan.payer_account for one in self.loans.values())
        self._attempts: Counter[tuple[str, int]] = Counter()
        self._late: list[Answer] = []
        self._owed: dict[date, Counter[str]] = defaultdict(Counter)  # lumps to come, by batch
        self._coming: dict[date, Found] = defaultdict(list)
        self._balance = Chance(seed, "opening", bank.code).between(50_000_000, 90_000_000)

    def fate(self, loan_no: str, instalment: int) -> Fate:
        """Return what befalls an instalment on the first attempt."""
        owed = self.loans[loan_no]
        role = owed.role if instalment == owed.first else None
        fate = fate_of(self._seed, loan_no, instalment, role)
        shared = self._cards[owed.loan.payer_account] > 1
        return Fate.COUNTER_CONTRACT if shared and fate is Fate.COUNTER_CARD else fate

    def night(self, day: date, asked: Sequence[Asked]) -> BankNight:
        """Take the batches of a business date; each date once, in order."""
        late, self._late = tuple(self._late), []
        cases = [self._attempt(one, day) for one in asked]
        effects = [(fate, case, effect_of(fate, case)) for fate, case in cases]
        lumps, of_lumps = self._lumps(day, effects)
        moved, of_moved = self._numbered(day, [*self._moved(day, effects), *lumps])
        of_lines = (planted for *_, effect in effects for planted in effect.planted)
        told = BankNight(
            day=day,
            batches=tuple(sorted({one.batch_no for one in asked})),
            answers=tuple(answer for *_, effect in effects for answer in effect.answers),
            late=late,
            moved=moved,
            opening_fen=self._balance,
            planted=(*of_lines, *of_lumps, *of_moved),
        )
        self._late = [answer for *_, effect in effects for answer in effect.late]
        self._balance = told.closing_fen
        return told

    def _attempt(self, one: Asked, day: date) -> tuple[Fate, Case]:
        key = one.loan_no, one.instalment_no
        self._attempts[key] += 1
        fate = on_attempt(self.fate(*key), self._attempts[key])
        chance = Chance(self._seed, "case", *key, self._attempts[key])
        serial = host_serial(self.bank, day, one.serial)
        return fate, Case(day, one, self.loans[one.loan_no], chance, serial)

    def _moved(self, day: date, effects: Effects) -> Found:
        """Return what moves besides the lumps, and arrange what comes on later nights."""
        index = self.days.index(day)
        chance = Chance(self._seed, "moves", self.bank.code, day)
        found = [*self._coming.pop(day, []), *moving.usual(self.bank, day, index, chance)]
        for fate, case, effect in effects:
            if effect.pays_by_transfer:
                found.append(moving.transfer(fate, case))
            if fate is Fate.SETTLED:
                found.append((moving.paid_off(case), ()))
            if effect.comes_back:
                back = Planted("REVERSAL_UNPAIRED", case.tomorrow)
                self._coming[case.tomorrow].append((moving.taken_back(case), (back,)))
        return found + self._mistakes(day, index, chance)

    def _mistakes(self, day: date, index: int, chance: Chance) -> Found:
        found: Found = []
        if index % TO_AND_FRO == 1:
            found += [(one, ()) for one in moving.mistake(self.bank, chance)]
        if index % OVERNIGHT == 1:
            tomorrow = next_working(day + timedelta(days=1))
            wrong, back = moving.mistake(self.bank, chance)
            found.append((wrong, (Planted("STATEMENT_UNCLAIMED", day, clears=tomorrow),)))
            self._coming[tomorrow].append((back, ()))
        paid, comes, returned = moving.payout(self.bank, day, chance)
        if index % PAYOUT == 1:
            found.append((paid, (Planted("STATEMENT_UNCLAIMED", day, clears=comes),)))
            self._coming[comes].append((returned, (Planted("RETURNED", comes),)))
        return found

    def _lumps(self, day: date, effects: Effects) -> tuple[Found, list[Planted]]:
        """Return the lumps of the night, what is owed from earlier ones first.

        On some nights the bank credits all of it two days late, on some a part of it one day.
        """
        owed = self._owed.pop(day, Counter())
        found: Found = [(moving.lump(self.bank, no, fen), ()) for no, fen in owed.items() if fen]
        tomorrow = next_working(day + timedelta(days=1))
        after = next_working(tomorrow + timedelta(days=1))
        planted: list[Planted] = []
        for batch_no in sorted({case.asked.batch_no for _, case, _ in effects}):
            own = [effect for _, case, effect in effects if case.asked.batch_no == batch_no]
            taken = sum(effect.today_fen for effect in own)
            kept = min(taken, _KEPT.get(self.days.index(day) % EVERY, 0))
            rest = self._owed[after if kept and kept == taken else tomorrow]
            rest[batch_no] += kept + sum(effect.next_fen for effect in own)
            if taken > kept:
                found.append((moving.lump(self.bank, batch_no, taken - kept), ()))
            told = sum(answer.line.taken_fen for effect in own for answer in effect.answers)
            planted += _of_lump(day, batch_no, taken - kept, told)
        return found, planted

    def _numbered(self, day: date, found: Found) -> tuple[tuple[Moved, ...], list[Planted]]:
        """Give every booking its host serial and its balance, and every break its booking."""
        numbered = [
            one.booking
            if one.booking.host_serial
            else replace(one.booking, host_serial=host_serial(self.bank, day, FIRST + number))
            for number, (one, _) in enumerate(found)
        ]
        lines = chained(self._balance, tuple(numbered)).bookings
        moved = tuple(
            replace(one, booking=line) for (one, _), line in zip(found, lines, strict=True)
        )
        planted = [
            replace(kind, host_serial=one.booking.host_serial)
            for one, (_, kinds) in zip(moved, found, strict=True)
            for kind in kinds
        ]
        return moved, planted


def _of_lump(day: date, batch_no: str, credited: int, told: int) -> list[Planted]:
    """Return the break of a batch whose money is not what the file says was taken."""
    tomorrow = next_working(day + timedelta(days=1))
    if credited == told:
        return []
    if credited:
        return [Planted("LUMP_DIFFERS", day, batch_no, clears=tomorrow)]
    # for one night a credit may be on its way; what has not come by the next is 跨日 (B22)
    return [Planted("CROSS_DAY", tomorrow, batch_no, clears=next_working(tomorrow + timedelta(1)))]
