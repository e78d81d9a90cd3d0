"""The watched folder keeps the wire's promises, and takes nothing but plain files. 监视目录"""

import os
from threading import Event, Thread

import pytest

from connectors.bank.transport import FolderWire
from gateway.errors import Code, GatewayError, MalformedMessage, TransportError

FILES = [("DK.txt", b"data\n" * 2000), ("DK.txt.sig", b"signature"), ("DK.txt.ok", b"flag")]


@pytest.fixture
def root(tmp_path):
    for name in ("outgoing", "incoming"):
        (tmp_path / "folder" / name).mkdir(parents=True)
    return tmp_path / "folder"


@pytest.fixture
def folder(root):
    return FolderWire(root, 50)


def refused(call) -> Code:
    with pytest.raises(GatewayError) as raised:
        call()
    return raised.value.code


def test_only_flags_are_listed_and_in_order(folder, root):
    for name in ("b.txt.ok", "a.txt.ok", "a.txt", "a.ok.part", "ok"):
        (root / "outgoing" / name).write_bytes(b"x")
    (root / "outgoing" / "directory.ok").mkdir()
    (root / "outgoing" / "link.ok").symlink_to(root / "outgoing" / "a.txt.ok")
    os.mkfifo(root / "outgoing" / "pipe.ok")
    assert folder.flagged("/outgoing", ".ok") == ["a.txt.ok", "b.txt.ok"]


def test_a_file_is_read_to_the_byte_and_an_absent_one_is_none(folder, root):
    data = os.urandom(300_000)
    (root / "outgoing" / "a.txt").write_bytes(data)
    assert folder.read("/outgoing", "a.txt", len(data)) == data
    assert folder.read("/outgoing", "b.txt", 10) is None


def test_a_file_that_is_too_large_is_not_read(folder, root):
    (root / "outgoing" / "a.txt").write_bytes(b"x" * 101)
    assert refused(lambda: folder.read("/outgoing", "a.txt", 100)) is Code.FILE_TOO_LARGE


@pytest.mark.parametrize("kind", ["link", "link_out", "directory", "pipe", "socket_like"])
def test_what_is_no_plain_file_is_refused_without_waiting(folder, root, kind):
    place = root / "outgoing" / "a.txt"
    (root / "secret").write_text("not theirs")
    {
        "link": lambda: place.symlink_to(root / "secret"),
        "link_out": lambda: place.symlink_to("/etc/passwd"),
        "directory": place.mkdir,
        "pipe": lambda: os.mkfifo(place),
        "socket_like": lambda: place.symlink_to("/dev/zero"),
    }[kind]()
    assert refused(lambda: folder.read("/outgoing", "a.txt", 100)) is Code.FILE_NOT_PLAIN


def test_a_directory_that_is_a_link_is_not_entered(folder, root, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.ok").write_bytes(b"x")
    (root / "linked").symlink_to(tmp_path / "elsewhere")
    assert refused(lambda: folder.flagged("/linked", ".ok")) is Code.LISTING_REFUSED
    assert refused(lambda: folder.flagged("/..", ".ok")) is Code.LISTING_REFUSED


def test_a_file_that_grows_is_not_read_until_it_stands_still(folder, root):
    place, begun, over = root / "outgoing" / "a.txt", Event(), Event()
    place.touch()
    os.truncate(place, 80_000_000)  # large enough that something is written while it is read

    def grow():
        with place.open("ab", buffering=0) as file:
            while not over.is_set():
                file.write(b"y")
                begun.set()

    writer = Thread(target=grow)
    writer.start()
    begun.wait(5)
    try:
        assert refused(lambda: folder._read("/outgoing", "a.txt", 10**9)) is Code.CONNECTION_LOST
    finally:
        over.set()
        writer.join()
    assert len(folder.read("/outgoing", "a.txt", 10**9)) == place.stat().st_size


def test_what_is_published_lies_there_to_the_byte_and_nothing_else(folder, root):
    (root / "incoming" / "DK.txt.part").write_bytes(b"of a dead attempt, longer than it should be")
    for _ in range(2):
        folder.publish("/incoming", FILES)
    assert {path.name: path.read_bytes() for path in (root / "incoming").iterdir()} == dict(FILES)
    assert folder.read("/incoming", "DK.txt.ok", 100) == b"flag"


def test_a_link_laid_in_the_way_of_a_receipt_is_not_written_through(folder, root):
    (root / "secret").write_bytes(b"keep me")
    (root / "incoming" / "DK.txt.part").symlink_to(root / "secret")
    (root / "incoming" / "DK.txt.ok").symlink_to(root / "secret")
    folder.publish("/incoming", FILES)
    assert (root / "secret").read_bytes() == b"keep me"
    assert not (root / "incoming" / "DK.txt.ok").is_symlink()


def test_where_there_is_no_directory_nothing_is_said_of_files(folder):
    with pytest.raises(TransportError):
        folder.read("/nowhere", "a.ok", 100)
    with pytest.raises(TransportError):
        folder.publish("/nowhere", FILES)


def test_names_nobody_can_write_and_directories_too_full_are_told(folder, root):
    (root / "outgoing" / os.fsdecode("说明.txt".encode("gbk"))).write_bytes(b"x")
    assert refused(lambda: folder.flagged("/outgoing", ".ok")) is Code.FILE_NAME_UNKNOWN
    for number in range(51):
        (root / "incoming" / f"{number}.ok").write_bytes(b"x")
    with pytest.raises(MalformedMessage) as raised:
        folder.flagged("/incoming", ".ok")
    assert raised.value.code is Code.TOO_MANY_LINES


def test_a_check_says_where_it_looked(folder, root):
    assert folder.check() == f"{root} 2 个目录"
