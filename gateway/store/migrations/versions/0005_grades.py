"""The grade of proof on every exchange, and that nothing ends on too little of it. 凭据等级"""

from alembic import op

revision = "0005"
down_revision = "0004"

# table → the check that makes the database the second line behind the rule in the code
ENDS_ON_PROOF = {
    "message": "state not in ('ACKNOWLEDGED', 'REJECTED')",
    "attempt": "outcome is null or outcome <> 'NEVER_SAW'",
    "bank_file": "state not in ('ACCEPTED', 'HELD', 'USED')",
    "posting": "result_code is null",
}

GRADES = """
alter table posting add grade text;
update posting set grade = 'C' where result_code is not null;
alter table message drop constraint message_check;
"""

# Nothing has a proof until one has come, so E is where every exchange begins.
EVERY_EXCHANGE = """
update {table} set grade = 'E' where grade is null;
alter table {table}
    alter grade set default 'E',
    alter grade set not null,
    add constraint {table}_grade check (grade in ('A', 'B', 'C', 'D', 'E')),
    add constraint {table}_ends_on_proof check ({unended} or grade in ('A', 'B', 'C'));
"""

# What was read of the ledger before today was read over the same authenticated connection.
LEDGER = """
alter table bank_night add ledger_grade text;
update bank_night set ledger_grade = 'C' where ledger_digest is not null;
alter table bank_night add constraint bank_night_decided_on_proof
    check (ledger_digest is null or (ledger_grade is not null and ledger_grade in ('A', 'B', 'C')));
grant update (ledger_grade) on bank_night to gateway_app;
grant update (grade) on posting to gateway_app;
"""


def upgrade() -> None:
    """Give every exchange a grade, and let nothing end on D or E."""
    op.execute("update attempt set grade = 'C' where outcome = 'NEVER_SAW'")
    op.execute(GRADES)
    for table, unended in ENDS_ON_PROOF.items():
        op.execute(EVERY_EXCHANGE.format(table=table, unended=unended))
    op.execute(LEDGER)
