"""Heads of the journal's tree and their stamps. 流水树根"""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Nothing yet."""
