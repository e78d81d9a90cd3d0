"""Lines of dialects that say more, or less. 更多格式的行"""

from alembic import op

revision = "0008"
down_revision = "0007"

LINES = """
alter table deduction_result alter column instalment_no drop not null;
alter table deduction_result alter column asked_fen drop not null;
alter table statement_line alter column balance_fen drop not null;
alter table statement_line alter column booked_time drop not null;
alter table statement_line add column booked_on date;
alter table statement_line add column remark text not null default '';
alter table statement_line add column original_serial text not null default '';
alter table statement_line alter column remark drop default;
alter table statement_line alter column original_serial drop default;
"""


def upgrade() -> None:
    """What a dialect does not say is null; what only some say has a column."""
    op.execute(LINES)
