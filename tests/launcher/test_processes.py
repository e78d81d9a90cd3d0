"""Processes: started, written down, stopped exactly; nobody else's is touched. 进程"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace

import psutil
import pytest

from gateway.launcher import processes
from gateway.wiring.places import ROOT
from tests.launcher.conftest import lives, wait_until

STAYS = "import time; print('here'); time.sleep(600)"
POLITE = """
import signal, sys, time
def bye(*_):
    print('bye')
    sys.exit()
signal.signal(signal.SIGTERM, bye)
print('here')
time.sleep(600)
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
# a process with a child of its own; what either does is put in
FAMILY = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', {child!r}], stdout=subprocess.PIPE, cwd={cwd!r})
child.stdout.readline()
{first}
print(child.pid)
time.sleep(600)
"""


def family(child=STAYS, first="", cwd=None):
    return FAMILY.format(child=child, first=first, cwd=cwd)


def printed(tmp_path, name="one"):
    return (tmp_path / f"{name}.log").read_text().split()


def test_a_started_process_runs_in_a_session_of_its_own(start, run):
    record = start(STAYS)
    assert record.is_running()
    assert os.getsid(record.pid) == record.pid != os.getsid(0)
    assert list(record.session()) == [record.pid]
    assert psutil.Process(record.pid).cwd() == str(ROOT)
    assert processes.recorded(run) == [record]


def test_its_output_goes_to_its_log_and_stays_there_over_a_restart(start, run, tmp_path):
    for _ in range(2):
        processes.stop(run, [start("import sys; print('out'); sys.stderr.write('err ')")])
    assert sorted(printed(tmp_path)) == ["err", "err", "out", "out"]


def test_it_gets_the_environment_it_was_given_and_nothing_to_read(start, tmp_path):
    start("import os, sys; print(sorted(os.environ)[-1], repr(sys.stdin.read()))")
    assert printed(tmp_path) == ["PYTHONUNBUFFERED", "''"]


def test_a_stopped_process_is_asked_first_and_then_forgotten(start, run, tmp_path):
    record = start(POLITE)
    assert processes.stop(run, [record]) == ["one"]
    assert not record.is_running()
    assert printed(tmp_path) == ["here", "bye"]
    assert processes.recorded(run) == []


def test_stopping_what_is_gone_is_nothing(start, run):
    record = start("print('done')")
    wait_until(lambda: not record.is_running())
    assert processes.stop(run, [record]) == []
    assert processes.recorded(run) == []


def test_another_program_finds_the_notes_and_can_stop_what_they_say(start, run):
    record = start(STAYS)
    code = (
        "import sys; from pathlib import Path; from gateway.launcher import processes; "
        "run = Path(sys.argv[1]); print(processes.stop(run, processes.recorded(run)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(run)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "['one']"
    assert not record.is_running()


def test_whoever_will_not_hear_is_killed_and_so_is_whatever_it_started(start, run, tmp_path):
    """One wait for all of them: that is also how they are stopped."""
    ignore = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    records = [
        start(DEAF + STAYS, "deaf"),
        start(family(DEAF + STAYS, ignore), "family"),
        start(family(DEAF + STAYS), "orphan"),
        start(family(DEAF + STAYS, cwd="/"), "elsewhere"),
    ]
    children = [int(printed(tmp_path, name)[0]) for name in ("family", "orphan", "elsewhere")]
    assert all(map(lives, children))
    assert processes.stop(run, records, 0.3) == ["deaf", "family", "orphan", "elsewhere"]
    assert [record.name for record in records if record.is_running()] == []
    assert [child for child in children if lives(child)] == [], "also who went elsewhere"
    assert processes.recorded(run) == []


def test_what_a_killed_process_left_behind_is_stopped(start, run, tmp_path):
    """Bug: until somebody had collected the dead one, its children were taken for strangers'."""
    record = start(family())
    (child,) = map(int, printed(tmp_path))
    os.kill(record.pid, signal.SIGKILL)
    wait_until(lambda: not record.is_running())
    assert list(record.session()) == [child]
    assert processes.stop(run, [record]) == ["one"]
    assert not lives(child)


def test_what_a_dead_and_collected_process_left_behind_is_stopped(start, run, tmp_path):
    record = start(family())
    (child,) = map(int, printed(tmp_path))
    os.kill(record.pid, signal.SIGKILL)
    os.waitpid(record.pid, 0)
    assert processes.stop(run, [record]) == ["one"]
    assert not lives(child)


@pytest.mark.parametrize(
    "other",
    [{"started_ticks": 1}, {"boot_id": "another boot"}],
    ids=["a number used again", "a boot before this one"],
)
def test_a_process_that_only_has_the_same_number_is_left_alone(other, start, run):
    stranger = start(family(), "stranger")
    note = replace(stranger, name="ours", **other)
    assert not note.is_running()
    assert (list(note.session()), processes.stop(run, [note])) == ([], [])
    assert stranger.is_running()


def test_a_session_of_another_program_under_a_dead_number_is_left_alone(run, start, tmp_path):
    """Its first process died and left a child; the number was ours in an earlier life."""
    elsewhere = subprocess.Popen(
        [sys.executable, "-c", family()], start_new_session=True, cwd="/", stdout=subprocess.PIPE
    )
    child = int(elsewhere.stdout.readline())
    elsewhere.kill()
    elsewhere.wait()
    note = replace(start(STAYS), name="ours", pid=elsewhere.pid)
    try:
        assert processes.stop(run, [note]) == []
        assert lives(child)
    finally:
        os.kill(child, signal.SIGKILL)
        elsewhere.stdout.close()


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"name": "one", "pid": 1}', "null"])
def test_a_damaged_note_is_dropped_and_the_others_are_read(damage, start, run):
    record = start(STAYS, "two")
    (run / "one.process.json").write_text(damage)
    assert processes.recorded(run) == [record]
    assert not (run / "one.process.json").exists()


def test_a_note_is_written_whole_or_not_at_all(start, run):
    """Bug: it was written in place, and half a note is a process that nobody stops."""
    record, note = start(STAYS), run / "one.process.json"
    assert [path.name for path in run.iterdir()] == [note.name]
    with note.open() as reader:
        start(STAYS)
        assert json.load(reader) == asdict(record), "who is reading keeps what he began with"


def test_notes_are_read_in_the_order_of_their_names(start, run):
    for name in ("c", "a", "b"):
        start(STAYS, name)
    assert [record.name for record in processes.recorded(run)] == ["a", "b", "c"]


def test_without_notes_nothing_is_recorded(run):
    assert processes.recorded(run) == []


def test_other_children_of_the_program_are_left_to_whoever_waits_for_them(start, run):
    """Bug: every dead child was collected, and its end was a success for who had started it."""
    other = subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"])
    wait_until(lambda: psutil.Process(other.pid).status() == psutil.STATUS_ZOMBIE)
    processes.stop(run, [start(STAYS)])
    assert other.wait() == 7
