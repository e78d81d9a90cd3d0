"""The time-stamping authority on the wire: RFC 3161 over HTTP (3.4). 时间戳服务连接"""

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import urlsplit, urlunsplit

from gateway.errors import Code, NotConfigured, TransportError

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
REPLY_BYTES_MAX = 64 * 1024
# The whole of it, however slowly it drips.
SECONDS = 10

_LINES = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


@dataclass(frozen=True, slots=True)
class HttpTimeAuthority:
    """An authority at a URL, over HTTP, or over TLS with the system's roots.

    Nothing depends on the line: a digest goes out, and the token that comes back is signed.
    """

    url: str

    def ask(self, request: bytes) -> bytes:
        """The authority's reply, unread.

        Raises TransportError STAMP_UNREACHABLE for whatever is no reply of an authority.
        """
        return _post(self.url, request)


@dataclass(frozen=True, slots=True)
class NoTimeAuthority:
    """None is agreed on yet: whatever is to be stamped waits, and rings when it waits too long."""

    def ask(self, request: bytes) -> bytes:
        """Nobody answers."""
        raise TransportError(Code.STAMP_UNREACHABLE, detail="尚未配置 time_authority")


def _post(url: str, body: bytes) -> bytes:
    connection, path = _line(url)
    try:
        connection.connect()
        with _at_most(SECONDS, connection.sock):
            headers = {"Content-Type": QUERY, "Accept": REPLY}
            connection.request("POST", path, body, headers)
            return _read(connection.getresponse())
    except (OSError, http.client.HTTPException, ValueError) as failed:
        raise TransportError(Code.STAMP_UNREACHABLE, detail=connection.host) from failed
    finally:
        connection.close()


def _line(url: str) -> tuple[http.client.HTTPConnection, str]:
    """A connection not yet opened, and what to ask for there."""
    try:
        where = urlsplit(url)
        line = _LINES[where.scheme](where.hostname or "", where.port, timeout=SECONDS)
    except (KeyError, ValueError, http.client.InvalidURL) as wrong:
        raise NotConfigured(Code.SETTING_INVALID, detail="time_authority.url") from wrong
    if not where.hostname:
        raise NotConfigured(Code.SETTING_INVALID, detail="time_authority.url")
    return line, urlunsplit(("", "", where.path or "/", where.query, ""))


def _read(response: http.client.HTTPResponse) -> bytes:
    if response.status != http.client.OK:
        raise TransportError(Code.STAMP_UNREACHABLE, detail=f"HTTP {response.status}")
    if response.headers.get_content_type() != REPLY:
        raise TransportError(Code.STAMP_UNREACHABLE, detail="Content-Type")
    body = response.read(REPLY_BYTES_MAX + 1)
    # `length` is what is still owed of what was announced
    if len(body) > REPLY_BYTES_MAX or response.length:
        raise TransportError(Code.STAMP_UNREACHABLE, detail="size")
    return body


@contextmanager
def _at_most(seconds: float, line: socket.socket) -> Iterator[None]:
    """End a conversation that takes too long, wherever it stands: each byte may be in time."""
    guard = Timer(seconds, _cut, (line,))
    guard.daemon = True
    guard.start()
    try:
        yield
    finally:
        guard.cancel()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):  # closed already
        line.shutdown(socket.SHUT_RDWR)
