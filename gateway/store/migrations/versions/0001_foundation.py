"""Foundation: journal, archive index, inbox, outbox, alarms, calendar, the bank's night. 基础表"""

from alembic import op

revision = "0001"
down_revision = None

KERNEL = """
create table payload (
    digest text primary key check (digest ~ '^[0-9a-f]{64}$'),
    bytes bigint not null check (bytes >= 0),
    archived_at timestamptz not null
);
create table journal (
    seq bigint primary key check (seq > 0),
    at timestamptz not null,
    event text not null,
    subject text not null,
    facts text not null,
    previous text not null,
    hash text not null unique
);
create index ix_journal_subject on journal (subject);
create table inbox_item (
    item_id text primary key,
    counterparty text not null,
    name text not null,
    digest text not null references payload,
    received_at timestamptz not null,
    arrival bigint generated always as identity,
    unique (counterparty, name, digest)
);
create table message (
    message_id text primary key,
    counterparty text not null,
    kind text not null,
    subject text not null,
    name text not null,
    digest text not null references payload,
    state text not null
        check (state in ('DRAFTED', 'SENDING', 'UNKNOWN', 'ACKNOWLEDGED', 'REJECTED')),
    state_at timestamptz not null,
    verdict text,
    grade text,
    reason text not null,
    check (state <> 'ACKNOWLEDGED' or grade in ('A', 'B', 'C'))
);
create index ix_message_subject on message (subject);
create table outbox (
    message_id text primary key references message,
    next_attempt_at timestamptz not null,
    attempts integer not null check (attempts >= 0),
    fence bigint not null check (fence >= 0),
    lease_owner text,
    lease_until timestamptz
);
create table attempt (
    message_id text references message,
    fence bigint,
    act text not null check (act in ('send', 'enquire')),
    started_at timestamptz not null,
    signed_digest text references payload,
    ended_at timestamptz,
    outcome text,
    reply_digest text references payload,
    grade text,
    primary key (message_id, fence)
);
create table alarm (
    alarm_id text primary key,
    code text not null,
    subject text not null,
    detail text not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    times integer not null check (times > 0),
    cleared_at timestamptz,
    cleared_why text
);
create table calendar_year (
    year integer,
    digest text,
    "off" text[] not null,
    work text[] not null,
    imported_at timestamptz not null,
    primary key (year, digest)
);
"""

APPEND_ONLY = """
create function journal_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the journal is append-only';
end $$;
create trigger journal_is_append_only before update or delete or truncate on journal
    for each statement execute function journal_is_append_only();
"""

BANK = """
create table bank_night (
    night_id text primary key,
    bank text not null,
    account text not null,
    business_date date not null,
    state text not null check (state in ('OPEN', 'RECEIVED', 'MATCHED', 'POSTED', 'PROVED')),
    state_at timestamptz not null,
    ledger_digest text references payload,
    decision_digest text references payload,
    unique (bank, account, business_date)
);
create table expected_file (
    night_id text references bank_night,
    kind text,
    due_at timestamptz not null,
    primary key (night_id, kind)
);
create table bank_file (
    file_id text primary key references inbox_item (item_id),
    night_id text not null references bank_night,
    kind text not null,
    version integer not null check (version > 0),
    name text not null,
    digest text not null references payload,
    flag_digest text not null references payload,
    signature_digest text references payload,
    state text not null
        check (state in ('RECEIVED', 'ACCEPTED', 'QUARANTINED', 'HELD', 'USED', 'SUPERSEDED')),
    state_at timestamptz not null,
    grade text,
    kid text
);
create index ix_bank_file_night on bank_file (night_id);
create table bank_finding (
    file_id text references bank_file,
    number integer,
    code text not null,
    line integer not null,
    byte_column integer not null,
    field text not null,
    primary key (file_id, number)
);
create table bank_control (
    file_id text references bank_file,
    field text,
    value bigint not null,
    primary key (file_id, field)
);
create table deduction_result (
    file_id text references bank_file,
    line integer,
    batch_no text not null,
    serial integer not null,
    loan_no text not null,
    instalment_no integer not null,
    payer_account text not null,
    payer_name text not null,
    asked_fen bigint not null,
    taken_fen bigint not null,
    full_flag text not null,
    code text not null,
    message text not null,
    host_date date,
    host_serial text not null,
    primary key (file_id, line)
);
create table statement_line (
    file_id text references bank_file,
    line integer,
    serial integer not null,
    host_serial text not null,
    direction text not null,
    amount_fen bigint not null,
    balance_fen bigint not null,
    other_account text not null,
    other_name text not null,
    summary text not null,
    reversal boolean not null,
    booked_time time not null,
    primary key (file_id, line)
);
create table instruction (
    night_id text references bank_night,
    batch_no text,
    serial integer,
    loan_no text not null,
    instalment_no integer not null,
    payer_account text not null,
    payer_name text not null,
    asked_fen bigint not null,
    principal_fen bigint not null,
    interest_fen bigint not null,
    penalty_fen bigint not null,
    full_flag text not null,
    primary key (night_id, batch_no, serial)
);
create table deduction_match (
    night_id text,
    batch_no text,
    serial integer,
    outcome text not null,
    file_id text,
    line integer,
    taken_fen bigint not null,
    posting_key text unique,
    primary key (night_id, batch_no, serial),
    foreign key (night_id, batch_no, serial) references instruction,
    foreign key (file_id, line) references deduction_result,
    unique (file_id, line),
    check (posting_key is null or outcome = 'EXACT')
);
create table bank_break (
    break_id text primary key,
    night_id text not null references bank_night,
    kind text not null,
    direction text not null,
    blocking boolean not null,
    batch_no text not null,
    serial integer,
    file_id text references bank_file,
    line integer,
    amount_fen bigint not null,
    unbooked_fen bigint not null check (unbooked_fen >= 0),
    first_seen date not null
);
create index ix_bank_break_night on bank_break (night_id);
create table proof_sheet (
    night_id text references bank_night,
    digest text references payload,
    made_at timestamptz not null,
    proved boolean not null,
    primary key (night_id, digest)
);
"""

CORE_SYSTEM = """
create table posting (
    posting_key text primary key,
    message_id text not null references message,
    subject text not null,
    content_digest text not null,
    fen bigint not null check (fen > 0),
    result_code text,
    result_text text
);
create index ix_posting_subject on posting (subject);
"""

# Least privilege: the application may add to what is history and move what has a state; the desk
# may look. Nobody but the owner may delete anything at all.
GRANTS = """
grant select on all tables in schema public to gateway_app, gateway_desk;
revoke select on deduction_result, statement_line, instruction from gateway_desk;
grant select (file_id, line, batch_no, serial, instalment_no, asked_fen, taken_fen, full_flag, code)
    on deduction_result to gateway_desk;
grant insert on payload, journal, inbox_item, message, outbox, attempt, alarm, calendar_year,
    bank_night, expected_file, bank_file, bank_finding, bank_control, deduction_result,
    statement_line, instruction, deduction_match, bank_break, proof_sheet, posting to gateway_app;
grant update (state, state_at, verdict, grade, reason) on message to gateway_app;
grant update (next_attempt_at, attempts, fence, lease_owner, lease_until) on outbox to gateway_app;
grant update (ended_at, outcome, reply_digest, grade) on attempt to gateway_app;
grant update (first_at, last_at, times, cleared_at, cleared_why, detail) on alarm to gateway_app;
grant update (state, state_at, ledger_digest, decision_digest) on bank_night to gateway_app;
grant update (state, state_at, grade, kid) on bank_file to gateway_app;
grant update (result_code, result_text) on posting to gateway_app;
"""


def upgrade() -> None:
    """Create everything and give each role what it needs."""
    for part in (KERNEL, APPEND_ONLY, BANK, CORE_SYSTEM, GRANTS):
        op.execute(part)
