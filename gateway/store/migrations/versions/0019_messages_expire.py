"""A message whose time is over is not sent any more. 过时未发"""

from alembic import op

revision = "0019"
down_revision = "0018"

MESSAGES = """
alter table message
    add not_after timestamptz,
    drop constraint message_state_check,
    add constraint message_state_check check (
        state in ('DRAFTED', 'SENDING', 'UNKNOWN', 'ACKNOWLEDGED', 'REJECTED', 'EXPIRED')
    ),
    add constraint message_expires_in_time check (state <> 'EXPIRED' or not_after <= state_at);
"""


def upgrade() -> None:
    """What was drafted before may leave at any time, as it was agreed then."""
    op.execute(MESSAGES)
