"""Approvals: what waits for two people, and what each of them did. 复核"""

from alembic import op

revision = "0009"
down_revision = "0008"

# One thing has one content that stands; whatever was asked for before it is superseded. Asked for
# anew, an old content begins a new round: what people did in an earlier one counts no more.
APPROVALS = """
create table approval (
    approval_id text primary key,
    kind text not null,
    subject text not null,
    digest text not null check (digest ~ '^[0-9a-f]{64}$'),
    title text not null,
    lines text[] not null,
    barred text[] not null,
    state text not null
        check (state in ('AWAITING', 'RELEASED', 'APPROVED', 'REFUSED', 'SUPERSEDED')),
    state_at timestamptz not null,
    asked_at timestamptz not null,
    round integer not null check (round > 0),
    unique (kind, subject, digest)
);
create unique index ix_approval_standing on approval (kind, subject) where state <> 'SUPERSEDED';
create index ix_approval_waiting on approval (asked_at) where state in ('AWAITING', 'RELEASED');
"""

# The second line behind the rule in the code: nobody releases and approves the same thing.
ACTS = """
create table approval_act (
    approval_id text not null references approval,
    round integer not null,
    act text not null check (act in ('RELEASED', 'APPROVED', 'REFUSED')),
    person text not null check (person <> ''),
    digest text not null,
    at timestamptz not null,
    reason text not null check (act <> 'REFUSED' or reason <> ''),
    primary key (approval_id, round, act)
);
create unique index ix_approval_act_two_people on approval_act (approval_id, round, person)
    where act <> 'REFUSED';
create trigger acts_stay before update or delete or truncate on approval_act
    for each statement execute function journal_is_append_only();
create trigger what_was_asked_stays before delete or truncate or update of
    approval_id, kind, subject, digest, title, lines on approval
    for each statement execute function journal_is_append_only();
"""

GRANTS = """
grant select on approval, approval_act to gateway_app, gateway_desk;
grant insert on approval, approval_act to gateway_app;
grant update (state, state_at, asked_at, round, barred) on approval to gateway_app;
"""


def upgrade() -> None:
    """Create the tables, keep what was done, and give each role what it needs."""
    for part in (APPROVALS, ACTS, GRANTS):
        op.execute(part)
