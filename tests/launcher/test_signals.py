"""Signals: the first one ends the work, none disturbs the stopping. 信号"""

import os
import signal

import pytest

from gateway.launcher.signals import end_in_order, undisturbed

ALL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def as_before():
    before = {sign: signal.getsignal(sign) for sign in ALL}
    yield
    for sign, handler in before.items():
        signal.signal(sign, handler)


@pytest.mark.parametrize("sign", ALL)
def test_each_way_to_end_unwinds_the_program(sign):
    end_in_order()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), sign)


def test_the_stopping_is_not_disturbed_and_afterwards_all_is_as_before():
    end_in_order()
    with undisturbed():
        for sign in ALL:
            os.kill(os.getpid(), sign)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
