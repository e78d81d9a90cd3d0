"""Monthly statements of an account. 余额调节表"""

from alembic import op

revision = "0015"
down_revision = "0014"

# Every version that was ever made stays; the newest of a month is in force.
STATEMENTS = """
create table balance_statement (
    bank text not null,
    account text not null,
    last_day date not null,
    digest text not null references payload,
    made_at timestamptz not null,
    bank_fen bigint not null,
    book_fen bigint not null,
    difference_fen bigint not null,
    primary key (bank, account, last_day, digest)
);
"""

GRANTS = """
grant select, insert on balance_statement to gateway_app;
grant select on balance_statement to gateway_desk;
"""


def upgrade() -> None:
    """Create the table and let each role see what it needs."""
    for part in (STATEMENTS, GRANTS):
        op.execute(part)
