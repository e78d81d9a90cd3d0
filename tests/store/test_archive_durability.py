"""When a put returns, a power cut takes nothing; a row is only written after that. 归档持久性"""

import errno
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import event

from gateway.errors import TransportError
from gateway.store.unit_of_work import keep_bytes
from tests.archives import new_archive
from tests.simulation.parts import Crash, Crasher

DATA = b"the original of a file"
DIGEST = hashlib.sha256(DATA).hexdigest()


@dataclass
class Disk:
    """The operating system's calls as they are made, and what of them a power cut would leave."""

    crasher: Crasher = field(default_factory=Crasher)
    files: set[int] = field(default_factory=set)
    entries: dict[Path, int] = field(default_factory=dict)

    def install(self, monkeypatch) -> None:
        for name in ("fsync", "mkdir", "rename", "open"):
            monkeypatch.setattr(os, name, self._watched(name, getattr(os, name)))

    def survives(self, path: Path) -> bool:
        """Whether contents and every name on the way to them had been flushed."""
        waiting = [entry for entry in self.entries if entry == path or entry in path.parents]
        return path.stat().st_ino in self.files and not waiting

    def _watched(self, name, call):
        def watched(*arguments, **named):
            self.crasher.point(f"before {name}")
            result = call(*arguments, **named)
            getattr(self, f"_{name}")(*arguments)
            self.crasher.point(f"after {name}")
            return result

        return watched

    def _open(self, path, flags=0, *_):
        if flags & (os.O_TRUNC | os.O_CREAT) and Path(path).exists():
            self.files.discard(Path(path).stat().st_ino)

    def _mkdir(self, path, *_):
        self.entries[Path(path)] = 1

    def _rename(self, old, new):
        self.entries[Path(new)] = 1

    def _fsync(self, descriptor):
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_dir():
            self.entries = {e: n for e, n in self.entries.items() if e.parent != path}
        else:
            self.files.add(os.fstat(descriptor).st_ino)


@pytest.fixture
def disk(monkeypatch, tmp_path):
    disk = Disk()
    disk.install(monkeypatch)
    return disk


def test_what_a_put_returned_for_survives_a_power_cut(disk, tmp_path):
    archive = new_archive(tmp_path / "archive")
    archive.put(DATA)
    (key,) = archive.key_files(DIGEST)
    assert disk.survives(archive.path(DIGEST))
    assert disk.survives(key)


def test_what_a_full_disk_does_not_take_is_not_left_half(tmp_path, monkeypatch):
    archive = new_archive(tmp_path / "archive")

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch, pytest.raises(TransportError, match="No space"):
        patch.setattr(os, "fsync", full)
        archive.put(DATA)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert archive.put(DATA) == DIGEST


def points_of_a_put(tmp_path, disk):
    new_archive(tmp_path / "counted").put(DATA)
    return len(disk.crasher.points)


def test_wherever_a_put_died_the_next_one_leaves_nothing_to_a_power_cut(disk, tmp_path):
    """Bug: a directory made by a process that died was never flushed by those who came after."""
    for dies_at in range(1, points_of_a_put(tmp_path, disk) + 1):
        archive = new_archive(tmp_path / f"archive-{dies_at}")
        disk.crasher = Crasher(dies_at)
        with pytest.raises(Crash):
            archive.put(DATA)
        disk.crasher = Crasher()
        archive.put(DATA)
        assert archive.get(DIGEST) == DATA
        assert disk.survives(archive.path(DIGEST)), f"died at point {dies_at}"


def test_wherever_a_put_dies_no_half_file_bears_a_digest(disk, tmp_path):
    for dies_at in range(1, points_of_a_put(tmp_path, disk) + 1):
        archive = new_archive(tmp_path / f"archive-{dies_at}")
        disk.crasher = Crasher(dies_at)
        with pytest.raises(Crash):
            archive.put(DATA)
        path = archive.path(DIGEST)
        assert not path.exists() or archive.get(DIGEST) == DATA


def test_a_row_is_written_only_when_its_bytes_survive(disk, store, engine):
    seen = []

    def look(connection, cursor, statement, *_):
        if "payload" in statement:
            seen.append(disk.survives(store.archive.path(DIGEST)))

    event.listen(engine, "before_cursor_execute", look)
    with store.begin() as work:
        keep_bytes(store, work, DATA)
    assert seen == [True]


def test_wherever_keeping_dies_no_row_is_without_its_bytes(disk, store, rows):
    disk.crasher = Crasher(10_000)
    with store.begin() as work:
        keep_bytes(store, work, b"counted")
    for dies_at in range(1, len(disk.crasher.points) + 1):
        data = b"payload %d" % dies_at
        disk.crasher = Crasher(dies_at)
        try:
            with store.begin() as work:
                keep_bytes(store, work, data)
        except Crash:
            pass
        disk.crasher = Crasher()
        for (digest,) in rows("select digest from payload"):
            store.archive.get(digest)
