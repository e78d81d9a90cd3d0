"""What is filled in, once and again. 初始化."""

from datetime import date
from decimal import Decimal

import pytest
from psycopg import errors

from sandbox.core.fill import OtherWorld, Wanted, fill
from sandbox.core.reset import reset
from sandbox.world import BANKS, business_days, night

SEED = "core"


def yuan(fen):
    return Decimal(fen).scaleb(-2)


def told(bank, day):
    """Return a night's instructions as rows of the view."""
    known = night(SEED, bank, day)
    for one in known.instructions:
        yield (
            *(bank.code, "ZH01", day, known.batch.batch_no, one.serial),
            *(one.loan.loan_no, one.instalment_no, one.loan.payer_account, one.loan.payer_name),
            *map(yuan, (one.asked_fen, one.principal_fen, one.interest_fen, one.penalty_fen)),
            *(one.full_flag, yuan(0)),
        )


def test_every_instruction_of_every_night_is_there_and_nothing_of_its_outcome(core):
    rows = core.gateway.execute(
        "select * from exchange.deduction_instruction order by ywrq, yhdm, xh"
    ).fetchall()
    assert rows == [row for day in business_days() for bank in BANKS for row in told(bank, day)]


def test_filling_again_changes_nothing_and_keeps_postings(core, wanted, everything):
    posting = core.instruction()
    core.post(posting)
    before = everything(core.dsn)
    fill(core.dsn.owner, "gw", wanted())
    assert everything(core.dsn) == before
    assert core.code(posting) == "00"


@pytest.mark.parametrize("other", [{"seed": "other"}, {"scale": 3}])
def test_another_world_does_not_fit_into_a_filled_database(core, wanted, other):
    with pytest.raises(OtherWorld, match="empty database"):
        fill(core.dsn.owner, "gw", wanted(**other))


def test_one_night_of_one_bank_can_be_filled_alone_and_the_rest_later(databases, wanted):
    database = databases()
    assert fill(database.owner, "gw", Wanted(SEED, 7, BANKS[:1], business_days()[:1])) == 7
    assert fill(database.owner, "gw", wanted(scale=7)) == 7 * 15


def test_two_databases_filled_from_one_seed_hold_the_same_rows(core, databases, wanted, everything):
    again = databases()
    fill(again.owner, "gw", wanted())
    assert everything(again) == everything(core.dsn)


def test_reset_makes_due_again_what_postings_paid_and_only_that(core, everything):
    before = everything(core.dsn)
    core.post(core.instruction())
    reset(core.dsn.owner)
    assert everything(core.dsn) == before
    assert core.count("ledger.posting_attempt") == 0
    assert core.count("ledger.instalment", "zt = 'paid'") == 675


def test_reset_is_for_the_owner_only(core):
    with pytest.raises(errors.InsufficientPrivilege):
        reset(core.dsn.gateway)


def test_the_verbs_fill_reset_and_advance(databases, run_verb):
    filling = ("core", "fill", "--dsn", databases().owner, "--exchange-role", "gw")
    one_night = ("--scale", 5, "--date", date(2026, 2, 28))
    done = run_verb(*filling, "--seed", SEED, *one_night)
    assert done.stdout == b"sandbox core filled: 15 instructions\n"
    assert run_verb("core", "reset", "--dsn", filling[3]).stdout == b"sandbox core reset\n"
    opened = run_verb("core", "advance", "--dsn", filling[3], "--date", date(2026, 3, 2))
    assert opened.stdout == b"sandbox core stands on 2026-03-02\n"


@pytest.mark.parametrize("wrong", [{"seed": "other"}, {"dsn": "host=/nowhere dbname=none"}])
def test_a_verb_that_cannot_be_done_is_refused_in_a_line(filled, run_verb, wrong):
    values = {"dsn": filled.owner, "seed": SEED, "exchange-role": "gw"} | wrong
    arguments = [part for name, value in values.items() for part in (f"--{name}", value)]
    failed = run_verb("core", "fill", *arguments, check=False)
    assert (failed.returncode, failed.stderr.startswith(b"sandbox: ")) == (1, True)
    assert b"Traceback" not in failed.stderr
