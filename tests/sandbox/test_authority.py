"""The certificate authority, against the openssl command. 证书机构."""

import shutil
import ssl
import stat
import subprocess
from datetime import UTC, datetime

import pytest

from sandbox.__main__ import main
from sandbox.keys.authority import BEGIN, issue, own_certificate, prepare_authority
from sandbox.keys.certificates import USAGES

DISTINGUISHING_ID = "distid:1234567812345678"
NEW_KEYS = {
    "rsa": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    "p256": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "ed25519": ("-algorithm", "ED25519"),
    "sm2": ("-algorithm", "SM2"),
}


@pytest.fixture
def openssl(tmp_path, peer_missing):
    if shutil.which("openssl") is None:
        peer_missing("the openssl command is not installed")

    def run(*arguments):
        return subprocess.run(
            ["openssl", *map(str, arguments)], capture_output=True, timeout=20, cwd=tmp_path
        )

    return run


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    place = tmp_path_factory.mktemp("root")
    prepare_authority(place)
    return place


def request_of(openssl, kind, tmp_path):
    openssl("genpkey", *NEW_KEYS[kind], "-out", "key.pem")
    how = ("-sm3", "-sigopt", DISTINGUISHING_ID) if kind == "sm2" else ()
    made = openssl("req", "-new", "-key", "key.pem", "-subj", "/CN=gateway", "-out", "r.pem", *how)
    assert made.returncode == 0, made.stderr
    return (tmp_path / "r.pem").read_bytes()


def issued(root, request, usage="message", days=365):
    return issue(root, request, usage, BEGIN, days)


@pytest.mark.parametrize("kind", NEW_KEYS)
def test_openssl_follows_the_chain_of_every_kind_of_key(kind, root, openssl, tmp_path):
    (tmp_path / "chain.pem").write_bytes(issued(root, request_of(openssl, kind, tmp_path)))
    trusted = root / "public" / "ca" / ("sm2-root.pem" if kind == "sm2" else "root.pem")
    how = ("-vfyopt", DISTINGUISHING_ID) if kind == "sm2" else ("-x509_strict",)
    found = openssl(
        "verify", *how, "-CAfile", trusted, "-untrusted", "chain.pem", "chain.pem"
    )  # fmt: skip
    assert (found.returncode, found.stdout) == (0, b"chain.pem: OK\n"), found.stderr


PURPOSES = {
    "seal": "smimesign",
    "tsa": "timestampsign",
    "tls-server": "sslserver",
    "tls-client": "sslclient",
}


@pytest.mark.parametrize(("usage", "purpose"), PURPOSES.items())
def test_a_certificate_serves_its_own_purpose_and_no_other(usage, purpose, root, openssl, tmp_path):
    (tmp_path / "chain.pem").write_bytes(issued(root, request_of(openssl, "p256", tmp_path), usage))
    trusted = root / "public" / "ca" / "root.pem"

    def fits(wanted):
        found = openssl(
            "verify", "-purpose", wanted, "-CAfile", trusted, "-untrusted", "chain.pem", "chain.pem"
        )
        return found.returncode == 0

    assert {one for one in PURPOSES.values() if fits(one)} == {purpose}


def test_every_usage_can_be_issued_for_a_window_of_its_own(root, openssl, tmp_path):
    request = request_of(openssl, "p256", tmp_path)
    for usage in USAGES:
        chain = issue(root, request, usage, datetime(2026, 2, 1, tzinfo=UTC), 30)
        (tmp_path / "chain.pem").write_bytes(chain)
        dates = openssl("x509", "-in", "chain.pem", "-noout", "-dates").stdout.decode()
        assert dates == "notBefore=Feb  1 00:00:00 2026 GMT\nnotAfter=Mar  3 00:00:00 2026 GMT\n"


@pytest.mark.parametrize("position", [60, 120, 200, 270])
def test_a_request_not_signed_by_its_own_key_gets_nothing(position, root, openssl, tmp_path):
    request_of(openssl, "p256", tmp_path)
    der = bytearray(openssl("req", "-in", "r.pem", "-outform", "DER").stdout)
    der[position % len(der)] ^= 1
    with pytest.raises(ValueError, match="request"):
        issued(root, bytes(der))


@pytest.mark.parametrize("rubbish", [b"", b"\x30\x80", b"-----BEGIN X-----", b"\x30" * 20_000])
def test_what_is_no_request_is_refused_in_a_line(rubbish, root, tmp_path, capsys):
    (tmp_path / "r").write_bytes(rubbish)
    arguments = ["--request", str(tmp_path / "r"), "--out", str(tmp_path / "out")]
    assert main(["ca", "issue", "--root", str(root), "--usage", "seal", *arguments]) == 1
    assert capsys.readouterr().err.startswith("sandbox: ")
    assert not (tmp_path / "out").exists()


def test_the_verbs_make_a_chain_of_three(openssl, tmp_path):
    root = tmp_path / "root"
    assert main(["ca", "prepare", "--root", str(root)]) == 0
    kept = {path: path.read_bytes() for path in root.rglob("*.*")}
    assert main(["ca", "prepare", "--root", str(root)]) == 0
    assert kept == {path: path.read_bytes() for path in root.rglob("*.*")}
    request_of(openssl, "p256", tmp_path)
    arguments = ["--request", str(tmp_path / "r.pem"), "--out", str(tmp_path / "chain.pem")]
    assert main(["ca", "issue", "--root", str(root), "--usage", "head", *arguments]) == 0
    assert (tmp_path / "chain.pem").read_bytes().count(b"BEGIN CERTIFICATE") == 3


def test_private_keys_are_for_their_owner_alone(root):
    own_certificate(root, "rest-server", "tls-server")
    made = [*(root / "ca").iterdir()]
    assert made
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}


def test_a_certificate_of_our_own_opens_a_tls_server(root):
    private, chain = own_certificate(root, "rest-server", "tls-server")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(chain, private)
    assert own_certificate(root, "rest-server", "tls-server") == (private, chain)
