"""Deduction batches. 扣款批次"""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Nothing yet."""
