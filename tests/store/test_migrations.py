"""What the program believes of its tables is what the migrations create. 表结构一致"""

import re

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.dialects import postgresql

import connectors.bank.store.balances as balances_tables
import connectors.bank.store.break_acts as acts_tables
import connectors.bank.store.breaks as breaks_tables
import connectors.bank.store.days as days_tables
import connectors.bank.store.deduction_tables as deduction_tables
import connectors.bank.store.delinquency as delinquency_tables
import connectors.bank.store.open_items as items_tables
import connectors.bank.store.platform_tables as platform_tables
import connectors.core_system.store as core_tables
import gateway.store.approval_rows as approval_tables
import gateway.store.tables as kernel_tables
from connectors.bank.rules.break_states import BREAK_STATES
from connectors.bank.rules.day import DAY_STATES
from connectors.bank.rules.pushes import PUSH_STATES
from connectors.bank.rules.states import FILE_STATES, NIGHT_STATES
from gateway.store.messages import MESSAGE_STATES

# the tables of a module are known once it is imported
BANK = (
    acts_tables,
    balances_tables,
    breaks_tables,
    days_tables,
    delinquency_tables,
    items_tables,
    platform_tables,
)
METADATAS = (
    approval_tables.METADATA,
    kernel_tables.METADATA,
    BANK[0].METADATA,
    core_tables.METADATA,
    deduction_tables.METADATA,
)
TABLES = {table.name: table for metadata in METADATAS for table in metadata.tables.values()}
DIALECT = postgresql.dialect()
STATES = {
    "message": MESSAGE_STATES,
    "bank_night": NIGHT_STATES,
    "bank_file": FILE_STATES,
    "push_inbox": PUSH_STATES,
    "bank_break": BREAK_STATES,
    "bank_day": DAY_STATES,
}


@pytest.fixture(scope="module")
def found(owner):
    return inspect(owner)


def type_of(kind):
    return kind.compile(DIALECT)


def test_every_table_is_known_to_the_program_and_the_other_way_round(found):
    assert set(found.get_table_names()) == {*TABLES, "alembic_version"}
    assert found.get_view_names() == []


def filled(column):
    """What the database puts into a column that nobody gives a value."""
    default = column.server_default
    if default is None or not hasattr(default, "arg"):
        return None
    return f"'{default.arg}'::text" if isinstance(default.arg, str) else str(default.arg)


@pytest.mark.parametrize("name", TABLES)
def test_columns_and_their_types_are_the_same(name, found):
    created = {
        column["name"]: (type_of(column["type"]), column["nullable"], column["default"])
        for column in found.get_columns(name)
    }
    believed = {c.name: (type_of(c.type), c.nullable, filled(c)) for c in TABLES[name].columns}
    assert created == believed


@pytest.mark.parametrize("name", TABLES)
def test_primary_keys_are_the_same(name, found):
    believed = [column.name for column in TABLES[name].primary_key.columns]
    assert found.get_pk_constraint(name)["constrained_columns"] == believed


@pytest.mark.parametrize("name", TABLES)
def test_foreign_keys_are_the_same(name, found):
    created = {
        (tuple(key["constrained_columns"]), key["referred_table"], tuple(key["referred_columns"]))
        for key in found.get_foreign_keys(name)
    }
    believed = {
        (
            tuple(key.column_keys),
            key.elements[0].target_fullname.split(".")[0],
            tuple(element.target_fullname.split(".")[1] for element in key.elements),
        )
        for key in TABLES[name].foreign_key_constraints
    }
    assert created == believed


@pytest.mark.parametrize("name", TABLES)
def test_unique_constraints_are_the_same(name, found):
    table = TABLES[name]
    keys = {
        tuple(column.name for column in constraint.columns)
        for constraint in table.constraints
        if type(constraint).__name__ == "UniqueConstraint"
    }
    single = {(column.name,) for column in table.columns if column.unique}
    created = {tuple(key["column_names"]) for key in found.get_unique_constraints(name)}
    assert created == keys | single


@pytest.mark.parametrize("name", TABLES)
def test_indexes_are_the_same(name, found):
    created = {
        tuple(index["column_names"])
        for index in found.get_indexes(name)
        if "duplicates_constraint" not in index
    }
    believed = {tuple(c.name for c in index.columns) for index in TABLES[name].indexes}
    assert created == believed


@pytest.mark.parametrize("name", STATES)
def test_a_state_column_takes_exactly_the_states_of_its_machine(name, found):
    (check,) = [
        constraint["sqltext"]
        for constraint in found.get_check_constraints(name)
        if re.match(r"\(?state = ANY", constraint["sqltext"])
    ]
    assert set(re.findall(r"'(\w+)'", check)) == {state.name for state in STATES[name].states()}


def test_a_digest_is_sixty_four_hex_digits_for_the_database_too(owner):
    with owner.connect() as connection:
        for digest in ("0" * 63, "G" * 64, "A" * 64, "0" * 65, ""):
            with pytest.raises(Exception, match="payload_digest_check"):
                connection.execute(text("insert into payload values (:d, 1, now())"), {"d": digest})
            connection.rollback()
