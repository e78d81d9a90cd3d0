"""Altered signature files beside a bank's file: a code each, and none is taken. 变异签名文件"""

from gateway.ports import Algorithm
from gateway.signing.files.detached import Published, sign_detached, verify_detached
from gateway.signing.files.manifest import read_signature_file
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from tests.fuzz.plan import survive
from tests.signing.certificates import at
from tests.signing.pairs import signer_of, verifier_of

DATA, NAME, BANK = b"H|990001|ZH01|20260228", "DKJG_990001.txt", "990001"
FAST = (Algorithm.SM2_SM3, Algorithm.ECDSA_P256_SHA256, Algorithm.ED25519)


def test_an_altered_signature_file_is_never_taken():
    rings = {
        algorithm: KeyRing(
            [Key("k1", BANK, Purpose.BANK_FILE, verifier_of(algorithm), at(-1), at(1), at(2))]
        )
        for algorithm in FAST
    }
    samples = [sign_detached(signer_of(one), NAME, (DATA,), at()) for one in FAST]

    def judge(beside):
        found = Published(NAME, (DATA,), beside)
        told = [
            verify_detached(ring, Purpose.BANK_FILE, BANK, found, at()) for ring in rings.values()
        ]
        if all(one.code is not None for one in told):
            return None
        stated = read_signature_file(beside)
        return stated.manifest, stated.signature

    survive("signature file", samples, judge)
