"""BouncyCastle as an independent peer for SM2: keys, signatures, certificates both ways. 对照 BC"""

import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.errors import SignatureInvalid
from gateway.ports import Algorithm
from gateway.signing.keys.certificates import Usage, public_pem_of, request_for, verify_chain
from gateway.signing.primitives.algorithms import load_verifier
from gateway.signing.primitives.digests import DigestName, digest_of
from tests.signing.certificates import at, own
from tests.signing.pairs import PASSPHRASE, pair_of, signer_of

SM2 = Algorithm.SM2_SM3
DATA = "批量扣款结果|沙箱䶮".encode("gb18030") * 50
JARS = [Path("/usr/share/java") / f"{name}.jar" for name in ("bcprov", "bcpkix", "bcutil")]
SOURCE = Path(__file__).parents[2] / "peers" / "java" / "Sm2Peer.java"


def altered(data: bytes) -> bytes:
    """The last byte lies inside s of the signature."""
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.fixture(scope="module")
def told(require_peer, tmp_path_factory):
    """What the peer said of our things, and where it put its own; a JVM takes its time to start."""
    java = shutil.which("java")
    there = java and all(jar.exists() for jar in JARS)
    require_peer(None if there else "java with BouncyCastle (libbcprov-java libbcpkix-java)")
    place = tmp_path_factory.mktemp("bc")
    certificate, pair = own("住房公积金网关", SM2, Usage.MESSAGE), pair_of(SM2)
    for name, data in {
        "data": DATA,
        "ours.crt": certificate,
        "altered.crt": altered(certificate),
        "ours.sig": signer_of(SM2).sign((DATA,)),
        "ours.csr": request_for(signer_of(SM2), pair.public_pem, "gw", Usage.MESSAGE),
        "ours.key": pair.private_pem,
        "ours.sm3": digest_of(DigestName.SM3, [DATA]),
        "passphrase": PASSPHRASE,
        "from": b"%d" % at(-1).timestamp(),
        "until": b"%d" % at(30).timestamp(),
    }.items():
        (place / name).write_bytes(data)
    command = [java, "-cp", ":".join(map(str, JARS)), str(SOURCE), str(place)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return dict(line.split("=") for line in done.stdout.splitlines()), place


def test_bouncy_castle_verifies_our_signature_certificate_request_and_opens_our_key(told):
    said, _ = told
    assert said == {
        "certificate": "true",
        "altered certificate": "false",
        "signature": "true",
        "altered signature": "false",
        "request": "true",
        "private key": "true",
        "digest": "true",
    }


def test_we_verify_bouncy_castle_s_chain_and_signature(told):
    _, place = told
    leaf, root = (place / "leaf.crt").read_bytes(), (place / "root.crt").read_bytes()
    assert verify_chain([leaf], [root], at()).subject == "CN=BC leaf,C=CN"
    assert verify_chain([leaf, root], [root], at()).issuer == "CN=BC root,C=CN"
    signature = (place / "leaf.sig").read_bytes()
    verifier = load_verifier("bc", SM2, public_pem_of(leaf))
    assert verifier.verify(signature, (DATA,))
    assert not verifier.verify(signature, (DATA + b" ",))
    for chain in ([altered(leaf)], [root, leaf]):
        with pytest.raises(SignatureInvalid):
            verify_chain(chain, [root], at())
