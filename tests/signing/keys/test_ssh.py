"""Our log-in keys: paramiko and ssh-keygen read them. SSH 登录密钥"""

import io
import shutil
import subprocess

import paramiko
import pytest

from gateway.signing.keys.ssh import new_ssh_key

PASSPHRASE = b"correct horse"
PAIR = new_ssh_key(PASSPHRASE, "gateway@branch")


def test_paramiko_opens_the_private_half_and_it_is_the_public_one():
    key = paramiko.Ed25519Key.from_private_key(
        io.StringIO(PAIR.private_pem.decode()), PASSPHRASE.decode()
    )
    kind, encoded, comment = PAIR.public_pem.decode().split()
    assert (kind, encoded, comment) == ("ssh-ed25519", key.get_base64(), "gateway@branch")


@pytest.mark.parametrize("passphrase", [None, "wrong"])
def test_without_its_passphrase_it_stays_shut(passphrase):
    with pytest.raises((paramiko.SSHException, ValueError)):
        paramiko.Ed25519Key.from_private_key(io.StringIO(PAIR.private_pem.decode()), passphrase)


def test_the_public_half_is_one_line_and_the_private_one_is_not_shown():
    assert PAIR.public_pem.count(b"\n") == 1
    assert PAIR.public_pem.endswith(b"gateway@branch\n")
    assert "PRIVATE" not in repr(PAIR)


def test_ssh_keygen_reads_both_halves(require_peer, tmp_path):
    program = shutil.which("ssh-keygen")
    require_peer(None if program else "ssh-keygen")
    private, public = tmp_path / "key", tmp_path / "key.pub"
    private.write_bytes(PAIR.private_pem)
    private.chmod(0o600)
    shown = subprocess.run(
        [program, "-y", "-P", PASSPHRASE.decode(), "-f", private], capture_output=True, timeout=20
    )
    assert shown.stdout.split()[:2] == PAIR.public_pem.split()[:2], shown.stderr
    public.write_bytes(PAIR.public_pem)
    listed = subprocess.run([program, "-l", "-f", public], capture_output=True, timeout=20)
    assert b"ED25519" in listed.stdout
