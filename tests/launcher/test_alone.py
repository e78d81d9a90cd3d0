"""One launcher at a time: the second is told, the dead one's lock is nobody's. 单实例"""

import os
import signal

import pytest

from gateway.errors import Code, NotConfigured, RefusedHere
from gateway.launcher.alone import alone, end_the_other
from tests.launcher.conftest import wait_until

HOLDS = """
import sys, time
from pathlib import Path
from gateway.launcher.alone import alone
with alone(Path({run!r})):
    print("here")
    time.sleep(600)
"""


def test_a_second_launcher_is_refused_and_told_who_the_first_is(start, run):
    first = start(HOLDS.format(run=str(run)))
    with pytest.raises(RefusedHere) as raised, alone(run):
        pass
    assert raised.value.code is Code.LAUNCHER_RUNNING
    assert str(first.pid) in raised.value.detail


def test_a_killed_launchers_lock_is_free(start, run):
    first = start(HOLDS.format(run=str(run)))
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: not first.is_running())
    with alone(run):
        assert (run / "launcher.lock").read_text() == str(os.getpid())


def test_the_lock_is_free_again_after_a_start_that_failed(run):
    with pytest.raises(ZeroDivisionError), alone(run):
        raise ZeroDivisionError
    with alone(run):
        pass


def test_a_running_launcher_is_asked_to_stop_and_waited_for(start, run):
    first = start(HOLDS.format(run=str(run)))
    assert end_the_other(run)
    assert not first.is_running()


def test_where_no_launcher_runs_there_is_none_to_end(run):
    assert not end_the_other(run)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NotConfigured) as raised, alone(tmp_path / "file" / "run"):
        pass
    assert "GATEWAY_VAR" in raised.value.detail
