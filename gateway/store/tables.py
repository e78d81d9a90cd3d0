"""The kernel's tables as SQLAlchemy sees them; the migrations create them. 内核表"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

METADATA = MetaData()


def moment(name: str, *, nullable: bool = False) -> Column[object]:
    """A column that holds an aware moment."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def graded() -> Column[object]:
    """The grade of proof of an exchange: E, put there by the database, until something has come."""
    return Column("grade", Text, nullable=False, server_default="E")


JOURNAL = Table(
    "journal",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    moment("at"),
    Column("event", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("facts", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
)

PAYLOAD = Table(
    "payload",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
    moment("archived_at"),
    # when the same bytes came once more: how long they are kept counts from then
    moment("kept_again_at", nullable=True),
    moment("shredded_at", nullable=True),
)

INBOX = Table(
    "inbox_item",
    METADATA,
    Column("item_id", Text, primary_key=True),
    Column("counterparty", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, ForeignKey("payload.digest"), nullable=False),
    moment("received_at"),
    # the order in which files were entered, whatever the clock said
    Column("arrival", BigInteger, Identity(always=True), nullable=False),
    UniqueConstraint("counterparty", "name", "digest"),
)

# A head is the root of the journal's tree over its first `size` entries, as it was signed.
JOURNAL_HEAD = Table(
    "journal_head",
    METADATA,
    Column("size", BigInteger, ForeignKey("journal.seq"), primary_key=True, autoincrement=False),
    Column("root", Text, nullable=False),
    moment("at"),
    Column("text", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("kid", Text, nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("stamp_digest", Text, ForeignKey("payload.digest")),
    moment("stamped_at", nullable=True),
    moment("published_at", nullable=True),
)

MESSAGE = Table(
    "message",
    METADATA,
    Column("message_id", Text, primary_key=True),
    Column("counterparty", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("digest", Text, ForeignKey("payload.digest"), nullable=False),
    Column("state", Text, nullable=False),
    moment("state_at"),
    Column("verdict", Text),
    graded(),
    Column("reason", Text, nullable=False),
    # from this moment on it is not sent any more, where its meaning ends with the day
    moment("not_after", nullable=True),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("message_id", Text, ForeignKey("message.message_id"), primary_key=True),
    moment("next_attempt_at"),
    Column("attempts", Integer, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("lease_owner", Text),
    moment("lease_until", nullable=True),
)

ATTEMPT = Table(
    "attempt",
    METADATA,
    Column("message_id", Text, ForeignKey("message.message_id"), primary_key=True),
    Column("fence", BigInteger, primary_key=True),
    Column("act", Text, nullable=False),
    moment("started_at"),
    Column("signed_digest", Text, ForeignKey("payload.digest")),
    moment("ended_at", nullable=True),
    Column("outcome", Text),
    Column("reply_digest", Text, ForeignKey("payload.digest")),
    graded(),
    Column("kid", Text),
)

ALARM = Table(
    "alarm",
    METADATA,
    Column("alarm_id", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    moment("first_at"),
    moment("last_at"),
    Column("times", Integer, nullable=False),
    moment("cleared_at", nullable=True),
    Column("cleared_why", Text),
)

# The newest import of a year is in force; older ones stay, for the question what was known when.
CALENDAR_YEAR = Table(
    "calendar_year",
    METADATA,
    Column("year", Integer, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("off", ARRAY(Text), nullable=False),
    Column("work", ARRAY(Text), nullable=False),
    moment("imported_at"),
)

# What is to be stamped: a digest of something; the token's payload and time when it is had.
STAMP = Table(
    "stamp",
    METADATA,
    Column("stamp_id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("digest", Text, nullable=False),
    moment("asked_at"),
    Column("attempts", Integer, nullable=False),
    moment("next_attempt_at"),
    Column("token_digest", Text, ForeignKey("payload.digest")),
    moment("gen_time", nullable=True),
    UniqueConstraint("subject", "algorithm", "digest"),
    Index("ix_stamp_waiting", "next_attempt_at", postgresql_where=text("token_digest is null")),
)

SEEN_SIGNATURE = Table(
    "seen_signature",
    METADATA,
    Column("counterparty", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("until", DateTime(timezone=True), nullable=False, index=True),
)
