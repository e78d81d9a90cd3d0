"""What is not for partners is refused and written down. 拒绝."""

import socket
import time

import paramiko
import psutil
import pytest

from sandbox.bank.counter import Spot, spot

RESULT = "DKJG_990001_ZH01_20260224_V01.txt"


@pytest.mark.parametrize("user", ["990001", "root", "../990001", ""])
def test_nobody_gets_in_with_a_strange_key_or_name(partner, user):
    with pytest.raises(paramiko.SSHException), partner.ssh(user, key=partner.new_key()):
        pass


def test_nobody_gets_in_without_a_list_of_keys(partner):
    path = partner.root / "partners" / "990003" / "authorized_keys"
    kept = path.read_bytes()
    path.unlink()
    try:
        with pytest.raises(paramiko.SSHException), partner.ssh("990003"):
            pass
    finally:
        path.write_bytes(kept)


REFUSED = {
    "open": lambda sftp: sftp.open("/outgoing/new", "wb"),
    "open existing": lambda sftp: sftp.open(f"/outgoing/{RESULT}", "r+b"),
    "append": lambda sftp: sftp.open(f"/outgoing/{RESULT}", "ab"),
    "open root": lambda sftp: sftp.open("/new", "wb"),
    "open outside": lambda sftp: sftp.open("/../../keys/990001.json", "rb"),
    "open hidden": lambda sftp: sftp.open("/outgoing/../../../keys/990001.json", "rb"),
    "open deep": lambda sftp: sftp.open("/incoming/deep/name", "wb"),
    "remove": lambda sftp: sftp.remove(f"/outgoing/{RESULT}"),
    "rename out": lambda sftp: sftp.posix_rename(f"/outgoing/{RESULT}", "/incoming/mine"),
    "rename in": lambda sftp: sftp.rename(f"/outgoing/{RESULT}", "/outgoing/other"),
    "mkdir": lambda sftp: sftp.mkdir("/incoming/deep"),
    "rmdir": lambda sftp: sftp.rmdir("/incoming"),
    "symlink": lambda sftp: sftp.symlink("/etc", "/incoming/etc"),
    "readlink": lambda sftp: sftp.readlink("/incoming"),
    "chmod": lambda sftp: sftp.chmod(f"/outgoing/{RESULT}", 0o777),
    "truncate": lambda sftp: sftp.truncate(f"/outgoing/{RESULT}", 0),
}


@pytest.mark.parametrize("attempt", REFUSED)
def test_what_is_not_for_partners_is_refused_and_written_down(partner, news, attempt):
    before = (partner.root / "homes/990001/outgoing" / RESULT).read_bytes()
    with partner.sftp() as sftp, pytest.raises(PermissionError):
        REFUSED[attempt](sftp)
    assert [one["event"] for one in news()] in (["refused"], ["remove"])
    assert (partner.root / "homes/990001/outgoing" / RESULT).read_bytes() == before


def greeted(partner):
    """Return a connection the server has greeted, or nothing if it was turned away."""
    line = socket.create_connection(("127.0.0.1", partner.port), timeout=5)
    if line.recv(4) == b"SSH-":
        return line
    line.close()
    return None


def test_there_is_room_for_so_many_connections_and_no_more(partner):
    deadline = time.monotonic() + 5
    inside = []
    while len(inside) < 32 and time.monotonic() < deadline:  # earlier guests may still be leaving
        inside += [line for line in [greeted(partner)] if line]
    assert len(inside) == 32
    assert greeted(partner) is None
    inside.pop().close()
    while (late := greeted(partner)) is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert late is not None
    for line in [late, *inside]:
        line.close()


def test_there_is_no_shell_and_no_forwarding(partner):
    with partner.ssh() as client:
        with pytest.raises(paramiko.SSHException):
            client.exec_command("id", timeout=5)
        with pytest.raises(paramiko.SSHException):
            client.get_transport().open_channel("direct-tcpip", ("127.0.0.1", 9), ("127.0.0.1", 1))


def test_the_server_listens_on_this_machine_only(partner):
    sockets = psutil.Process(partner.process.pid).net_connections()
    listening = [one.laddr.ip for one in sockets if one.status == psutil.CONN_LISTEN]
    assert listening == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (b"/incoming/a.txt", Spot("incoming", "a.txt")),
        (b"outgoing/a.txt", Spot("outgoing", "a.txt")),
        (b"/outgoing/../incoming/a", Spot("incoming", "a")),
        (b"/incoming/..", None),
        (b"/incoming", None),
        (b"/", None),
        (b"/incoming/a/b", None),
        (b"/other/a", None),
        ("/incoming/回执".encode(), None),
        (b"/incoming/a b", None),
        (b"/incoming/" + b"a" * 161, None),
    ],
)
def test_a_path_names_a_file_in_one_of_two_directories_or_nothing(path, named):
    assert spot(path) == named
