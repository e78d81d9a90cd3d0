"""Codes of signed HTTP messages and of TLS, each from something really wrong. 错误目录"""

import hashlib
import socket
import ssl
import threading
from dataclasses import replace
from datetime import datetime, timedelta

from gateway.dates import SHANGHAI
from gateway.errors import Code
from gateway.ports import Algorithm, HttpRequest
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.messages.http_messages import sign_request, verify_request
from gateway.web.https import Https, Peer
from sandbox.keys.authority import own_certificate, prepare_authority
from tests.kernel.ground import Ground, raised
from tests.signing.pairs import signer_of, verifier_of

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=SHANGHAI)
ED25519 = Algorithm.ED25519
REQUEST = HttpRequest("GET", "https://court.example/filings")


class Forgetful:
    """A memory that has seen nothing."""

    def first_time(self, counterparty: str, signature_digest: str, until: datetime) -> bool:
        return True


def uncovered(ground: Ground) -> Code | None:
    """Verifies a message whose signature leaves the body out."""
    window = (NOW - timedelta(1), NOW + timedelta(1), NOW + timedelta(2))
    key = Key("k1", "court", Purpose.THEIR_MESSAGE, verifier_of(ED25519), *window)
    signed = sign_request(signer_of(ED25519), REQUEST, NOW)
    headers = tuple((name, text.replace(' "content-digest"', "")) for name, text in signed.headers)
    message = replace(signed, headers=headers)
    return raised(lambda: verify_request(KeyRing([key]), "court", message, NOW, Forgetful()))


def another_server(ground: Ground) -> Code | None:
    """Calls a server whose certificate is of the agreed root, but not the pinned one."""
    prepare_authority(ground.place)
    private, chain = own_certificate(ground.place, "server", "tls-server")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, private)
    door = socket.create_server(("127.0.0.1", 0))

    def greet() -> None:
        line, _ = door.accept()
        context.wrap_socket(line, server_side=True).close()

    thread = threading.Thread(target=greet, daemon=True)
    thread.start()
    pin = hashlib.sha256(b"another certificate").hexdigest()
    peer = Peer("court", ground.place / "public" / "ca" / "root.pem", frozenset({pin}))
    url = f"https://127.0.0.1:{door.getsockname()[1]}/"
    found = raised(lambda: Https(peer, None).send(HttpRequest("GET", url)))
    thread.join(5)
    door.close()
    return found


PRODUCERS = {
    Code.PEER_CERTIFICATE_DIFFERS: another_server,
    Code.SIGNATURE_COVERAGE: uncovered,
}
