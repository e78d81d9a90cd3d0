"""Pushes: only the platform's are taken, each once, answered when durable. 推送监听"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from connectors.bank.codec.settlement import BatchAsked, Tx, frame
from connectors.bank.flows.listening import PushDesk
from connectors.bank.flows.platform import request
from connectors.bank.flows.pushes import take_pushes
from connectors.bank.store import details, pushes
from connectors.bank.transport import Door, Listener
from gateway.errors import Code, TransportError
from gateway.store import alarms
from tests.transports.settlement.ground import BANK, DAY, our_side

DOOR = Door("127.0.0.1", 0, connections_max=4, frame_seconds=1, frame_bytes_max=1_000_000)


class InThread:
    """The listener in a thread of this process; it is stopped as a signal would."""

    def __init__(self, desk, door=DOOR):
        self.refusals, self.taken = [], []
        self._desk, self._ready = desk, threading.Event()
        self._listener = Listener(door, self._take, self._refuse)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _take(self, header, body):
        answer = self._desk.take(header, body)
        self.taken.append(answer is not None)
        return answer

    def _refuse(self, why):
        self.refusals.append(why)
        self._desk.refuse(why)

    def _run(self):
        async def serve():
            loop = asyncio.get_running_loop()
            # a thread has no signals of its own: keep what they would call
            loop.add_signal_handler = lambda sign, stop: setattr(self, "stop", (loop, stop))
            await self._listener.serve(self._listening)

        asyncio.run(serve())

    def _listening(self, port):
        self.port = port
        self._ready.set()

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(self, *_):
        loop, stop = self.stop
        loop.call_soon_threadsafe(stop)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def dial(self):
        return socket.create_connection(("127.0.0.1", self.port), 5)


@pytest.fixture
def stranger(second):
    """What a generation makes of a push is tried once; the rest is the same for both."""
    return second


@pytest.fixture
def signed_in(platform, stranger):
    """Our side with a session: what the platform pushes under."""
    return _signed_in(platform)


def _signed_in(platform):
    platform.line.ask(request(platform, Tx.BATCH_STATUS, BANK, BatchAsked("LOAN1")))
    return platform


@pytest.fixture
def listening(signed_in):
    with InThread(PushDesk(signed_in)) as listener:
        yield listener


def rung(platform) -> dict[Code, int]:
    with platform.store.begin() as work:
        return {alarm.code: alarm.times for alarm in alarms.ringing(work)}


def waiting(platform):
    with platform.store.begin() as work:
        return pushes.waiting(work, "SBDC100", 100)


def stored(platform):
    with platform.store.begin() as work:
        return details.of_day(work, BANK, "ZH01", DAY)


def test_a_push_is_archived_entered_and_acknowledged(listening, platform, stranger):
    assert stranger.push(listening.port) == ["acknowledged"]
    (push,) = waiting(platform)
    assert (push.counterparty, push.tx_code, push.seq_no) == ("D00000", "SBDC100", "1")
    assert b"SBDC100" in platform.store.archive.get(push.digest)
    assert rung(platform) == {}


def test_the_first_generation_pushes_in_gb18030(first, store, clock):
    ours = _signed_in(our_side(first, store, clock))
    with InThread(PushDesk(ours)) as listener:
        assert first.push(listener.port, "1", "--last", "12") == ["acknowledged"]
    assert take_pushes(ours).counts == {"taken": 1, "quarantined": 0, "bookings": 12}


def test_b24_a_push_that_comes_twice_is_one_row_and_answered_twice(listening, platform, stranger):
    stranger.arm("push_twice")
    assert stranger.push(listening.port) == ["acknowledged", "acknowledged"]
    assert len(waiting(platform)) == 1


def test_the_same_number_with_other_content_is_quarantined_and_rings(listening, platform, stranger):
    stranger.push(listening.port, "1", "--last", "3")
    assert stranger.push(listening.port, "1", "--last", "4") == ["acknowledged"]
    assert len(waiting(platform)) == 1
    assert Code.NAME_REUSED in rung(platform)


@pytest.mark.parametrize("fault", ["push_other_node", "push_other_key"])
def test_t19_a_push_of_another_node_or_key_leaves_an_alarm_and_no_byte(
    listening, platform, stranger, fault
):
    before = sorted(path for path in _files(platform))
    stranger.arm(fault)
    (became,) = stranger.push(listening.port)
    assert became.startswith("no answer")
    assert rung(platform) == {Code.PUSH_REJECTED: 1}
    assert waiting(platform) == []
    assert sorted(_files(platform)) == before


def _files(platform):
    root = platform.store.archive._root
    return [path for path in root.rglob("*") if path.is_file()] if root.exists() else []


def test_a_connection_without_a_byte_is_the_platforms_probe(listening, platform):
    for _ in range(20):
        with listening.dial() as line:
            line.shutdown(socket.SHUT_WR)
            assert line.recv(1) == b""
    assert (listening.refusals, rung(platform)) == ([], {})


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"C9901", "帧不完整"),
        (b"D00000" + b"0" + bytes(9) + (10).to_bytes(4) + b"half", "帧不完整"),
        (b"D00000" + b"0" + bytes(9) + (2_000_000).to_bytes(4), "帧长度"),
        (b"D00000" + b"0" + bytes(9) + (0).to_bytes(4), "帧长度"),
        (b"D00000" + b"2" + bytes(9) + (4).to_bytes(4) + b"body", "帧头标志"),
        (b"GET / HTTP/1.1\r\n\r\n\r\n", "帧头节点号"),
    ],
    ids=["short", "half", "huge", "empty", "flag", "http"],
)
def test_what_is_no_frame_is_refused_and_nothing_is_answered(listening, platform, sent, why):
    with listening.dial() as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        assert line.recv(1) == b""
    assert _soon(lambda: listening.refusals) == [why]
    assert rung(platform) == {Code.PUSH_REJECTED: 1}


def test_a_clear_frame_is_nobodys_push(listening, platform):
    with listening.dial() as line:
        line.sendall(frame("D00000", b"<message/>", clear=True))
        assert line.recv(1) == b""
    assert rung(platform) == {Code.PUSH_REJECTED: 1}


def test_who_drips_is_cut_off_and_keeps_nobody_out(listening, platform, stranger):
    slow = [listening.dial() for _ in range(2)]
    for line in slow:
        line.sendall(b"D0")
    assert stranger.push(listening.port) == ["acknowledged"]
    for line in slow:
        line.settimeout(3)
        assert line.recv(1) == b""
    assert set(_soon(lambda: listening.refusals)) == {"帧迟迟未完"}


def test_more_connections_than_agreed_are_hung_up_on(listening, stranger):
    held = [listening.dial() for _ in range(4)]
    time.sleep(0.2)
    with listening.dial() as more:
        more.settimeout(3)
        assert more.recv(1) == b""
    assert _soon(lambda: listening.refusals)[0] == "连接过多"
    for line in held:
        line.close()
    time.sleep(0.2)
    assert stranger.push(listening.port) == ["acknowledged"]


def _soon(look):
    for _ in range(60):
        if found := look():
            return found
        time.sleep(0.05)
    return look()


def test_without_a_session_nothing_is_taken(platform, stranger):
    with InThread(PushDesk(platform)) as listener:
        stranger.forget()
        (stranger.root / "settlement" / "state.json").write_text(
            '{"session": "%s", "batches": {}}' % ("00" * 16)
        )
        assert stranger.push(listener.port)[0].startswith("no answer")
    assert rung(platform) == {Code.PUSH_REJECTED: 1}


def test_what_cannot_be_committed_is_not_acknowledged(signed_in, stranger):
    class Away:
        archive = signed_in.store.archive

        @contextmanager
        def begin(self):
            raise TransportError(Code.DATABASE_UNREACHABLE)
            yield

    desk = PushDesk(replace(signed_in, store=Away()))
    with InThread(desk) as listener:
        assert stranger.push(listener.port)[0].startswith("no answer")
    with InThread(PushDesk(signed_in)) as listener:
        assert stranger.push(listener.port) == ["acknowledged"]
    assert len(waiting(signed_in)) == 1


class _Full:
    """An archive that goes wrong in a way no code of ours foresaw."""

    def __init__(self, surprise):
        self._surprise = surprise

    def put(self, data):
        raise self._surprise


@pytest.mark.parametrize("surprise", [OSError(28, "no space"), ValueError("6222"), MemoryError()])
def test_a_surprise_is_not_acknowledged_is_logged_without_its_words_and_the_listener_goes_on(
    signed_in, stranger, surprise
):
    desk = PushDesk(signed_in)
    broken = replace(signed_in, store=_Breaking(signed_in.store, _Full(surprise)))
    with InThread(PushDesk(broken)) as listener, capture_logs() as logs:
        assert stranger.push(listener.port)[0].startswith("no answer")
        assert listener.taken == [False]
        (said,) = logs
        assert (said["event"], said["code"]) == ("push_failed", "OUR_BUG")
        assert "6222" not in str(said)
        listener._desk = desk
        assert stranger.push(listener.port) == ["acknowledged"]
    assert len(waiting(signed_in)) == 1


def test_a_refusal_that_cannot_be_written_down_keeps_nobody_out(signed_in, stranger):
    broken = replace(signed_in, store=_Breaking(None, None))
    with InThread(PushDesk(broken)) as listener, capture_logs() as logs:
        with listener.dial() as line:
            line.sendall(frame("D00000", b"<message/>", clear=True))
            assert line.recv(1) == b""
        assert _soon(lambda: listener.taken) == [False]
    assert [one["event"] for one in logs] == ["push_rejected", "push_failed"]


class _Breaking:
    """A store whose archive, or whole database, breaks unforeseen."""

    def __init__(self, store, archive):
        self._store, self.archive = store, archive

    def begin(self):
        return self._store.begin()


def test_killed_between_archive_and_answer_the_next_push_is_one_row(signed_in, stranger):
    """kill −9: whatever the moment, they push again and there is one row."""
    desk = PushDesk(signed_in)
    for moment in ("archived", "committed"):
        with InThread(_Dying(desk, moment)) as listener:
            assert stranger.push(listener.port)[0].startswith("no answer")
    with InThread(desk) as listener:
        assert stranger.push(listener.port) == ["acknowledged"]
    assert len(waiting(signed_in)) == 1


class _Dying:
    """Does the work up to a moment and is gone: nobody hears of it."""

    def __init__(self, desk, moment):
        self._desk, self._moment = desk, moment

    def take(self, header, body):
        if self._moment == "committed":
            self._desk.take(header, body)
        else:
            _, plain = self._desk._opened(body)
            self._desk.platform.store.archive.put(plain)

    def refuse(self, why):
        raise AssertionError(why)


def test_pushed_bookings_are_stored_once_however_often_they_are_told(listening, platform, stranger):
    """B24: the same bookings under another number, and overlapping ones."""
    stranger.push(listening.port, "1", "--last", "5")
    stranger.push(listening.port, "2", "--last", "5")
    stranger.push(listening.port, "3", "--first", "4", "--last", "8")
    counts = take_pushes(platform)
    assert (counts.examined, counts.counts) == (3, {"taken": 3, "quarantined": 0, "bookings": 8})
    assert len(stored(platform)) == 8
    assert take_pushes(platform).examined == 0


def test_a_push_for_an_account_that_is_not_ours_is_quarantined_and_stops_no_other(
    listening, platform, stranger
):
    stranger.push(listening.port, "1", "--last", "3")
    strange = replace(platform, accounts={"99000100000000000002": (BANK, "ZH02")})
    assert take_pushes(strange).counts == {"taken": 0, "quarantined": 1, "bookings": 0}
    stranger.push(listening.port, "2", "--last", "3")
    assert take_pushes(platform).counts == {"taken": 1, "quarantined": 0, "bookings": 3}
    assert rung(platform)[Code.ACCOUNT_DIFFERS] == 1


def test_sigterm_ends_it_after_what_has_begun(tmp_path, first):
    """The listener as a process: what it says, and that a signal ends it well."""
    code = (
        "import asyncio, time\n"
        "from connectors.bank.transport import Door, Listener\n"
        "def take(header, body):\n"
        "    time.sleep(0.5)\n"
        "    return b'done'\n"
        "door = Door('127.0.0.1', 0, 4, 5, 1000)\n"
        "say = lambda port: print(port, flush=True)\n"
        "asyncio.run(Listener(door, take, print).serve(say))\n"
        "print('over')\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    port = int(process.stdout.readline())
    with socket.create_connection(("127.0.0.1", port), 5) as line:
        line.sendall(frame("D00000", b"body", clear=False))
        time.sleep(0.2)
        os.kill(process.pid, signal.SIGTERM)
        line.settimeout(5)
        assert line.recv(10) == b"done"
    assert process.stdout.read().strip() == "over"
    assert process.wait(5) == 0
