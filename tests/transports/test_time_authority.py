"""The authority on the wire: the sandbox's in a process of its own, lines that fail. 时间戳线路"""

import hashlib
import json
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from threading import Thread

import pytest

from gateway.clock import SystemClock
from gateway.errors import Code, GatewayError
from gateway.signing.keys.anchors import Anchors
from gateway.signing.keys.certificates import chain_of_pem
from gateway.signing.seals.timestamps import Imprint, Terms, take_stamp
from gateway.wiring import time_authority
from gateway.wiring.time_authority import HttpTimeAuthority, post_in_the_clear
from sandbox.tsa.faults import FAULTS_FILE

IMPRINT = Imprint(hashlib.sha256(b"head").digest())


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The sandbox's authority: its URL and its root directory."""
    root = tmp_path_factory.mktemp("tsa")
    command = [sys.executable, "-m", "sandbox", "tsa", "serve", "--root", str(root), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    ready = process.stdout.readline()
    assert ready.startswith("sandbox tsa ready on 127.0.0.1:")
    yield f"http://{ready.split()[-1]}/", root
    process.terminate()
    assert process.wait(10) in (0, -15)


def now() -> datetime:
    return SystemClock().now()


def ask(url: str, root: Path | None = None, fault: str = ""):
    """A stamp from there, with a fault armed."""
    chain = ()
    if root is not None:
        chain = chain_of_pem((root / "public" / "ca" / "tsa.chain.pem").read_bytes())
        (root / "armed").write_text(json.dumps([{"fault": fault}] if fault else []))
        (root / "armed").rename(root / FAULTS_FILE)
    terms = Terms(Anchors(chain[-1:]))
    return take_stamp(HttpTimeAuthority(url, post_in_the_clear), IMPRINT, terms, now())


def code_of(*args) -> Code:
    with pytest.raises(GatewayError) as raised:
        ask(*args)
    return raised.value.code


def test_the_sandboxes_authority_stamps_over_http(served):
    stamp = ask(*served)
    assert abs((stamp.gen_time - now()).total_seconds()) < 60


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("down", Code.STAMP_UNREACHABLE),
        ("huge", Code.STAMP_UNREACHABLE),
        ("refuses", Code.STAMP_REFUSED),
        ("wrong_nonce", Code.STAMP_NOT_OURS),
        ("rubbish", Code.STAMP_UNREADABLE),
        ("other_key", Code.STAMP_UNTRUSTED),
    ],
)
def test_each_fault_of_an_authority_has_its_name_and_passes(served, fault, code):
    assert code_of(*served, fault) is code
    assert ask(*served).token


def test_an_authority_that_drips_is_left_after_its_time(served, monkeypatch):
    monkeypatch.setattr(time_authority, "SECONDS", 1)
    begun = now()
    assert code_of(*served, "slow") in {Code.STAMP_UNREACHABLE, Code.STAMP_UNREADABLE}
    assert (now() - begun).total_seconds() < 8


def test_nobody_there_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert code_of(f"http://127.0.0.1:{port}/") is Code.STAMP_UNREACHABLE


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n"
        b"Content-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000,
    ],
)
def test_whatever_is_no_reply_of_an_authority_is_unreachable(answer):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def serve():
            connection, _ = server.accept()
            connection.recv(4096)
            connection.sendall(answer)
            connection.close()

        thread = Thread(target=serve, daemon=True)
        thread.start()
        assert code_of(f"http://127.0.0.1:{port}/") is Code.STAMP_UNREACHABLE
        thread.join()


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "file:///etc/passwd",
        "",
        "http://",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:tsa/",
        "http://[::1/",
    ],
)
def test_only_plain_http_is_spoken_here(url):
    assert code_of(url) is Code.SETTING_INVALID


def test_the_whole_of_the_url_is_asked_for():
    with socket.create_server(("127.0.0.1", 0)) as server:
        heard = []

        def serve():
            connection, _ = server.accept()
            heard.append(connection.recv(4096).split(b"\r\n")[0])
            connection.close()

        thread = Thread(target=serve, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/tsa?policy=1"
        assert code_of(url) is Code.STAMP_UNREACHABLE
        thread.join()
    assert heard == [b"POST /tsa?policy=1 HTTP/1.1"]


def test_the_environment_sends_nothing_anywhere_else(served, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    assert ask(*served).token
