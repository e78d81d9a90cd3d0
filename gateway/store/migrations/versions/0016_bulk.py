"""Millions of lines in one COPY: nothing that costs a row more than the row. 批量明细"""

from alembic import op

revision = "0016"
down_revision = "0015"

# A key checked row by row costs more than the row. What these promised is promised otherwise: the
# lines of a file and the answers of a night are written whole, by the one transaction that holds
# the night's row, and the night's equations count the rows of both sides before it is proved.
KEYS = """
alter table deduction_result drop constraint deduction_result_file_id_fkey;
alter table statement_line drop constraint statement_line_file_id_fkey;
alter table instruction drop constraint instruction_night_id_fkey;
alter table deduction_match
    drop constraint deduction_match_night_id_batch_no_serial_fkey,
    drop constraint deduction_match_file_id_line_fkey,
    drop constraint deduction_match_posting_key_key;
create unique index ix_deduction_match_posting_key on deduction_match (posting_key)
    where posting_key is not null;
"""

_TOKENS = {
    "deduction_result": ("loan_token", "account_token", "name_token"),
    "statement_line": ("account_token", "name_token"),
    "instruction": ("loan_token", "account_token", "name_token"),
}

# The lines of a large file wait for their tokens: a small table says which files, so that nobody
# looks through all lines for it, and who looks for a person is told that not all are found yet.
WAITING = """
create table line_tokens_wanted (
    file_id text primary key references bank_file,
    wanted_at timestamptz not null,
    lines_done integer not null default 0
);
grant select, insert, delete on line_tokens_wanted to gateway_app;
grant update (lines_done) on line_tokens_wanted to gateway_app;
grant select on line_tokens_wanted to gateway_desk;
grant update (loan_token, account_token, name_token) on deduction_result to gateway_app;
grant update (account_token, name_token) on statement_line to gateway_app;
"""


def upgrade() -> None:
    """Drop what a line costs beside itself; lines without tokens are in no index of tokens."""
    op.execute(KEYS)
    for table, columns in _TOKENS.items():
        for column in columns:
            index = f"ix_{table}_{column}"
            op.execute(f"drop index {index}")
            op.execute(f"create index {index} on {table} ({column}) where {column} is not null")
    op.execute(WAITING)
