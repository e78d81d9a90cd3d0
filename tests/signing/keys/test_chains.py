"""Chains up to a pinned root, good and bad, judged by us and by `openssl verify`. 证书链"""

import shutil
import subprocess
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.errors import Code, SignatureInvalid
from gateway.ports import Algorithm
from gateway.signing.keys.certificates import (
    Usage,
    chain_of_pem,
    pem_of,
    public_pem_of,
    request_for,
    verify_chain,
)
from tests.signing.certificates import at
from tests.signing.pairs import pair_of, signer_of

KEYS = {name: ec.generate_private_key(ec.SECP256R1()) for name in "rmls"}
NONE = x509.KeyUsage(*[False] * 9)
CERTIFIES = x509.KeyUsage(*[False] * 5, True, *[False] * 3)
SIGNS = x509.KeyUsage(True, *[False] * 8)
STRANGE = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
NAMES = x509.NameConstraints([x509.DNSName("example.test")], None)
CONSENT = x509.SubjectAlternativeName([x509.DNSName("gw.test")])


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, issuer, *extensions, days=(-10, 10), key=None, by=None, digest=None):
    """One certificate; keys are by the first letter of the names: root, middle, leaf, stranger."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(KEYS[key or subject[0]].public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at(days[0]))
        .not_valid_after(at(days[1]))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    made = builder.sign(KEYS[by or issuer[0]], digest or hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


def ca(length=None):
    return (x509.BasicConstraints(True, length), True), (CERTIFIES, True)


END = ((x509.BasicConstraints(False, None), True), (SIGNS, True))
ROOT = certificate("root", "root", *ca())
MIDDLE = certificate("middle", "root", *ca(0))
LEAF = certificate("leaf", "middle", *END)


def under(middle=MIDDLE, leaf=LEAF, root=ROOT):
    """A chain of three with one of its certificates exchanged."""
    return [leaf, middle], root


# chain, root
GOOD = {
    "three levels": under(),
    "two levels": ([certificate("leaf", "root", *END)], ROOT),
    "the root stands at the end": ([LEAF, MIDDLE, ROOT], ROOT),
    "no key usage on the leaf": under(leaf=certificate("leaf", "middle", END[0])),
    "a leaf without extensions": under(leaf=certificate("leaf", "middle")),
    "a strange extension that is not critical": under(
        leaf=certificate("leaf", "middle", *END, (STRANGE, False))
    ),
    "critical names": under(leaf=certificate("leaf", "middle", *END, (CONSENT, True))),
    "critical extended usage": under(
        leaf=certificate(
            "leaf", "middle", *END, (x509.ExtendedKeyUsage([x509.OID_EMAIL_PROTECTION]), True)
        )
    ),
}
BAD = {
    "the leaf is out of date": under(leaf=certificate("leaf", "middle", *END, days=(-10, -1))),
    "the leaf is not yet in force": under(leaf=certificate("leaf", "middle", *END, days=(1, 9))),
    "the middle is out of date": under(certificate("middle", "root", *ca(0), days=(-10, -1))),
    "the root is out of date": under(root=certificate("root", "root", *ca(), days=(-10, -1))),
    "the middle is missing": ([LEAF], ROOT),
    "the middle is no authority": under(certificate("middle", "root", END[0], (CERTIFIES, True))),
    "the middle says nothing of authority": under(certificate("middle", "root", (CERTIFIES, True))),
    "the middle may not sign certificates": under(
        certificate("middle", "root", ca(0)[0], (SIGNS, True))
    ),
    "one level too many": under(root=certificate("root", "root", *ca(0))),
    "a critical extension nobody knows": under(
        leaf=certificate("leaf", "middle", *END, (STRANGE, True))
    ),
    "a critical extension nobody knows in the middle": under(
        certificate("middle", "root", *ca(0), (STRANGE, True))
    ),
    "a stranger signed the leaf": under(leaf=certificate("leaf", "middle", *END, by="s")),
    "a stranger signed the middle": under(certificate("middle", "root", *ca(0), by="s")),
    "a stranger of the root's name": under(
        root=certificate("root", "root", *ca(), key="s", by="s")
    ),
    "another root": under(root=certificate("stranger", "stranger", *ca())),
    "the leaf names another issuer": under(leaf=certificate("leaf", "root", *END, by="m")),
    "a leaf signs a leaf": ([certificate("stranger", "leaf", *END), LEAF, MIDDLE], ROOT),
}
# What openssl lets pass and we do not: we do not understand it, or do not use it.
STRICTER = {
    "name constraints": under(certificate("middle", "root", *ca(0), (NAMES, True))),
    "name constraints that are not critical": under(
        certificate("middle", "root", *ca(0), (NAMES, False))
    ),
    "an authority without key usage": under(certificate("middle", "root", ca(0)[0])),
    "a leaf whose key may not sign": under(
        leaf=certificate("leaf", "middle", END[0], (CERTIFIES, True))
    ),
    "a digest that is none of ours": under(
        leaf=certificate("leaf", "middle", *END, digest=hashes.SHA384())
    ),
}


def trusted(chain, root, moment=None) -> bool:
    try:
        verify_chain(chain, [root], moment or at())
    except SignatureInvalid as refused:
        assert refused.code is Code.CERTIFICATE_UNTRUSTED
        assert "：" in refused.detail  # which certificate, and why
        return False
    return True


@pytest.fixture(scope="module")
def openssl(require_peer):
    program = shutil.which("openssl")
    require_peer(None if program else "openssl")
    return program


def agrees(openssl, place, chain, root) -> bool:
    for file, ders in (("leaf", chain[:1]), ("rest", chain[1:] or chain[:1]), ("root", [root])):
        (place / file).write_bytes(b"".join(pem_of("CERTIFICATE", der) for der in ders))
    command = [openssl, "verify", "-no-CApath", "-no-CAstore", "-CAfile", "root"]
    command += ["-attime", str(int(at().timestamp())), "-untrusted", "rest", "leaf"]
    return subprocess.run(command, cwd=place, capture_output=True, timeout=30).returncode == 0


@pytest.mark.parametrize("case", GOOD)
def test_a_good_chain_is_trusted_by_us_and_by_openssl(case, openssl, tmp_path):
    assert trusted(*GOOD[case])
    assert agrees(openssl, tmp_path, *GOOD[case])


@pytest.mark.parametrize("case", BAD)
def test_a_bad_chain_is_trusted_by_neither(case, openssl, tmp_path):
    assert not trusted(*BAD[case])
    assert not agrees(openssl, tmp_path, *BAD[case])


@pytest.mark.parametrize("case", STRICTER)
def test_what_we_do_not_understand_or_use_is_not_trusted(case):
    assert not trusted(*STRICTER[case])


def test_a_renewed_root_of_the_same_name_is_found_by_its_key():
    other = certificate("root", "root", *ca(), key="s", by="s")
    assert verify_chain([LEAF, MIDDLE], [other, ROOT], at())


@pytest.mark.parametrize("chain", [[], [LEAF] * 7], ids=["none", "too long"])
def test_a_chain_of_no_honest_length_is_refused(chain):
    with pytest.raises(SignatureInvalid):
        verify_chain(chain, [ROOT], at())


def test_no_root_trusts_nothing():
    with pytest.raises(SignatureInvalid):
        verify_chain([LEAF, MIDDLE, ROOT], [], at())


def test_every_byte_of_a_leaf_and_of_what_is_above_it_counts():
    for which, der in enumerate((LEAF, MIDDLE)):
        for place in range(len(der)):
            chain = [LEAF, MIDDLE]
            chain[which] = der[:place] + bytes([der[place] ^ 1]) + der[place + 1 :]
            with pytest.raises(SignatureInvalid):
                verify_chain(chain, [ROOT], at())


def test_dates_hold_to_the_second():
    assert trusted(*under(), at(10))
    assert not trusted(*under(), at(10) + timedelta(seconds=1))
    assert trusted(*under(), at(-10))
    assert not trusted(*under(), at(-10) - timedelta(seconds=1))


# ------------------------------------------------------------------ openssl as the authority

NEW_CA = {
    Algorithm.SM2_SM3: (["-newkey", "sm2"], "-sm3"),
    Algorithm.RSA_V15_SHA256: (["-newkey", "rsa:2048"], "-sha256"),
    Algorithm.RSA_PSS_SHA256: (["-newkey", "rsa:2048"], "-sha256"),
    Algorithm.ECDSA_P256_SHA256: (
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        "-sha256",
    ),
    Algorithm.ED25519: (["-newkey", "ed25519"], "-sha256"),
}
PSS = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"]
ID = "distid:1234567812345678"


@pytest.mark.parametrize("algorithm", NEW_CA, ids=lambda algorithm: algorithm.value)
def test_openssl_certifies_our_request_and_the_chain_holds(algorithm, openssl, tmp_path):
    """As with a real authority: our request goes there, a certificate with its root comes back."""
    own = pair_of(algorithm).public_pem
    asked = request_for(signer_of(algorithm), own, "住房公积金网关", Usage.SEAL)
    (tmp_path / "gw.csr").write_bytes(pem_of("CERTIFICATE REQUEST", asked))
    key, digest = NEW_CA[algorithm]
    options = {Algorithm.SM2_SM3: ["-sigopt", ID], Algorithm.RSA_PSS_SHA256: PSS}.get(algorithm, [])
    theirs = ["-vfyopt", ID] if algorithm is Algorithm.SM2_SM3 else []

    def run(*arguments):
        done = subprocess.run([openssl, *arguments], cwd=tmp_path, capture_output=True, timeout=30)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    run("req", "-x509", *key, "-nodes", "-keyout", "ca.key", "-out", "ca.crt", digest, *options,
        "-subj", "/C=CN/CN=openssl CA", "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    run("x509", "-req", "-in", "gw.csr", *theirs, "-CA", "ca.crt", "-CAkey", "ca.key", digest,
        *options, "-CAcreateserial", "-copy_extensions", "copyall", "-out", "gw.crt")  # fmt: skip
    chain = chain_of_pem((tmp_path / "gw.crt").read_bytes() + (tmp_path / "ca.crt").read_bytes())
    soon = _made(chain[0])
    read = verify_chain(chain, chain[1:], soon)
    assert read.subject == "CN=住房公积金网关,C=CN"
    assert read.extended == {"1.3.6.1.5.5.7.3.4"}
    assert b"".join(public_pem_of(chain[0]).split()) == b"".join(own.split())
    assert not trusted([chain[0][:-1] + bytes([chain[0][-1] ^ 1])], chain[1], soon)


def _made(der):
    """openssl writes its own clock into what it signs."""
    return x509.load_der_x509_certificate(der).not_valid_before_utc + timedelta(hours=1)
