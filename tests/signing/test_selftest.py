"""The self-test before the first key is used, on machines that pass and that do not. 自检"""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.signing.libcrypto import LibcryptoError, failure, library
from gateway.signing.selftest import require_sound_algorithms

ROOT = Path(__file__).parents[2]
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
from gateway.signing.selftest import require_sound_algorithms
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


def test_a_machine_without_the_library_is_refused(tmp_path):
    (tmp_path / "libcrypto.so.3").write_bytes(b"not a library")
    told = run_elsewhere(LIBRARY, LD_LIBRARY_PATH=str(tmp_path))
    assert told.startswith("PLATFORM_UNFIT libcrypto.so.3")


def test_a_failure_of_the_library_says_what_and_why_once():
    from gateway.signing.sm2 import Sm2Key

    with pytest.raises(LibcryptoError, match="read public key: error:"):
        Sm2Key.from_public_pem(b"rubbish")
    assert str(failure("next")) == "next: no reason given"
