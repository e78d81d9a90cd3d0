"""Every algorithm of the house: sign, verify, and refuse whatever is not the signature. 签名算法"""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import Code, NotConfigured
from gateway.ports import Algorithm
from gateway.signing.primitives.algorithms import load_signer, load_verifier, new_key_pair
from gateway.signing.primitives.libcrypto import LibcryptoError
from gateway.signing.primitives.sm2 import Sm2Key
from tests.signing.pairs import PASSPHRASE, pair_of, signer_of, verifier_of

DATA = "批量扣款结果".encode("gb18030") * 300
each = pytest.mark.parametrize("algorithm", Algorithm, ids=lambda algorithm: algorithm.value)


@each
def test_a_signature_holds_for_its_bytes_and_no_others(algorithm):
    signature = signer_of(algorithm).sign((DATA,))
    verifier = verifier_of(algorithm)
    assert verifier.verify(signature, (DATA,))
    assert not verifier.verify(signature, (DATA + b"\n",))
    assert not verifier.verify(signature, (DATA[:-1],))
    assert not verifier.verify(signature, ())


@each
@pytest.mark.parametrize("data", [b"", b"\x00", DATA])
def test_how_the_bytes_are_cut_into_chunks_does_not_matter(algorithm, data):
    cut = [data[:1], b"", data[1:5], data[5:]]
    assert verifier_of(algorithm).verify(signer_of(algorithm).sign(iter(cut)), (data,))
    assert verifier_of(algorithm).verify(signer_of(algorithm).sign((data,)), iter(cut))


@each
def test_every_byte_of_a_signature_counts(algorithm):
    verifier, signature = verifier_of(algorithm), signer_of(algorithm).sign((b"data",))
    for place in range(len(signature)):
        for flip in (0x01, 0x80):
            altered = bytearray(signature)
            altered[place] ^= flip
            assert not verifier.verify(bytes(altered), (b"data",)), place


@each
def test_a_signature_cut_or_lengthened_does_not_hold(algorithm):
    verifier, signature = verifier_of(algorithm), signer_of(algorithm).sign((b"data",))
    for altered in (signature[:-1], signature[1:], signature + b"\x00", b"\x00" + signature, b""):
        assert not verifier.verify(altered, (b"data",))


@each
@settings(max_examples=60)
@given(rubbish=st.binary(max_size=400))
def test_rubbish_is_false_and_never_an_exception(algorithm, rubbish):
    assert verifier_of(algorithm).verify(rubbish, (b"data",)) is False


@each
def test_a_signature_of_another_key_does_not_hold(algorithm):
    other = signer_of(algorithm, number=2).sign((DATA,))
    assert not verifier_of(algorithm).verify(other, (DATA,))


@each
def test_a_signature_of_another_algorithm_does_not_hold(algorithm):
    for other in set(Algorithm) - {algorithm}:
        assert not verifier_of(algorithm).verify(signer_of(other).sign((DATA,)), (DATA,))


@each
@pytest.mark.parametrize("passphrase", [b"wrong", b"", b"correct hors"])
def test_a_key_does_not_open_without_its_passphrase(algorithm, passphrase):
    with pytest.raises(NotConfigured) as refused:
        load_signer("k1", algorithm, pair_of(algorithm).private_pem, passphrase)
    assert refused.value.code is Code.KEY_MISSING
    assert refused.value.detail == "private key k1"


@pytest.mark.parametrize(
    "algorithm", sorted(set(Algorithm) - {Algorithm.SM2_SM3}, key=lambda one: one.value)
)
def test_a_private_key_that_anybody_can_read_is_refused(algorithm):
    key = serialization.load_pem_private_key(pair_of(algorithm).private_pem, PASSPHRASE)
    plain = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(NotConfigured) as refused:
        load_signer("k1", algorithm, plain, PASSPHRASE)
    assert refused.value.code is Code.KEY_MISSING


@each
def test_a_key_of_another_algorithm_does_not_fit(algorithm):
    kinds = {Algorithm.RSA_PSS_SHA256: "rsa", Algorithm.RSA_V15_SHA256: "rsa"}
    for other in Algorithm:
        if kinds.get(other, other) == kinds.get(algorithm, algorithm):
            continue
        with pytest.raises(NotConfigured):
            load_verifier("k1", algorithm, pair_of(other).public_pem)
        with pytest.raises(NotConfigured):
            load_signer("k1", algorithm, pair_of(other).private_pem, PASSPHRASE)


@each
@pytest.mark.parametrize("pem", [b"", b"rubbish", b"-----BEGIN PUBLIC KEY-----\nAAAA\n"])
def test_what_is_no_key_is_refused(algorithm, pem):
    with pytest.raises(NotConfigured):
        load_verifier("k1", algorithm, pem)
    with pytest.raises(NotConfigured):
        load_signer("k1", algorithm, pem, PASSPHRASE)


@each
def test_a_half_of_a_pair_is_not_the_other(algorithm):
    with pytest.raises(NotConfigured):
        load_verifier("k1", algorithm, pair_of(algorithm).private_pem)
    with pytest.raises(NotConfigured):
        load_signer("k1", algorithm, pair_of(algorithm).public_pem, PASSPHRASE)


def test_a_short_rsa_key_is_refused():
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    pem = short.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for algorithm in (Algorithm.RSA_PSS_SHA256, Algorithm.RSA_V15_SHA256):
        with pytest.raises(NotConfigured) as refused:
            load_verifier("k1", algorithm, pem)
        assert "no key for" in refused.value.detail


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP256K1()], ids=lambda curve: curve.name)
def test_a_key_on_another_curve_is_refused(curve):
    pem = (
        ec.generate_private_key(curve)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    for algorithm in (Algorithm.ECDSA_P256_SHA256, Algorithm.SM2_SM3):
        with pytest.raises(NotConfigured):
            load_verifier("k1", algorithm, pem)


@each
def test_two_new_keys_are_two_keys_and_no_secret_is_shown(algorithm):
    pair = pair_of(algorithm)
    assert pair.private_pem.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert pair.private_pem != pair_of(algorithm, number=2).private_pem
    assert "PRIVATE" not in repr(pair)
    assert repr(signer_of(algorithm)).count("=") == 2  # key id and algorithm


def test_an_sm2_key_is_freed_with_its_object_and_never_twice():
    for _ in range(50):
        new_key_pair(Algorithm.SM2_SM3, PASSPHRASE)
    with pytest.raises(LibcryptoError):
        Sm2Key.from_public_pem(pair_of(Algorithm.ED25519).public_pem)
    with pytest.raises(LibcryptoError):
        Sm2Key(None, "nothing")
