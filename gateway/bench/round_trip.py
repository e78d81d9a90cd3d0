"""A signed SOAP round trip against an unsigned one, over HTTP on this machine. 往返对照"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer

from gateway.bench.measuring import Ratio, per_second_of_waiting
from gateway.bench.signing import Pair, pair_of
from gateway.ports import Algorithm
from gateway.signing.keys.certificates import Usage, self_signed
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.messages.soap import Peer, Sender, sign_envelope, signature_of, verify_envelope
from gateway.signing.messages.soap.reading import parsed
from gateway.signing.messages.soap.verifying import SIZE_MAX

_MEASURED = (Algorithm.RSA_V15_SHA256, Algorithm.SM2_SM3)
_DAY = timedelta(days=1)
_LINE = "<n:line><n:account>6222020200012345678</n:account><n:fen>123456</n:fen></n:line>"
_ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    f'<n:ask xmlns:n="urn:bench">{_LINE * 20}</n:ask></s:Body></s:Envelope>'
).encode()
Answer = Callable[[bytes], bytes]


@dataclass
class _Seen:
    """A memory of this run's own."""

    known: set[str] = field(default_factory=set)

    def first_time(self, counterparty: str, signature_digest: str, until: datetime) -> bool:
        """Remember it; False when it was known."""
        new = signature_digest not in self.known
        self.known.add(signature_digest)
        return new


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two: what it signs with, and whom it believes."""

    sender: Sender
    peer: Peer
    seen: _Seen


def against_unsigned(seconds: float, at: datetime) -> Iterator[Ratio]:
    """Round trips per second, signed and verified on both sides, over those that are not."""
    plain = _round_trips(_echoed, lambda carry: _echoed(carry(_ENVELOPE)), seconds)
    for algorithm in _MEASURED:
        ours, theirs = _sides(pair_of(algorithm), pair_of(algorithm), at)
        signed = _round_trips(
            lambda data, theirs=theirs: _answered(theirs, data, at),  # type: ignore[misc]
            lambda carry, ours=ours: _asked(ours, carry, at),  # type: ignore[misc]
            seconds,
        )
        yield Ratio(f"SOAP 往返 {algorithm.value}（对无签名）", signed, plain, "次/秒")


def _echoed(data: bytes) -> bytes:
    parsed(data, SIZE_MAX)
    return data


def _asked(ours: _Side, carry: Answer, at: datetime) -> None:
    request = sign_envelope(_ENVELOPE, ours.sender, at)
    verify_envelope(carry(request), ours.peer, at, ours.seen, signature_of(request))


def _answered(theirs: _Side, data: bytes, at: datetime) -> bytes:
    verify_envelope(data, theirs.peer, at, theirs.seen)
    return sign_envelope(_ENVELOPE, theirs.sender, at, signature_of(data))


def _sides(one: Pair, two: Pair, at: datetime) -> tuple[_Side, _Side]:
    names = ("one", "two")
    certificates = [
        self_signed(pair.signer, pair.public_pem, name, at - _DAY, at + _DAY, Usage.MESSAGE)
        for pair, name in zip((one, two), names, strict=True)
    ]
    keys = [
        Key(
            kid=name,
            holder=name,
            purpose=Purpose.THEIR_MESSAGE,
            verifier=pair.verifier,
            not_before=at - _DAY,
            sign_until=at + _DAY,
            verify_until=at + _DAY,
            chain=(certificate,),
        )
        for pair, name, certificate in zip((one, two), names, certificates, strict=True)
    ]
    peers = [Peer(key.holder, KeyRing([key])) for key in keys]
    return (
        _Side(Sender(one.signer, certificates[0]), peers[1], _Seen()),
        _Side(Sender(two.signer, certificates[1]), peers[0], _Seen()),
    )


def _round_trips(answer: Answer, ask: Callable[[Answer], object], seconds: float) -> float:
    with _listening(answer) as port:
        line = HTTPConnection("127.0.0.1", port, timeout=10)

        def carry(data: bytes) -> bytes:
            line.request("POST", "/", data, {"Content-Type": "text/xml"})
            return line.getresponse().read()

        try:
            return per_second_of_waiting(lambda: ask(carry), seconds)
        finally:
            line.close()


@contextmanager
def _listening(answer: Answer) -> Iterator[int]:
    """A server of this machine alone that answers each request; its port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # a reply of two packets would wait for the acknowledgement of the first
        wbufsize, disable_nagle_algorithm = -1, True

        def do_POST(self) -> None:
            reply = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the figures are the answer."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
