"""What a night is decided on. 账册"""

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Nothing yet."""
