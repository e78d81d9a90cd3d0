"""Plans of a business date: every due that is left out, with its reason. 扣款计划"""

from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from connectors.bank.model.deductions import Plan
from connectors.bank.rules.proof import Sum
from connectors.bank.store.deduction_tables import EXCLUSION, PLAN
from gateway.identity import business_id
from gateway.signing.at_rest.tokens import Kind, Tokens
from gateway.store.unit_of_work import UnitOfWork


def add(work: UnitOfWork, tokens: Tokens, planned: Plan, due: Sum) -> str:
    """Write a plan with every exclusion; returns its id, the same for the same plan (X01)."""
    plan_id = _plan_id(planned)
    row = {
        "plan_id": plan_id, "bank": planned.bank, "account": planned.account,
        "business_date": planned.business_date, "made_at": work.now,
        "due_count": due.count, "due_fen": due.fen,
    }  # fmt: skip
    fresh = upsert(PLAN).values(row).on_conflict_do_nothing()
    if not work.connection.execute(fresh).rowcount:
        return plan_id
    left_out = list(_rows(tokens, plan_id, planned))
    if left_out:
        work.connection.execute(insert(EXCLUSION), left_out)
    work.note("deductions_planned", plan_id, count=due.count, fen=due.fen)
    return plan_id


def _plan_id(planned: Plan) -> str:
    chosen = [f"{due.loan_no}/{due.instalment_no}/{due.fen}" for due in planned.chosen]
    left_out = [
        f"{one.due.loan_no}/{one.due.instalment_no}/{one.due.fen}/{one.reason.name}"
        for one in planned.excluded
    ]
    day = planned.business_date.isoformat()
    return business_id("plan", planned.bank, planned.account, day, *chosen, "-", *left_out)


def _rows(tokens: Tokens, plan_id: str, planned: Plan) -> Iterator[Mapping[str, object]]:
    for number, one in enumerate(planned.excluded, start=1):
        yield {
            "plan_id": plan_id,
            "number": number,
            "loan_no": one.due.loan_no,
            "loan_token": tokens.of(Kind.LOAN, one.due.loan_no),
            "instalment_no": one.due.instalment_no,
            "due_on": one.due.due_on,
            "fen": one.due.fen,
            "reason": one.reason.name,
        }


def exclusions(work: UnitOfWork, plan_id: str) -> Mapping[str, Sum]:
    """A plan's exclusions by the name of their reason, in count and fen."""
    total = (func.count(), func.sum(EXCLUSION.c.fen))
    query = select(EXCLUSION.c.reason, *total).where(EXCLUSION.c.plan_id == plan_id)
    rows = work.connection.execute(query.group_by(EXCLUSION.c.reason))
    return {row[0]: Sum(row[1], int(row[2])) for row in rows}


def exists(work: UnitOfWork, bank: str, account: str, day: date) -> bool:
    """Whether a business date of an account was planned at all."""
    query = select(PLAN.c.plan_id).where(
        PLAN.c.bank == bank, PLAN.c.account == account, PLAN.c.business_date == day
    )
    return work.connection.execute(query.limit(1)).one_or_none() is not None
