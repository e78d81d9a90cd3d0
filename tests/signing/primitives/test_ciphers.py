"""Sealed is sealed: a bit of difference anywhere and nothing comes out. 认证加密"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Code, SignatureInvalid
from gateway.signing.primitives.ciphers import KEY_BYTES, Cipher, seal, unseal
from gateway.signing.primitives.digests import DigestName, digest_of

NONCE = bytes(12)
each = pytest.mark.parametrize("cipher", Cipher, ids=lambda cipher: cipher.value)


@each
@given(data=st.binary(max_size=300), associated=st.binary(max_size=30))
def test_what_is_sealed_comes_out_again(cipher, data, associated):
    key = bytes(range(KEY_BYTES[cipher]))
    sealed = seal(cipher, key, NONCE, data, associated)
    assert len(sealed) == len(data) + 16
    assert unseal(cipher, key, NONCE, sealed, associated) == data


@each
def test_every_byte_of_text_tag_key_nonce_and_what_goes_with_it_counts(cipher):
    key, associated = bytes(range(KEY_BYTES[cipher])), b"payload-1"
    parts = [key, NONCE, seal(cipher, key, NONCE, b"data", associated), associated]
    for which, part in enumerate(parts):
        for place in range(len(part)):
            altered = list(parts)
            altered[which] = part[:place] + bytes([part[place] ^ 1]) + part[place + 1 :]
            with pytest.raises(SignatureInvalid) as refused:
                unseal(cipher, *altered)
            assert refused.value.code is Code.CIPHERTEXT_WRONG


@each
@given(rubbish=st.binary(max_size=40))
def test_rubbish_is_refused_with_a_typed_error(cipher, rubbish):
    with pytest.raises(SignatureInvalid):
        unseal(cipher, bytes(KEY_BYTES[cipher]), NONCE, rubbish, b"")


@each
def test_a_key_or_nonce_of_another_length_is_an_error_of_our_own(cipher):
    for key, nonce in ((bytes(24), NONCE), (bytes(KEY_BYTES[cipher]), bytes(16))):
        with pytest.raises(ValueError, match="wrong length"):
            seal(cipher, key, nonce, b"", b"")


@pytest.mark.parametrize("name", DigestName, ids=lambda name: name.value)
def test_how_bytes_are_cut_does_not_matter_to_a_digest(name):
    assert digest_of(name, iter([b"a", b"", b"bc"])) == digest_of(name, [b"abc"])
    assert digest_of(name, []) != digest_of(name, [b"a"])
