"""Sheets and monthly statements. 核对表与调节表"""

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Nothing yet."""
