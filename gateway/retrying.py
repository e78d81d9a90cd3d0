"""The only code that decides whether and when to try again. 重试"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import tenacity

from gateway.errors import TransportError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Policy:
    """When a kind of message is tried again after nothing reached the counterparty."""

    first_delay_seconds: int
    factor: int
    delay_max_seconds: int

    def next_attempt(self, now: datetime, attempts: int) -> datetime:
        """When to try again after `attempts` failed ones (the first counts as 1)."""
        delay = self.first_delay_seconds * self.factor ** min(attempts - 1, 16)
        return now + timedelta(seconds=min(delay, self.delay_max_seconds))


# Per kind of message; what is not named follows the default. No jitter: one branch, few banks,
# one sender; a jitter would only make a simulated night differ from itself.
DEFAULT_POLICY = Policy(first_delay_seconds=60, factor=2, delay_max_seconds=1800)
POLICIES: dict[str, Policy] = {
    "core.postings": Policy(first_delay_seconds=20, factor=2, delay_max_seconds=600),
}


def policy_for(kind: str) -> Policy:
    """The retry policy of one kind of message."""
    return POLICIES.get(kind, DEFAULT_POLICY)


def pause(seconds: float) -> None:
    """Wait. The only place that does."""
    time.sleep(max(seconds, 0))


def smooth(call: Callable[[], T], *, attempts: int = 3, wait_seconds: float = 0.5) -> T:
    """Call again after a TransportError, at most `attempts` times in all.

    Only for what has no effect outside: connecting, listing, reading. The last error is raised.
    """
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(TransportError),
        stop=tenacity.stop_after_attempt(attempts),
        wait=tenacity.wait_exponential(multiplier=wait_seconds, max=5),
        sleep=pause,
        reraise=True,
    )
    return retrying(call)
