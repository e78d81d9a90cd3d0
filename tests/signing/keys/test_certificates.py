"""Our certificates and requests: what they state, who else reads them, what is refused. 证书"""

from dataclasses import replace

import pytest
from asn1crypto import x509
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Code, NotConfigured, SignatureInvalid
from gateway.ports import Algorithm
from gateway.signing.keys.certificates import (
    Usage,
    chain_of_pem,
    fingerprint_of,
    pem_of,
    public_pem_of,
    read_certificate,
    self_signed,
    verify_chain,
)
from tests.signing.certificates import at, own
from tests.signing.pairs import pair_of, signer_of

each = pytest.mark.parametrize("algorithm", Algorithm, ids=lambda algorithm: algorithm.value)


def refusal(call) -> Code:
    with pytest.raises(SignatureInvalid) as refused:
        call()
    return refused.value.code


@each
def test_a_certificate_of_ours_says_what_it_was_told(algorithm):
    der = own("住房公积金网关", algorithm)
    read = read_certificate(der)
    assert read.subject == read.issuer == "CN=住房公积金网关,C=CN"
    assert (read.not_before, read.not_after) == (at(-1), at(30))
    assert read.extended == {"1.3.6.1.5.5.7.3.4"}
    assert read.fingerprint == fingerprint_of(der)
    assert b"".join(public_pem_of(der).split()) == b"".join(pair_of(algorithm).public_pem.split())
    assert verify_chain([der], [der], at()) == read


def test_two_certificates_have_two_serial_numbers_and_the_key_is_never_shown():
    first, second = read_certificate(own()), read_certificate(own())
    assert first.serial != second.serial
    assert 0 < first.serial < 1 << 127
    assert replace(first, serial=0) != first
    assert "PUBLIC" not in repr(first)


def test_dates_beyond_2049_are_written_as_x509_wants_them():
    signer, public = signer_of(Algorithm.ED25519), pair_of(Algorithm.ED25519).public_pem
    der = self_signed(signer, public, "gw", at(), at(365 * 30), Usage.HEAD)
    assert read_certificate(der).not_after == at(365 * 30)


@pytest.mark.parametrize("days", [-1.001, 30.001])
def test_outside_its_dates_a_certificate_is_not_trusted(days):
    der = own()
    assert refusal(lambda: verify_chain([der], [der], at(days))) is Code.CERTIFICATE_UNTRUSTED


@pytest.mark.parametrize("name", ["", "长" * 65, "a\nb", "a\x00b"])
def test_a_name_that_x509_has_no_room_for_is_refused(name):
    with pytest.raises(NotConfigured):
        own(name)


def test_a_pem_file_of_several_is_read_in_its_order():
    ders = [own("一"), own("二", Algorithm.SM2_SM3)]
    assert chain_of_pem(b"\n".join(pem_of("CERTIFICATE", der) for der in ders)) == tuple(ders)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"rubbish",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\n!!\n",
        pem_of("CERTIFICATE", own()) * 7,
        pem_of("CERTIFICATE", own()) + pair_of(Algorithm.ED25519).public_pem,
        b"x" * 500_000,
    ],
)
def test_a_pem_file_that_is_none_is_refused(data):
    assert refusal(lambda: chain_of_pem(data)) is Code.CERTIFICATE_UNREADABLE


@given(st.binary(max_size=200))
def test_rubbish_is_no_certificate(rubbish):
    assert refusal(lambda: read_certificate(rubbish)) is Code.CERTIFICATE_UNREADABLE


@pytest.mark.parametrize("tail", [b"\x00", b"x" * 40_000])
def test_bytes_behind_a_certificate_are_refused(tail):
    assert refusal(lambda: read_certificate(own() + tail)) is Code.CERTIFICATE_UNREADABLE


def test_a_certificate_that_names_two_signature_algorithms_is_none():
    """The outer name is not signed: whoever carries it could change it."""
    found = x509.Certificate.load(own())
    found["signature_algorithm"] = {"algorithm": "sha384_ecdsa"}
    assert refusal(lambda: read_certificate(found.dump(force=True))) is Code.CERTIFICATE_UNREADABLE


def test_a_signature_of_which_the_last_bit_does_not_count_is_none():
    der = own()
    bits = x509.Certificate.load(der)["signature_value"].contents
    fewer = b"\x01" + bits[1:-1] + bytes([bits[-1] & 0xFE])
    altered = der[: -len(bits)] + fewer
    assert refusal(lambda: read_certificate(altered)) is Code.CERTIFICATE_UNREADABLE
    assert read_certificate(der[: -len(bits)] + b"\x00" + fewer[1:])
