"""Keyed tokens in the lines, shredded payloads. 个人信息"""

from alembic import op

revision = "0004"
down_revision = "0003"

PAYLOADS = """
alter table payload
    add column kept_again_at timestamptz,
    add column shredded_at timestamptz;
"""

# Lines from before have none: the key that makes a token is not the database's to know.
TOKENS = """
alter table deduction_result
    add column loan_token text, add column account_token text, add column name_token text;
alter table statement_line
    add column account_token text, add column name_token text;
alter table instruction
    add column loan_token text, add column account_token text, add column name_token text;
create index ix_deduction_result_loan_token on deduction_result (loan_token);
create index ix_deduction_result_account_token on deduction_result (account_token);
create index ix_deduction_result_name_token on deduction_result (name_token);
create index ix_statement_line_account_token on statement_line (account_token);
create index ix_statement_line_name_token on statement_line (name_token);
create index ix_instruction_loan_token on instruction (loan_token);
create index ix_instruction_account_token on instruction (account_token);
create index ix_instruction_name_token on instruction (name_token);
"""

# The desk finds a line by its tokens and still cannot read whose it is.
GRANTS = """
grant update (kept_again_at, shredded_at) on payload to gateway_app;
grant select (loan_token, account_token, name_token) on deduction_result to gateway_desk;
grant select (file_id, line, serial, direction, amount_fen, reversal, account_token, name_token)
    on statement_line to gateway_desk;
grant select (night_id, batch_no, serial, instalment_no, asked_fen, full_flag, loan_token,
    account_token, name_token) on instruction to gateway_desk;
"""


def upgrade() -> None:
    """Add the columns and let each role see what it needs."""
    for part in (PAYLOADS, TOKENS, GRANTS):
        op.execute(part)
