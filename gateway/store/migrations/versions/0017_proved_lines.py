"""Which night has proved a line of a batch, and lines that people have ended. 在途了结"""

from alembic import op

revision = "0017"
down_revision = "0016"

# A night that is decided anew says nothing against what a later one has proved, and no night
# says anything against what two people have agreed on.
LINES = """
alter table deduction_line
    add proved_on date,
    drop constraint deduction_line_outcome_check,
    add constraint deduction_line_outcome_check
        check (outcome in ('SUCCEEDED', 'PARTLY', 'FAILED', 'UNKNOWN', 'RESOLVED'));
grant update (proved_on) on deduction_line to gateway_app;
"""


def upgrade() -> None:
    """Lines that are proved already have no night: the next one that proves them gives its own."""
    op.execute(LINES)
