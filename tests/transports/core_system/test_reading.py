"""Instructions as the branch gave them; the interface as agreed, or what differs. 读取与核对"""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import create_engine

from connectors.core_system.rules import interface_of
from connectors.core_system.transport import CoreDatabase
from gateway.errors import Code, NotConfigured, TransportError
from sandbox.world import bank_of, night
from tests.transports.core_system.conftest import BANK, DAY, PROJECT, SEED


@pytest.fixture(scope="module")
def agreed():
    path = PROJECT / "schemas" / "core_system" / "interface.json"
    return interface_of(json.loads(path.read_text(encoding="utf-8")))


def test_instructions_are_read_exactly_as_the_branch_gave_them(instructions):
    told = night(SEED, bank_of(BANK), DAY, None)
    assert len(instructions) == len(told.instructions) == 60
    for ours, theirs in zip(instructions, told.instructions, strict=True):
        share = theirs.loan.share(theirs.instalment_no)
        assert (ours.serial, ours.loan_no, ours.instalment_no, ours.payer_account,
                ours.payer_name, ours.full_flag) == (
            theirs.serial, theirs.loan.loan_no, theirs.instalment_no, theirs.loan.payer_account,
            theirs.loan.payer_name, theirs.full_flag)  # fmt: skip
        assert (ours.principal_fen, ours.interest_fen, ours.penalty_fen) == (
            share.principal_fen, share.interest_fen, theirs.penalty_fen)  # fmt: skip
        assert ours.asked_fen == ours.principal_fen + ours.interest_fen + ours.penalty_fen


def test_instructions_come_in_the_order_of_the_batch(instructions):
    assert [one.serial for one in instructions] == list(range(1, 61))


@pytest.mark.parametrize(
    ("bank", "account", "day"),
    [("990002", "ZH01", DAY), (BANK, "ZH02", DAY), (BANK, "ZH01", DAY + timedelta(1))],
)
def test_another_bank_account_or_date_has_none_of_them(bank, account, day, core):
    assert core.wire.instructions(bank, account, day) == []


def test_the_agreed_interface_is_found_column_by_column(core, agreed):
    assert core.wire.check(agreed) == sum(len(columns) for columns in agreed.relations.values())


@contextmanager
def changed(core, change, back):
    core.do(change)
    try:
        yield
    finally:
        core.do(back)


@pytest.mark.parametrize(
    ("change", "back", "named"),
    [
        (
            "alter table exchange.repayment_posting rename lrsj to lrsj2",
            "alter table exchange.repayment_posting rename lrsj2 to lrsj",
            "repayment_posting.lrsj",
        ),
        (
            "alter view exchange.posting_result rename jgsm to sm",
            "alter view exchange.posting_result rename sm to jgsm",
            "posting_result.jgsm",
        ),
        (
            "alter view exchange.posting_result rename to other",
            "alter view exchange.other rename to posting_result",
            "posting_result.mdj",
        ),
        (
            "alter table exchange.repayment_posting alter dkywmxlx type varchar(2)",
            "alter table exchange.repayment_posting alter dkywmxlx type char(2)",
            "repayment_posting.dkywmxlx",
        ),
        (
            "revoke insert on exchange.repayment_posting from core_exchange",
            "grant insert on exchange.repayment_posting to core_exchange",
            "repayment_posting: INSERT",
        ),
        (
            "revoke select on exchange.deduction_instruction from core_exchange",
            "grant select on exchange.deduction_instruction to core_exchange",
            "deduction_instruction: SELECT",
        ),
    ],
    ids=["column", "column of a view", "view", "type", "insert", "select"],
)
def test_what_differs_from_the_agreed_interface_is_named(change, back, named, core, agreed):
    """Bug: of a relation that is not there at all, only the schema was named."""
    with changed(core, change, back), pytest.raises(NotConfigured) as raised:
        core.wire.check(agreed)
    assert raised.value.code is Code.INTERFACE_DIFFERS
    assert raised.value.detail.startswith(named)


def test_a_missing_right_on_the_whole_schema_is_a_difference(core, agreed):
    with (
        changed(
            core,
            "revoke usage on schema exchange from core_exchange",
            "grant usage on schema exchange to core_exchange",
        ),
        pytest.raises(NotConfigured) as raised,
    ):
        core.wire.check(agreed)
    assert raised.value.code is Code.INTERFACE_DIFFERS


def test_a_database_that_is_away_is_a_matter_of_time(core, agreed):
    away = create_engine(core.engine.url.set(query={"host": "/nowhere"}))
    for act in (
        lambda wire: wire.instructions(BANK, "ZH01", DAY),
        lambda wire: wire.check(agreed),
        lambda wire: wire.results(["0" * 64]),
        lambda wire: wire.post([]),
    ):
        with pytest.raises(TransportError) as raised:
            act(CoreDatabase(away))
        assert raised.value.code is Code.DATABASE_UNREACHABLE


PRIVILEGES = ("select", "insert", "update", "delete", "truncate", "references", "trigger")


def test_the_exchange_role_may_do_what_is_agreed_and_nothing_else(core, agreed):
    relations = core.ask(
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = relnamespace "
        "where n.nspname in ('ledger', 'exchange', 'public') and c.relkind in ('r', 'v')"
    )
    rights = {
        (schema, name, right.upper())
        for schema, name in relations
        for right in PRIVILEGES
        if core.ask(
            "select has_table_privilege('core_exchange', c.oid, :p) from pg_class c "
            "join pg_namespace n on n.oid = relnamespace where relname = :r and nspname = :s",
            p=right, r=name, s=schema,
        )[0][0]
    }  # fmt: skip
    expected = {
        ("exchange", name, right) for name, granted in agreed.grants.items() for right in granted
    }
    assert rights == expected
    by_column = "select count(*) from pg_attribute where attacl is not null"
    assert core.ask(f"{by_column} and attrelid::regclass::text ~ '^(ledger|exchange)'") == [(0,)]


def test_the_exchange_role_may_create_nothing_and_see_no_ledger(core):
    (rights,) = core.ask(
        "select has_schema_privilege(:r, 'ledger', 'usage'), "
        "has_schema_privilege(:r, 'exchange', 'create'), "
        "has_schema_privilege(:r, 'public', 'create'), "
        "has_database_privilege(:r, current_database(), 'create'), "
        "has_database_privilege(:r, current_database(), 'temporary')",
        r="core_exchange",
    )
    assert rights == (False,) * 5
