"""Which key an attempt was signed with. 密钥使用"""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nothing yet."""
