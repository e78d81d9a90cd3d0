"""What an attacker would try beyond altering bytes: each was possible, or nearly, once. 攻击"""

import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.dates import SHANGHAI
from gateway.errors import Code, NotConfigured, SignatureInvalid
from gateway.ports import Algorithm
from gateway.signing.at_rest.wrapping import EncryptionKey, Wrapper
from gateway.signing.messages.soap import verify_envelope
from gateway.signing.primitives.algorithms import load_signer
from gateway.signing.primitives.ciphers import Cipher
from gateway.signing.primitives.libcrypto import LibcryptoError
from gateway.signing.primitives.sm2 import Sm2Key
from tests.signing.messages.soap.ground import Memory, peer_of, signed
from tests.signing.pairs import PASSPHRASE, pair_of

SM2 = Algorithm.SM2_SM3
ROOT = Path(__file__).parents[3]


def test_a_second_key_in_the_clear_before_the_encrypted_one_is_not_taken():
    """The library opens the first block it can: the passphrase would guard nothing."""
    other = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    for both in (other + pair_of(SM2).private_pem, pair_of(SM2).private_pem + other):
        with pytest.raises(NotConfigured):
            load_signer("k", SM2, both, PASSPHRASE)


_ASKING = """
from gateway.signing.primitives.libcrypto import LibcryptoError
from gateway.signing.primitives.sm2 import Sm2Key
pem = b'''-----BEGIN PUBLIC KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-256-CBC,00000000000000000000000000000000

AAAAAAAAAAAAAAAAAAAAAA==
-----END PUBLIC KEY-----
'''
try:
    Sm2Key.from_public_pem(pem)
except LibcryptoError:
    print("refused")
"""


def test_a_public_key_that_says_it_is_encrypted_asks_nobody_for_a_passphrase():
    """Asked at a terminal, the library would wait there for ever."""
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", _ASKING],
            stdin=theirs, stdout=subprocess.PIPE, stderr=theirs,
            timeout=20, cwd=ROOT, start_new_session=True,
        )  # fmt: skip
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.stdout == b"refused\n"


def test_a_public_key_of_another_curve_is_no_sm2_key():
    with pytest.raises(LibcryptoError):
        Sm2Key.from_public_pem(pair_of(Algorithm.ECDSA_P256_SHA256).public_pem)


def test_a_signed_moment_at_the_end_of_all_calendars_is_stale_and_breaks_nothing():
    last = datetime(9999, 12, 31, 23, 55, tzinfo=UTC)
    data = signed(at=last, lifetime=timedelta(minutes=4))
    with pytest.raises(SignatureInvalid) as refused:
        verify_envelope(data, peer_of(), datetime(2026, 3, 1, 10, tzinfo=SHANGHAI), Memory())
    assert refused.value.code is Code.MESSAGE_STALE


def test_a_wrapped_key_nested_without_end_is_refused():
    wrapper = Wrapper([EncryptionKey("one", b"1" * 32)], Cipher.AES_256_GCM)
    with pytest.raises(SignatureInvalid) as refused:
        wrapper.unwrap(b"[" * 200_000, "00" * 16, "ab" * 32)
    assert refused.value.code is Code.ARCHIVE_DAMAGED
