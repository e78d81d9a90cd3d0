"""Keyed tokens, shredded payloads, reveals. 个人信息"""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Nothing yet."""
