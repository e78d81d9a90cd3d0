"""Open items, the life of a break, the days of an account. 未达账项与不平账项"""

from alembic import op

revision = "0011"
down_revision = "0010"

# An end is all of: when, how, by what.
ITEMS = """
create table open_item (
    item_id text primary key,
    bank text not null,
    account text not null,
    side text not null check (side in ('statement', 'expected')),
    key text not null,
    fen bigint not null,
    file_id text references bank_file,
    line integer,
    batch_no text not null,
    host_serial text not null,
    count integer not null,
    booked_on date,
    first_seen date not null,
    late boolean not null,
    cleared_on date,
    cleared_how text check (cleared_how in
        ('MATCHED', 'NETTED', 'ASSIGNED', 'WRITTEN_OFF', 'REFUNDED', 'WITHDRAWN')),
    cleared_by text not null default '',
    check (num_nulls(cleared_on, cleared_how) in (0, 2)),
    check ((cleared_on is null) = (cleared_by = ''))
);
create index ix_open_item_open on open_item (bank, account) where cleared_on is null;
create index ix_open_item_cleared_by on open_item (cleared_by) where cleared_by <> '';
"""

BREAKS = """
alter table bank_break
    add column item text not null default '',
    add column side text not null default '',
    add column loan_no text not null default '',
    add column loan_shown text not null default '',
    add column signed_fen bigint not null default 0,
    add column candidates text[] not null default '{}',
    add column state text not null default 'OPEN'
        check (state in ('OPEN', 'ASSIGNED', 'PROPOSED', 'RESOLVED', 'UNDOING', 'CLEARED')),
    add column state_at timestamptz,
    add column person text not null default '',
    add column held boolean not null default false;
update bank_break set item = batch_no || '/' || serial where batch_no <> '' and serial is not null;
"""

# A break of a numbered instruction is the same in every night: its id no longer names the night.
# Where two nights found the same one, the earlier keeps it.
IDENTITY = """
create function pg_temp.part(value text) returns text language sql immutable
    return char_length(value) || ':' || value;
create temporary table renamed as
    select distinct on (fresh) b.break_id as old, fresh
    from bank_break b join bank_night n using (night_id),
    lateral (select 'break-' || left(encode(sha256(convert_to(
        pg_temp.part('break') || pg_temp.part(n.bank) || pg_temp.part(n.account)
        || pg_temp.part(b.kind) || pg_temp.part(b.item), 'UTF8')), 'hex'), 20) as fresh) as name
    where b.item <> ''
    order by fresh, b.first_seen, b.break_id;
update bank_break set break_id = fresh from renamed where break_id = old;
drop table renamed;
drop function pg_temp.part(text);
"""

# Which night found which break, with what money, in which of its decisions; and what people did.
LIFE = """
create table break_found (
    night_id text not null references bank_night,
    revision integer not null,
    break_id text not null references bank_break,
    amount_fen bigint not null,
    unbooked_fen bigint not null,
    signed_fen bigint not null,
    file_id text references bank_file,
    line integer,
    primary key (night_id, revision, break_id)
);
create index ix_break_found_break on break_found (break_id);
create table break_act (
    break_id text not null references bank_break,
    number integer not null check (number > 0),
    at timestamptz not null,
    event text not null,
    state text not null,
    person text not null,
    reason text not null,
    how text not null,
    loan_no text not null,
    loan_shown text not null,
    instalment_no integer,
    other text not null,
    document text not null,
    postings text references payload,
    booking text not null,
    approval_id text not null,
    digest text not null,
    primary key (break_id, number)
);
create trigger acts_of_a_break_stay before update or delete or truncate on break_act
    for each statement execute function journal_is_append_only();
create trigger what_a_night_found_stays before update or delete or truncate on break_found
    for each statement execute function journal_is_append_only();
create index ix_bank_break_live on bank_break (state) where state <> 'CLEARED';
"""

DAYS = """
create table bank_day (
    bank text,
    account text,
    business_date date,
    state text not null check (state in ('OPEN', 'CLOSED', 'REOPENED', 'STALE')),
    state_at timestamptz not null,
    primary key (bank, account, business_date)
);
"""

# The desk reads everything but whose loan it is.
GRANTS = """
grant select on open_item, break_found, break_act, bank_day to gateway_app;
grant insert on open_item, break_found, break_act, bank_day to gateway_app;
grant update (cleared_on, cleared_how, cleared_by) on open_item to gateway_app;
grant update (direction, blocking, amount_fen, unbooked_fen, signed_fen, candidates, file_id, line,
    state, state_at, person, held) on bank_break to gateway_app;
grant update (state, state_at) on bank_day to gateway_app;
grant select on open_item, break_found, bank_day to gateway_desk;
revoke select on bank_break from gateway_desk;
grant select (break_id, night_id, kind, direction, blocking, batch_no, serial, file_id, line,
    amount_fen, unbooked_fen, first_seen, item, side, loan_shown, signed_fen, candidates, state,
    state_at, person, held) on bank_break to gateway_desk;
grant select (break_id, number, at, event, state, person, reason, how, loan_shown, instalment_no,
    other, document, booking, approval_id, digest) on break_act to gateway_desk;
"""


def upgrade() -> None:
    """Create the tables, give old breaks their lasting ids, and let each role see what it needs."""
    for part in (ITEMS, BREAKS, IDENTITY, LIFE, DAYS, GRANTS):
        op.execute(part)
