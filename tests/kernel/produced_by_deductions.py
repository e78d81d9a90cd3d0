"""Codes of the deduction circle, from a core, a bank and a platform that do what is wrong. 扣款"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from connectors.bank.flows.deducting import queueing, splitting
from connectors.bank.flows.deducting.building import withdraw
from connectors.bank.model.deductions import LineOutcome, Settled
from connectors.bank.rules.deduction.splitting import require_equal, split_line
from connectors.bank.store import batches
from gateway.errors import Code
from sandbox.settlement.faults import PlatformFault
from tests.connectors.bank.dues import DAY
from tests.kernel.ground import Ground, raised
from tests.simulation.platform_of_deductions import PlatformBranch
from tests.simulation.site_of_deductions import Branch

# the ground's clock stands on the first of March: the business dates around it
MONDAY, BEFORE = DAY + timedelta(days=3), DAY


def _due_on_monday(branch: Branch) -> None:
    branch.core.owed = [replace(one, business_date=MONDAY) for one in branch.core.owed]


def core_date_differs(ground: Ground) -> Code | None:
    branch = Branch(ground.store, ground.request.getfixturevalue("clock"))
    return raised(lambda: branch.build(MONDAY))


def cut_off_passed(ground: Ground) -> Code | None:
    branch = Branch(ground.store, ground.request.getfixturevalue("clock"))
    return raised(lambda: branch.build(BEFORE))


def batch_not_ready(ground: Ground) -> Code | None:
    branch = Branch(ground.store, ground.request.getfixturevalue("clock"))
    _due_on_monday(branch)
    (batch, _) = branch.build(MONDAY)
    with ground.store.begin() as work:
        withdraw(work, batches.find(work, batch.batch_id))
    return raised(lambda: queueing.queue(branch.bank, batch.batch_id))


def told(fault: PlatformFault, code: Code) -> Callable[[Ground], Code | None]:
    """Sends a batch, and lets the platform say what became of it."""

    def produce(ground: Ground) -> Code | None:
        branch = PlatformBranch(ground.store, ground.request.getfixturevalue("clock"), count=1)
        _due_on_monday(branch)
        branch.build(MONDAY)
        branch.approve(day=MONDAY)
        ground.wait(24 * 3600)
        branch.advance()
        branch.line.fault = fault
        branch.advance()
        return code if code in ground.rung() else None

    return produce


def split_too_early(ground: Ground) -> Code | None:
    branch = PlatformBranch(ground.store, ground.request.getfixturevalue("clock"), count=1)
    _due_on_monday(branch)
    (batch,) = branch.build(MONDAY)
    return raised(lambda: splitting.split(branch.bank, batch.batch_id, "LOAN1"))


def split_unequal(ground: Ground) -> Code | None:
    branch = Branch(ground.store, ground.request.getfixturevalue("clock"), count=1)
    _due_on_monday(branch)
    (batch,) = branch.build(MONDAY)
    with ground.store.begin() as work:
        (line,) = batches.lines_of(work, batch.batch_id)
    settled = Settled(batch.batch_no, 1, LineOutcome.SUCCEEDED, "00000", 150_000, 50_000, 170)
    wrong = replace(split_line(line, settled), interest_fen=49_999)
    return raised(lambda: require_equal([wrong], settled.taken_fen))


PRODUCERS = {
    Code.CORE_DATE_DIFFERS: core_date_differs,
    Code.CUT_OFF_PASSED: cut_off_passed,
    Code.BATCH_NOT_READY: batch_not_ready,
    Code.BATCH_UNFINISHED: told(PlatformFault.PARTLY, Code.BATCH_UNFINISHED),
    Code.BATCH_FAILED: told(PlatformFault.BATCH_FAILED, Code.BATCH_FAILED),
    Code.SPLIT_TOO_EARLY: split_too_early,
    Code.SPLIT_UNEQUAL: split_unequal,
}
