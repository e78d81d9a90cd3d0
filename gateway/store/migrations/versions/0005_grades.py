"""The grade of proof on every exchange. 凭据等级"""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing yet."""
