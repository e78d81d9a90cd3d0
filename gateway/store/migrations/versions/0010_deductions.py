"""Deduction plans, batches and their lines: what is asked of whom, once. 扣款批次"""

from alembic import op

revision = "0010"
down_revision = "0009"

BATCHES = """
create table deduction_plan (
    plan_id text primary key,
    bank text not null,
    account text not null,
    business_date date not null,
    made_at timestamptz not null,
    due_count integer not null,
    due_fen bigint not null
);
create table deduction_exclusion (
    plan_id text references deduction_plan,
    number integer,
    loan_no text not null,
    loan_token text,
    instalment_no integer not null,
    due_on date not null,
    fen bigint not null,
    reason text not null,
    primary key (plan_id, number)
);
create index ix_deduction_exclusion_loan_token on deduction_exclusion (loan_token);
create table deduction_batch (
    batch_id text primary key,
    plan_id text not null references deduction_plan,
    bank text not null,
    account text not null,
    business_date date not null,
    sequence integer not null check (sequence > 0),
    batch_no text not null,
    digest text not null check (digest ~ '^[0-9a-f]{64}$'),
    line_count integer not null check (line_count > 0),
    fen bigint not null check (fen > 0),
    state text not null check (state in (
        'BUILT', 'QUEUED', 'UNKNOWN', 'SENT', 'ACCEPTED', 'PROCESSING', 'PARTLY', 'DONE',
        'RESULTS_IN', 'SPLIT_SENT', 'CLOSED', 'FAILED', 'REFUSED', 'WITHDRAWN')),
    state_at timestamptz not null,
    sent_at timestamptz,
    bank_no text not null default '',
    unique (bank, account, business_date, sequence),
    unique (bank, batch_no)
);
create index ix_deduction_batch_open on deduction_batch (state)
    where state not in ('CLOSED', 'FAILED', 'REFUSED', 'WITHDRAWN');
"""

# `live`: with the bank, or on its way there. One instalment is live once: whatever the program
# believes, the borrower is not debited twice.
LINES = """
create table deduction_line (
    batch_id text references deduction_batch,
    serial integer check (serial > 0),
    loan_no text not null,
    contract_no text not null,
    instalment_no integer not null,
    due_on date not null,
    payer_account text not null,
    payer_name text not null,
    payer_bank_no text not null,
    mandate_no text not null,
    borrower_id text not null,
    borrower_name text not null,
    principal_fen bigint not null check (principal_fen >= 0),
    interest_fen bigint not null check (interest_fen >= 0),
    penalty_fen bigint not null check (penalty_fen >= 0),
    fine_fen bigint not null check (fine_fen >= 0),
    full_flag text not null check (full_flag in ('0', '1')),
    loan_token text,
    account_token text,
    name_token text,
    live boolean not null,
    outcome text check (outcome in ('SUCCEEDED', 'PARTLY', 'FAILED', 'UNKNOWN')),
    code text not null default '',
    settled_at timestamptz,
    host_serial text not null default '',
    taken_principal_fen bigint not null default 0,
    taken_interest_fen bigint not null default 0,
    taken_penalty_fen bigint not null default 0,
    taken_fine_fen bigint not null default 0,
    primary key (batch_id, serial),
    unique (batch_id, loan_no, instalment_no),
    check ((outcome is null) = (settled_at is null)),
    check (outcome is null or live = (outcome = 'UNKNOWN'))
);
create unique index ix_deduction_line_live on deduction_line (loan_no, instalment_no) where live;
create index ix_deduction_line_loan on deduction_line (loan_no, settled_at desc);
create index ix_deduction_line_loan_token on deduction_line (loan_token);
create index ix_deduction_line_account_token on deduction_line (account_token);
create index ix_deduction_line_name_token on deduction_line (name_token);
create table deduction_cure (
    batch_id text,
    serial integer,
    at timestamptz not null,
    person text not null check (person <> ''),
    reason text not null check (reason <> ''),
    primary key (batch_id, serial),
    foreign key (batch_id, serial) references deduction_line
);
"""

# What was asked for stays as it was approved.
STAYS = """
create trigger what_was_asked_for_stays before delete or truncate or update of
    batch_id, serial, loan_no, contract_no, instalment_no, due_on, payer_account, payer_name,
    payer_bank_no, mandate_no, borrower_id, borrower_name, principal_fen, interest_fen,
    penalty_fen, fine_fen, full_flag on deduction_line
    for each statement execute function journal_is_append_only();
"""

GRANTS = """
grant select on deduction_plan, deduction_exclusion, deduction_batch, deduction_line,
    deduction_cure to gateway_app;
grant insert on deduction_plan, deduction_exclusion, deduction_batch, deduction_line,
    deduction_cure to gateway_app;
grant update (state, state_at, sent_at, bank_no) on deduction_batch to gateway_app;
grant update (live, outcome, code, settled_at, host_serial, taken_principal_fen, taken_interest_fen,
    taken_penalty_fen, taken_fine_fen) on deduction_line to gateway_app;
grant select on deduction_plan, deduction_batch, deduction_cure to gateway_desk;
grant select (plan_id, number, loan_token, instalment_no, due_on, fen, reason)
    on deduction_exclusion to gateway_desk;
grant select (batch_id, serial, instalment_no, due_on, principal_fen, interest_fen, penalty_fen,
    fine_fen, full_flag, loan_token, account_token, name_token, live, outcome, code, settled_at,
    host_serial, taken_principal_fen, taken_interest_fen, taken_penalty_fen, taken_fine_fen)
    on deduction_line to gateway_desk;
"""


def upgrade() -> None:
    """Create the tables, keep what was asked for, and give each role what it needs."""
    for part in (BATCHES, LINES, STAYS, GRANTS):
        op.execute(part)
