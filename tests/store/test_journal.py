from sqlalchemy import text
import pytest
from sqlalchemy.exc import DBAPIError

from gateway.store import journal


def test_the_chain_verifies_and_counts(store):
    with store.begin() as work:
        work.note("night_opened", "night-1", night="a")
        work.note("night_moved", "night-1", state="RECEIVED")
    with store.begin() as work:
        assert journal.verify(work.connection)[0] == 2
