"""Open items and the life of a break. 未达账项与不平账项"""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Nothing yet."""
