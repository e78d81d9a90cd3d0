"""What a counterparty pushes, the session it pushes in, the bookings it tells. 推送收件"""

from alembic import op

revision = "0013"
down_revision = "0012"

# A push is an item of the inbox (counterparty, name, digest, when); here is how it stands.
PUSHES = """
create table push_inbox (
    item_id text primary key references inbox_item,
    tx_code text not null,
    seq_no text not null,
    state text not null check (state = any (array['RECEIVED', 'TAKEN', 'QUARANTINED'])),
    state_at timestamptz not null
);
create index ix_push_inbox_state on push_inbox (state);
create table push_finding (
    item_id text references push_inbox,
    number integer,
    code text not null,
    line integer not null,
    byte_column integer not null,
    field text not null,
    primary key (item_id, number)
);
"""

# The HandKey as it came: without the key file it opens nothing. One serial for every request.
SESSIONS = """
create table platform_session (
    counterparty text primary key,
    hand_key text,
    signed_in_at timestamptz,
    last_serial bigint not null check (last_serial between 0 and 999999999)
);
"""

# One row a booking, however often it is told. `told_apart` is blank where the bank's own serial
# tells bookings apart, else what little does.
DETAILS = """
create table account_detail (
    item_id text references inbox_item,
    line integer,
    bank text not null,
    account text not null,
    serial integer not null,
    host_serial text not null,
    direction text not null check (direction in ('C', 'D')),
    amount_fen bigint not null check (amount_fen >= 0),
    balance_fen bigint,
    other_account text not null,
    other_name text not null,
    summary text not null,
    reversal boolean not null,
    booked_time time,
    booked_on date,
    remark text not null,
    original_serial text not null,
    account_number text not null,
    told_apart text not null,
    account_token text,
    name_token text,
    primary key (item_id, line),
    unique (account_number, direction, reversal, amount_fen, other_account, other_name,
        host_serial, told_apart)
);
create index ix_account_detail_day on account_detail (bank, account, booked_on);
create index ix_account_detail_account_token on account_detail (account_token);
create index ix_account_detail_name_token on account_detail (name_token);
"""

GRANTS = """
grant select, insert on push_inbox, push_finding, platform_session, account_detail to gateway_app;
grant update (state, state_at) on push_inbox to gateway_app;
grant update (hand_key, signed_in_at, last_serial) on platform_session to gateway_app;
grant select on push_inbox, push_finding to gateway_desk;
grant select (counterparty, signed_in_at, last_serial) on platform_session to gateway_desk;
grant select (item_id, line, bank, account, serial, direction, amount_fen, reversal, booked_time,
    booked_on, account_token, name_token) on account_detail to gateway_desk;
"""


def upgrade() -> None:
    """Create the tables and let each role see what it needs."""
    for part in (PUSHES, SESSIONS, DETAILS, GRANTS):
        op.execute(part)
