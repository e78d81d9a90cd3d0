"""Who may do what: role by relation by privilege, as the database's own catalogue says. 最小权限"""

from itertools import product

import pytest
from sqlalchemy import text

from gateway.launcher.databases import DATABASES
from gateway.store.database import connect

PRIVILEGES = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN",
)  # fmt: skip
BY_COLUMN = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
APP, DESK = "gateway_app", "gateway_desk"

# What the program may change in place; everywhere else it may only add and look.
UPDATES = {
    "payload": {"kept_again_at", "shredded_at"},
    "message": {"state", "state_at", "verdict", "grade", "reason"},
    "outbox": {"next_attempt_at", "attempts", "fence", "lease_owner", "lease_until"},
    "attempt": {"ended_at", "outcome", "reply_digest", "grade"},
    "alarm": {"first_at", "last_at", "times", "cleared_at", "cleared_why", "detail"},
    "journal_head": {"stamp_digest", "stamped_at", "published_at"},
    "bank_night": {
        "state",
        "state_at",
        "ledger_digest",
        "ledger_grade",
        "decision_digest",
        "revision",
    },
    "bank_file": {"state", "state_at", "grade", "kid", "part"},
    "deduction_match": {
        "outcome",
        "file_id",
        "line",
        "taken_fen",
        "principal_fen",
        "interest_fen",
        "penalty_fen",
        "fine_fen",
        "posting_key",
    },
    "posting": {"result_code", "result_text", "grade"},
    "dunning": {"state", "state_at", "letter_digest", "acted_by", "note"},
    "push_inbox": {"state", "state_at"},
    "platform_session": {"hand_key", "signed_in_at", "last_serial"},
    "deduction_batch": {"state", "state_at", "sent_at", "bank_no"},
    "deduction_line": {
        "live",
        "outcome",
        "code",
        "settled_at",
        "proved_on",
        "host_serial",
        "taken_principal_fen",
        "taken_interest_fen",
        "taken_penalty_fen",
        "taken_fine_fen",
    },
    "open_item": {"cleared_on", "cleared_how", "cleared_by"},
    "bank_break": {
        "direction", "blocking", "amount_fen", "unbooked_fen", "signed_fen", "candidates",
        "file_id", "line", "state", "state_at", "person", "held",
    },
    # the lines of a large file get their tokens after they were stored
    "deduction_result": {"loan_token", "account_token", "name_token"},
    "statement_line": {"account_token", "name_token"},
    "line_tokens_wanted": {"lines_done"},
    "bank_day": {"state", "state_at"},
    "approval": {"state", "state_at", "asked_at", "round", "barred"},
    "stamp": {"attempts", "next_attempt_at", "token_digest", "gen_time"},
}  # fmt: skip
# What the program may delete: memories, never history.
DELETES = {"seen_signature", "line_tokens_wanted"}
# Where personal data lies, and which of its columns the desk may see all the same.
PERSONAL = {
    "account_detail": {
        "item_id", "line", "bank", "account", "serial", "direction", "amount_fen", "reversal",
        "booked_time", "booked_on", "account_token", "name_token",
    },
    # no person: the key of a session
    "platform_session": {"counterparty", "signed_in_at", "last_serial"},
    "deduction_result": {
        "file_id", "line", "batch_no", "serial", "instalment_no", "asked_fen", "taken_fen",
        "full_flag", "code", "loan_token", "account_token", "name_token",
    },
    "statement_line": {
        "file_id", "line", "serial", "direction", "amount_fen", "reversal", "account_token",
        "name_token",
    },
    "deduction_exclusion": {
        "plan_id", "number", "loan_token", "instalment_no", "due_on", "fen", "reason",
    },
    "deduction_line": {
        "batch_id", "serial", "instalment_no", "due_on", "principal_fen", "interest_fen",
        "penalty_fen", "fine_fen", "full_flag", "loan_token", "account_token", "name_token", "live",
        "outcome", "code", "settled_at", "host_serial", "taken_principal_fen", "taken_interest_fen",
        "taken_penalty_fen", "taken_fine_fen",
    },
    "instruction": {
        "night_id", "batch_no", "serial", "instalment_no", "asked_fen", "full_flag", "loan_token",
        "account_token", "name_token",
    },
    "overdue_loan": {
        "business_date", "bank", "account", "loan_token", "unpaid", "times", "since",
        "first_instalment", "overdue_fen", "overdue_principal_fen", "balance_fen", "measure",
    },
    "dunning": {
        "dunning_id", "bank", "account", "loan_token", "measure", "first_instalment", "opened_on",
        "state", "state_at", "letter_digest", "acted_by",
    },
    "bank_break": {
        "break_id", "night_id", "kind", "direction", "blocking", "batch_no", "serial", "file_id",
        "line", "amount_fen", "unbooked_fen", "first_seen", "item", "side", "loan_shown",
        "signed_fen", "candidates", "state", "state_at", "person", "held",
    },
    "break_act": {
        "break_id", "number", "at", "event", "state", "person", "reason", "how", "loan_shown",
        "instalment_no", "other", "document", "booking", "approval_id", "digest",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def ask(owner):
    """Asks the catalogue."""
    with owner.connect() as connection:
        yield lambda sql, **values: connection.execute(text(sql), values).all()


@pytest.fixture(scope="module")
def columns(ask):
    """Columns by relation, of every relation there is."""
    found = ask(
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid "
        "where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'p', 'f') "
        "and a.attnum > 0 and not a.attisdropped"
    )
    relations = {relation for relation, _ in found}
    return {name: {column for of, column in found if of == name} for name in relations}


def table_rights(ask, role, relations):
    return {
        (relation, right)
        for relation, right in product(relations, PRIVILEGES)
        if ask("select has_table_privilege(:o, :r, :p)", o=role, r=relation, p=right)[0][0]
    }


def column_rights(ask, role, columns, right):
    found = {
        relation: {
            name
            for name in names
            if ask(
                "select has_column_privilege(:o, :r, :c, :p)",
                o=role, r=relation, c=name, p=right,
            )[0][0]
        }
        for relation, names in columns.items()
    }  # fmt: skip
    return {relation: names for relation, names in found.items() if names}


def test_the_program_may_look_everywhere_add_to_its_tables_and_delete_memories_only(ask, columns):
    added = set(columns) - {"alembic_version"}
    expected = {(name, "SELECT") for name in columns} | {(name, "INSERT") for name in added}
    expected |= {(name, "DELETE") for name in DELETES}
    assert table_rights(ask, APP, columns) == expected


def test_the_program_may_change_only_what_has_a_state(ask, columns):
    assert column_rights(ask, APP, columns, "UPDATE") == UPDATES
    assert column_rights(ask, APP, columns, "REFERENCES") == {}


def test_the_desk_may_only_look_and_not_at_personal_data(ask, columns):
    seen = set(columns) - set(PERSONAL)
    assert table_rights(ask, DESK, columns) == {(name, "SELECT") for name in seen}
    for right in ("INSERT", "UPDATE", "REFERENCES"):
        assert column_rights(ask, DESK, columns, right) == {}


def test_the_desk_sees_of_personal_tables_what_is_listed_and_no_more(ask, columns):
    personal = {name: columns[name] for name in PERSONAL}
    listed = {name: seen for name, seen in PERSONAL.items() if seen}
    assert column_rights(ask, DESK, personal, "SELECT") == listed


def test_no_column_that_names_a_person_an_account_or_a_loan_is_open_to_the_desk(ask, columns):
    names = {"loan_no", "payer_account", "payer_name", "other_account", "other_name", "summary"}
    names |= {"borrower_id", "borrower_name", "contract_no", "mandate_no", "payer_bank_no"}
    seen = column_rights(ask, DESK, columns, "SELECT")
    assert {name for open_ones in seen.values() for name in open_ones} & names == set()


def test_the_public_may_nothing(ask, columns):
    granted = ask(
        "select c.relname, p.privilege_type from pg_class c, aclexplode(c.relacl) p "
        "where p.grantee = 0 and c.relnamespace = 'public'::regnamespace"
    )
    by_column = ask(
        "select attrelid::regclass::text, attname from pg_attribute, aclexplode(attacl) p "
        "join pg_class c on true where p.grantee = 0 and c.oid = attrelid "
        "and c.relnamespace = 'public'::regnamespace"
    )
    assert (granted, by_column) == ([], [])


@pytest.mark.parametrize("role", [APP, DESK])
def test_a_guest_may_create_nothing_in_the_database(role, ask):
    (rights,) = ask(
        "select has_schema_privilege(:r, 'public', 'create'), "
        "has_database_privilege(:r, 'gateway', 'create'), "
        "has_database_privilege(:r, 'gateway', 'temporary')",
        r=role,
    )
    assert tuple(rights) == (False, False, False)


def test_no_role_of_ours_is_powerful_or_a_member_of_another(ask):
    ours = [name for base in DATABASES for name in (base.owner, *base.guests)]
    powerful = ask(
        "select rolname from pg_roles where rolname = any(:names) and "
        "(rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)",
        names=ours,
    )
    members = ask(
        "select m.rolname from pg_auth_members a join pg_roles m on m.oid = a.member "
        "where m.rolname = any(:names)",
        names=ours,
    )
    assert (powerful, members) == ([], [])


def test_each_role_may_enter_its_own_database_only(ask):
    names = [base.name for base in DATABASES]
    for base in DATABASES:
        for role in (base.owner, *base.guests):
            entered = {
                name
                for name in names
                if ask("select has_database_privilege(:r, :d, 'connect')", r=role, d=name)[0][0]
            }
            assert entered == {base.name}, role


def test_the_gateway_owns_its_tables_and_the_program_owns_nothing(ask):
    owners = ask(
        "select distinct pg_get_userbyid(relowner) from pg_class "
        "where relnamespace = 'public'::regnamespace"
    )
    assert owners == [("gateway_owner",)]


def test_the_desk_is_really_refused(access):
    """The catalogue's word is one thing; here the desk tries, and asks to be let write first."""
    desk = connect(access.url("gateway", DESK))
    for query in (
        "select payer_name from deduction_result",
        "select * from deduction_result",
        "select other_name from statement_line",
        "select * from statement_line",
        "select loan_no from instruction",
        "insert into alarm select * from alarm",
        "select file_id, line, taken_fen from deduction_result where payer_name = '沙'",
        "select name_token from statement_line where other_name = '沙'",
        "select name_token from instruction order by payer_account",
    ):
        with pytest.raises(Exception, match="permission denied"), desk.connect() as connection:
            connection.execute(text("set transaction read write"))
            connection.execute(text(query))
    with desk.connect() as connection:
        connection.execute(text("select file_id, line, taken_fen from deduction_result"))
        connection.execute(text("select name_token, account_token from statement_line"))
