"""A REST peer of another make, under mutual TLS, and our way to it. REST 对接方"""

import hashlib
import json
import ssl
import subprocess
import sys
from datetime import timedelta

import pytest

from gateway.clock import SystemClock
from gateway.ports import Algorithm
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.primitives.algorithms import load_verifier
from gateway.web.https import Https, Identity, Limits, Peer
from sandbox.keys.authority import BEGIN, LEAF_DAYS, issue
from sandbox.rest.serve import prepare
from tests.signing.pairs import PASSPHRASE, pair_of

LIMITS = Limits(5, 2, 4, 256 * 1024)


class RestSite:
    """The running peer: its place, its address, our certificate, what it wrote down."""

    def __init__(self, root, algorithm):
        prepare(root, algorithm.value)
        self.root, self.algorithm = root, algorithm
        self._introduce_us()
        command = [sys.executable, "-m", "sandbox", "rest", "serve", "--root", str(root)]
        command += ["--port", "0", "--algorithm", algorithm.value]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        told = self.process.stdout.readline()
        assert told.startswith("sandbox rest ready on "), told
        self.port = int(told.rsplit(":", 1)[1])
        self.url = f"https://127.0.0.1:{self.port}/messages?kind=ask"

    def _introduce_us(self):
        partner = self.root / "partners" / "rest"
        (partner / "k1.pem").write_bytes(pair_of(self.algorithm).public_pem)
        about = {"kid": "k1", "alg": self.algorithm.value}
        (partner / "k1.json").write_text(json.dumps(about))
        self.identity = self.certified("client", "tls-client")

    def certified(self, name, usage, root=None):
        """Our certificate of the sandbox's authority, its key encrypted."""
        root = root or self.root
        key, request, chain = (self.root / f"{name}.{end}" for end in ("key", "csr", "pem"))
        run = ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        run += ["-passout", f"pass:{PASSPHRASE.decode()}", "-subj", "/CN=gateway"]
        run += ["-keyout", str(key), "-out", str(request)]
        subprocess.run(run, check=True, capture_output=True, timeout=20)
        chain.write_bytes(issue(root, request.read_bytes(), usage, BEGIN, LEAF_DAYS))
        return Identity(chain, key, PASSPHRASE.decode())

    @property
    def pin(self):
        chain = (self.root / "public" / "ca" / "rest-server.chain.pem").read_text()
        leaf = chain.split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(leaf)).hexdigest()

    @property
    def roots(self):
        return self.root / "public" / "ca" / "root.pem"

    def peer(self, **changes):
        return Peer(**{"name": "court", "roots": self.roots, "pins": {self.pin}, **changes})

    def https(self, limits=LIMITS, **changes):
        identity = changes.pop("identity", self.identity)
        return Https(self.peer(**changes), identity, limits)

    def ring(self):
        """Whose key the peer signs with."""
        now = SystemClock().now()
        pem = (self.root / "public" / "rest.pem").read_bytes()
        verifier = load_verifier("rest-01", self.algorithm, pem)
        day = timedelta(1)
        key = Key(
            "rest-01", "court", Purpose.THEIR_MESSAGE, verifier, now - day, now + day, now + day
        )
        return KeyRing([key])

    def events(self):
        """What the peer wrote down."""
        path = self.root / "received" / "rest.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def arm(self, fault):
        (self.root / "rest" / "fault").write_text(fault)

    def disarm(self):
        (self.root / "rest" / "fault").unlink(missing_ok=True)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()  # nothing of a test outlives it


@pytest.fixture(scope="session", params=Algorithm, ids=lambda algorithm: algorithm.value)
def any_site(request, tmp_path_factory):
    """The peer with each algorithm in turn."""
    site = RestSite(tmp_path_factory.mktemp("rest"), request.param)
    yield site
    site.stop()


@pytest.fixture(scope="session")
def running_site(tmp_path_factory):
    """The peer with SM2, for everything that does not depend on the algorithm."""
    site = RestSite(tmp_path_factory.mktemp("rest"), Algorithm.SM2_SM3)
    yield site
    site.stop()


@pytest.fixture
def site(running_site):
    """The peer, faultless at first."""
    running_site.disarm()
    yield running_site
    running_site.disarm()
