"""The openssl command as an independent peer: what one signs the other verifies. 对照 openssl"""

import shutil
import subprocess
from pathlib import Path

import pytest
from asn1crypto import pem

from gateway.errors import Code, NotConfigured
from gateway.ports import Algorithm
from gateway.signing.primitives.algorithms import load_signer, load_verifier
from gateway.signing.primitives.sm2 import Sm2Key
from tests.signing.pairs import PASSPHRASE, pair_of, signer_of, verifier_of

DATA = "DKJG|沙箱䶮|".encode("gb18030") * 500
SM2, RSA_PSS = Algorithm.SM2_SM3, Algorithm.RSA_PSS_SHA256
RSA_V15, P256, ED25519 = (
    Algorithm.RSA_V15_SHA256,
    Algorithm.ECDSA_P256_SHA256,
    Algorithm.ED25519,
)
DEFAULT_ID = ["-pkeyopt", "distid:1234567812345678"]
OF_SM2 = ["-rawin", "-digest", "sm3"]
OF_PSS = [
    "-rawin", "-digest", "sha256", "-pkeyopt", "rsa_padding_mode:pss",
    "-pkeyopt", "rsa_pss_saltlen:32", "-pkeyopt", "rsa_mgf1_md:sha256",
]  # fmt: skip
OPTIONS = {
    SM2: [*OF_SM2, *DEFAULT_ID],
    RSA_PSS: OF_PSS,
    RSA_V15: ["-rawin", "-digest", "sha256"],
    P256: ["-rawin", "-digest", "sha256"],
    ED25519: ["-rawin"],
}
NEW_KEY = {
    SM2: ["-algorithm", "SM2"],
    RSA_PSS: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    RSA_V15: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    P256: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    ED25519: ["-algorithm", "ED25519"],
}
each = pytest.mark.parametrize("algorithm", Algorithm, ids=lambda algorithm: algorithm.value)


class OpenSsl:
    """The command, in a directory of its own."""

    def __init__(self, program: str, place: Path) -> None:
        self.program, self.place = program, place

    def run(self, *arguments: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [self.program, *map(str, arguments)], capture_output=True, timeout=30, cwd=self.place
        )

    def put(self, name: str, data: bytes) -> Path:
        (self.place / name).write_bytes(data)
        return self.place / name

    def sign(self, algorithm: Algorithm, key: Path, *options: str) -> bytes:
        chosen = options or OPTIONS[algorithm]
        command = ["pkeyutl", "-sign", "-inkey", key, "-passin", f"pass:{PASSPHRASE.decode()}"]
        done = self.run(*command, *chosen, "-in", self.put("data", DATA), "-out", "signature")
        assert done.returncode == 0, done.stderr.decode()
        return (self.place / "signature").read_bytes()

    def verify(self, algorithm: Algorithm, public: bytes, signature: bytes, *options: str) -> bool:
        chosen = options or OPTIONS[algorithm]
        command = ["pkeyutl", "-verify", "-pubin", "-inkey", self.put("public", public)]
        command += ["-sigfile", self.put("given", signature), *chosen]
        return self.run(*command, "-in", self.put("data", DATA)).returncode == 0


@pytest.fixture
def openssl(require_peer, tmp_path):
    program = shutil.which("openssl")
    require_peer(None if program else "openssl")
    return OpenSsl(program, tmp_path)


@each
def test_openssl_verifies_what_we_sign(openssl, algorithm):
    signature = signer_of(algorithm).sign((DATA,))
    public = pair_of(algorithm).public_pem
    assert openssl.verify(algorithm, public, signature)
    altered = signature[:-1] + bytes([signature[-1] ^ 1])
    assert not openssl.verify(algorithm, public, altered)


@each
def test_we_verify_what_openssl_signs_with_our_key(openssl, algorithm):
    key = openssl.put("key", pair_of(algorithm).private_pem)
    signature = openssl.sign(algorithm, key)
    assert verifier_of(algorithm).verify(signature, (DATA,))
    assert not verifier_of(algorithm).verify(signature, (DATA + b" ",))


@each
def test_we_verify_and_sign_with_a_key_that_openssl_made(openssl, algorithm):
    encrypted = ["-aes-256-cbc", "-pass", f"pass:{PASSPHRASE.decode()}"]
    made = openssl.run("genpkey", *NEW_KEY[algorithm], *encrypted, "-out", "theirs")
    assert made.returncode == 0, made.stderr.decode()
    key = openssl.place / "theirs"
    shown = openssl.run("pkey", "-in", key, "-passin", f"pass:{PASSPHRASE.decode()}", "-pubout")
    verifier = load_verifier("theirs", algorithm, shown.stdout)
    signer = load_signer("theirs", algorithm, key.read_bytes(), PASSPHRASE)
    assert verifier.verify(openssl.sign(algorithm, key), (DATA,))
    assert openssl.verify(algorithm, shown.stdout, signer.sign((DATA,)))


@pytest.mark.parametrize("cipher", ["aes-128-cbc", "aes-256-cbc", "sm4-cbc"])
def test_an_sm2_key_under_any_usual_cipher_opens(openssl, cipher):
    key = openssl.put("key", pair_of(SM2).private_pem)
    secret = f"pass:{PASSPHRASE.decode()}"
    wrapped = openssl.run("pkcs8", "-topk8", "-v2", cipher, "-in", key, "-passin", secret,
                          "-passout", secret)  # fmt: skip
    assert wrapped.returncode == 0, wrapped.stderr.decode()
    signer = load_signer("k1", SM2, wrapped.stdout, PASSPHRASE)
    assert verifier_of(SM2).verify(signer.sign((DATA,)), (DATA,))


def test_an_sm2_key_that_anybody_can_read_is_refused(openssl):
    key = openssl.put("key", pair_of(SM2).private_pem)
    plain = openssl.run("pkey", "-in", key, "-passin", f"pass:{PASSPHRASE.decode()}").stdout
    assert plain.startswith(b"-----BEGIN PRIVATE KEY-----")
    with pytest.raises(NotConfigured) as refused:
        load_signer("k1", SM2, plain, PASSPHRASE)
    assert refused.value.code is Code.KEY_MISSING


def test_x04_the_empty_distinguishing_id_does_not_verify(openssl):
    """It is openssl's own default; every Chinese authority means 1234567812345678."""
    key = openssl.put("key", pair_of(SM2).private_pem)
    without_id = openssl.sign(SM2, key, *OF_SM2)
    assert not verifier_of(SM2).verify(without_id, (DATA,))
    assert not openssl.verify(SM2, pair_of(SM2).public_pem, signer_of(SM2).sign((DATA,)), *OF_SM2)
    public = Sm2Key.from_public_pem(pair_of(SM2).public_pem)
    assert public.verify(without_id, (DATA,), identity=b"")


def test_another_distinguishing_id_is_another_signature(openssl):
    key = Sm2Key.from_private_pem(pair_of(SM2).private_pem, PASSPHRASE)
    signature = key.sign((DATA,), identity=b"ALICE123@YAHOO.COM")
    public = pair_of(SM2).public_pem
    theirs = [*OF_SM2, "-pkeyopt", "distid:ALICE123@YAHOO.COM"]
    assert openssl.verify(SM2, public, signature, *theirs)
    assert not openssl.verify(SM2, public, signature)


@pytest.mark.parametrize("salt", ["20", "0", "max"])
def test_a_pss_salt_that_was_not_agreed_does_not_verify(openssl, salt):
    key = openssl.put("key", pair_of(RSA_PSS).private_pem)
    options = [f"rsa_pss_saltlen:{salt}" if o == "rsa_pss_saltlen:32" else o for o in OF_PSS]
    assert not verifier_of(RSA_PSS).verify(openssl.sign(RSA_PSS, key, *options), (DATA,))
    assert verifier_of(RSA_PSS).verify(openssl.sign(RSA_PSS, key), (DATA,))


def test_an_sm2_signature_over_another_digest_does_not_verify(openssl):
    key = openssl.put("key", pair_of(SM2).private_pem)
    hashed = ["-rawin", "-digest", "sha256", *DEFAULT_ID]
    command = ["pkeyutl", "-sign", "-inkey", key, "-passin", f"pass:{PASSPHRASE.decode()}"]
    done = openssl.run(*command, *hashed, "-in", openssl.put("data", DATA), "-out", "s")
    if done.returncode == 0:
        assert not verifier_of(SM2).verify((openssl.place / "s").read_bytes(), (DATA,))


@pytest.mark.parametrize("encoding", ["named_curve", "explicit"])
def test_an_sm2_key_is_taken_by_the_name_of_its_curve_only(openssl, encoding):
    """A curve spelled out in numbers could have another base point."""
    curve = ["-pkeyopt", "ec_paramgen_curve:SM2", "-pkeyopt", f"ec_param_enc:{encoding}"]
    openssl.run("genpkey", "-algorithm", "EC", *curve, "-out", "key.pem")
    public = openssl.run("pkey", "-in", "key.pem", "-pubout").stdout
    if encoding == "named_curve":
        assert load_verifier("k1", SM2, public)
        return
    with pytest.raises(NotConfigured):
        load_verifier("k1", SM2, public)


@each
def test_bytes_behind_a_public_key_are_refused(algorithm):
    _, _, der = pem.unarmor(pair_of(algorithm).public_pem)
    with pytest.raises(NotConfigured):
        load_verifier("k1", algorithm, pem.armor("PUBLIC KEY", der + b"\0"))
