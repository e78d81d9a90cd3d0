"""What a counterparty pushes. 推送收件"""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Nothing yet."""
