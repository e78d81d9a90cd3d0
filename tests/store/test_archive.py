"""The archive: content-addressed, never changed, damage found on reading and healed. 归档"""

import hashlib
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import pytest

from gateway.errors import Code, SignatureInvalid
from gateway.store.archive import Archive

DATA = "六万八千元整".encode("gb18030") * 1000
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "archive")


def files_below(archive):
    return sorted(
        path.name for path in archive.path(DIGEST).parents[2].rglob("*") if path.is_file()
    )


def test_bytes_come_back_as_they_were_put(archive):
    assert archive.put(DATA) == DIGEST
    assert archive.get(DIGEST) == DATA


def test_nothing_at_all_can_be_kept_too(archive):
    assert archive.get(archive.put(b"")) == b""


def test_the_same_bytes_again_are_nothing_new(archive):
    archive.put(DATA)
    before = archive.path(DIGEST).stat()
    archive.put(DATA)
    after = archive.path(DIGEST).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(DATA[:-1]),
        lambda path: path.write_bytes(DATA + b"\n"),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(DATA[:500] + b"!" + DATA[501:]),
        lambda path: path.unlink(),
    ],
    ids=["cut", "longer", "empty", "altered", "missing"],
)
def test_damage_is_found_on_reading_and_healed_on_putting(damage, archive):
    archive.put(DATA)
    archive.path(DIGEST).chmod(0o640)
    damage(archive.path(DIGEST))
    with pytest.raises(SignatureInvalid) as raised:
        archive.get(DIGEST)
    assert (raised.value.code, raised.value.subject) == (Code.ARCHIVE_DAMAGED, DIGEST)
    archive.put(DATA)
    assert archive.get(DIGEST) == DATA


def test_a_part_left_by_a_dead_process_is_no_archived_file_and_does_no_harm(archive):
    path = archive.path(DIGEST)
    path.parent.mkdir(parents=True)
    for name in (f"{DIGEST}.part", f"{DIGEST}.{os.getpid()}.part"):
        path.with_name(name).write_bytes(DATA[:7])
    with pytest.raises(SignatureInvalid):
        archive.get(DIGEST)
    archive.put(DATA)
    assert archive.get(DIGEST) == DATA


def test_a_put_leaves_no_part_behind(archive):
    archive.put(DATA)
    assert files_below(archive) == [DIGEST]


def test_only_we_and_our_group_may_read_what_is_kept(archive):
    archive.put(DATA)
    assert archive.path(DIGEST).stat().st_mode & 0o777 & ~0o640 == 0
    assert archive.path(DIGEST).parent.stat().st_mode & 0o007 == 0


def put_many(root, numbers):
    archive = Archive(root)
    return [archive.put(b"%d" % number * 50_000) for number in numbers]


def test_processes_that_put_the_same_bytes_at_once_all_find_them(tmp_path):
    root = tmp_path / "archive"
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as processes:
        kept = list(processes.map(partial(put_many, root), [range(40)] * 4))
    assert kept[0] == kept[1] == kept[2] == kept[3]
    assert [Archive(root).get(digest) for digest in kept[0]]


def test_threads_that_put_the_same_bytes_at_once_all_find_them(tmp_path, at_once):
    """Bug: threads of one process shared one part file; the slower one lost it while writing."""
    root = tmp_path / "archive"
    kept = at_once(*[lambda: put_many(root, range(40))] * 4)
    assert kept == [kept[0]] * 4
    assert [Archive(root).get(digest) for digest in kept[0]]


def test_two_processes_with_one_number_do_not_write_into_each_others_part(tmp_path, monkeypatch):
    """Bug: on a volume shared by two containers process numbers are not unique."""
    monkeypatch.setattr(os, "getpid", lambda: 7)
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as processes:
        kept = list(processes.map(partial(put_many, tmp_path), [range(40)] * 4))
    assert kept == [kept[0]] * 4
