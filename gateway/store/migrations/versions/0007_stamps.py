"""Time-stamps had and waited for. 时间戳"""

from alembic import op

revision = "0007"
down_revision = "0006"

STAMPS = """
create table stamp (
    stamp_id text primary key,
    subject text not null,
    algorithm text not null check (algorithm in ('SHA256', 'SM3')),
    digest text not null check (digest ~ '^[0-9a-f]{64}$'),
    asked_at timestamptz not null,
    attempts integer not null check (attempts >= 0),
    next_attempt_at timestamptz not null,
    token_digest text references payload,
    gen_time timestamptz,
    check ((token_digest is null) = (gen_time is null)),
    unique (subject, algorithm, digest)
);
create index ix_stamp_waiting on stamp (next_attempt_at) where token_digest is null;
grant select on stamp to gateway_app, gateway_desk;
grant insert on stamp to gateway_app;
grant update (attempts, next_attempt_at, token_digest, gen_time) on stamp to gateway_app;
"""


def upgrade() -> None:
    """What is to be stamped, and the stamp when it is had; a stamp had is never asked for again."""
    op.execute(STAMPS)
