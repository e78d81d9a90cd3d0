"""Retrying: when, how often, and for which errors only. 重试"""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dates import SHANGHAI
from gateway.errors import BRANCHES, Code, TransportError, error_for
from gateway.retrying import DEFAULT_POLICY, POLICIES, Policy, pause, policy_for, smooth

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=SHANGHAI)
ONE_OF_EACH = [next(c for c in Code if c.value.branch == name) for name in BRANCHES]


class Caller:
    """Something that fails the first times it is called."""

    def __init__(self, failures):
        self.calls, self.failures = 0, list(failures)

    def __call__(self):
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return "answer"


def nothing_reached_them():
    return TransportError(Code.NO_CONNECTION)


def delay(policy, attempts):
    return (policy.next_attempt(NOW, attempts) - NOW).total_seconds()


def test_the_wait_doubles_up_to_its_ceiling():
    policy = Policy(first_delay_seconds=60, factor=2, delay_max_seconds=1800)
    waits = [delay(policy, n) for n in range(1, 8)]
    assert waits == [60, 120, 240, 480, 960, 1800, 1800]


@pytest.mark.parametrize("policy", [DEFAULT_POLICY, *POLICIES.values()])
def test_a_wait_never_shrinks_never_passes_its_ceiling_and_never_overflows(policy):
    waits = [delay(policy, n) for n in (*range(1, 40), 1_000, 1_000_000)]
    assert waits == sorted(waits)
    assert waits[0] == policy.first_delay_seconds > 0
    assert waits[-1] == policy.delay_max_seconds


@given(st.integers(1, 300), st.integers(1, 4), st.integers(1, 7200), st.integers(1, 10_000))
def test_the_next_attempt_lies_in_the_future_and_within_the_ceiling(first, factor, most, attempts):
    wait = delay(Policy(first, factor, most), attempts)
    assert 0 < wait <= most


def test_postings_have_their_own_policy_and_others_the_default():
    assert policy_for("core.postings") is POLICIES["core.postings"]
    assert policy_for("bank.receipt") is DEFAULT_POLICY


@pytest.mark.parametrize("failures", range(3))
def test_reading_is_tried_again_until_it_succeeds(failures):
    call = Caller(nothing_reached_them() for _ in range(failures))
    assert smooth(call, wait_seconds=0) == "answer"
    assert call.calls == failures + 1


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_reading_is_tried_so_many_times_and_no_more(attempts):
    last = TransportError(Code.LISTING_REFUSED)
    call = Caller([*(nothing_reached_them() for _ in range(attempts - 1)), last, last])
    with pytest.raises(TransportError) as failed:
        smooth(call, attempts=attempts, wait_seconds=0)
    assert failed.value is last
    assert call.calls == attempts


@pytest.mark.parametrize(
    "error",
    [
        *(error_for(code) for code in ONE_OF_EACH if code.value.branch != "TransportError"),
        ConnectionError(),
        TimeoutError(),
        ValueError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_only_what_reached_nobody_is_tried_again(error):
    call = Caller([error])
    with pytest.raises(type(error)):
        smooth(call, wait_seconds=0)
    assert call.calls == 1


def test_a_pause_of_less_than_nothing_is_none():
    pause(-5)


def test_a_day_of_failures_is_not_a_storm():
    """A counterparty that is away all day is asked at most every half hour in the end."""
    moment, asked = NOW, 0
    while moment < NOW + timedelta(days=1):
        asked += 1
        moment = DEFAULT_POLICY.next_attempt(moment, asked)
    assert asked < 60
