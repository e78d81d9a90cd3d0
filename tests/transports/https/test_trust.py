"""Whom we believe to be the peer, what the environment may say (nothing), and what failed. HTTPS"""

import hashlib
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest

from gateway.errors import (
    Code,
    GatewayError,
    NotConfigured,
    OutcomeUnknown,
    SignatureInvalid,
    TransportError,
)
from gateway.ports import HttpRequest
from gateway.web.https import Https, Identity, Limits
from sandbox.keys.authority import own_certificate, prepare_authority
from tests.branch import free_port

SHORT = Limits(connect_seconds=1, read_seconds=1, total_seconds=2)
PIN_OF_NOBODY = "ab" * 32


def refusal(https, url):
    with pytest.raises(GatewayError) as caught:
        https.send(HttpRequest("GET", url))
    return type(caught.value), caught.value.code


UNREACHED = (TransportError, Code.NO_CONNECTION)
DIFFERS = (SignatureInvalid, Code.PEER_CERTIFICATE_DIFFERS)
UNKNOWN = (OutcomeUnknown, Code.SEND_OUTCOME_UNKNOWN)


def test_the_pinned_peer_is_believed(site):
    assert site.https().send(HttpRequest("GET", site.url)).status == 401  # unsigned, but heard


def test_either_of_two_pins_will_do_while_a_certificate_changes(site):
    pins = frozenset({PIN_OF_NOBODY, site.pin})
    assert site.https(pins=pins).send(HttpRequest("GET", site.url)).status == 401


def test_another_certificate_of_the_same_root_is_refused_before_anything_is_sent(site):
    before = site.events()
    assert refusal(site.https(pins={PIN_OF_NOBODY}), site.url) == DIFFERS
    assert site.events() == before


def test_the_pinned_certificate_of_a_root_we_do_not_trust_is_refused(site, tmp_path):
    prepare_authority(tmp_path)
    stranger = tmp_path / "public" / "ca" / "root.pem"
    assert refusal(site.https(roots=stranger), site.url) == DIFFERS


def test_the_peer_hears_nobody_without_a_certificate(site):
    """Under TLS 1.3 the server says so only after our request has left: the outcome is unknown."""
    before = site.events()
    assert refusal(site.https(identity=None), site.url) == UNKNOWN
    assert site.events() == before


def test_the_peer_hears_nobody_with_a_certificate_of_another_root(site, tmp_path):
    prepare_authority(tmp_path)
    identity = site.certified("stranger", "tls-client", tmp_path)
    assert refusal(site.https(identity=identity), site.url) == UNKNOWN


def test_a_server_certificate_is_no_clients(site):
    identity = site.certified("server", "tls-server")
    assert refusal(site.https(identity=identity), site.url) == UNKNOWN


# ------------------------------------------------------------------ the environment


def test_the_environment_has_no_say(site, monkeypatch, tmp_path):
    nowhere = f"http://127.0.0.1:{free_port()}"
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, nowhere)
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    (tmp_path / "empty.pem").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "empty.pem"))
    assert site.https().send(HttpRequest("GET", site.url)).status == 401


def test_a_bundle_in_the_environment_makes_no_stranger_trusted(site, monkeypatch, tmp_path):
    prepare_authority(tmp_path)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(site.roots))
    https = site.https(roots=tmp_path / "public" / "ca" / "root.pem")
    assert refusal(https, site.url) == DIFFERS


# ------------------------------------------------------------------ lines that fail


@contextmanager
def listener(behave):
    """A server on this machine that does what it is told with each connection."""
    door = socket.create_server(("127.0.0.1", 0))

    def accept():
        try:
            while True:
                line, _ = door.accept()
                behave(line)
        except OSError:
            return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{door.getsockname()[1]}/"
    door.shutdown(socket.SHUT_RDWR)
    door.close()
    thread.join(5)


def under_tls(site, behave, version=None):
    """What a server does after a handshake with the peer's own certificate."""
    private, chain = own_certificate(site.root, "rest-server", "tls-server")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, private)
    if version:
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = version
        context.set_ciphers("DEFAULT:@SECLEVEL=0")

    def accepted(line):
        try:
            with context.wrap_socket(line, server_side=True) as inside:
                behave(inside)
        except (OSError, ssl.SSLError):
            line.close()

    return accepted


def test_a_refused_connection_sent_nothing(site):
    assert refusal(site.https(), f"https://127.0.0.1:{free_port()}/") == UNREACHED


def test_a_name_nobody_knows_sent_nothing(site):
    assert refusal(site.https(), "https://nobody.invalid/") == UNREACHED


def test_a_line_that_ends_in_the_handshake_sent_nothing(site):
    with listener(lambda line: line.close()) as url:
        assert refusal(site.https(limits=SHORT), url) == UNREACHED


def test_a_server_that_speaks_no_tls_was_sent_nothing(site):
    heard = []

    def behave(line):
        heard.append(line.recv(5))
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        line.close()

    with listener(behave) as url:
        assert refusal(site.https(limits=SHORT), url) == UNREACHED
    assert heard[0][:2] == b"\x16\x03"  # a handshake record, no request


def test_a_handshake_that_drips_ends_in_time_and_sent_nothing(site):
    def behave(line):
        line.recv(4096)
        for _ in range(200):
            line.sendall(b"\x16")
            threading.Event().wait(0.05)

    with listener(behave) as url:
        assert refusal(site.https(limits=replace(SHORT, total_seconds=0.5)), url) == UNREACHED


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_tls_before_1_2_is_refused_and_nothing_was_sent(site):
    server = under_tls(site, lambda inside: inside.recv(1), ssl.TLSVersion.TLSv1_1)
    with listener(server) as url:
        assert refusal(site.https(limits=SHORT), url) == UNREACHED


def after_request(*parts, wait=0.0):
    def behave(inside):
        inside.recv(65_536)
        for part in parts:
            inside.sendall(part)
            threading.Event().wait(wait)

    return behave


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"HTTP/1.1 200 OK",),
        (b"nonsense\r\n\r\n",),
        (OK + b"Content-Length: 10\r\n\r\nshort",),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",),
        (OK + b"X: " + b"x" * 70_000 + b"\r\n\r\n",),
        (OK + b"X: x\r\n" * 200 + b"\r\n",),
        (OK + b"Content-Length: -5\r\n\r\n", b"x"),
        (OK + b"\r\n", b"ends with the line"),
        (OK + b"Content-Length: 400000\r\n\r\n", b"x" * 400_000),
    ],
    ids=["nothing", "cut head", "nonsense", "short", "bad chunk", "cut chunk", "long line",
         "many lines", "negative", "no length", "too much"],
)  # fmt: skip
def test_a_reply_that_makes_no_sense_leaves_the_outcome_unknown(site, parts):
    with listener(under_tls(site, after_request(*parts))) as url:
        assert refusal(site.https(), url) == UNKNOWN


def test_a_server_that_never_answers_is_left_in_time(site):
    with listener(under_tls(site, _silent)) as url:
        assert refusal(site.https(limits=replace(SHORT, read_seconds=0.3)), url) == UNKNOWN


def _silent(inside):
    inside.recv(65_536)
    threading.Event().wait(0.8)


@pytest.mark.parametrize(
    "head", [OK, OK + b"Content-Length: 60\r\n\r\n"], ids=["in the head", "in the body"]
)
def test_a_reply_that_drips_is_cut_in_time(site, head):
    drips = after_request(head, *[b"X"] * 60, wait=0.05)
    with listener(under_tls(site, drips)) as url:
        assert refusal(site.https(limits=replace(SHORT, total_seconds=0.7)), url) == UNKNOWN


def test_a_compressed_reply_is_not_unfolded(site):
    import gzip

    bomb = gzip.compress(b"\0" * 10_000_000)
    head = OK + f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    with listener(under_tls(site, after_request(head + bomb))) as url:
        assert site.https().send(HttpRequest("GET", url)).body == bomb


@pytest.mark.parametrize(
    "target",
    [
        b"https://127.0.0.1:1/x",
        b"https://127.0.0.1/\xff\xfe",
        b"https://[::1",
        b"//",
        b"x" * 60_000,
    ],
    ids=["elsewhere", "no text", "no address", "no host", "long"],
)
def test_a_redirect_comes_as_it_was_sent_and_nothing_is_made_of_it(site, target):
    import gzip

    bomb = gzip.compress(b"\0" * 1_000_000)
    head = b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Encoding: gzip\r\n" % target
    reply = head + b"Content-Length: %d\r\n\r\n" % len(bomb) + bomb
    with listener(under_tls(site, after_request(reply))) as url:
        answer = site.https().send(HttpRequest("GET", url))
    assert (answer.status, answer.body) == (302, bomb)
    assert ("Location", target.decode("latin-1")) in answer.headers


def test_header_lines_come_as_they_were_sent(site):
    head = OK + b"Signature: a\r\nsignature: b\r\nContent-Length: 0\r\n\r\n"
    with listener(under_tls(site, after_request(head))) as url:
        headers = site.https().send(HttpRequest("GET", url)).headers
    assert [value for name, value in headers if name.lower() == "signature"] == ["a", "b"]


# ------------------------------------------------------------------ what cannot be sent or loaded


@pytest.mark.parametrize(
    "request_",
    [
        HttpRequest("GET", "http://127.0.0.1/"),
        HttpRequest("GET", "https://127.0.0.1/a b"),
        HttpRequest("GET", "https://127.0.0.1/%7e"),
        HttpRequest("GET", "https://127.0.0.1"),
        HttpRequest("GET", "https://"),
        HttpRequest("GET", "https://127.0.0.1/", (("X", "a\r\nY: b"),)),
        HttpRequest("GET", "https://127.0.0.1/", (("X", "a"), ("X", "b"))),
        HttpRequest("GET", "https://127.0.0.1/", (("X-A", "a"), ("x-a", "b"))),
        HttpRequest("GET", "https://127.0.0.1/", (("X", "沙"),)),
        HttpRequest("GET", "https://127.0.0.1/", (("沙", "x"),)),
        HttpRequest("POST", "https://127.0.0.1/", (("Content-Length", "1"),), b"ab"),
        HttpRequest("POST", "https://127.0.0.1/", (("Transfer-Encoding", "chunked"),), b"ab"),
        HttpRequest("GET", "https://user:word@127.0.0.1/"),
        HttpRequest("GET", "https://127.0.0.1/#part"),
        HttpRequest("get", "https://127.0.0.1/"),
        HttpRequest("GET /x", "https://127.0.0.1/"),
    ],
    ids=[
        "no tls",
        "blank",
        "rewritten",
        "no path",
        "no host",
        "split header",
        "header twice",
        "header twice in two ways",
        "header not ASCII",
        "name not ASCII",
        "a length of its own",
        "a coding of its own",
        "user",
        "fragment",
        "small method",
        "two words",
    ],
)
def test_what_would_not_go_out_as_it_stands_is_not_sent(site, request_):
    with pytest.raises(NotConfigured) as caught:
        site.https().send(request_)
    assert caught.value.code is Code.SETTING_INVALID


def test_an_identity_that_cannot_be_used_is_said_before_the_first_call(site, tmp_path):
    good = site.identity
    plain, _ = own_certificate(site.root, "rest-server", "tls-server")
    wrong = [
        Identity(good.chain, good.key, "wrong"),
        Identity(good.chain, plain, ""),
        Identity(good.chain, tmp_path / "none", ""),
        Identity(tmp_path / "none", good.key, good.passphrase),
    ]
    for identity in wrong:
        with pytest.raises(NotConfigured) as caught:
            site.https(identity=identity)
        assert caught.value.code is Code.KEY_MISSING
    with pytest.raises(NotConfigured) as caught:
        Https(site.peer(roots=tmp_path / "none"), good)
    assert caught.value.code is Code.KEY_MISSING
    with pytest.raises(NotConfigured) as caught:
        Https(site.peer(pins=frozenset()), good)
    assert caught.value.code is Code.SETTING_MISSING


def test_no_secret_shows_in_a_repr(site):
    assert site.identity.passphrase not in repr(site.identity)


def test_the_pin_is_the_fingerprint_openssl_prints(site, require_peer):
    import shutil
    import subprocess

    require_peer(None if shutil.which("openssl") else "openssl")
    chain = site.root / "public" / "ca" / "rest-server.chain.pem"
    command = ["openssl", "x509", "-in", str(chain), "-outform", "DER"]
    der = subprocess.run(command, capture_output=True, check=True, timeout=20).stdout
    assert hashlib.sha256(der).hexdigest() == site.pin
