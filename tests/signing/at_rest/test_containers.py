"""Sealed containers and wrapped keys: whatever is altered is refused. 加密容器"""

import base64
import io
from dataclasses import replace
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Code, GatewayError, NotConfigured, SignatureInvalid
from gateway.signing.at_rest import containers
from gateway.signing.at_rest.containers import new_data_key, opened, read_header, sealed
from gateway.signing.at_rest.wrapping import EncryptionKey, Wrapper, read_keys
from gateway.signing.primitives.ciphers import Cipher

WHOLE = base64.b64encode(bytes(32)).decode()
DIGEST = "ab" * 32
ONE, TWO = EncryptionKey("one", b"1" * 32), EncryptionKey("two", b"2" * 32)


def read(key, raw: bytes) -> bytes:
    stream = io.BytesIO(raw)
    return b"".join(opened(read_header(stream), key, stream))


def refused(key, raw: bytes) -> bool:
    try:
        read(key, raw)
    except SignatureInvalid:
        return True
    return False


@pytest.fixture
def small_chunks(monkeypatch):
    """Chunks of sixteen bytes: many of them in few bytes."""
    monkeypatch.setattr(containers, "CHUNK_BYTES", 16)


@pytest.mark.parametrize("cipher", Cipher)
@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 32, 100])
def test_what_was_sealed_is_opened_at_every_size_around_a_chunk(cipher, size, small_chunks):
    key, data = new_data_key(cipher), bytes(range(size))
    assert read(key, b"".join(sealed(key, data))) == data


def test_a_real_chunk_is_a_mebibyte_and_the_plain_bytes_are_nowhere():
    key, data = new_data_key(Cipher.AES_256_GCM), b"6222020200012345678 " * 130_000
    pieces = list(sealed(key, data))
    assert [len(piece) for piece in pieces[1:]] == [2**20 + 16, 2**20 + 16, len(data) - 2**21 + 16]
    assert b"62220202" not in b"".join(pieces)
    assert read(key, b"".join(pieces)) == data


def test_another_implementation_opens_a_chunk_by_the_written_rule():
    """Nonce: seven random bytes, the number in four, one that says last; associated: the header."""
    key = new_data_key(Cipher.AES_256_GCM)
    header, chunk = sealed(key, b"only one")
    nonce = header[-7:] + (0).to_bytes(4, "big") + b"\x01"
    assert AESGCM(key.secret).decrypt(nonce, chunk, header) == b"only one"


def test_every_single_bit_counts(small_chunks):
    key = new_data_key(Cipher.SM4_GCM)
    raw = b"".join(sealed(key, b"two chunks of it and more"))
    for place in range(len(raw)):
        for bit in (1, 128):
            altered = raw[:place] + bytes([raw[place] ^ bit]) + raw[place + 1 :]
            assert refused(key, altered), place


def test_every_cut_is_seen(small_chunks):
    key = new_data_key(Cipher.AES_256_GCM)
    raw = b"".join(sealed(key, bytes(48)))
    assert all(refused(key, raw[:end]) for end in range(len(raw)))


def test_chunks_cannot_be_swapped_repeated_left_out_or_added(small_chunks):
    key = new_data_key(Cipher.AES_256_GCM)
    header, *chunks = sealed(key, bytes(64))
    other_header, *others = sealed(key, bytes(64))
    for first in range(len(chunks)):
        swapped = [*chunks]
        swapped[first], swapped[first - 1] = swapped[first - 1], swapped[first]
        foreign = [*chunks]
        foreign[first] = others[first]
        without = chunks[:first] + chunks[first + 1 :]
        twice = [*chunks, chunks[first]]
        for wrong in (swapped, foreign, without, twice):
            assert refused(key, header + b"".join(wrong)), first
    assert refused(key, other_header + b"".join(chunks))


def test_no_two_containers_of_one_text_are_alike():
    made = {b"".join(sealed(new_data_key(Cipher.AES_256_GCM), b"same")) for _ in range(20)}
    assert len(made) == 20
    assert all(one[9:25] != other[9:25] for one, other in pairwise(made))


def test_another_key_opens_nothing():
    key = new_data_key(Cipher.AES_256_GCM)
    raw = b"".join(sealed(key, b"text"))
    assert refused(replace(key, secret=bytes(32)), raw)
    assert refused(replace(new_data_key(Cipher.AES_256_GCM), secret=key.secret), raw)


@given(st.binary(max_size=200))
def test_rubbish_is_no_container(raw):
    assert refused(new_data_key(Cipher.AES_256_GCM), raw)
    assert refused(new_data_key(Cipher.AES_256_GCM), containers._MAGIC + raw)


# ------------------------------------------------------------------ wrapped keys


@pytest.mark.parametrize("cipher", Cipher)
def test_the_newest_key_wraps_and_the_older_ones_unwrap(cipher):
    old = Wrapper([ONE], cipher)
    key = old.new()
    stored = old.wrap(key, DIGEST)
    both = Wrapper([ONE, TWO], cipher)
    assert both.unwrap(stored, key.kid, DIGEST) == key
    assert b'"kek": "two"' in both.wrap(key, DIGEST)
    assert key.secret not in stored


def test_a_wrapped_key_is_of_its_own_payload_and_of_no_other():
    wrapper = Wrapper([ONE], Cipher.AES_256_GCM)
    key = wrapper.new()
    stored = wrapper.wrap(key, DIGEST)
    for kid, digest in ((key.kid, "cd" * 32), ("0" * 32, DIGEST)):
        with pytest.raises(SignatureInvalid):
            wrapper.unwrap(stored, kid, digest)


def test_under_a_wrong_secret_nothing_is_unwrapped_and_an_unknown_one_is_named_as_missing():
    wrapper = Wrapper([ONE], Cipher.AES_256_GCM)
    key = wrapper.new()
    stored = wrapper.wrap(key, DIGEST)
    with pytest.raises(SignatureInvalid):
        wrong = Wrapper([replace(ONE, secret=b"x" * 32)], Cipher.AES_256_GCM)
        wrong.unwrap(stored, key.kid, DIGEST)
    with pytest.raises(NotConfigured) as missing:
        Wrapper([TWO], Cipher.AES_256_GCM).unwrap(stored, key.kid, DIGEST)
    assert missing.value.code is Code.KEY_MISSING


@given(st.one_of(st.binary(max_size=80), st.integers(0, 500)))
def test_an_altered_key_file_is_a_typed_error_and_never_a_key(rubbish):
    wrapper = Wrapper([ONE], Cipher.AES_256_GCM)
    key = wrapper.new()
    stored = wrapper.wrap(key, DIGEST)
    if isinstance(rubbish, int):
        place = rubbish % (len(stored) - 1)
        rubbish = stored[:place] + bytes([stored[place] ^ 1]) + stored[place + 1 :]
    try:
        # JSON has blanks that say nothing, and base64 has bits that say nothing
        assert wrapper.unwrap(rubbish, key.kid, DIGEST) == key
    except GatewayError:
        pass
    else:
        assert len(rubbish) == len(stored)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "7", '[{"kid": "a"}]', '[{"key": "QUFB"}]',
        '[{"kid": "a", "key": "short"}]',
        f'[{{"kid": 1, "key": "{WHOLE}"}}]', f'[{{"kid": "", "key": "{WHOLE}"}}]',
        f'[{{"kid": "a", "key": "!{WHOLE}"}}]', "[" * 100_000,
    ],
)  # fmt: skip
def test_a_site_without_a_sound_key_is_told_so(text):
    with pytest.raises(NotConfigured) as missing:
        read_keys(text)
    assert missing.value.code is Code.KEY_MISSING


def test_two_keys_of_one_name_are_refused():
    with pytest.raises(NotConfigured):
        Wrapper([ONE, replace(TWO, kid="one")], Cipher.AES_256_GCM)
