"""The authority on HTTP, on this machine only. 时间戳 HTTP 服务."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sandbox.tsa.authority import reply
from sandbox.tsa.credentials import credentials_of
from sandbox.tsa.faults import FAULTS_FILE, Script, StampFault

HOST = "127.0.0.1"
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
REQUEST_BYTES_MAX = 64 * 1024
SLOW_SECONDS = 20


def application(root: Path) -> Starlette:
    """Return the authority as a web application."""
    credentials, script = credentials_of(root), Script(root / FAULTS_FILE)

    async def stamp(request: Request) -> Response:
        if request.headers.get("content-type") != QUERY:
            return Response(status_code=415)
        asked = bytearray()
        async for chunk in request.stream():
            asked += chunk
            if len(asked) > REQUEST_BYTES_MAX:
                return Response(status_code=413)
        fault = script.take()
        if fault is StampFault.DOWN:
            return Response(status_code=503)
        made = reply(bytes(asked), credentials, datetime.now(UTC), fault)
        if fault is StampFault.SLOW:
            return StreamingResponse(_drip(made), media_type=REPLY)
        return Response(made, media_type=REPLY)

    return Starlette(routes=[Route("/", stamp, methods=["POST"])])


async def _drip(data: bytes) -> AsyncIterator[bytes]:
    for number in range(SLOW_SECONDS):
        yield data[number : number + 1]
        await asyncio.sleep(1)
    yield data[SLOW_SECONDS:]


def serve(root: Path, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    door = socket.create_server((HOST, port))
    config = uvicorn.Config(application(root), log_level="warning", timeout_graceful_shutdown=1)
    # whoever knocks from now on is answered as soon as the server runs
    print(f"sandbox tsa ready on {HOST}:{door.getsockname()[1]}", flush=True)
    uvicorn.Server(config).run(sockets=[door])
