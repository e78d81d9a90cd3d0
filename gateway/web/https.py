"""The only code that opens HTTPS: mutual TLS, a pinned peer, a connection a request. HTTPS 传输

Nothing of the environment has a say here: no proxy, no certificate bundle, no .netrc. No redirect
is followed and nothing is tried again. What a failure means is told apart: before the first byte of
a request nothing was sent, after it the outcome is unknown.
"""

import hashlib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from pathlib import Path
from threading import Timer

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from gateway.errors import (
    Code,
    GatewayError,
    NotConfigured,
    OutcomeUnknown,
    SignatureInvalid,
    TransportError,
)
from gateway.ports import HttpReply, HttpRequest

_CHUNK_BYTES = 64 * 1024
_ENCRYPTED = b"ENCRYPTED"


@dataclass(frozen=True, slots=True)
class Identity:
    """Our own certificate chain (PEM, leaf first) and its encrypted private key (PEM)."""

    chain: Path
    key: Path
    passphrase: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom we speak to: below which roots, with which certificate; two pins while it changes.

    `pins` are SHA-256 fingerprints of the server's own certificate, in hex. A pinned certificate is
    that one server's, so its host names are not looked at.
    """

    name: str
    roots: Path
    pins: frozenset[str]


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to connect, between two bytes, and for the whole; bytes of a reply's body."""

    connect_seconds: float = 10
    read_seconds: float = 30
    total_seconds: float = 60
    reply_bytes_max: int = 8 * 1024 * 1024


class Https:
    """A way to one counterparty; may be shared by threads."""

    def __init__(self, peer: Peer, identity: Identity | None, limits: Limits | None = None) -> None:
        """Raises NotConfigured when a certificate or key cannot be loaded, or no pin is given."""
        self._peer, self._limits = peer, limits or Limits()
        self._tls = _tls(peer, identity)

    def post(self, url: str, body: bytes, headers: tuple[tuple[str, str], ...]) -> HttpReply:
        """Send a body; see `send`."""
        return self.send(HttpRequest("POST", url, headers, body))

    def send(self, request: HttpRequest) -> HttpReply:
        """One request on a connection of its own; the reply as it came, whatever its status.

        Raises TransportError when nothing was sent, SignatureInvalid when it is another server,
        OutcomeUnknown for everything that goes wrong once a byte of the request may have left,
        NotConfigured when the request cannot be written exactly as it stands.
        """
        prepared = _prepared(request)
        line = _Line(self._peer)
        with _session(self._tls, line) as session, _at_most(self._limits.total_seconds, line):
            try:
                reply = self._exchanged(session, prepared)
            except (requests.RequestException, HTTPError, HTTPException, OSError) as broken:
                raise self._unknown("line broke") from broken
        if line.is_cut:  # a body that ends with the connection would look whole
            raise self._unknown("too slow")
        return reply

    def _exchanged(
        self, session: requests.Session, prepared: requests.PreparedRequest
    ) -> HttpReply:
        timeout = (self._limits.connect_seconds, self._limits.read_seconds)
        answer = session.send(
            prepared, stream=True, timeout=timeout, allow_redirects=False,
            verify=str(self._peer.roots),
        )  # fmt: skip
        raw: BaseHTTPResponse = answer.raw
        headers = tuple((name, value) for name, value in raw.headers.items())
        return HttpReply(answer.status_code, headers, self._body(raw))

    def _body(self, raw: BaseHTTPResponse) -> bytes:
        """The body undecoded, so a small reply cannot unfold into a large one.

        One that ends where the connection ends is not taken: it could have been cut anywhere.
        """
        body = bytearray()
        if raw.length_remaining is None and not getattr(raw, "chunked", False):
            raise self._unknown("reply without a length")
        for chunk in raw.stream(_CHUNK_BYTES, decode_content=False):
            body += chunk
            if len(body) > self._limits.reply_bytes_max:
                raise self._unknown("reply too large")
        return bytes(body)

    def _unknown(self, why: str) -> OutcomeUnknown:
        return OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN, detail=f"{self._peer.name} {why}")


class _Line:
    """One connection to be: whom it must reach, and a way to cut it."""

    def __init__(self, peer: Peer) -> None:
        self.peer, self.is_cut = peer, False
        self._handles: list[socket.socket] = []

    def opened(self, plain: socket.socket) -> None:
        """Keep a handle of our own to the connection: TLS will take the socket itself away."""
        self._handles.append(plain.dup())
        if self.is_cut:
            self.cut()

    def cut(self) -> None:
        """End the connection from another thread: whoever waits on it sees its end."""
        self.is_cut = True
        for handle in self._handles:
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the handles back."""
        for handle in self._handles:
            handle.close()


class _Connection(HTTPSConnection):
    """Until connect() is through nothing of the request has left: its failures say just that."""

    line: _Line

    def _new_conn(self) -> socket.socket:
        plain = super()._new_conn()
        self.line.opened(plain)
        return plain

    def connect(self) -> None:
        """Connect, shake hands, and see that it is the pinned certificate."""
        try:
            super().connect()
        except (HTTPError, OSError, ValueError) as failed:
            raise _not_connected(self.line.peer, failed) from failed
        on = self.sock
        shown = on.getpeercert(binary_form=True) if isinstance(on, ssl.SSLSocket) else None
        if shown is None or hashlib.sha256(shown).hexdigest() not in self.line.peer.pins:
            raise SignatureInvalid(Code.PEER_CERTIFICATE_DIFFERS, detail=self.line.peer.name)


def _not_connected(peer: Peer, failed: BaseException) -> GatewayError:
    """A certificate of another root is an alarm; everything else is a line that is down."""
    seen: BaseException | None = failed
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return SignatureInvalid(Code.PEER_CERTIFICATE_DIFFERS, detail=peer.name)
        seen = seen.__cause__ or seen.__context__
    return TransportError(Code.NO_CONNECTION, detail=peer.name)


class _Adapter(HTTPAdapter):
    """Requests' adapter over our own TLS context and our own connection; it tries once."""

    def __init__(self, tls: ssl.SSLContext, line: _Line) -> None:
        self._tls, self._line = tls, line
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: object
    ) -> None:
        """Make every connection one of ours."""
        super().init_poolmanager(
            connections, maxsize, block, ssl_context=self._tls, assert_hostname=False
        )
        self.poolmanager.pool_classes_by_scheme = {"https": _pool_over(self._line)}


def _pool_over(to: _Line) -> type[HTTPSConnectionPool]:
    """Classes and no objects: it is urllib3 that makes the objects."""

    class Connection(_Connection):
        line = to

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection

    return Pool


@contextmanager
def _session(tls: ssl.SSLContext, line: _Line) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.adapters.clear()
        session.mount("https://", _Adapter(tls, line))
        yield session


@contextmanager
def _at_most(seconds: float, line: _Line) -> Iterator[None]:
    """Cut the line when time is up: a reply that drips would else last for ever."""
    timer = Timer(seconds, line.cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        line.close()


def _prepared(request: HttpRequest) -> requests.PreparedRequest:
    """The request as it goes out; a target or header that would be rewritten is refused.

    What is signed must be what is sent.
    """
    headers = dict(request.headers)
    try:
        prepared = requests.Request(
            request.method, request.url, headers=headers, data=request.body or None
        ).prepare()
    except (requests.RequestException, ValueError) as invalid:
        raise NotConfigured(Code.SETTING_INVALID, detail="url") from invalid
    is_whole = len(headers) == len(request.headers) and prepared.url == request.url
    if not is_whole or not request.url.startswith("https://"):
        raise NotConfigured(Code.SETTING_INVALID, detail="url")
    prepared.headers["Accept-Encoding"] = "identity"
    prepared.headers["Connection"] = "close"
    return prepared


def _tls(peer: Peer, identity: Identity | None) -> ssl.SSLContext:
    if not peer.pins:
        raise NotConfigured(Code.SETTING_MISSING, detail=f"{peer.name} pin")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False  # the pin names one certificate, see Peer
    context.verify_mode = ssl.CERT_REQUIRED
    _loading(f"{peer.name} roots", partial(context.load_verify_locations, peer.roots))
    if identity is not None:
        _loading(f"{peer.name} identity", partial(_load_identity, context, identity))
    return context


def _load_identity(context: ssl.SSLContext, identity: Identity) -> None:
    if _ENCRYPTED not in identity.key.read_bytes():  # the library would not ask for a passphrase
        raise ValueError("the private key is not encrypted")
    context.load_cert_chain(identity.chain, identity.key, lambda: identity.passphrase)


def _loading(what: str, load: partial[None]) -> None:
    try:
        load()
    except (OSError, ValueError) as unreadable:
        raise NotConfigured(Code.KEY_MISSING, detail=what) from unreadable
