"""The self-test before the first key is used, on machines that pass and that do not. 自检"""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.errors import Code, NotConfigured
from gateway.ports import Algorithm
from gateway.signing.primitives.ciphers import Cipher
from gateway.signing.primitives.digests import DigestName
from gateway.signing.primitives.libcrypto import LibcryptoError, failure, library
from gateway.signing.primitives.selftest import require_sound_algorithms
from gateway.signing.primitives.vectors import ABC, SEALED, SIGNED
from gateway.wiring.keys import load_ring

ROOT = Path(__file__).parents[3]
# What a hardened OpenSSL may be told: no algorithm that is not approved elsewhere.
WITHOUT_SM = """\
openssl_conf = init
[init]
alg_section = properties
[properties]
default_properties = fips=yes
"""
SELF_TEST = """\
from gateway.errors import NotConfigured
from gateway.signing.primitives.selftest import require_sound_algorithms
try:
    require_sound_algorithms()
except NotConfigured as refused:
    print(refused.code.name, refused.detail)
"""
LIBRARY = SELF_TEST.replace("selftest", "libcrypto").replace("require_sound_algorithms", "library")


def run_elsewhere(program, **environment):
    """Run a few lines in a process that finds another libcrypto, or the same one told otherwise."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": "/usr/bin", "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_this_machine_passes():
    require_sound_algorithms()
    assert library().OpenSSL_version_num() >= 0x30000000


def test_a_machine_whose_openssl_knows_no_sm3_is_refused(tmp_path):
    (tmp_path / "openssl.cnf").write_text(WITHOUT_SM)
    told = run_elsewhere(SELF_TEST, OPENSSL_CONF=str(tmp_path / "openssl.cnf"))
    assert told.startswith("SELF_TEST_FAILED")
    assert all(name in told for name in ("SM3", "SM2_SM3", "AES_256_GCM", "ED25519"))


def flipped(answer):
    """The same known answer with one bit of its last part's first byte changed."""
    if isinstance(answer, str):
        return f"{int(answer[0], 16) ^ 1:x}{answer[1:]}"
    *before, last = answer
    return (*before, flipped(last) if isinstance(last, str) else bytes([last[0] ^ 1]) + last[1:])


@pytest.mark.parametrize(
    ("table", "name"),
    [(table, name) for table in (ABC, SEALED, SIGNED) for name in table],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_wrong_answer_refuses_the_start_and_is_named(table, name, monkeypatch):
    named = {one.value: one.name for kind in (DigestName, Cipher, Algorithm) for one in kind}
    monkeypatch.setitem(table, name, flipped(table[name]))
    with pytest.raises(NotConfigured) as refused:
        require_sound_algorithms.__wrapped__()
    assert (refused.value.code, refused.value.detail) == (Code.SELF_TEST_FAILED, named[name])


def test_no_key_is_loaded_before_the_algorithms_have_answered(tmp_path, monkeypatch):
    """Bug: evidence was verified without asking."""
    monkeypatch.setitem(SIGNED, "ed25519", flipped(SIGNED["ed25519"]))
    require_sound_algorithms.cache_clear()
    with pytest.raises(NotConfigured) as refused:
        load_ring(tmp_path)
    assert refused.value.code is Code.SELF_TEST_FAILED


def test_every_algorithm_digest_and_cipher_has_a_known_answer():
    known = {*ABC, *SEALED, *SIGNED}
    assert known == {one.value for kind in (DigestName, Cipher, Algorithm) for one in kind}


def test_a_machine_without_the_library_is_refused(tmp_path):
    (tmp_path / "libcrypto.so.3").write_bytes(b"not a library")
    told = run_elsewhere(LIBRARY, LD_LIBRARY_PATH=str(tmp_path))
    assert told.startswith("PLATFORM_UNFIT libcrypto.so.3")


def test_a_failure_of_the_library_says_what_and_why_once():
    from gateway.signing.primitives.sm2 import Sm2Key

    with pytest.raises(LibcryptoError, match="read public key: error:"):
        Sm2Key.from_public_pem(b"rubbish")
    assert str(failure("next")) == "next: no reason given"
