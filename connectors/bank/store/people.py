"""The columns that name people, and the tokens by which they are found again. 人员列与标记"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from connectors.bank.store.tables import RESULT, STATEMENT
from gateway.signing.at_rest.tokens import Kind, Tokens
from gateway.store.unit_of_work import UnitOfWork

# Which token stands for which column, in the order of a table's token columns.
_PAYER = {
    "loan_token": (Kind.LOAN, "loan_no"),
    "account_token": (Kind.ACCOUNT, "payer_account"),
    "name_token": (Kind.NAME, "payer_name"),
}
_OTHER = {
    "account_token": (Kind.ACCOUNT, "other_account"),
    "name_token": (Kind.NAME, "other_name"),
}
PAYER_TOKENS, OTHER_TOKENS = tuple(_PAYER), tuple(_OTHER)


def payer_tokens(tokens: Tokens, row: Mapping[str, Any]) -> dict[str, str | None]:
    """The token columns of a result line or an instruction."""
    return {name: tokens.of(kind, row[column]) for name, (kind, column) in _PAYER.items()}


def other_tokens(tokens: Tokens, row: Mapping[str, Any]) -> dict[str, str | None]:
    """The token columns of a statement line; blank where the bank names nobody."""
    return {name: tokens.of(kind, row[column]) for name, (kind, column) in _OTHER.items()}


def tokens_of_payers(tokens: Tokens, lines: Sequence[object]) -> Iterator[tuple[str | None, ...]]:
    """The tokens of many result lines or instructions, a row for each (PAYER_TOKENS)."""
    return zip(*(_column(tokens, lines, *each) for each in _PAYER.values()), strict=True)


def tokens_of_others(tokens: Tokens, lines: Sequence[object]) -> Iterator[tuple[str | None, ...]]:
    """The tokens of many statement lines, a row for each (OTHER_TOKENS)."""
    return zip(*(_column(tokens, lines, *each) for each in _OTHER.values()), strict=True)


def _column(tokens: Tokens, lines: Sequence[object], kind: Kind, name: str) -> list[str | None]:
    """The tokens of one column: the same text is reckoned once."""
    texts = [str(getattr(line, name)) for line in lines]
    known = {plain: tokens.of(kind, plain) for plain in set(texts)}
    return [known[plain] for plain in texts]


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
