"""The deduction circle's tables as SQLAlchemy sees them; migration 0010 creates them. 扣款表定义"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from gateway.store.tables import moment

METADATA = MetaData()


def _fen(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _later(name: str) -> Column[str]:
    """A text that is not known yet when the row is made."""
    return Column(name, Text, nullable=False, server_default="")


def _taken(name: str) -> Column[int]:
    """Money that is not known yet when the row is made."""
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def _token(name: str) -> Column[str]:
    return Column(name, Text, index=True)


PLAN = Table(
    "deduction_plan",
    METADATA,
    Column("plan_id", Text, primary_key=True),
    _text("bank"),
    _text("account"),
    Column("business_date", Date, nullable=False),
    moment("made_at"),
    Column("due_count", Integer, nullable=False),
    _fen("due_fen"),
)

EXCLUSION = Table(
    "deduction_exclusion",
    METADATA,
    Column("plan_id", Text, ForeignKey("deduction_plan.plan_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    _text("loan_no"),
    _token("loan_token"),
    Column("instalment_no", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    _fen("fen"),
    _text("reason"),
)

BATCH = Table(
    "deduction_batch",
    METADATA,
    Column("batch_id", Text, primary_key=True),
    Column("plan_id", Text, ForeignKey("deduction_plan.plan_id"), nullable=False),
    _text("bank"),
    _text("account"),
    Column("business_date", Date, nullable=False),
    Column("sequence", Integer, nullable=False),
    _text("batch_no"),
    _text("digest"),
    Column("line_count", Integer, nullable=False),
    _fen("fen"),
    _text("state"),
    moment("state_at"),
    moment("sent_at", nullable=True),
    _later("bank_no"),
    UniqueConstraint("bank", "account", "business_date", "sequence"),
    UniqueConstraint("bank", "batch_no"),
    Index(
        "ix_deduction_batch_open",
        "state",
        postgresql_where=text("state not in ('CLOSED', 'FAILED', 'REFUSED', 'WITHDRAWN')"),
    ),
)

LINE = Table(
    "deduction_line",
    METADATA,
    Column("batch_id", Text, ForeignKey("deduction_batch.batch_id"), primary_key=True),
    Column("serial", Integer, primary_key=True),
    _text("loan_no"),
    _text("contract_no"),
    Column("instalment_no", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    _text("payer_account"),
    _text("payer_name"),
    _text("payer_bank_no"),
    _text("mandate_no"),
    _text("borrower_id"),
    _text("borrower_name"),
    _fen("principal_fen"),
    _fen("interest_fen"),
    _fen("penalty_fen"),
    _fen("fine_fen"),
    _text("full_flag"),
    _token("loan_token"),
    _token("account_token"),
    _token("name_token"),
    Column("live", Boolean, nullable=False),
    Column("outcome", Text),
    _later("code"),
    Column("settled_at", DateTime(timezone=True)),
    # the date of the night that proved it; a doubt is no proof, and people are no night
    Column("proved_on", Date),
    _later("host_serial"),
    _taken("taken_principal_fen"),
    _taken("taken_interest_fen"),
    _taken("taken_penalty_fen"),
    _taken("taken_fine_fen"),
    UniqueConstraint("batch_id", "loan_no", "instalment_no"),
    Index(
        "ix_deduction_line_live",
        "loan_no",
        "instalment_no",
        unique=True,
        postgresql_where=text("live"),
    ),
    Index("ix_deduction_line_loan", "loan_no", "settled_at"),
)

CURE = Table(
    "deduction_cure",
    METADATA,
    Column("batch_id", Text, primary_key=True),
    Column("serial", Integer, primary_key=True),
    moment("at"),
    _text("person"),
    _text("reason"),
    ForeignKeyConstraint(
        ["batch_id", "serial"], ["deduction_line.batch_id", "deduction_line.serial"]
    ),
)
