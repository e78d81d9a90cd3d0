"""The columns that name people, and the tokens by which they are found again. 人员列与标记"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from connectors.bank.store.tables import RESULT, STATEMENT
from gateway.signing.at_rest.tokens import Kind, Tokens
from gateway.store.unit_of_work import UnitOfWork

# Which token stands for which column.
_PAYER = {
    "loan_token": (Kind.LOAN, "loan_no"),
    "account_token": (Kind.ACCOUNT, "payer_account"),
    "name_token": (Kind.NAME, "payer_name"),
}
_OTHER = {
    "account_token": (Kind.ACCOUNT, "other_account"),
    "name_token": (Kind.NAME, "other_name"),
}


def payer_tokens(tokens: Tokens, row: Mapping[str, Any]) -> dict[str, str | None]:
    """The token columns of a result line or an instruction."""
    return {name: tokens.of(kind, row[column]) for name, (kind, column) in _PAYER.items()}


def other_tokens(tokens: Tokens, row: Mapping[str, Any]) -> dict[str, str | None]:
    """The token columns of a statement line; blank where the bank names nobody."""
    return {name: tokens.of(kind, row[column]) for name, (kind, column) in _OTHER.items()}


# What may be revealed, field by field: the column as the bank wrote it.
REVEALABLE = {
    name: table.c[name]
    for table, names in (
        (RESULT, ("payer_name", "payer_account", "loan_no", "message")),
        (STATEMENT, ("other_name", "other_account", "summary")),
    )
    for name in names
}


def plain(work: UnitOfWork, file_id: str, line: int, field: str) -> str | None:
    """One field of one line as the bank wrote it; None when there is no such line or field."""
    column = REVEALABLE.get(field)
    if column is None:
        return None
    table = column.table
    query = select(column).where(table.c.file_id == file_id, table.c.line == line)
    found = work.connection.execute(query).scalar_one_or_none()
    return None if found is None else str(found)
