"""Many rows at once: COPY within the transaction, instead of a statement a row. 批量写入"""

from collections.abc import Iterable, Sequence

import psycopg
from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError

from gateway.store.unit_of_work import UnitOfWork


def copy_rows(
    work: UnitOfWork, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Add rows to a table, each with a value for each of these columns, in their order.

    What the database refuses is raised as SQLAlchemy would have it, without the row.
    """
    named = ", ".join(columns)
    statement = f"copy {table.name} ({named}) from stdin"
    driver = work.connection.connection.cursor()
    try:
        with driver.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as refused:
        raise DBAPIError.instance(statement, None, refused, psycopg.Error) from None
    finally:
        driver.close()
