"""The archive: content-addressed, never changed, damage found on reading and healed. 归档"""

import hashlib
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import pytest

from gateway.errors import Code, NotConfigured, RefusedHere, SignatureInvalid
from gateway.signing.at_rest.wrapping import EncryptionKey
from gateway.signing.primitives.ciphers import Cipher
from tests.archives import KEY, new_archive

DATA = "六万八千元整".encode("gb18030") * 1000
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def archive(tmp_path):
    return new_archive(tmp_path / "archive")


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
    assert DIGEST in str(raised.value)
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
    (key,) = archive.key_files(DIGEST)
    assert [path.name for path in key.parent.iterdir()] == [key.name]


def test_only_we_and_our_group_may_read_what_is_kept(archive):
    archive.put(DATA)
    assert archive.path(DIGEST).stat().st_mode & 0o777 & ~0o640 == 0
    assert archive.path(DIGEST).parent.stat().st_mode & 0o007 == 0


def put_many(root, numbers):
    archive = new_archive(root)
    return [archive.put(b"%d" % number * 50_000) for number in numbers]


def test_processes_that_put_the_same_bytes_at_once_all_find_them(tmp_path):
    root = tmp_path / "archive"
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as processes:
        kept = list(processes.map(partial(put_many, root), [range(40)] * 4))
    assert kept[0] == kept[1] == kept[2] == kept[3]
    assert [new_archive(root).get(digest) for digest in kept[0]]


def test_threads_that_put_the_same_bytes_at_once_all_find_them(tmp_path, at_once):
    """Bug: threads of one process shared one part file; the slower one lost it while writing."""
    root = tmp_path / "archive"
    kept = at_once(*[lambda: put_many(root, range(40))] * 4)
    assert kept == [kept[0]] * 4
    assert [new_archive(root).get(digest) for digest in kept[0]]


def test_two_processes_with_one_number_do_not_write_into_each_others_part(tmp_path, monkeypatch):
    """Bug: on a volume shared by two containers process numbers are not unique."""
    monkeypatch.setattr(os, "getpid", lambda: 7)
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as processes:
        kept = list(processes.map(partial(put_many, tmp_path), [range(40)] * 4))
    assert kept == [kept[0]] * 4


# ------------------------------------------------------------------ encryption and shredding


def test_the_plain_bytes_are_in_no_file_below_the_archive_or_its_keys(archive, tmp_path):
    archive.put(DATA)
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 2
    assert not [raw for raw in written if DATA[:12] in raw]


def test_the_key_of_a_payload_lies_in_a_directory_of_its_own(archive, tmp_path):
    archive.put(DATA)
    (key,) = archive.key_files(DIGEST)
    assert key.parents[1] == tmp_path / "archive-keys"
    assert key.stat().st_mode & 0o777 & ~0o640 == 0


def test_after_shredding_the_bytes_are_gone_for_good_and_it_says_so(archive):
    archive.put(DATA)
    assert archive.shred(DIGEST) == 1
    with pytest.raises(RefusedHere) as gone:
        archive.get(DIGEST)
    assert (gone.value.code, gone.value.subject) == (Code.PAYLOAD_SHREDDED, DIGEST)
    assert archive.path(DIGEST).exists()
    assert archive.shred(DIGEST) == 0


def test_what_comes_again_after_shredding_is_kept_anew_under_another_key(archive):
    archive.put(DATA)
    before = archive.path(DIGEST).read_bytes()
    archive.shred(DIGEST)
    archive.put(DATA)
    assert archive.get(DIGEST) == DATA
    archive.path(DIGEST).write_bytes(before)
    with pytest.raises(RefusedHere):
        archive.get(DIGEST)


def test_shredding_ends_every_key_that_was_ever_made_for_a_payload(archive):
    archive.put(DATA)
    backup = archive.path(DIGEST).read_bytes()
    archive.path(DIGEST).write_bytes(b"damaged")
    archive.put(DATA)
    assert archive.shred(DIGEST) == 2
    archive.path(DIGEST).write_bytes(backup)
    with pytest.raises(RefusedHere):
        archive.get(DIGEST)


def test_a_lost_key_file_is_damage_and_no_shredding(archive):
    archive.put(DATA)
    (key,) = archive.key_files(DIGEST)
    key.unlink()
    with pytest.raises(SignatureInvalid) as lost:
        archive.get(DIGEST)
    assert lost.value.code is Code.ARCHIVE_DAMAGED


def test_a_payload_in_anothers_place_is_refused(archive):
    other = archive.put(b"another payload")
    archive.put(DATA)
    archive.path(DIGEST).write_bytes(archive.path(other).read_bytes())
    with pytest.raises(SignatureInvalid):
        archive.get(DIGEST)


def test_a_payload_and_its_key_moved_together_are_refused_too(archive):
    other = archive.put(b"another payload")
    archive.put(DATA)
    (theirs,), (ours,) = archive.key_files(other), archive.key_files(DIGEST)
    kid = theirs.name.partition(".")[2]
    ours.with_name(f"{DIGEST}.{kid}").write_bytes(theirs.read_bytes())
    archive.path(DIGEST).write_bytes(archive.path(other).read_bytes())
    with pytest.raises(SignatureInvalid):
        archive.get(DIGEST)


def test_without_the_sites_key_nothing_is_read_and_a_wrong_one_is_found_out(tmp_path):
    root = tmp_path / "archive"
    new_archive(root).put(DATA)
    elsewhere = new_archive(root, Cipher.AES_256_GCM, EncryptionKey("other", b"o" * 32))
    with pytest.raises(NotConfigured):
        elsewhere.get(DIGEST)
    wrong = new_archive(root, Cipher.AES_256_GCM, EncryptionKey(KEY.kid, b"w" * 32))
    with pytest.raises(SignatureInvalid):
        wrong.get(DIGEST)


def test_after_a_rotation_old_payloads_are_read_and_new_ones_lie_under_the_new_key(tmp_path):
    root, newer = tmp_path / "archive", EncryptionKey("test-2", b"n" * 32)
    new_archive(root).put(DATA)
    rotated = new_archive(root, Cipher.SM4_GCM, KEY, newer)
    assert rotated.get(DIGEST) == DATA
    (key,) = rotated.key_files(rotated.put(b"new"))
    assert b'"test-2"' in key.read_bytes()
    assert b'"sm4-gcm"' in key.read_bytes()
