"""Altered signatures, signature files and keys: refused, in a value or a typed error. 变异签名"""

import pytest

from gateway.errors import NotConfigured
from gateway.ports import Algorithm
from gateway.signing.algorithms import load_signer, load_verifier
from gateway.signing.forms import ORDERS, normalised, raw
from tests.fuzz.counts import COUNTS, SIGNATURES
from tests.fuzz.plan import survive
from tests.signing.keys import PASSPHRASE, pair_of, signer_of, verifier_of

DATA = "划款 1,234.56 元".encode()


@pytest.mark.parametrize("algorithm", Algorithm, ids=lambda algorithm: algorithm.value)
def test_an_altered_signature_is_never_accepted(algorithm):
    verifier, elliptic = verifier_of(algorithm), algorithm in ORDERS
    samples = [signer_of(algorithm).sign((DATA,)) for _ in range(8)]
    if elliptic:
        samples += [raw(algorithm, sample) for sample in samples]

    def judge(signature):
        if not verifier.verify(signature, (DATA,)):
            return None
        return normalised(algorithm, signature) if elliptic else signature

    survive(algorithm.value, SIGNATURES[algorithm.value], samples, judge)


def test_an_altered_public_key_verifies_nothing_and_breaks_nothing():
    samples = [pair_of(algorithm).public_pem for algorithm in Algorithm]
    signatures = {algorithm: signer_of(algorithm).sign((DATA,)) for algorithm in Algorithm}

    def judge(pem):
        held = None
        for algorithm in Algorithm:
            try:
                verifier = load_verifier("k", algorithm, pem)
            except NotConfigured:
                continue
            if verifier.verify(signatures[algorithm], (DATA,)):
                held = _key_of(pem)
        return held

    survive("public key", COUNTS["public key"], samples, judge)


def _key_of(pem):
    """The key's own bytes: PEM leaves room for white space and words around them."""
    return b"".join(pem.partition(b"KEY-----")[2].partition(b"-----END")[0].split())


def test_an_altered_private_key_opens_to_the_same_key_or_not_at_all():
    algorithm = Algorithm.SM2_SM3
    samples = [pair_of(algorithm).private_pem]

    def judge(pem):
        try:
            signer = load_signer("k", algorithm, pem, PASSPHRASE)
        except NotConfigured:
            return None
        return verifier_of(algorithm).verify(signer.sign((DATA,)), (DATA,))

    survive("sm2 private key", COUNTS["sm2 private key"], samples, judge)
