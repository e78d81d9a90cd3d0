"""Heads of the journal's tree and their stamps. 流水树根"""

from alembic import op

revision = "0002"
down_revision = "0001"

HEADS = """
create table journal_head (
    size bigint primary key references journal,
    root text not null check (root ~ '^[0-9a-f]{64}$'),
    at timestamptz not null,
    text text not null,
    digest text not null unique check (digest ~ '^[0-9a-f]{64}$'),
    kid text not null,
    algorithm text not null,
    signature bytea not null,
    public_key text not null,
    stamp_digest text references payload,
    stamped_at timestamptz,
    published_at timestamptz,
    check ((stamp_digest is null) = (stamped_at is null))
);
"""

# What was signed stays as it was signed; a stamp and a publication come later.
APPEND_ONLY = """
create trigger heads_stay before delete or truncate or update of
    size, root, at, text, digest, kid, algorithm, signature, public_key on journal_head
    for each statement execute function journal_is_append_only();
"""

GRANTS = """
grant select on journal_head to gateway_app, gateway_desk;
grant insert on journal_head to gateway_app;
grant update (stamp_digest, stamped_at, published_at) on journal_head to gateway_app;
"""


def upgrade() -> None:
    """Create the table, keep it, and give each role what it needs."""
    for part in (HEADS, APPEND_ONLY, GRANTS):
        op.execute(part)
