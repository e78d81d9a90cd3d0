"""Signatures already taken, shared by all workers: none is taken twice. 已收签名"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from gateway.store.database import meaning
from gateway.store.tables import SEEN_SIGNATURE
from gateway.store.unit_of_work import UnitOfWork

# A worker that read its clock, and then was held up, must still find what it is to compare with.
_KEPT_LONGER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SeenInDatabase:
    """The port SeenSignatures over PostgreSQL.

    A transaction of its own, committed before the message is used: whoever dies afterwards leaves
    a message that must be sent anew, never one that counts twice.
    """

    engine: Engine

    def first_time(self, counterparty: str, signature_digest: str, until: datetime) -> bool:
        """Remember a signature until that moment; False when it is remembered already.

        Of two workers with the same signature the second waits for the first one's commit. Raises
        what the database's error means to us: without its memory nothing is accepted.
        """
        row = {"counterparty": counterparty, "digest": signature_digest, "until": until}
        remember = insert(SEEN_SIGNATURE).values(row).on_conflict_do_nothing()
        try:
            with self.engine.begin() as connection:
                # an insert that did nothing must be told from one that did: `rowcount`, not -1
                connection.execution_options(preserve_rowcount=True)
                return connection.execute(remember).rowcount == 1
        except DBAPIError as failed:
            raise meaning(failed) from None


def forget_expired(work: UnitOfWork) -> int:
    """Forget what its own age would refuse by now; returns how many were forgotten."""
    gone = delete(SEEN_SIGNATURE).where(SEEN_SIGNATURE.c.until <= work.now - _KEPT_LONGER)
    return work.connection.execute(gone).rowcount
