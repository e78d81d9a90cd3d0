"""A bank process, and a partner of another make to talk to it. SFTP 服务测试."""

import base64
import hashlib
import io
import json
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import paramiko
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sandbox.bank.prepare import prepare
from sandbox.bank.publish import order_of, publish
from sandbox.keys.algorithms import ALGORITHMS
from sandbox.world import BANKS, night

PROJECT = Path(__file__).resolve().parents[3]
READY = "sandbox bank ready on 127.0.0.1:"
PATIENCE_SECONDS = 5


class Partner:
    """The other side: a bank process, and paramiko to talk to it."""

    def __init__(self, root):
        self.root = root
        self.key = self.new_key()
        self.signing = ALGORITHMS["ed25519"].new_private()
        for bank in BANKS:
            place = root / "partners" / bank.code
            line = f"{self.key.get_name()} {self.key.get_base64()} partner\n"
            (place / "authorized_keys").write_text(line)
            (place / "gw-1.pem").write_text(ALGORITHMS["ed25519"].public_pem(self.signing))
            (place / "gw-1.json").write_text('{"kid": "gw-1", "alg": "ed25519"}')
        self.start()

    @staticmethod
    def new_key():
        secret = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
        return paramiko.Ed25519Key.from_private_key(io.StringIO(secret.decode()))

    def start(self):
        command = [sys.executable, "-m", "sandbox", "bank", "serve", "--port", "0", "--root"]
        self.process = subprocess.Popen(
            [*command, str(self.root)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
        )
        line = self.process.stdout.readline()
        assert line.startswith(READY), line
        self.port = int(line.removeprefix(READY))

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_SECONDS)
        self.process.stdout.close()
        return code

    @contextmanager
    def ssh(self, user="990001", key=None):
        kind, text = (self.root / "public" / "ssh_host_key.pub").read_text().split()[:2]
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        pinned = paramiko.PKey.from_type_string(kind, base64.b64decode(text))
        client.get_host_keys().add(f"[127.0.0.1]:{self.port}", kind, pinned)
        with closing(client):
            client.connect(
                "127.0.0.1", self.port, username=user, pkey=key or self.key, look_for_keys=False,
                allow_agent=False, timeout=PATIENCE_SECONDS, banner_timeout=PATIENCE_SECONDS,
                auth_timeout=PATIENCE_SECONDS,
            )  # fmt: skip
            yield client

    @contextmanager
    def sftp(self, user="990001"):
        with self.ssh(user) as client, closing(client.open_sftp()) as sftp:
            sftp.get_channel().settimeout(PATIENCE_SECONDS)
            yield sftp

    def script(self, *faults):
        aside = self.root / "faults.new"
        aside.write_text(json.dumps(faults))
        aside.replace(self.root / "faults.json")

    def receipt(self, bank="990001", answered="ab" * 32):
        """Return the name and the bytes of a receipt for a file with this digest."""
        file = f"DKJG_{bank}_ZH01_20260224_V01.txt"
        short = hashlib.sha256(f"{file}|{answered}".encode()).hexdigest()[:16]
        name = f"SJHZ_{bank}_ZH01_20260224_{short}.txt"
        head = f"H|01|{bank}|{bank}0000000000001|20260224|\n"
        line = f"D|1|{file}|{answered}|A||0|已收妥|\n"
        return name, f"{head}{line}T|1|\n".encode("gb18030")

    def signature(self, name, data, alg="ed25519"):
        manifest = {
            "name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(),
            "sm3": hashlib.new("sm3", data).hexdigest(), "made_at": "2026-02-25T01:00:00+08:00",
            "kid": "gw-1", "alg": alg,
        }  # fmt: skip
        signed = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()
        value = base64.b64encode(ALGORITHMS["ed25519"].sign(self.signing, signed)).decode()
        return json.dumps({"manifest": manifest, "signature": value}).encode()

    @staticmethod
    def flag_line(name, data):
        return f"{name}|{len(data)}|{hashlib.sha256(data).hexdigest()}|\n".encode()

    @staticmethod
    def put(sftp, name, data):
        with sftp.open(f"/incoming/{name}.tmp", "wx") as out:
            out.write(data)
        sftp.posix_rename(f"/incoming/{name}.tmp", f"/incoming/{name}")

    @staticmethod
    def deliver(sftp, name, data, signature=None):
        Partner.put(sftp, name, data)
        if signature is not None:
            Partner.put(sftp, name + ".sig", signature)
        Partner.put(sftp, name + ".ok", Partner.flag_line(name, data))

    @staticmethod
    def fetched(sftp, name):
        out = io.BytesIO()
        sftp.getfo(f"/outgoing/{name}", out)
        return out.getvalue()


@pytest.fixture(scope="module")
def partner(tmp_path_factory):
    """One server for all tests of a file; each looks only at what it did itself."""
    root = tmp_path_factory.mktemp("serve") / "root"
    prepare(root, "serve")
    for bank in BANKS:
        publish(root, "serve", night("serve", bank, date(2026, 2, 24)), order_of(1, [], None))
    partner = Partner(root)
    yield partner
    partner.stop()


@pytest.fixture
def news(partner, events):
    """Return what a bank has written down since the test began, without logins."""
    before = {bank.code: len(events(partner.root, bank.code)) for bank in BANKS}

    def since(bank="990001", name=None):
        fresh = events(partner.root, bank)[before[bank] :]
        return [
            one for one in fresh if name == one["event"] or (not name and one["event"] != "login")
        ]

    return since
