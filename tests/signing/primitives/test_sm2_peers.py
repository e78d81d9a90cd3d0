"""SM2 against two programs of others: npm's sm-crypto and the package gmalg. 对照国密实现"""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from gmalg import sm2 as gmalg_sm2

from gateway.ports import Algorithm
from gateway.signing.primitives.algorithms import load_verifier
from gateway.signing.primitives.forms import normalised
from gateway.signing.primitives.sm2 import DEFAULT_ID, Sm2Key
from sandbox.keys import sm2 as sandbox_sm2
from tests.signing.pairs import pair_of, signer_of, verifier_of

MODULE = Path(__file__).parents[2] / "peers" / "node_modules" / "sm-crypto"
DATA = "批量扣款结果|沙箱䶮"
SM2 = Algorithm.SM2_SM3
# SubjectPublicKeyInfo of an SM2 key up to the point, whose first byte says that it is uncompressed
INFO = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")


def pem_of(point: bytes) -> bytes:
    body = base64.encodebytes(INFO + point).decode().replace("\n", "")
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n".encode()


def point_of(pem: bytes) -> bytes:
    body = b"".join(line for line in pem.splitlines() if not line.startswith(b"-----"))
    whole = base64.b64decode(body)
    assert whole.startswith(INFO)
    return whole[len(INFO) :]


def numbers(signature: bytes) -> tuple[int, int]:
    length = signature[3]
    return int.from_bytes(signature[4 : 4 + length]), int.from_bytes(signature[6 + length :])


@pytest.fixture(scope="module")
def sm_crypto(require_peer):
    """Asks the peer several things at once: starting node takes longer than answering."""
    node = shutil.which("node")
    require_peer(None if node and MODULE.is_dir() else "node with npm sm-crypto")
    script = Path(__file__).with_name("peer.js")

    def ask(*requests: dict) -> list[dict]:
        done = subprocess.run(
            [node, str(script), str(MODULE)],
            input=json.dumps(requests).encode(),
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    return ask


def test_sm_crypto_verifies_what_we_sign(sm_crypto):
    signature, point = (
        signer_of(SM2).sign((DATA.encode(),)).hex(),
        point_of(pair_of(SM2).public_pem),
    )
    asked = {"act": "verify", "data": DATA, "signature": signature, "key": point.hex()}
    good, altered = sm_crypto(asked, asked | {"data": DATA + "。"})
    assert (good["holds"], altered["holds"]) == (True, False)


def test_we_verify_what_sm_crypto_signs(sm_crypto):
    (pair,) = sm_crypto({"act": "pair"})
    asked = {"act": "sign", "data": DATA, "key": pair["privateKey"]}
    verifier = load_verifier("theirs", SM2, pem_of(bytes.fromhex(pair["publicKey"])))
    # twelve, because one in two has a leading zero byte in r or s
    for answer in sm_crypto(*[asked] * 12):
        signature = bytes.fromhex(answer["signature"])
        assert verifier.verify(signature, (DATA.encode(),))
        assert not verifier.verify(signature, (DATA.encode() + b" ",))


def test_x04_we_verify_the_raw_form_of_sm_crypto(sm_crypto):
    (pair,) = sm_crypto({"act": "pair"})
    asked = {"act": "sign", "data": DATA, "key": pair["privateKey"], "options": {"der": False}}
    verifier = load_verifier("theirs", SM2, pem_of(bytes.fromhex(pair["publicKey"])))
    for answer in sm_crypto(*[asked] * 3):
        raw = bytes.fromhex(answer["signature"])
        assert len(raw) == 64
        assert verifier.verify(raw, (DATA.encode(),))


def test_a_signature_without_z_of_sm_crypto_does_not_verify(sm_crypto):
    """Without `hash` it signs the bytes themselves, which is not GM/T 0003."""
    (pair,) = sm_crypto({"act": "pair"})
    asked = {"act": "sign", "data": DATA, "key": pair["privateKey"], "options": {"hash": False}}
    (answer,) = sm_crypto(asked)
    verifier = load_verifier("theirs", SM2, pem_of(bytes.fromhex(pair["publicKey"])))
    assert not verifier.verify(bytes.fromhex(answer["signature"]), (DATA.encode(),))


def test_gmalg_verifies_what_we_sign():
    x_y = point_of(pair_of(SM2).public_pem)[1:]
    point = (int.from_bytes(x_y[:32]), int.from_bytes(x_y[32:]))
    core = gmalg_sm2.SM2()._core
    for data in (b"", DATA.encode()):
        r, s = numbers(signer_of(SM2).sign((data,)))
        assert core.verify(data, r, s, DEFAULT_ID, point)
        assert not core.verify(data + b" ", r, s, DEFAULT_ID, point)


def test_we_verify_what_gmalg_signs():
    private = sandbox_sm2.new_private()
    verifier = load_verifier("theirs", SM2, sandbox_sm2.public_pem(private).encode())
    for data in (b"", DATA.encode()):
        signature = sandbox_sm2.sign(private, data)
        assert normalised(SM2, signature) == signature
        assert verifier.verify(signature, (data,))
        assert not verifier.verify(signature, (data + b" ",))


def test_the_signature_of_the_standards_own_example_verifies():
    """GM/T 0003.5-2012, annex A: curve, key, id and message of the standard itself."""
    x = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    y = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    r = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    s = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    key = Sm2Key.from_public_pem(pem_of(bytes.fromhex("04" + x + y)))
    assert key.verify(bytes.fromhex(r + s), (b"message digest",))
    assert not key.verify(bytes.fromhex(s + r), (b"message digest",))


def test_a_point_that_is_not_on_the_curve_is_no_key():
    point = bytearray(point_of(pair_of(SM2).public_pem))
    point[-1] ^= 1
    with pytest.raises(Exception, match="k1"):
        load_verifier("k1", SM2, pem_of(bytes(point)))


def test_our_public_keys_are_read_by_the_sandbox():
    signature = signer_of(SM2).sign((b"receipt",))
    assert sandbox_sm2.verify(pair_of(SM2).public_pem.decode(), signature, b"receipt")
    assert verifier_of(SM2).verify(signature, (b"receipt",))
