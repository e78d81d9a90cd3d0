"""What a night is decided on, how its money is allocated, what belongs together. 账册"""

from alembic import op

revision = "0012"
down_revision = "0011"

# `part` is the batch that a result file answers; `revision` counts a night's decisions: a
# correction that two people let in is decided anew. What each was made on stays.
BOOKS = """
alter table bank_file add column part text not null default '';
alter table bank_night add column revision integer not null default 1;
create table night_decision (
    night_id text references bank_night,
    revision integer check (revision > 0),
    books_digest text not null references payload,
    decision_digest text not null references payload,
    decided_at timestamptz not null,
    primary key (night_id, revision)
);
alter table instruction add column fine_fen bigint not null default 0;
alter table instruction alter column fine_fen drop default;
"""

# What was taken, part by part as it is booked; all zero where nothing is.
ANSWERS = """
alter table deduction_match
    add column principal_fen bigint not null default 0,
    add column interest_fen bigint not null default 0,
    add column penalty_fen bigint not null default 0,
    add column fine_fen bigint not null default 0,
    drop constraint deduction_match_check,
    add constraint deduction_match_posts
        check (posting_key is null or outcome in ('EXACT', 'PARTIAL'));
alter table deduction_match
    alter column principal_fen drop default,
    alter column interest_fen drop default,
    alter column penalty_fen drop default,
    alter column fine_fen drop default;
alter table posting add column reversal_of text not null default '';
"""

# What else belongs together, a row for each member of a group. `item` names a member that is no
# line of a file; no person is in it.
LINKS = """
create table bank_link (
    night_id text not null references bank_night,
    revision integer not null,
    group_no bigint not null,
    stage smallint not null,
    evidence text not null,
    automatic boolean not null,
    carried boolean not null,
    side text not null,
    item text not null,
    file_id text,
    line integer,
    fen bigint not null,
    posting_key text
);
create index ix_bank_link_night on bank_link (night_id);
create index ix_bank_link_line on bank_link (file_id, line);
"""

GRANTS = """
grant update (part) on bank_file to gateway_app;
grant update (revision) on bank_night to gateway_app;
grant select, insert on night_decision to gateway_app;
grant select on night_decision to gateway_desk;
grant update (outcome, file_id, line, taken_fen, principal_fen, interest_fen, penalty_fen,
    fine_fen, posting_key) on deduction_match to gateway_app;
grant select, insert on bank_link to gateway_app;
grant select on bank_link to gateway_desk;
"""


def upgrade() -> None:
    """Add the columns and the table, and let each role see what it needs."""
    for part in (BOOKS, ANSWERS, LINKS, GRANTS):
        op.execute(part)
