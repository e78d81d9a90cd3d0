"""Whole nights by chance, nonsense included, and their sums. 随机夜晚

Few loans, instalments, cards and amounts, so that everything that can collide does.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from connectors.bank.model import Decision, DeductionResult, Outcome
from connectors.bank.rules.proof import NightSums, Sum
from connectors.core_system.model import Instruction
from tests.connectors.bank.samples import DAY, answer, asked

LOANS, _CARDS = ("L1", "L2", "L3"), ("C1", "C2")
_NAMES = ("沙箱䶮", "沙箱·阿依古丽", "沙箱伟")
AMOUNTS = (100, 250, 250, 990)
_CODES = ("00000", "00000", "00000", "03008", "03031", "99999", "03051", "07777")


@dataclass(frozen=True)
class Night:
    """What was asked and what the bank answered."""

    instructions: tuple[Instruction, ...]
    results: tuple[DeductionResult, ...]


def night_of(chance: random.Random) -> Night:
    """A night; every key stands once on each side, whatever else is wrong."""
    serials = chance.sample(range(1, 10), chance.randint(0, 7))
    instructions = tuple(_instruction(chance, serial) for serial in serials)
    results = [_result(chance, one) for one in instructions if chance.random() < 0.9]
    strays = [_instruction(chance, n) for n in chance.sample(range(10, 15), chance.randint(0, 3))]
    results += [_result(chance, one) for one in strays]
    chance.shuffle(results)
    return Night(instructions, tuple(replace(r, line=n) for n, r in enumerate(results, start=2)))


def _instruction(chance: random.Random, serial: int) -> Instruction:
    amount = chance.choice(AMOUNTS)
    interest = chance.randint(0, amount // 2)
    crooked = chance.random() < 0.05
    return asked(
        serial,
        batch_no=chance.choice(["B1", "B1", "B1", "B2"]),
        loan_no=chance.choice(LOANS),
        instalment_no=chance.randint(1, 2),
        payer_account=chance.choice(_CARDS),
        payer_name=chance.choice(_NAMES),
        asked_fen=amount,
        principal_fen=amount - interest + crooked,
        interest_fen=interest,
        full_flag=chance.choice("001"),
    )


def _result(chance: random.Random, to: Instruction) -> DeductionResult:
    honest = answer(to, host_serial=f"H{to.serial}")
    if chance.random() < 0.4:
        return replace(honest, payer_name=to.payer_name.replace("·", "•"))
    if chance.random() < 0.3:
        return replace(honest, taken_fen=chance.choice([to.asked_fen // 2, to.asked_fen + 1]))
    if chance.random() < 0.2:
        return replace(honest, host_date=DAY + timedelta(days=chance.choice([-1, 1, 9, 10])))
    if chance.random() < 0.5:
        nothing = {"taken_fen": 0, "host_date": None, "host_serial": ""}
        said = replace(honest, code=chance.choice(_CODES), **nothing)
        contradiction = {"taken_fen": to.asked_fen, "host_date": DAY, "host_serial": "H"}
        if chance.random() < 0.5:
            return said
        name = chance.choice(sorted(contradiction))
        return replace(said, **{name: contradiction[name]})
    nonsense = {
        "loan_no": chance.choice(LOANS), "instalment_no": chance.randint(1, 2),
        "payer_account": chance.choice(_CARDS), "payer_name": chance.choice(_NAMES),
        "asked_fen": chance.choice(AMOUNTS), "taken_fen": chance.choice((0, *AMOUNTS)),
        "full_flag": chance.choice("01"), "code": chance.choice(_CODES),
        "host_date": chance.choice([DAY, None]), "host_serial": chance.choice(["H", ""]),
        "batch_no": chance.choice(["B1", "B2"]),
    }  # fmt: skip
    chosen = chance.sample(sorted(nonsense), chance.randint(1, 4))
    return replace(honest, **{name: nonsense[name] for name in chosen})


# ------------------------------------------------------------------ the proof's own path


def sums_of(night: Night, decision: Decision, refused: Sequence[int] = ()) -> NightSums:
    """A night's sums over its rows; the ledger refuses the postings of these serials."""
    of = {(one.batch_no, one.serial): one for one in night.instructions}
    asked_by, taken_by = Counter(), Counter()
    for match in decision.matches:
        asked_by[match.outcome] += of[match.batch_no, match.serial].asked_fen
        taken_by[match.outcome] += match.taken_fen
    count = Counter(match.outcome for match in decision.matches)
    lines = {match.line for match in decision.matches}
    extra = [one for one in night.results if one.line not in lines]
    exact = [match for match in decision.matches if match.outcome is Outcome.EXACT]
    posted = [match for match in exact if match.serial not in refused]
    lost = [match for match in exact if match.serial in refused]
    taken = sum(one.taken_fen for one in night.results)
    return NightSums(
        instructions=Sum(len(night.instructions), sum(o.asked_fen for o in night.instructions)),
        asked={outcome: Sum(count[outcome], asked_by[outcome]) for outcome in count},
        taken={outcome: Sum(count[outcome], taken_by[outcome]) for outcome in count},
        result_lines=Sum(len(night.results), sum(one.asked_fen for one in night.results)),
        result_taken_fen=taken,
        line_taken=Sum(len(night.results), taken),
        extra=Sum(len(extra), sum(one.taken_fen for one in extra)),
        opening_fen=1_000,
        unclaimed_fen=0,
        closing_fen=1_000 + taken,
        lump_fen=taken,
        lump_break_fen=0,
        posted=Sum(len(posted), sum(match.taken_fen for match in posted)),
        refused=Sum(len(lost), sum(match.taken_fen for match in lost)),
        open=Sum(),
        unbooked_fen=sum(b.unbooked_fen for b in decision.breaks) + sum(m.taken_fen for m in lost),
    )
