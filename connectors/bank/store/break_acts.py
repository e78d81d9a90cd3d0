"""What people do about a break, act by act: nothing of it is ever changed. 不平账项处理记录"""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from connectors.bank.store.tables import METADATA
from gateway.store.tables import moment

ACT = Table(
    "break_act",
    METADATA,
    Column("break_id", Text, ForeignKey("bank_break.break_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    moment("at"),
    Column("event", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("loan_no", Text, nullable=False),
    Column("loan_shown", Text, nullable=False),
    Column("instalment_no", Integer),
    Column("other", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("approval_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
