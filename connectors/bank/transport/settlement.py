"""The wire to the settlement platform: a connection a request, signed in first. 结算平台线路"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Timer
from typing import Protocol

from connectors.bank.codec.settlement import (
    HEADER_BYTES,
    Answered,
    Bare,
    Dialect,
    FrameHeader,
    Sender,
    SignedIn,
    Tx,
    frame,
    read_header,
    read_reply,
    read_request_head,
    request_head,
    write_request,
)
from gateway.errors import (
    Code,
    MalformedMessage,
    NotConfigured,
    OutcomeUnknown,
    SignatureInvalid,
    TransportError,
)
from gateway.ports import Session, SessionCipher

_CHUNK_BYTES = 256 * 1024


class Memory(Protocol):
    """What all workers and the listener must know of one session, and no two serials alike."""

    def hand_key(self) -> str | None:
        """The HandKey of the last sign-in, as it came; None before the first."""

    def keep(self, hand_key: str) -> None:
        """Remember a new one for everybody."""

    def forget(self, hand_key: str) -> None:
        """It was refused; one that was kept since stays."""

    def next_seq_no(self, at: datetime) -> str:
        """A SendSeqNo that nobody has used."""


@dataclass(frozen=True, slots=True)
class PlatformAddress:
    """Where the platform answers, and the node it answers as."""

    host: str
    port: int
    node: str

    @property
    def where(self) -> str:
        """Host and port, for a person."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds to connect and for a whole exchange; bytes of a reply."""

    connect_seconds: float = 10
    total_seconds: float = 60
    reply_bytes_max: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Frames:
    """One connection, one frame there, one frame back."""

    address: PlatformAddress
    node: str
    bounds: Bounds = Bounds()

    def exchange(self, body: bytes, *, clear: bool) -> tuple[FrameHeader, bytes]:
        """The reply's header and body.

        Raises TransportError before the first byte has left, OutcomeUnknown from there on.
        """
        with self._connected() as line:
            try:
                line.sendall(frame(self.node, body, clear=clear))
                header = read_header(_exactly(line, HEADER_BYTES), self.bounds.reply_bytes_max)
                if header.node != self.address.node:
                    raise self._unknown("答复节点不符")
                return header, _exactly(line, header.length)
            except (OSError, EOFError, MalformedMessage) as lost:
                raise self._unknown("无完整答复") from lost

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        """A connection that is cut when its seconds are over, however slowly the bytes drip."""
        at = self.address
        try:
            line = socket.create_connection((at.host, at.port), self.bounds.connect_seconds)
        except OSError as failed:
            raise TransportError(Code.NO_CONNECTION, detail=at.where) from failed
        timer = Timer(self.bounds.total_seconds, _cut, (line,))
        timer.daemon = True
        timer.start()
        try:
            with line:
                line.settimeout(self.bounds.total_seconds)
                yield line
        finally:
            timer.cancel()

    def _unknown(self, why: str) -> OutcomeUnknown:
        detail = f"{self.address.where} {why}"
        return OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN, detail=detail)


class SettlementLine:
    """Requests to the platform under a session key; may be shared by threads.

    `ask` takes a request's plain bytes, so that the same bytes can be archived before and sent
    again after another sign-in.
    """

    def __init__(
        self, frames: Frames, dialect: Dialect, sender: Sender, session: "SessionParts"
    ) -> None:
        self._frames, self._dialect, self._sender, self._of = frames, dialect, sender, session

    def ask(self, request: bytes) -> bytes:
        """The reply's bytes, unread.

        Raises TransportError, NotConfigured when nothing of the request has left, or it has no
        effect and brought nothing; OutcomeUnknown when it may have reached them.
        """
        if Tx(read_request_head(self._dialect, request).tx_code).asks_only:
            return self._asked_only(request)
        answer = self._asked(request)
        if answer is None:
            detail = f"{self._frames.address.where} 会话密钥被拒，已作废"
            raise OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN, detail=detail)
        return answer

    def _asked_only(self, request: bytes) -> bytes:
        """Ask what has no effect: again after a new sign-in, and whatever is lost is only lost."""
        for _ in range(2):
            try:
                answer = self._asked(request)
            except OutcomeUnknown as lost:
                raise TransportError(Code.CONNECTION_LOST, detail=lost.detail) from lost
            if answer is not None:
                return answer
        raise NotConfigured(Code.LOGIN_REFUSED, detail="会话密钥")

    def check(self) -> str:
        """Probe the platform (SYS600); says where it answered and how."""
        answered = self._clear(Tx.PROBE)
        return f"{self._frames.address.where} {answered.head.rtn_code}"

    def _asked(self, request: bytes) -> bytes | None:
        """The reply's bytes; None when they answer in clear: they could not read the request.

        Anybody on the line could say so: what it means for money is open.
        """
        hand_key = self._of.memory.hand_key() or self._signed_in()
        session = self._opened(hand_key)
        header, body = self._frames.exchange(session.encrypt(request), clear=False)
        if header.clear:
            self._of.memory.forget(hand_key)
            return None
        try:
            return session.decrypt(body)
        except SignatureInvalid as foreign:
            detail = f"{self._frames.address.where} 答复不在会话密钥之下"
            raise OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN, detail=detail) from foreign

    def _opened(self, hand_key: str) -> Session:
        try:
            return self._of.cipher.open_session(hand_key)
        except SignatureInvalid as foreign:  # nothing has been sent under it
            self._of.memory.forget(hand_key)
            raise NotConfigured(Code.KEY_MISSING, detail="HandKey") from foreign

    def _signed_in(self) -> str:
        """Sign in (BDC001) and remember the HandKey for everybody."""
        answered = self._clear(Tx.SIGN_IN)
        if not isinstance(answered.told, SignedIn):
            raise NotConfigured(Code.LOGIN_REFUSED, detail=f"签到 {answered.head.rtn_code}")
        self._of.memory.keep(answered.told.hand_key)
        return answered.told.hand_key

    def _clear(self, tx: Tx) -> Answered:
        """Ask in clear what has no effect on money; whatever goes wrong, nothing has happened."""
        request = self._request(tx)
        try:
            _, body = self._frames.exchange(request, clear=True)
            return read_reply(self._dialect, read_request_head(self._dialect, request), body)
        except (OutcomeUnknown, MalformedMessage, SignatureInvalid) as lost:
            detail = f"{self._frames.address.where} {tx.title}"
            raise TransportError(Code.NO_CONNECTION, detail=detail) from lost

    def _request(self, tx: Tx) -> bytes:
        at = self._of.now()
        seq_no = self._of.memory.next_seq_no(at)
        return write_request(self._dialect, request_head(tx, seq_no, at, self._sender), Bare())


@dataclass(frozen=True, slots=True)
class SessionParts:
    """What a session stands on: the cipher, what everybody remembers of it, a clock."""

    cipher: SessionCipher
    memory: Memory
    now: Callable[[], datetime]


def _exactly(line: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        piece = line.recv(min(count - len(data), _CHUNK_BYTES))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
