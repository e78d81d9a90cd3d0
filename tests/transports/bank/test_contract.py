"""What the wire promises, kept with every server: the sandbox's and OpenSSH's. 线路契约"""

import os
from threading import Event, Thread

import pytest

from gateway.errors import Code, MalformedMessage, TransportError

FILES = [("DK.txt", b"data\n" * 2000), ("DK.txt.sig", b"signature"), ("DK.txt.ok", b"flag")]


def put(bank, name, data=b"x"):
    (bank.outgoing / name).write_bytes(data)


def published(bank):
    return {path.name: path.read_bytes() for path in bank.incoming.iterdir()}


def test_only_flags_are_listed_and_in_order(bank, wire):
    for name in ("b.txt.ok", "a.txt.ok", "a.txt", "a.txt.sig", "a.ok.part", "ok", "c.txt.OK"):
        put(bank, name)
    (bank.outgoing / "directory.ok").mkdir()
    assert wire.flagged(bank.out, ".ok") == ["a.txt.ok", "b.txt.ok"]


def test_an_empty_directory_has_no_flags(bank, wire):
    assert wire.flagged(bank.out, ".ok") == []


@pytest.mark.parametrize("data", [b"", b"\x00\xff\r\n", "贷款账号".encode("gb18030") * 40_000])
def test_a_file_is_read_to_the_byte(data, bank, wire):
    put(bank, "DK.txt", data)
    assert wire.read(bank.out, "DK.txt", len(data)) == data


def test_a_megabyte_is_read_to_the_byte(bank, wire):
    data = os.urandom(3_000_001)
    put(bank, "DK.txt", data)
    assert wire.read(bank.out, "DK.txt", 4_000_000) == data


def test_an_absent_file_is_none(bank, wire):
    assert wire.read(bank.out, "absent.txt", 100) is None


def test_a_file_that_is_too_large_is_not_read(bank, wire):
    put(bank, "DK.txt", b"x" * 101)
    with pytest.raises(MalformedMessage) as raised:
        wire.read(bank.out, "DK.txt", 100)
    assert (raised.value.code, raised.value.detail) == (Code.FILE_TOO_LARGE, "DK.txt")


def test_a_file_that_grows_is_not_read_until_it_stands_still(bank, line_to):
    put(bank, "DK.txt", b"x" * 4_000_000)
    line, over = line_to(bank), Event()

    def grow():
        with (bank.outgoing / "DK.txt").open("ab", buffering=0) as file:
            while line.connections < 2 and not over.wait(0.0005):
                file.write(b"y")

    writer = Thread(target=grow)
    writer.start()
    try:
        read = bank.wire(port=line.port).read(bank.out, "DK.txt", 64_000_000)
    finally:
        over.set()
        writer.join()
    assert line.connections > 1, "the first reading was not believed"
    assert read == (bank.outgoing / "DK.txt").read_bytes()


def test_what_is_published_lies_there_to_the_byte_and_nothing_else(bank, wire):
    wire.publish(bank.into, FILES)
    assert published(bank) == dict(FILES)


def test_the_flag_comes_last_and_no_half_file_ever_bears_its_name(bank, wire):
    files = [("DK.txt", os.urandom(2_000_000)), ("DK.txt.sig", b"s" * 500_000), FILES[2]]
    sizes, seen, over = {name: len(data) for name, data in files}, [], Event()

    def watch():
        while not over.is_set():
            names = [path.name for path in bank.incoming.iterdir()]
            seen.append({n: (bank.incoming / n).stat().st_size for n in names if n in sizes})

    watcher = Thread(target=watch)
    watcher.start()
    try:
        wire.publish(bank.into, files)
    finally:
        over.set()
        watcher.join()
    assert all(sizes[name] == size for state in seen for name, size in state.items())
    assert all(set(state) == set(sizes) for state in seen if "DK.txt.ok" in state)
    assert all("DK.txt" in state for state in seen if "DK.txt.sig" in state)
    assert {} in seen, "the watcher saw it coming"


def test_what_a_dead_attempt_left_half_written_is_replaced(bank, wire):
    for name, data in FILES:
        (bank.incoming / f"{name}.part").write_bytes(data + b"longer than it should be")
    wire.publish(bank.into, FILES)
    assert published(bank) == dict(FILES)


def test_publishing_the_same_again_leaves_it_as_it_is(bank, wire):
    for _ in range(2):
        wire.publish(bank.into, FILES)
    assert published(bank) == dict(FILES)


def test_a_repetition_puts_right_what_lies_there_under_the_same_name(bank, wire):
    for name, _ in FILES:
        (bank.incoming / name).write_bytes(b"of an earlier attempt")
    wire.publish(bank.into, FILES)
    assert published(bank) == dict(FILES)


def test_what_we_published_can_be_read_back(bank, wire):
    wire.publish(bank.into, FILES)
    assert wire.read(bank.into, "DK.txt.ok", 100) == b"flag"


def test_publishing_where_there_is_no_directory_is_before_the_point_of_no_return(bank, wire):
    with pytest.raises(TransportError):
        wire.publish(f"{bank.remote}/nowhere", FILES)


def test_listing_where_there_is_no_directory_is_refused(openssh):
    with pytest.raises(TransportError) as raised:
        openssh.wire().flagged(f"{openssh.remote}/nowhere", ".ok")
    assert raised.value.code is Code.LISTING_REFUSED


def test_of_a_file_in_no_directory_nobody_can_say_that_it_is_not_there(bank, wire):
    assert wire.read(bank.out, "absent.ok", 100) is None
    with pytest.raises(TransportError) as raised:
        wire.read(f"{bank.remote}/nowhere", "absent.ok", 100)
    assert raised.value.code is Code.LISTING_REFUSED


def test_a_directory_with_as_many_entries_as_agreed_is_listed_and_no_more(bank, wire):
    for number in range(50):
        put(bank, f"{number:03}.ok")
    assert len(wire.flagged(bank.out, ".ok")) == 50
    put(bank, "one.more")
    with pytest.raises(MalformedMessage) as raised:
        wire.flagged(bank.out, ".ok")
    assert raised.value.code is Code.TOO_MANY_LINES


def test_a_name_in_another_encoding_is_told_and_does_not_crash(bank, wire):
    """Bug: a file named in GBK, flagged or not, ended the stage with an error of Python's."""
    put(bank, "a.txt.ok")
    (bank.outgoing / os.fsdecode("说明.txt".encode("gbk"))).write_bytes(b"x")
    with pytest.raises(MalformedMessage) as raised:
        wire.flagged(bank.out, ".ok")
    assert (raised.value.code, raised.value.detail) == (Code.FILE_NAME_UNKNOWN, bank.out)


def test_a_check_logs_in_and_says_where(bank, wire):
    assert wire.check().startswith(f"127.0.0.1:{bank.port} ")
