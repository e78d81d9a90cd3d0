"""The session with the platform, known to every worker and to the listener. 会话"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from connectors.bank.store.platform_tables import SESSION
from gateway.store.unit_of_work import Store


@dataclass(frozen=True, slots=True)
class SessionMemory:
    """One platform's session and serials; `node` is ours, six characters."""

    store: Store
    counterparty: str
    node: str

    def hand_key(self) -> str | None:
        """The HandKey of the last sign-in, as it came; None before the first."""
        query = select(SESSION.c.hand_key).where(SESSION.c.counterparty == self.counterparty)
        with self.store.begin() as work:
            return work.connection.execute(query).scalar_one_or_none()

    def keep(self, hand_key: str) -> None:
        """Remember a new one for everybody."""
        with self.store.begin() as work:
            values = {"hand_key": hand_key, "signed_in_at": work.now}
            row = values | {"counterparty": self.counterparty, "last_serial": 0}
            known = insert(SESSION).values(row)
            kept = known.on_conflict_do_update(index_elements=["counterparty"], set_=values)
            work.connection.execute(kept)
            work.note("platform_signed_in", self.counterparty)

    def forget(self, hand_key: str) -> None:
        """It was refused; one that was kept since stays."""
        this = (SESSION.c.counterparty == self.counterparty) & (SESSION.c.hand_key == hand_key)
        with self.store.begin() as work:
            work.connection.execute(update(SESSION).where(this).values(hand_key=None))

    def next_seq_no(self, at: datetime) -> str:
        """A SendSeqNo that nobody has used: five digits of our node, yymmdd, nine of a counter."""
        first = {"counterparty": self.counterparty, "last_serial": 1}
        counted = (
            insert(SESSION)
            .values(first)
            .on_conflict_do_update(
                index_elements=["counterparty"], set_={"last_serial": SESSION.c.last_serial + 1}
            )
            .returning(SESSION.c.last_serial)
        )
        with self.store.begin() as work:
            number = work.connection.execute(counted).scalar_one()
        return f"{self.node[-5:]}{at:%y%m%d}{number:09}"
