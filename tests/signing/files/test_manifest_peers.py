"""The openssl command checks a signature file by hand, with nothing of ours. 对照 openssl"""

import base64
import json
import shutil
import subprocess

import pytest

from gateway.ports import Algorithm
from gateway.signing.files.detached import sign_file
from tests.signing.files.test_detached import DATA, NAME, NOW
from tests.signing.pairs import pair_of, signer_of
from tests.signing.primitives.test_openssl import OPTIONS

DIGESTS = {"sha256": "-sha256", "sm3": "-sm3"}


@pytest.fixture
def openssl(tmp_path, require_peer):
    require_peer(None if shutil.which("openssl") else "openssl")

    def run(*arguments):
        command = ["openssl", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, timeout=30, cwd=tmp_path)

    return run


@pytest.mark.parametrize("algorithm", Algorithm, ids=lambda algorithm: algorithm.value)
def test_openssl_agrees_with_the_digests_and_the_signature(algorithm, openssl, tmp_path):
    path = tmp_path / NAME
    path.write_bytes(DATA * 1000)
    told = json.loads(sign_file(signer_of(algorithm), path, NOW))
    manifest = told["manifest"]
    for name, option in DIGESTS.items():
        answer = openssl("dgst", option, "-r", path).stdout.split()[0].decode()
        assert answer == manifest[name]
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    (tmp_path / "manifest").write_text(text, encoding="utf-8")
    (tmp_path / "signature").write_bytes(base64.b64decode(told["signature"]))
    (tmp_path / "public.pem").write_bytes(pair_of(algorithm).public_pem)
    command = ["pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-sigfile", "signature"]
    command += OPTIONS[algorithm]
    assert openssl(*command, "-in", "manifest").returncode == 0
    assert openssl(*command, "-in", path).returncode != 0
