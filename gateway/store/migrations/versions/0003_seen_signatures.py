"""Signatures already taken, so that none is taken twice. 已收签名"""

from alembic import op

revision = "0003"
down_revision = "0002"

# No history but a memory: what is too old to be accepted again is forgotten, so this is the one
# table the program may delete from.
SEEN = """
create table seen_signature (
    counterparty text,
    digest text check (digest ~ '^[0-9a-f]{64}$'),
    until timestamptz not null,
    primary key (counterparty, digest)
);
create index ix_seen_signature_until on seen_signature (until);
grant select on seen_signature to gateway_app, gateway_desk;
grant insert, delete on seen_signature to gateway_app;
"""


def upgrade() -> None:
    """Create the memory."""
    op.execute(SEEN)
