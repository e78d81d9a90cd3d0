"""Signatures already taken, so that none is taken twice. 已收签名"""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing yet."""
