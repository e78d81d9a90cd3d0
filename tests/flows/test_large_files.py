"""A large file's lines are stored as they are read, and the night is the same night. 大文件"""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import text

from connectors.bank.settings import Limits
from gateway.dates import SHANGHAI
from gateway.flows.finding import find
from gateway.flows.tokening import tokenise_waiting
from tests.archives import TOKENS
from tests.simulation.history import ending, run
from tests.simulation.parts import Crasher
from tests.simulation.site_of_night import Site, Story

START = datetime(2026, 3, 1, 2, 0, tzinfo=SHANGHAI)
TOLD = Story(7, "990001", 4, 60, ())
TOKENLESS = "select count(*) from deduction_result where loan_token is null"


def site_of(store, clock, *, large: bool, told: Story = TOLD) -> Site:
    """A site to which every file is large, or none."""
    made = Site(told, store, clock, Crasher())
    limits = Limits(bulk_bytes_min=0 if large else 2**40)
    made.bank = replace(made.bank, profile=replace(made.bank.profile, limits=limits))
    return made


def count(store, query: str) -> int:
    with store.begin() as work:
        return work.connection.execute(text(query)).scalar_one()


@pytest.fixture
def ended(store, stepping_clock, empty_tables, tmp_path):
    """How a night ends that is published so, with large files or without."""

    def end(*faults: str, large: bool):
        empty_tables()
        site = site_of(store, stepping_clock(START), large=large)
        site.publish(1, faults, True)
        outcome = run(site)
        tokenise_waiting(store, TOKENS, portion=7)
        return outcome, ending(site, (outcome,)).tables

    return end


@pytest.mark.parametrize(
    "faults", [(), ("missing_line", "statement_follows"), ("wrong_total",), ("half_character",)]
)
def test_x01_a_night_ends_the_same_whether_its_files_are_large_or_small(ended, faults):
    """To the last token, and whatever is wrong with a file is named as exactly."""
    small, large = ended(*faults, large=False), ended(*faults, large=True)
    assert large == small


def test_who_looks_for_a_person_is_told_that_a_large_file_waits_for_its_tokens(store, clock):
    site = site_of(store, clock, large=True)
    site.publish(1, (), True)
    assert run(site) == "PROVED"
    loan = site.told.truth.instructions[0].loan.loan_no
    assert count(store, TOKENLESS) > 0
    before = find(store, TOKENS, loan)
    done = tokenise_waiting(store, TOKENS, portion=7)
    after = find(store, TOKENS, loan)
    assert (before.waiting, after.waiting, dict(done.counts)) == (2, 0, {"waiting": 0})
    assert count(store, TOKENLESS) == 0
    assert len(after.lines) == len(before.lines) + 1


def test_an_hour_s_share_of_tokens_leaves_the_rest_for_the_next(store, clock, monkeypatch):
    site = site_of(store, clock, large=True)
    site.publish(1, (), True)
    run(site)
    monkeypatch.setattr("gateway.flows.tokening._PORTIONS_MAX", 2)
    waiting = count(store, TOKENLESS)
    tokenise_waiting(store, TOKENS, portion=5)
    assert 0 < count(store, TOKENLESS) < waiting
    while tokenise_waiting(store, TOKENS, portion=5).counts["waiting"]:
        pass
    assert count(store, TOKENLESS) == 0
