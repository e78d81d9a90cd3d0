"""The time-stamping authority on the wire: RFC 3161 over HTTP (3.4). 时间戳服务连接"""

import http.client
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import urlsplit, urlunsplit

from gateway.errors import Code, NotConfigured, TransportError

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
REPLY_BYTES_MAX = 64 * 1024
# The whole of it, however slowly it drips.
SECONDS = 10

# url, body, content type → the reply's body; raises TransportError
Post = Callable[[str, bytes, str], bytes]


@dataclass(frozen=True, slots=True)
class HttpTimeAuthority:
    """An authority at a URL; the way there is whoever can post."""

    url: str
    post: Post

    def ask(self, request: bytes) -> bytes:
        """The authority's reply, unread. TransportError when it cannot be had."""
        return self.post(self.url, request, QUERY)


@dataclass(frozen=True, slots=True)
class NoTimeAuthority:
    """None is agreed on yet: whatever is to be stamped waits, and rings when it waits too long."""

    def ask(self, request: bytes) -> bytes:
        """Nobody answers."""
        raise TransportError(Code.STAMP_UNREACHABLE, detail="尚未配置 time_authority")


def post_in_the_clear(url: str, body: bytes, content_type: str) -> bytes:
    """Post over plain HTTP: to an authority on this machine or inside.

    Nothing is lost by it: a digest goes out, and the token that comes back is signed. Raises
    TransportError STAMP_UNREACHABLE for whatever is no reply of an authority.
    """
    host, port, target = _split(url)
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        connection.connect()
        with _at_most(SECONDS, connection.sock):
            headers = {"Content-Type": content_type, "Accept": REPLY}
            connection.request("POST", target, body, headers)
            return _read(connection.getresponse())
    except (OSError, http.client.HTTPException, ValueError) as failed:
        raise TransportError(Code.STAMP_UNREACHABLE, detail=host) from failed
    finally:
        connection.close()


def _split(url: str) -> tuple[str, int, str]:
    """Host, port, and what is asked for there. Raises NotConfigured for any other URL."""
    try:
        where = urlsplit(url)
        host, port = where.hostname, where.port or http.client.HTTP_PORT
    except ValueError:  # an unclosed bracket, a port that is none
        host = None
    if not host or where.scheme != "http":
        raise NotConfigured(Code.SETTING_INVALID, detail="time_authority.url")
    return host, port, urlunsplit(("", "", where.path or "/", where.query, ""))


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
