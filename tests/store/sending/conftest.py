"""A sending flow over the real store and a counterparty in memory. 发送测试夹具"""

from collections.abc import Callable

import pytest

from gateway.flows.sending import Sending
from tests.store.sending.parts import KIND, Counterparty


@pytest.fixture
def counterparty() -> Counterparty:
    """Whom the messages go to."""
    return Counterparty()


@pytest.fixture
def worker(store, clock, counterparty) -> Callable[..., Sending]:
    """Makes a worker; all of them share store, clock and counterparty."""

    def make(owner: str = "worker-1", pause=clock.forward) -> Sending:
        return Sending(store, {KIND: counterparty}, clock, pause, owner)

    return make
