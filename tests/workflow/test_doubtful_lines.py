"""Lines of our batches that are in doubt, and what people's word on their breaks does. 在途了结"""

from dataclasses import replace
from datetime import datetime

import pytest

from connectors.bank.flows.handling import Handling
from connectors.bank.model import BreakKind, Direction
from connectors.bank.model.books import Side
from connectors.bank.model.deductions import LineOutcome
from connectors.bank.rules.breaks import Resolution
from connectors.bank.rules.deduction.states import BatchState
from connectors.bank.store import batch_lines
from gateway.dates import SHANGHAI
from tests.connectors.bank.dues import due as owed
from tests.connectors.bank.lending.agreed import AGREED
from tests.simulation.site_of_deductions import Branch
from tests.workflow.world import World, credit

OK, UNKNOWN, RESOLVED = LineOutcome.SUCCEEDED, LineOutcome.UNKNOWN, LineOutcome.RESOLVED


@pytest.fixture
def clock(stepping_clock):
    """The morning of the batch's date."""
    return stepping_clock(datetime(2026, 2, 27, 9, 0, tzinfo=SHANGHAI))


@pytest.fixture
def branch(store, clock) -> Branch:
    """A batch of three with the bank; the night has proved two and knows nothing of the third."""
    branch = Branch(store, clock)
    branch.core.owed = branch.core.owed[:3]
    branch.build()
    branch.approve()
    branch.advance()
    branch.settle(branch.batches()[0], OK, OK, UNKNOWN)
    return branch


@pytest.fixture
def doubted(branch, store, clock) -> tuple[World, str]:
    """The break of the third, taken on by somebody."""
    world = World(store, clock)
    bank = replace(world.bank, profile=branch.bank.profile)
    world.handling = Handling(bank, AGREED)
    batch = branch.batches()[0]
    found = credit(
        f"{batch.batch_no}/3", 200_170, kind=BreakKind.OUTCOME_UNKNOWN, direction=Direction.OPEN,
        blocking=True, batch_no=batch.batch_no, serial=3, side=Side.INSTRUCTION,
        loan_no=owed(3).loan_no,
    )  # fmt: skip
    world.finds(found)
    return world, found.break_id("990001", "ZH01")


def outcomes(branch) -> list[LineOutcome]:
    with branch.store.begin() as work:
        return [one.outcome for one in batch_lines.settled_of(work, branch.batches()[0])]


def states(branch) -> list[BatchState]:
    return [one.state for one in branch.batches()]


def test_b05_a_line_in_doubt_ends_with_its_break_and_the_batch_closes(branch, doubted):
    world, one = doubted
    assert states(branch) == [BatchState.SENT]
    world.resolves(one, Resolution.ACCEPT)
    assert outcomes(branch) == [OK, OK, RESOLVED]
    assert states(branch) == [BatchState.CLOSED]


def test_b05_what_people_took_back_is_in_doubt_again(branch, doubted):
    world, one = doubted
    world.resolves(one, Resolution.ACCEPT)
    world.undoes(one)
    assert outcomes(branch) == [OK, OK, UNKNOWN]


def test_no_night_says_anything_against_what_people_have_ended(branch, doubted):
    world, one = doubted
    world.resolves(one, Resolution.ACCEPT)
    branch.settle(branch.batches()[0], OK, OK, UNKNOWN)
    assert outcomes(branch) == [OK, OK, RESOLVED]


def test_people_end_nothing_that_the_bank_has_proved(branch, doubted):
    world, one = doubted
    branch.settle(branch.batches()[0], OK, OK, OK)
    world.resolves(one, Resolution.ACCEPT)
    assert outcomes(branch) == [OK, OK, OK]
