"""The SFTP server of all three banks, on this machine only. SFTP 服务."""

import asyncio
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from sandbox.bank.counter import Counter
from sandbox.bank.desk import Desk
from sandbox.bank.places import HOST_KEY, authorized_keys, record_file
from sandbox.bank.record import Record
from sandbox.bank.wire_faults import FAULTS_FILE, Script, WireFault
from sandbox.world.banks import ALL_BANKS

HOST = "127.0.0.1"
MAX_CONNECTIONS = 32
LOGIN_SECONDS = 10
STOP_SECONDS = 1.0


@dataclass(slots=True)
class House:
    """The building the counters are in, and who is inside."""

    counters: dict[str, Counter]
    script: Script
    connections: set[asyncssh.SSHServerConnection] = field(default_factory=set)


class Door(asyncssh.SSHServer):
    """One connection: it is counted, its user known, its keys looked up."""

    def __init__(self, house: House) -> None:
        """Stand at the door of a house."""
        self._house = house
        self._connection: asyncssh.SSHServerConnection | None = None
        self._counter: Counter | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Let in as many as there is room for, unless the script says nobody."""
        self._connection = conn
        self._house.connections.add(conn)
        self._house.script.read_again()
        refused = self._house.script.take(WireFault.REFUSE_CONNECTION, None) is not None
        if refused or len(self._house.connections) > MAX_CONNECTIONS:
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connection out."""
        if self._connection is not None:
            self._house.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        """Take the keys of the bank the user names; an unknown bank has none."""
        counter = self._house.counters.get(username)
        if counter is None or self._connection is None:
            return True
        if counter.fires(WireFault.REFUSE_CONNECTION):
            self._connection.abort()
            return True
        self._counter = counter
        with suppress(OSError, ValueError):  # no file, or no key in it: nobody gets in
            self._connection.set_authorized_keys(str(authorized_keys(counter.root, username)))
        return True

    def auth_completed(self) -> None:
        """Write down that somebody with a good key came in."""
        if self._counter is not None:
            self._counter.record.add("login")


async def serve(root: Path, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    script = Script(root / FAULTS_FILE)
    house = House(_counters(root, script), script)
    acceptor = await _listen(root, port, house)
    print(f"sandbox bank ready on {HOST}:{acceptor.get_port()}", flush=True)
    await stop.wait()
    acceptor.close()
    for connection in list(house.connections):
        connection.abort()
    with suppress(TimeoutError, asyncio.TimeoutError):
        await asyncio.wait_for(acceptor.wait_closed(), STOP_SECONDS)


def _counters(root: Path, script: Script) -> dict[str, Counter]:
    codes = [bank.code for bank in ALL_BANKS]
    return {code: Counter(root, code, Record(record_file(root, code)), script) for code in codes}


async def _listen(root: Path, port: int, house: House) -> asyncssh.SSHAcceptor:
    def seat(chan: "asyncssh.SSHServerChannel[bytes]") -> Desk:
        user = chan.get_connection().get_extra_info("username")
        return Desk(chan, house.counters[user])

    return await asyncssh.listen(
        HOST,
        port,
        server_factory=lambda: Door(house),
        server_host_keys=[str(root / "keys" / HOST_KEY)],
        sftp_factory=seat,
        allow_scp=False,
        encoding=None,
        agent_forwarding=False,
        x11_forwarding=False,
        password_auth=False,
        kbdint_auth=False,
        gss_host=None,
        login_timeout=LOGIN_SECONDS,
    )
