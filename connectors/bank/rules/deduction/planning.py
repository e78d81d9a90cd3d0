"""The next batch: every due is chosen or has a reason, and the sums prove it (E5). 编制批次"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from connectors.bank.model.deductions import Excluded, Exclusion, Line, Moment, Plan
from connectors.bank.rules.deduction.eligibility import (
    Asking,
    Circumstances,
    account_in_force,
    why_not,
)
from connectors.bank.rules.deduction.requests import full_flag
from connectors.bank.rules.proof import Equation, Sum
from connectors.core_system.model import DueInstalment
from gateway.errors import Code, IllegalTransition, RefusedHere


def plan(place: tuple[str, str], dues: Sequence[DueInstalment], given: Circumstances) -> Plan:
    """Choose what is asked for at a bank and account (`place`) on a business date.

    The same input gives the same plan, in whatever order it comes. Raises RefusedHere when the
    core counts another business date (X11), NotConfigured for a year without a calendar (B40).
    """
    _require_date(dues, given.moment)
    twice = _given_twice(dues)
    chosen: list[DueInstalment] = []
    excluded: list[Excluded] = []
    for due in sorted(dues, key=lambda one: (one.loan_no, one.instalment_no)):
        doubled = Exclusion.DUE_TWICE if (due.loan_no, due.instalment_no) in twice else None
        reason = doubled or why_not(Asking(due, given))
        if reason is None:
            chosen.append(due)
        else:
            excluded.append(Excluded(due, reason))
    barred = _changed_lately(chosen, given)
    return Plan(*place, given.moment.business_date, tuple(chosen), tuple(excluded), barred)


def _require_date(dues: Sequence[DueInstalment], moment: Moment) -> None:
    other = next((one for one in dues if one.business_date != moment.business_date), None)
    if other is not None:
        detail = f"{other.business_date} ≠ {moment.business_date}"
        raise RefusedHere(Code.CORE_DATE_DIFFERS, detail=detail)


def _given_twice(dues: Sequence[DueInstalment]) -> set[tuple[str, int]]:
    counted = Counter((due.loan_no, due.instalment_no) for due in dues)
    return {key for key, count in counted.items() if count > 1}


def _changed_lately(chosen: Sequence[DueInstalment], given: Circumstances) -> frozenset[str]:
    """Who changed an account that is used here, lately enough to be the change's first use."""
    at, accounts = given.moment.at, given.known.accounts
    since = at - timedelta(days=given.terms.changed_lately_days)
    used = (account_in_force(accounts.get(due.loan_no, ()), at) for due in chosen)
    return frozenset(a.changed_by for a in used if a and a.changed_by and a.effective_at > since)


def batches_of(planned: Plan, lines_max: int) -> Iterator[tuple[Line, ...]]:
    """The plan cut into batches of at most `lines_max` lines, each with serials from 1."""
    for start in range(0, len(planned.chosen), lines_max):
        part = planned.chosen[start : start + lines_max]
        yield tuple(_line(serial, due) for serial, due in enumerate(part, start=1))


def _line(serial: int, due: DueInstalment) -> Line:
    return Line(
        serial=serial,
        loan_no=due.loan_no,
        contract_no=due.contract_no,
        instalment_no=due.instalment_no,
        due_on=due.due_on,
        payer_account=due.payer_account,
        payer_name=due.payer_name,
        payer_bank_no=due.payer_bank_no,
        mandate_no=due.mandate_no,
        borrower_id=due.borrower_id,
        borrower_name=due.borrower_name,
        principal_fen=due.principal_fen,
        interest_fen=due.interest_fen,
        penalty_fen=due.penalty_fen,
        fine_fen=due.fine_fen,
        full_flag=full_flag(due),
    )


def digest_of(place: tuple[str, str, str], lines: Sequence[Line]) -> str:
    """SHA-256 over all that a batch asks for; `place` is bank, account and business date.

    Computed from the rows again before the batch is sent: what was approved is what goes.
    """
    rows = [[getattr(line, name) for name in Line.__dataclass_fields__] for line in lines]
    said = json.dumps([*place, rows], ensure_ascii=False, default=str, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def sum_of(lines: Sequence[Line] | Sequence[DueInstalment]) -> Sum:
    """How many and how much."""
    return Sum(len(lines), sum(line.fen for line in lines))


def equation(planned: Plan, due: Sum) -> Equation:
    """E5: what is due = next batch + in flight + held, each reason by itself.

    `due` is summed by whoever read it, over what it read. Raises IllegalTransition when the two
    sides differ: then nothing may be sent.
    """
    right = [("下一批", sum_of(planned.chosen))]
    for reason in Exclusion:
        found = [one.due for one in planned.excluded if one.reason is reason]
        if found:
            right.append((reason.value, sum_of(found)))
    made = Equation("E5 应扣 = 下一批 + 在途 + 暂不扣", "应扣", due, tuple(right))
    if not made.holds:
        raise IllegalTransition(Code.PROOF_UNEQUAL, detail="E5")
    return made
