"""The bank's tables as SQLAlchemy sees them; the migrations create them. 银行数据表定义"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Time,
    UniqueConstraint,
    text,
)

from gateway.store.tables import INBOX, PAYLOAD, graded, moment

METADATA = MetaData()


def _found_by(table: str, *columns: str) -> list[Index]:
    """Indexes over the lines that have these tokens; a large file's get theirs afterwards."""
    return [
        Index(f"ix_{table}_{name}", name, postgresql_where=text(f"{name} is not null"))
        for name in columns
    ]


NIGHT = Table(
    "bank_night",
    METADATA,
    Column("night_id", Text, primary_key=True),
    Column("bank", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("state", Text, nullable=False),
    moment("state_at"),
    Column("ledger_digest", Text, ForeignKey(PAYLOAD.c.digest)),
    Column("ledger_grade", Text),
    Column("decision_digest", Text, ForeignKey(PAYLOAD.c.digest)),
    # which of its decisions is in force
    Column("revision", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("bank", "account", "business_date"),
)

DECISION = Table(
    "night_decision",
    METADATA,
    Column("night_id", Text, ForeignKey("bank_night.night_id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("books_digest", Text, ForeignKey(PAYLOAD.c.digest), nullable=False),
    Column("decision_digest", Text, ForeignKey(PAYLOAD.c.digest), nullable=False),
    moment("decided_at"),
)

EXPECTED = Table(
    "expected_file",
    METADATA,
    Column("night_id", Text, ForeignKey("bank_night.night_id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    moment("due_at"),
)

FILE = Table(
    "bank_file",
    METADATA,
    Column("file_id", Text, ForeignKey(INBOX.c.item_id), primary_key=True),
    Column("night_id", Text, ForeignKey("bank_night.night_id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    # the batch that a result file answers, empty where it names none or nobody could read it
    Column("part", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False),
    Column("digest", Text, ForeignKey(PAYLOAD.c.digest), nullable=False),
    Column("flag_digest", Text, ForeignKey(PAYLOAD.c.digest), nullable=False),
    Column("signature_digest", Text, ForeignKey(PAYLOAD.c.digest)),
    Column("state", Text, nullable=False),
    moment("state_at"),
    graded(),
    Column("kid", Text),
)

FINDING = Table(
    "bank_finding",
    METADATA,
    Column("file_id", Text, ForeignKey("bank_file.file_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("code", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("byte_column", Integer, nullable=False),
    Column("field", Text, nullable=False),
)

CONTROL = Table(
    "bank_control",
    METADATA,
    Column("file_id", Text, ForeignKey("bank_file.file_id"), primary_key=True),
    Column("field", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

RESULT = Table(
    "deduction_result",
    METADATA,
    Column("file_id", Text, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("batch_no", Text, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("loan_no", Text, nullable=False),
    Column("instalment_no", Integer),
    Column("payer_account", Text, nullable=False),
    Column("payer_name", Text, nullable=False),
    Column("asked_fen", BigInteger),
    Column("taken_fen", BigInteger, nullable=False),
    Column("full_flag", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("host_date", Date),
    Column("host_serial", Text, nullable=False),
    # keyed tokens: a person is found again by them, and not named
    Column("loan_token", Text),
    Column("account_token", Text),
    Column("name_token", Text),
    *_found_by("deduction_result", "loan_token", "account_token", "name_token"),
)

STATEMENT = Table(
    "statement_line",
    METADATA,
    Column("file_id", Text, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("serial", Integer, nullable=False),
    Column("host_serial", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("balance_fen", BigInteger),
    Column("other_account", Text, nullable=False),
    Column("other_name", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("reversal", Boolean, nullable=False),
    Column("booked_time", Time),
    Column("booked_on", Date),
    Column("remark", Text, nullable=False),
    Column("original_serial", Text, nullable=False),
    # keyed tokens: a person is found again by them, and not named
    Column("account_token", Text),
    Column("name_token", Text),
    *_found_by("statement_line", "account_token", "name_token"),
)

# Files whose lines have no tokens yet.
UNTOKENED = Table(
    "line_tokens_wanted",
    METADATA,
    Column("file_id", Text, ForeignKey("bank_file.file_id"), primary_key=True),
    moment("wanted_at"),
    Column("lines_done", Integer, nullable=False, server_default=text("0")),
)

INSTRUCTION = Table(
    "instruction",
    METADATA,
    Column("night_id", Text, primary_key=True),
    Column("batch_no", Text, primary_key=True),
    Column("serial", Integer, primary_key=True),
    Column("loan_no", Text, nullable=False),
    Column("instalment_no", Integer, nullable=False),
    Column("payer_account", Text, nullable=False),
    Column("payer_name", Text, nullable=False),
    Column("asked_fen", BigInteger, nullable=False),
    Column("principal_fen", BigInteger, nullable=False),
    Column("interest_fen", BigInteger, nullable=False),
    Column("penalty_fen", BigInteger, nullable=False),
    Column("fine_fen", BigInteger, nullable=False),
    Column("full_flag", Text, nullable=False),
    # keyed tokens: a person is found again by them, and not named
    Column("loan_token", Text),
    Column("account_token", Text),
    Column("name_token", Text),
    *_found_by("instruction", "loan_token", "account_token", "name_token"),
)

MATCH = Table(
    "deduction_match",
    METADATA,
    Column("night_id", Text, primary_key=True),
    Column("batch_no", Text, primary_key=True),
    Column("serial", Integer, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("file_id", Text),
    Column("line", Integer),
    Column("taken_fen", BigInteger, nullable=False),
    # how what was taken is booked
    Column("principal_fen", BigInteger, nullable=False),
    Column("interest_fen", BigInteger, nullable=False),
    Column("penalty_fen", BigInteger, nullable=False),
    Column("fine_fen", BigInteger, nullable=False),
    Column("posting_key", Text),
    Index(
        "ix_deduction_match_posting_key",
        "posting_key",
        unique=True,
        postgresql_where=text("posting_key is not null"),
    ),
)

BREAK = Table(
    "bank_break",
    METADATA,
    Column("break_id", Text, primary_key=True),
    Column("night_id", Text, ForeignKey("bank_night.night_id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("blocking", Boolean, nullable=False),
    Column("batch_no", Text, nullable=False),
    Column("serial", Integer),
    Column("file_id", Text, ForeignKey("bank_file.file_id")),
    Column("line", Integer),
    Column("amount_fen", BigInteger, nullable=False),
    Column("unbooked_fen", BigInteger, nullable=False),
    Column("first_seen", Date, nullable=False),
    # what it is about, and whose: the number for the next batch, the rest of it for people to read
    Column("item", Text, nullable=False, server_default=""),
    Column("side", Text, nullable=False, server_default=""),
    Column("loan_no", Text, nullable=False, server_default=""),
    Column("loan_shown", Text, nullable=False, server_default=""),
    Column("signed_fen", BigInteger, nullable=False, server_default=text("0")),
    Column("candidates", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("state", Text, nullable=False, server_default="OPEN", index=True),
    moment("state_at", nullable=True),
    # who works on it, empty while nobody does; `held` is a person's word that its loan must wait
    Column("person", Text, nullable=False, server_default=""),
    Column("held", Boolean, nullable=False, server_default=text("false")),
)

LINK = Table(
    "bank_link",
    METADATA,
    Column("night_id", Text, ForeignKey("bank_night.night_id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("group_no", BigInteger, nullable=False),
    Column("stage", SmallInteger, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("carried", Boolean, nullable=False),
    Column("side", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("file_id", Text),
    Column("line", Integer),
    Column("fen", BigInteger, nullable=False),
    # what books it, where a strong key is enough
    Column("posting_key", Text),
    Index("ix_bank_link_line", "file_id", "line"),
)

SHEET = Table(
    "proof_sheet",
    METADATA,
    Column("night_id", Text, ForeignKey("bank_night.night_id"), primary_key=True),
    Column("digest", Text, ForeignKey(PAYLOAD.c.digest), primary_key=True),
    moment("made_at"),
    Column("proved", Boolean, nullable=False),
)
