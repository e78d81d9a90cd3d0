"""Ciphertexts to our SM2 key: the agreed order of their parts and no other. 国密公钥密文"""

import pytest
from gmalg import sm2 as gmalg_sm2

from gateway.errors import Code, SignatureInvalid
from gateway.signing.primitives.sm2 import Sm2Key
from gateway.signing.primitives.sm2_texts import Order, opened
from tests.signing.primitives.test_sm2_peers import point_of

TEXT = "会话密钥 0123456789abcdef".encode()


@pytest.fixture(scope="module")
def key() -> Sm2Key:
    return Sm2Key.generate()


@pytest.fixture(scope="module")
def new(key) -> bytes:
    """As a peer of today writes, by another implementation."""
    return gmalg_sm2.SM2(pk=point_of(key.public_pem())).encrypt(TEXT)


@pytest.fixture(scope="module")
def old(new) -> bytes:
    """The same from an old peer: the text before the digest."""
    return new[:65] + new[97:] + new[65:97]


def refused(key, sealed, *order) -> bool:
    with pytest.raises(SignatureInvalid) as told:
        opened(key, sealed, *order)
    return told.value.code is Code.CIPHERTEXT_WRONG


def test_x06_the_old_order_is_read_only_where_the_peers_profile_says_so(key, new, old):
    assert opened(key, new) == TEXT
    assert refused(key, old)
    assert opened(key, old, Order("c1c2c3")) == TEXT
    assert refused(key, new, Order("c1c2c3"))


@pytest.mark.parametrize("order", Order)
def test_x06_any_altered_byte_and_any_cut_is_refused(key, new, old, order):
    good = new if order is Order.C1C3C2 else old
    for at in range(len(good)):
        assert refused(key, good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :], order)
        assert refused(key, good[:at], order)
    assert refused(Sm2Key.generate(), good, order)
    assert refused(key, good + b"x", order)
