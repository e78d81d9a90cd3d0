"""The platform on TCP, on this machine only: a connection a request. 结算平台服务."""

import asyncio
import hashlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag

from sandbox.bank.record import Record
from sandbox.disk import write_private
from sandbox.settlement.desk import Desk
from sandbox.settlement.faults import PLACE, PlatformFault, armed
from sandbox.settlement.frames import NODE, Frame, read_frame
from sandbox.settlement.messages import V1, Message, read_message, write_message
from sandbox.settlement.sessions import KEY_BYTES, opened, sealed
from sandbox.settlement.state import INSTALLED, keep, load

HOST, OWNER = "127.0.0.1", "settlement"
DRIP_SECONDS, DRIP_BYTES = 60, 5


def prepare(root: Path) -> None:
    """Make the places and the key that both sides install; what exists is never replaced."""
    for folder in (PLACE, "received"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    path = root / PLACE / INSTALLED
    if not path.exists():
        write_private(path, os.urandom(KEY_BYTES).hex().encode("ascii") + b"\n")


def record_of(root: Path) -> Record:
    """Return the book in which everything the partner did is written down."""
    return Record(root / "received" / f"{OWNER}.jsonl")


async def serve(root: Path, port: int, generation: str, rows: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    prepare(root)
    platform = Platform(root, generation, rows, record_of(root))
    server = await asyncio.start_server(platform.welcome, HOST, port)
    print(f"sandbox settlement ready on {HOST}:{server.sockets[0].getsockname()[1]}", flush=True)
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    await stop.wait()
    server.close()


@dataclass(frozen=True, slots=True)
class Platform:
    """The platform: where it lies, which generation it speaks, the book it writes."""

    root: Path
    generation: str
    rows: int
    record: Record

    async def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request and answer it."""
        try:
            fault = armed(self.root)
            if fault is PlatformFault.REFUSE_BEFORE:
                self.record.add("refused", fault=fault.value)
                return
            await self._answer(await read_frame(reader), fault, writer)
        except (OSError, asyncio.IncompleteReadError, ValueError, KeyError, IndexError) as error:
            self.record.add("broken", reason=type(error).__name__)
        finally:
            writer.close()

    async def _answer(
        self, frame: Frame, fault: PlatformFault | None, writer: asyncio.StreamWriter
    ) -> None:
        desk = Desk(self.root, load(self.root), self.rows)
        key = bytes.fromhex(desk.state.session)
        try:
            plain = frame.body if frame.clear else _opened(key, frame.body, fault)
        except InvalidTag:
            self.record.add("session_refused", node=frame.node)
            await _send(writer, Frame(NODE, True, b"<refused/>"), None)
            return
        asked = read_message(plain, self.generation)
        told = desk.answer(asked, fault)
        keep(self.root, desk.state)
        self.record.add(
            "taken", tx=asked.head["TxCode"], seq_no=asked.head["SendSeqNo"], clear=frame.clear,
            digest=hashlib.sha256(plain).hexdigest(), code=told.head["RtnCode"],
            files=",".join(name for name, _ in asked.files),
        )  # fmt: skip
        if fault is PlatformFault.LOST and not frame.clear:
            return
        body = _written(told, self.generation, fault)
        await _send(
            writer, Frame(NODE, frame.clear, body if frame.clear else sealed(key, body)), fault
        )


def _opened(key: bytes, body: bytes, fault: PlatformFault | None) -> bytes:
    if fault is PlatformFault.SESSION_FORGOTTEN or not key:
        raise InvalidTag
    return opened(key, body)


def _written(told: Message, generation: str, fault: PlatformFault | None) -> bytes:
    if fault is PlatformFault.WRONG_LABEL:
        return write_message(told, generation, "UTF-8" if generation == V1 else "GBK")
    data = write_message(told, generation)
    if fault is PlatformFault.DOCTYPE:
        return data.replace(b"<message>", b'<!DOCTYPE m [<!ENTITY a "a">]><message>', 1)
    return data


async def _send(writer: asyncio.StreamWriter, frame: Frame, fault: PlatformFault | None) -> None:
    data = frame.to_bytes()
    if fault is PlatformFault.GARBAGE:
        data = hashlib.sha512(data).digest() * 4
    if fault is PlatformFault.WRONG_LENGTH:
        data = data[:16] + (len(frame.body) + 10).to_bytes(4) + data[20:]
    if fault is PlatformFault.SLOW:
        for at in range(0, min(len(data), DRIP_SECONDS * DRIP_BYTES), DRIP_BYTES):
            writer.write(data[at : at + DRIP_BYTES])
            await writer.drain()
            await asyncio.sleep(1)
        return
    writer.write(data)
    await writer.drain()
