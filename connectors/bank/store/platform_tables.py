"""The tables of the settlement platform: pushes, bookings told, the session. 结算平台数据表"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Time,
    UniqueConstraint,
)

from connectors.bank.store.tables import METADATA
from gateway.store.tables import INBOX, moment

PUSH = Table(
    "push_inbox",
    METADATA,
    Column("item_id", Text, ForeignKey(INBOX.c.item_id), primary_key=True),
    Column("tx_code", Text, nullable=False),
    Column("seq_no", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    moment("state_at"),
)

PUSH_FINDING = Table(
    "push_finding",
    METADATA,
    Column("item_id", Text, ForeignKey("push_inbox.item_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("code", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("byte_column", Integer, nullable=False),
    Column("field", Text, nullable=False),
)

SESSION = Table(
    "platform_session",
    METADATA,
    Column("counterparty", Text, primary_key=True),
    Column("hand_key", Text),
    moment("signed_in_at", nullable=True),
    Column("last_serial", BigInteger, nullable=False),
)

DETAIL = Table(
    "account_detail",
    METADATA,
    Column("item_id", Text, ForeignKey(INBOX.c.item_id), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("bank", Text, nullable=False),
    Column("account", Text, nullable=False),
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
    Column("account_number", Text, nullable=False),
    Column("told_apart", Text, nullable=False),
    # keyed tokens: a person is found again by them, and not named
    Column("account_token", Text, index=True),
    Column("name_token", Text, index=True),
    UniqueConstraint(
        *("account_number", "direction", "reversal", "amount_fen", "other_account", "other_name"),
        *("host_serial", "told_apart"),
    ),
    Index("ix_account_detail_day", "bank", "account", "booked_on"),
)
