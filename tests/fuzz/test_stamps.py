"""Altered CMS signatures and time-stamps. 变异签章与时间戳"""

import hashlib
from datetime import timedelta

from gateway.ports import Algorithm
from gateway.signing.keys.anchors import Anchors, Trust
from gateway.signing.seals.cms import Seal, check_cms, sign_cms
from gateway.signing.seals.timestamps import Imprint, Terms, check_stamp, take_stamp
from sandbox.keys.authority import BEGIN
from sandbox.tsa.authority import reply
from sandbox.tsa.credentials import credentials_of
from tests.fuzz.plan import survive
from tests.signing.certificates import at, own
from tests.signing.pairs import signer_of

DIGEST = hashlib.sha256(b"document").digest()
P256, RSA = Algorithm.ECDSA_P256_SHA256, Algorithm.RSA_V15_SHA256


def test_an_altered_cms_signature_is_never_taken():
    seals = [Seal(signer_of(kind), (own(algorithm=kind),)) for kind in (P256, RSA)]
    trust = Trust(Anchors(tuple(seal.chain[0] for seal in seals)), Anchors(()))

    def judge(der):
        sealed = check_cms(der, DIGEST, trust, at())
        return sealed.fingerprint, sealed.signed_at, sealed.stamp

    survive("cms", [sign_cms(seal, DIGEST, at()) for seal in seals], judge)


def test_an_altered_time_stamp_is_never_taken(tmp_path):
    credentials, now = credentials_of(tmp_path), BEGIN + timedelta(days=30)
    authority = type("Sandbox", (), {"ask": lambda _, asked: reply(asked, credentials, now)})()
    terms = Terms(Anchors((credentials.chain[-1].dump(),)))
    samples = [take_stamp(authority, Imprint(DIGEST), terms, now).token for _ in range(2)]

    def judge(token):
        stamp = check_stamp(token, Imprint(DIGEST), terms)
        return stamp.gen_time, stamp.serial, stamp.policy

    survive("time-stamp", samples, judge)
