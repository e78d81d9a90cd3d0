"""Progress: what is being done, how long it took, and where it stopped. 进度"""

import io
import os
from threading import Event

import pytest

from gateway.launcher.progress import Progress


@pytest.fixture
def progress():
    return Progress(io.StringIO())


def said(progress):
    return progress._stream.getvalue().splitlines()


def test_a_step_is_told_before_and_its_time_after(progress):
    with progress.step("启动 PostgreSQL"):
        assert said(progress) == ["▸ 启动 PostgreSQL …"]
        assert progress.current == "启动 PostgreSQL"
    assert said(progress)[1].startswith("  完成（")
    assert progress.current == ""


def test_a_step_that_failed_stays_the_current_one(progress):
    with pytest.raises(ZeroDivisionError), progress.step("启动 PostgreSQL"):
        raise ZeroDivisionError
    assert progress.current == "启动 PostgreSQL"
    assert len(said(progress)) == 1, "it is not told as done"


def test_the_summary_names_the_slowest_step(progress):
    with progress.step("slow"):
        Event().wait(0.06)
    with progress.step("quick"):
        pass
    assert "slow（0.1 秒）" in progress.summary()


def test_nothing_done_is_a_summary_too(progress):
    assert progress.summary() == "共 0 秒；最慢的一步：—（0.0 秒）"


def test_where_nobody_reads_any_more_the_work_goes_on():
    """Bug: `make demo | head` ended before it had stopped what it had started."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        progress = Progress(stream)
        with progress.step("停止全部进程"):
            pass
        assert "停止全部进程" in progress.summary()


def test_stopping_after_a_failure_does_not_hide_where_it_failed(progress):
    with pytest.raises(ZeroDivisionError):
        try:
            with progress.step("启动 PostgreSQL"):
                raise ZeroDivisionError
        finally:
            with progress.step("停止全部进程"):
                pass
    assert progress.current == "启动 PostgreSQL"
