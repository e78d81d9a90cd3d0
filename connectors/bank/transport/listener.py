"""The listener for pushes: frames in, one answer out, everything bounded. 推送监听"""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from connectors.bank.codec.settlement import HEADER_BYTES, FrameHeader, read_header
from gateway.errors import Code, MalformedMessage, NotConfigured

# What one frame brings back: the whole answering frame, or None to hang up without a word.
Take = Callable[[FrameHeader, bytes], bytes | None]
# Why a connection was ended before anybody looked at a body; never what came in it.
Refuse = Callable[[str], None]
_STOPPING_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Door:
    """Where to listen and what one frame, and all of them together, may cost."""

    host: str
    port: int
    connections_max: int
    frame_seconds: float
    frame_bytes_max: int


class Listener:
    """Takes frames until it is told to stop.

    A connection without a byte is the platform's probe. `take` runs in a thread and returns only
    when what it took is durable: the answer leaves after it.
    """

    def __init__(self, door: Door, take: Take, refuse: Refuse) -> None:
        self._door, self._take, self._refuse = door, take, refuse
        self._busy: set[asyncio.Task[None]] = set()
        self._telling = False

    async def serve(self, ready: Callable[[int], None]) -> None:
        """Listen until SIGTERM or SIGINT; what has begun is finished first.

        Raises NotConfigured when the address is not ours to take.
        """
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, stop.set)
        door = self._door
        try:
            server = await asyncio.start_server(self._welcome, door.host, door.port)
        except OSError as taken:
            where = f"listener {door.host}:{door.port}"
            raise NotConfigured(Code.SETTING_INVALID, detail=where) from taken
        ready(server.sockets[0].getsockname()[1])
        await stop.wait()
        server.close()
        if self._busy:
            await asyncio.wait(self._busy, timeout=_STOPPING_SECONDS)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)
        try:
            if len(self._busy) > self._door.connections_max:
                return await self._say("连接过多")
            async with asyncio.timeout(self._door.frame_seconds):
                found = await self._frame(reader)
            await self._answer(found, writer)
        except MalformedMessage as foreign:
            await self._say(foreign.detail)
        except TimeoutError:
            await self._say("帧迟迟未完")
        except asyncio.IncompleteReadError as ended:
            if ended.partial or ended.expected != HEADER_BYTES:
                await self._say("帧不完整")
        except OSError:
            pass  # the line broke: they push again
        finally:
            with suppress(OSError):
                writer.close()

    async def _frame(self, reader: asyncio.StreamReader) -> tuple[FrameHeader, bytes]:
        header = read_header(await reader.readexactly(HEADER_BYTES), self._door.frame_bytes_max)
        return header, await reader.readexactly(header.length)

    async def _answer(self, found: tuple[FrameHeader, bytes], writer: asyncio.StreamWriter) -> None:
        answer = await asyncio.to_thread(self._take, *found)
        if answer is not None:
            writer.write(answer)
            async with asyncio.timeout(self._door.frame_seconds):
                await writer.drain()

    async def _say(self, why: str) -> None:
        """Tell of a refusal, one at a time: a flood of them must not become a flood of ours."""
        if self._telling:
            return
        self._telling = True
        try:
            await asyncio.to_thread(self._refuse, why)
        finally:
            self._telling = False
