"""The peer on HTTPS, on this machine only; it hears whom its authority vouches for. REST 服务."""

import asyncio
import hashlib
import json
import os
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from http_message_signatures import HTTPMessageSignaturesException
from starlette.applications import Starlette
from starlette.requests import Request as Incoming
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sandbox.bank.record import Record
from sandbox.keys.algorithms import ALGORITHMS
from sandbox.keys.authority import own_certificate, prepare_authority
from sandbox.keys.ring import OwnKey, make_key, publish_key
from sandbox.rest.faults import PLACE, RestFault, armed
from sandbox.rest.messages import Desk, Keys, Reply, Request

HOST, OWNER = "127.0.0.1", "rest"
BODY_BYTES_MAX = 1024 * 1024
JSON = "application/json"
DRIP_SECONDS = 60
HUGE_CHUNKS, CHUNK_BYTES = 1024, 64 * 1024
ELSEWHERE = "https://127.0.0.1:1/elsewhere"


@dataclass(frozen=True, slots=True)
class Peer:
    """The peer with its keys and the book it writes."""

    root: Path
    own: OwnKey
    desk: Desk
    record: Record


def prepare(root: Path, alg: str) -> Peer:
    """Make what is missing under ROOT: authority, server certificate, signing key, places."""
    for folder in ("keys", "public", "received", PLACE, f"partners/{OWNER}"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    prepare_authority(root)
    own_certificate(root, "rest-server", "tls-server")
    own = make_key(root, OWNER, alg, OWNER)
    publish_key(root, OWNER, own)
    desk = Desk(Keys(root / "partners" / OWNER, own), own)
    return Peer(root, own, desk, Record(root / "received" / f"{OWNER}.jsonl"))


def serve(root: Path, port: int, alg: str) -> None:
    """Serve until SIGTERM or SIGINT."""
    peer = prepare(root, alg)
    door = socket.create_server((HOST, port))
    here = f"https://{HOST}:{door.getsockname()[1]}"
    private, chain = own_certificate(root, "rest-server", "tls-server")
    config = uvicorn.Config(
        application(peer, here),
        log_level="critical",
        timeout_graceful_shutdown=1,
        ssl_keyfile=str(private),
        ssl_certfile=str(chain),
        ssl_ca_certs=str(root / "public" / "ca" / "root.pem"),
        ssl_cert_reqs=ssl.CERT_REQUIRED,
    )
    print(f"sandbox rest ready on {HOST}:{door.getsockname()[1]}", flush=True)
    uvicorn.Server(config).run(sockets=[door])


def application(peer: Peer, here: str) -> Starlette:
    """Return the peer as a web application that knows its own address."""

    async def take(incoming: Incoming) -> Response:
        body = bytearray()
        async for chunk in incoming.stream():
            body += chunk
            if len(body) > BODY_BYTES_MAX:
                return Response(status_code=413)
        path = incoming.scope["raw_path"].decode("ascii")
        query = incoming.scope["query_string"].decode("ascii")
        url = f"{here}{path}?{query}" if query else f"{here}{path}"
        request = Request(incoming.method, url, _headers(incoming))
        return _answered(peer, request, bytes(body))

    return Starlette(routes=[Route("/{path:path}", take, methods=["GET", "POST"])])


def _headers(incoming: Incoming) -> dict[str, str]:
    """Return every header line; a repeated one is put together with a comma, as HTTP has it."""
    found: dict[str, str] = {}
    for name, value in incoming.headers.items():
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _answered(peer: Peer, request: Request, body: bytes) -> Response:
    try:
        kid = str(peer.desk.check(request, body).parameters["keyid"])
    except (HTTPMessageSignaturesException, OSError, ValueError, KeyError) as refusal:
        peer.record.add("refused", method=request.method, url=request.url, reason=str(refusal))
        return Response(b'{"refused": true}', 401, media_type=JSON)
    digest = hashlib.sha256(body).hexdigest()
    peer.record.add("taken", method=request.method, url=request.url, kid=kid, digest=digest)
    content = json.dumps({"taken": digest}).encode("ascii")
    return _sent(peer, request, content, armed(peer.root))


def _sent(peer: Peer, request: Request, content: bytes, fault: RestFault | None) -> Response:
    desk = peer.desk
    if fault is RestFault.OTHER_KEY:
        impostor = replace(peer.own, private=ALGORITHMS[peer.own.alg].new_private())
        desk = Desk(Keys(peer.root / "partners" / OWNER, impostor), impostor)
    asked = replace(request)
    if fault is RestFault.OTHER_REQUEST:
        asked = replace(request, headers={**request.headers, "signature": "sig1=:AAAA:"})
    reply = Reply(200, {"content-type": JSON}, asked)
    if fault is not RestFault.UNSIGNED:
        at = datetime.now(UTC) - timedelta(hours=fault is RestFault.STALE)
        desk.sign(reply, content, at)
    return _faulty(reply, content, fault)


def _faulty(reply: Reply, content: bytes, fault: RestFault | None) -> Response:
    if fault is RestFault.REDIRECT:
        return Response(status_code=302, headers={"location": ELSEWHERE})
    if fault is RestFault.CUT:
        return StreamingResponse(_broken(), headers=reply.headers)
    if fault is RestFault.HUGE:
        return StreamingResponse(_huge(), headers=reply.headers)
    if fault is RestFault.SLOW_DRIP:
        return StreamingResponse(_drip(), headers=reply.headers)
    status = 202 if fault is RestFault.WRONG_STATUS else reply.status_code
    shown = content + b" " if fault is RestFault.BODY_CHANGED else content
    return Response(shown, status, headers=reply.headers)


async def _broken() -> AsyncIterator[bytes]:
    yield b"{"
    raise ConnectionError("told to")


async def _huge() -> AsyncIterator[bytes]:
    for _ in range(HUGE_CHUNKS):
        yield os.urandom(CHUNK_BYTES)
        await asyncio.sleep(0)  # so that the end of the line is noticed


async def _drip() -> AsyncIterator[bytes]:
    for _ in range(DRIP_SECONDS * 5):
        yield b"."
        await asyncio.sleep(0.2)
