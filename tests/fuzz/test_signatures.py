"""Altered signatures and keys: refused as a value, whatever they are. 变异签名"""

import pytest

from gateway.errors import NotConfigured
from gateway.ports import Algorithm
from gateway.signing.primitives.algorithms import load_signer, load_verifier
from gateway.signing.primitives.forms import ORDERS, normalised, raw
from tests.fuzz.plan import survive
from tests.signing.pairs import PASSPHRASE, pair_of, signer_of, verifier_of

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

    survive(algorithm.value, samples, judge)


def test_an_altered_public_key_breaks_nothing_and_is_another_key():
    signatures = {algorithm: signer_of(algorithm).sign((DATA,)) for algorithm in Algorithm}

    def judge(pem):
        return any(_verifies(pem, algorithm, signatures[algorithm]) for algorithm in Algorithm) or (
            None
        )

    survive("public key", [pair_of(algorithm).public_pem for algorithm in Algorithm], judge)


def _verifies(pem, algorithm, signature):
    try:
        return load_verifier("k", algorithm, pem).verify(signature, (DATA,))
    except NotConfigured:
        return False


def test_an_altered_private_key_does_not_open_or_is_told_by_its_public_half():
    """CBC has no tag: an altered file may open to another key. The key ring tries each pair."""
    algorithms = (Algorithm.SM2_SM3, Algorithm.ED25519)
    samples = [pair_of(algorithm).private_pem for algorithm in algorithms]

    def judge(pem):
        for algorithm in algorithms:
            try:
                signer = load_signer("k", algorithm, pem, PASSPHRASE)
            except NotConfigured:
                continue
            return verifier_of(algorithm).verify(signer.sign((DATA,)), (DATA,)) or None
        return None

    survive("private key", samples, judge)
