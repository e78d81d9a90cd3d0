"""Put the ledger back to the evening before: nothing posted, everything due. 复位."""

import psycopg


def reset(dsn: str) -> None:
    """Forget all postings; what was paid before the first night stays paid."""
    with psycopg.connect(dsn) as connection:
        connection.execute("select ledger.forget_postings()")
