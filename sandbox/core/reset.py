"""Put the ledger back to the evening before: nothing posted, everything due. 复位."""

import psycopg

STATEMENTS = (
    "update ledger.instalment set zt = 'due', mdj = null where mdj is not null",
    "truncate exchange.repayment_posting, ledger.posting_answer, ledger.posting_attempt "
    "restart identity",
)


def reset(dsn: str) -> None:
    """Forget all postings; what was paid before the first night stays paid."""
    with psycopg.connect(dsn) as connection:
        for statement in STATEMENTS:
            connection.execute(statement.encode("ascii"))
