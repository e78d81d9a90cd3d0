"""Which key an attempt was signed with. 密钥使用"""

from alembic import op

revision = "0006"
down_revision = "0005"

# Null before this revision, and where nothing is signed. Written with the attempt, never changed:
# the program's right to insert is enough.
KEY_USE = "alter table attempt add column kid text"


def upgrade() -> None:
    """Add the column."""
    op.execute(KEY_USE)
