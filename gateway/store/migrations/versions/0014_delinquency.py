"""Overdue loans, the overdue rate, what is done about each. 逾期"""

from alembic import op

revision = "0014"
down_revision = "0013"

TABLES = """
create table overdue_rate (
    business_date date not null,
    bank text not null,
    account text not null,
    rate_from integer not null check (rate_from >= 1),
    loans integer not null,
    balance_fen bigint not null,
    overdue_loans integer not null,
    overdue_balance_fen bigint not null,
    overdue_principal_fen bigint not null,
    primary key (bank, account, business_date)
);
create table overdue_loan (
    business_date date not null,
    bank text not null,
    account text not null,
    loan_no text not null,
    loan_token text,
    unpaid integer not null check (unpaid >= 1),
    times integer not null,
    since date not null,
    first_instalment integer not null,
    overdue_fen bigint not null,
    overdue_principal_fen bigint not null,
    balance_fen bigint not null,
    measure text not null check (measure in ('TELEPHONE', 'LETTER', 'LITIGATION')),
    primary key (bank, account, business_date, loan_no)
);
create index ix_overdue_loan_token on overdue_loan (loan_token);
create table dunning (
    dunning_id text primary key,
    bank text not null,
    account text not null,
    loan_no text not null,
    loan_token text,
    measure text not null check (measure in ('TELEPHONE', 'LETTER', 'LITIGATION')),
    first_instalment integer not null,
    opened_on date not null,
    state text not null,
    state_at timestamptz not null,
    letter_digest text references payload,
    acted_by text,
    note text not null
);
create index ix_dunning_account on dunning (bank, account);
"""

# The desk sees how many and how much, and whose only as a token.
GRANTS = """
grant select, insert on overdue_rate, overdue_loan, dunning to gateway_app;
grant update (state, state_at, letter_digest, acted_by, note) on dunning to gateway_app;
grant select on overdue_rate to gateway_desk;
grant select (business_date, bank, account, loan_token, unpaid, times, since, first_instalment,
    overdue_fen, overdue_principal_fen, balance_fen, measure) on overdue_loan to gateway_desk;
grant select (dunning_id, bank, account, loan_token, measure, first_instalment, opened_on, state,
    state_at, letter_digest, acted_by) on dunning to gateway_desk;
"""


def upgrade() -> None:
    """One row a day and account, one a loan behind, one a measure and run of arrears."""
    for part in (TABLES, GRANTS):
        op.execute(part)
