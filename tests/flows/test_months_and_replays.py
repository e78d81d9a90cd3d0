"""Months are drawn up from what nights have left, and any night can be decided again. 月表与重演"""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from connectors.bank.flows.balancing import draw_up
from connectors.bank.flows.filling import policy_in_force
from connectors.bank.flows.replaying import Asking, decided_nights, replay
from connectors.bank.model import NightKey
from connectors.bank.rules.balancing import OneSided
from connectors.bank.rules.replaying import Of
from gateway.errors import Code, NotConfigured, RefusedHere
from gateway.store import alarms
from gateway.store.database import connect
from sandbox.world.statement import chained
from tests.flows.two_days import BANK, FIRST, SECOND, Days

MONTH = date(2026, 2, 1)
US = Asking("test")
CLOSES = f"""
    update bank_control c set value = value {{}} from bank_file f join bank_night n using (night_id)
    where c.file_id = f.file_id and c.field = 'closing' and f.kind = 'account_statement'
    and n.business_date = '{SECOND}'"""


@pytest.fixture
def days(store, clock) -> Days:
    """Two nights that are proved; the credit of the first comes on the second."""
    clock.forward(7 * 3600)
    days = Days(store, clock)
    first, second = days.truth(FIRST), days.truth(SECOND)
    *others, lump = first.statement.bookings
    days.result(first)
    days.statement(first, others)
    days.result(second)
    follows = chained(
        chained(first.statement.opening_fen, tuple(others)).closing_fen,
        (lump, *second.statement.bookings),
    )
    days.statement(replace(second, statement=follows))
    assert (days.run(FIRST), days.run(SECOND)) == ("PROVED", "PROVED")
    return days


def key(day: date) -> NightKey:
    return NightKey(BANK, "ZH01", day)


def rows_of_all_tables(days: Days) -> dict[str, int]:
    names = days.rows("select tablename from pg_tables where schemaname = 'public'")
    return {name: days.rows(f"select count(*) from {name}")[0][0] for (name,) in names}


def bank_of(days: Days):
    return days.sites[FIRST].bank


@pytest.fixture
def tamper(access):
    """Changes a table behind everybody's back."""

    def change(statement: str) -> None:
        with connect(access.server.admin("gateway")).begin() as admin:
            admin.execute(text("set local session_replication_role = replica"))
            admin.execute(text(statement))

    return change


def test_unchanged_rules_decide_every_night_as_it_was_decided(days):
    for day in (FIRST, SECOND):
        assert list(replay(bank_of(days), key(day), US).differences) == []


def test_a_replay_leaves_nothing_but_its_note_in_the_journal(days):
    before = rows_of_all_tables(days)
    replay(bank_of(days), key(FIRST), US)
    after = rows_of_all_tables(days)
    assert {name for name in after if after[name] != before[name]} == {"journal"}
    assert after["journal"] == before["journal"] + 1


def test_a_code_that_would_mean_something_else_changes_exactly_what_it_decided(days):
    policy = policy_in_force()
    doubted = replace(policy, meanings={**policy.meanings, "00000": "UNKNOWN"})
    found = replay(bank_of(days), key(FIRST), Asking("test", doubted)).differences
    booked = {f"{p.batch_no}/{p.serial}" for p in days.sites[FIRST].ledger.booked.values()}
    lost = {one.item for one in found if one.of is Of.POSTING and not one.after}
    assert lost == booked
    assert {one.item for one in found if one.of is Of.ANSWER} == booked
    assert not [one for one in found if one.of is Of.POSTING and one.after]


def test_what_todays_gate_would_not_take_is_told_and_nothing_else_is_decided(days):
    bank = bank_of(days)
    own = replace(bank.profile.accounts[0], number="9" * 19)
    other = replace(bank, profile=replace(bank.profile, accounts=(own,)))
    found = replay(other, key(FIRST), US).differences
    assert {one.of for one in found} == {Of.FILE}


def test_only_decided_nights_are_replayed_and_any_other_is_refused(days):
    bank = bank_of(days)
    assert decided_nights(bank, "ZH01", (FIRST, SECOND)) == [key(FIRST), key(SECOND)]
    with pytest.raises(NotConfigured):
        replay(bank, key(date(2026, 3, 9)), US)


def test_a_month_across_a_late_credit_balances_and_names_what_is_still_open(days):
    made = draw_up(bank_of(days), "ZH01", MONTH)
    assert made.balanced
    assert made.bank_fen == days.sheet(SECOND).figures.closing_fen
    assert [one.day for one in made.nights] == [FIRST, SECOND]
    open_at_the_bank = sum(one.fen for one in made.items if one.of is OneSided.BANK_RECEIVED)
    paid_by_the_bank = sum(one.fen for one in made.items if one.of is OneSided.BANK_PAID)
    assert made.adjusted_book_fen - made.book_fen == open_at_the_bank + paid_by_the_bank
    assert (open_at_the_bank, paid_by_the_bank) > (0, -10_000)


def test_a_month_drawn_twice_is_kept_once_and_the_next_begins_where_it_ended(days):
    made = draw_up(bank_of(days), "ZH01", MONTH)
    assert draw_up(bank_of(days), "ZH01", MONTH) == made
    assert days.rows("select count(*) from balance_statement") == [(1,)]
    with pytest.raises(NotConfigured):
        draw_up(bank_of(days), "ZH01", date(2026, 3, 1))


def test_a_balance_that_does_not_follow_is_off_by_exactly_that_and_rings_until_it_is_mended(
    days, tamper
):
    bank = bank_of(days)
    tamper(CLOSES.format("+ 7"))
    made = draw_up(bank, "ZH01", MONTH)
    assert (made.difference_fen, made.balanced) == (7, False)
    assert ringing(days) == {Code.STATEMENT_UNEQUAL}
    tamper(CLOSES.format("- 7"))
    assert draw_up(bank, "ZH01", MONTH).balanced
    assert ringing(days) == set()


def ringing(days: Days) -> set[Code]:
    with days.store.begin() as work:
        return {one.code for one in alarms.ringing(work)} & {Code.STATEMENT_UNEQUAL}


def test_a_month_with_a_night_that_is_not_finished_is_not_drawn_up(days, tamper):
    tamper(f"update bank_night set state = 'MATCHED' where business_date = '{SECOND}'")
    with pytest.raises(RefusedHere, match="NIGHT_UNPROVED"):
        draw_up(bank_of(days), "ZH01", MONTH)
