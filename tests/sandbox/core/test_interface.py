"""The exchange schema is what schemas/core_system says, and the gateway's rights too. 交换接口."""

import pytest
from psycopg import errors

from sandbox.core.fill import fill

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")


def test_columns_are_of_the_types_the_interface_says(core, interface):
    for relation, about in interface["relations"].items():
        rows = core.owner.execute(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute "
            "where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum",
            (f"{interface['schema']}.{relation}",),
        ).fetchall()
        assert rows == list(about["columns"].items())


def test_rights_are_those_of_the_interface_and_no_others(core, interface):
    rows = core.owner.execute(
        "select n.nspname, c.relname, r.name from pg_class c "
        "join pg_namespace n on n.oid = c.relnamespace "
        "left join unnest(%s::text[]) r (name) on has_table_privilege('gw', c.oid, r.name) "
        "where n.nspname in ('exchange', 'ledger') and c.relkind in ('r', 'v')",
        (list(RIGHTS),),
    ).fetchall()
    held = {(schema, name, right) for schema, name, right in rows if right}
    meant = {
        ("exchange", name, right)
        for name, about in interface["relations"].items()
        for right in about["grants"]
    }
    assert len({(schema, name) for schema, name, _ in rows}) == 21
    assert held == meant


@pytest.mark.parametrize(
    "attempt",
    [
        "select * from ledger.borrower",
        "select * from ledger.posting_attempt",
        "update exchange.repayment_posting set fse = 1",
        "delete from exchange.repayment_posting",
        "truncate exchange.repayment_posting",
        "insert into exchange.posting_result values ('a', 'a', '00', '')",
        "update exchange.deduction_instruction set zebz = '1'",
        "create table exchange.mine (a int)",
        "create table ledger.mine (a int)",
        "create table public.mine (a int)",
        "create temp table mine (a int)",
        "create schema mine",
        "drop view exchange.posting_result",
        "alter table exchange.repayment_posting disable trigger all",
        "select ledger.apply_posting()",
        "set role core_owner",
    ],
)
def test_the_gateway_may_do_nothing_else(core, attempt):
    # A view over two tables cannot be written to by anybody: that is the second kind of refusal.
    with pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)):
        core.gateway.execute(attempt)


def test_a_powerful_role_or_none_at_all_is_refused(databases, wanted):
    for role in ("postgres", "nobody_has_this_name"):
        with pytest.raises(ValueError, match=role):
            fill(databases().owner, role, wanted(scale=1))
