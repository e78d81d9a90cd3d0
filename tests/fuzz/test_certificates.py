"""Altered certificates and chains: read as what they are, trusted never. 变异证书"""

from datetime import timedelta

from asn1crypto import pem

from gateway.ports import Algorithm
from gateway.signing.keys.certificates import (
    Usage,
    chain_of_pem,
    pem_of,
    read_certificate,
    request_for,
    verify_chain,
)
from gateway.signing.keys.x509 import open_certificate
from sandbox.keys.authority import BEGIN, issue, prepare_authority
from tests.fuzz.plan import survive
from tests.signing.pairs import pair_of, signer_of

KINDS = (Algorithm.SM2_SM3, Algorithm.ECDSA_P256_SHA256, Algorithm.ED25519)
AT = BEGIN + timedelta(days=30)


def chains(root):
    """Chains of the sandbox's authority for keys of ours, and the roots."""
    prepare_authority(root)
    asked = [
        request_for(signer_of(kind), pair_of(kind).public_pem, "gw", Usage.MESSAGE)
        for kind in KINDS
    ]
    made = [issue(root, pem_of("CERTIFICATE REQUEST", der), "message", BEGIN, 365) for der in asked]
    return made, list({chain_of_pem(one)[-1] for one in made})


def test_an_altered_certificate_is_not_trusted(tmp_path):
    made, roots = chains(tmp_path)
    above = [chain_of_pem(one)[1:] for one in made]

    def judge(der):
        read_certificate(der)
        for rest in above:
            try:
                return _signed(verify_chain([der, *rest], roots, AT))
            except Exception as refused:
                last = refused
        raise last

    survive("certificate", [chain_of_pem(one)[0] for one in made], judge)


def test_an_altered_chain_is_not_trusted(tmp_path):
    made, roots = chains(tmp_path)

    def judge(text):
        return _signed(verify_chain(chain_of_pem(text), roots, AT))

    # a pinned root by itself is an honest chain too
    tails = [pem_of("CERTIFICATE", root) for root in roots]
    survive("certificate chain", [*made, *tails], judge)


def _signed(certificate):
    """What the authority signed of it; its signature can be written in two forms."""
    return open_certificate(certificate.der).tbs


def test_the_ground_is_sound(tmp_path):
    made, _ = chains(tmp_path)
    assert {len(list(pem.unarmor(one, multiple=True))) for one in made} == {2, 3}
