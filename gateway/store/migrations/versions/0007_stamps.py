"""Time-stamps had and waited for. 时间戳"""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Nothing yet."""
