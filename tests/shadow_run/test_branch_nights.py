"""Months of nights through the whole gateway, held against what really happened. 网关影子运行"""

import os
from collections import Counter
from datetime import date

import pytest

from gateway.launcher import counterparties, processes
from gateway.launcher.options import Options
from sandbox.months.bank import MonthBank
from sandbox.months.spans import SPRING, Span
from sandbox.world import BANKS
from tests.branch import free_port
from tests.shadow_run.branch_site import BranchAccount, prepare

NIGHTS = int(os.environ.get("GATEWAY_SHADOW_NIGHTS", "0"))
SEED = os.environ.get("GATEWAY_SHADOW_SEED", "months")
LOANS = int(os.environ.get("GATEWAY_SHADOW_LOANS", "40"))
SPAN = Span(SPRING, NIGHTS) if NIGHTS else Span(date(2026, 2, 11), 8)


@pytest.fixture
def accounts(access, empty_tables, tmp_path):
    """Two banks with their loans, the gateway's database empty."""
    empty_tables()
    banks = [MonthBank(SEED, bank, LOANS, SPAN) for bank in BANKS[:2]]
    options = Options(tmp_path / "var", free_port(), free_port(), "months", "", free_port())
    site = prepare(options, access, banks)
    started = counterparties.start_banks(options)
    yield [BranchAccount(site, bank, [], []) for bank in banks]
    processes.stop(options.run, [started])


def test_the_ledger_holds_what_was_really_taken_and_every_planted_break_is_known(accounts):
    for day in SPAN.days():
        accounts[0].advance(day)
        for account in accounts:
            account.live(day)
            account.run()
    for account in accounts:
        truth = account.truth()
        assert account.wrong_postings(truth) == []
        assert account.wrong_receipts() == []
        assert account.missing_breaks() == Counter()
        assert set(account.states().values()) == {"PROVED"}
        assert account.off_balance() == []
        assert account.otherwise() == []
