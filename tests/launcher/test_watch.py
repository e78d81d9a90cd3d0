"""Watching: without its time authority a site goes on; without anything else it ends. 看守进程"""

import io
from dataclasses import replace

import pytest

from gateway.errors import Code, NotConfigured
from gateway.launcher import processes
from gateway.launcher.options import Options
from gateway.launcher.progress import Progress
from gateway.launcher.watch import Watch

STAYS = "import time; print('here'); time.sleep(600)"


@pytest.fixture
def options(tmp_path):
    return replace(Options.from_environment(), var=tmp_path)


@pytest.fixture
def told():
    return io.StringIO()


@pytest.fixture
def watch(start, options, told):
    """Watches a site of two parts, both running."""
    return Watch(
        options, [start(STAYS, "sandbox-tsa"), start(STAYS, "sandbox-bank")], Progress(told)
    )


def end(run, name):
    processes.stop(run, [one for one in processes.recorded(run) if one.name == name])


def test_the_time_authority_s_end_is_told_once_and_the_site_goes_on(watch, run, told):
    watch.look()
    assert told.getvalue() == ""
    end(run, "sandbox-tsa")
    for _ in range(3):
        watch.look()
    assert told.getvalue().count("时间戳服务已退出，签名照常，时间戳稍后补") == 1
    assert "sandbox-tsa.log" in told.getvalue()


def test_the_end_of_anything_else_ends_the_run(watch, run):
    end(run, "sandbox-tsa")
    end(run, "sandbox-bank")
    with pytest.raises(NotConfigured) as died:
        watch.look()
    assert died.value.code is Code.PROCESS_FAILED
    assert "sandbox-bank" in died.value.detail
