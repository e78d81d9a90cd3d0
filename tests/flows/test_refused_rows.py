"""Rows that cannot be: the night goes on without them, and nobody is named. 不合格的行"""

import traceback
from dataclasses import dataclass, replace

import pytest

from connectors.bank.flows.parts import Ledger
from connectors.bank.flows.receiving import open_nights
from gateway.errors import Code, IllegalTransition
from gateway.flows import bank_night
from tests.branch import LAST_DAY

BANK = "990001"


@dataclass
class OneCrooked:
    """A ledger whose first instruction asks for a fen less than its parts."""

    ledger: Ledger

    def instructions(self, *night):
        first, *others = self.ledger.instructions(*night)
        return [replace(first, principal_fen=first.principal_fen + 1), *others]

    def __getattr__(self, name):
        return getattr(self.ledger, name)


def test_a_crooked_instruction_is_held_and_keeps_no_other_from_posting(branch):
    """Bug: the database refused the row, the night crashed, and the error named the person."""
    branch.publish(BANK)
    gateway, key = branch.gateway(), branch.key(BANK)
    open_nights(gateway.bank(BANK), LAST_DAY)
    night = gateway.night(key)
    bank_night.run(replace(night, bank=replace(night.bank, ledger=OneCrooked(night.bank.ledger))))
    assert branch.rows("select state from bank_night") == [("PROVED",)]
    assert branch.rows("select count(*) from bank_break where kind = 'DETAILS_DIFFER'") == [(1,)]


def test_no_error_of_the_database_names_the_people_in_the_row(branch):
    """Bug: the rows that failed stood in the error's text, and in the server's own log."""
    branch.publish(BANK)
    branch.do("alter table instruction add constraint never check (asked_fen < 0) not valid")
    try:
        gateway = branch.gateway()
        open_nights(gateway.bank(BANK), LAST_DAY)
        with pytest.raises(IllegalTransition) as raised:
            bank_night.run(gateway.night(branch.key(BANK)))
    finally:
        branch.do("alter table instruction drop constraint never")
    assert raised.value.code is Code.STORE_REFUSED
    assert raised.value.detail == "23514 instruction never"
    told = "".join(traceback.format_exception(raised.value))
    server_log = (branch.access.server.data / "log").read_text(encoding="utf-8")
    names = {name for (name,) in branch.core_rows("select xingming from ledger.borrower")}
    assert "violates check constraint" in server_log
    assert not [name for name in names if name in told or name in server_log]
