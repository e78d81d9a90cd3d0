"""An outsider's script: what it is told from elsewhere counts, and for years. 局外核验"""

import hashlib
import subprocess
from argparse import Namespace
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import tsp, x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gateway.flows.evidence import HOLDER
from gateway.ports import Algorithm
from gateway.signing.keys.certificates import (
    Usage,
    chain_of_pem,
    pem_of,
    request_for,
    self_signed,
)
from gateway.signing.keys.keyring import KeyRing, Purpose
from gateway.signing.proofs import outsider
from sandbox.keys.authority import issue
from sandbox.tsa.authority import reply
from sandbox.tsa.credentials import Credentials
from tests.flows.evidence.site import own_key
from tests.signing.pairs import PASSPHRASE, pair_of, signer_of

P256 = Algorithm.ECDSA_P256_SHA256


@pytest.fixture(autouse=True)
def _openssl(openssl):
    """Every test here asks the script."""


def test_a_root_that_the_machine_trusts_with_the_web_does_not_vouch_for_a_seal(
    pack, tmp_path, monkeypatch
):
    at = pack.asked.at
    mine = own_key("other", HOLDER, Purpose.DOCUMENT_SEAL, P256, at)
    window = (at - timedelta(days=1), at + timedelta(days=1))
    root_der = self_signed(mine.signer, mine.public_pem, "of the web", *window, Usage.SEAL)
    root = tmp_path / "root.pem"
    root.write_bytes(pem_of("CERTIFICATE", root_der))
    (tmp_path / "packs").mkdir()
    words = ["openssl", "x509", "-hash", "-noout", "-in", root]
    name = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / f"{name}.0").write_bytes(root.read_bytes())
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "web"))
    members = pack.members() | {"keys/seal.chain.pem": root.read_bytes()}
    ring = KeyRing([replace(mine, chain=(root_der,))])
    path = pack.resealed(tmp_path / "packs", members, ring)
    code, out = pack.script(path, "--seal-ca", pack.seal_root)
    assert code == 1
    assert "签章不成立" in out


def ended_authority(pack) -> tuple[Credentials, datetime]:
    """An authority whose certificate has ended, and a moment when it had not."""
    begin = pack.asked.at - timedelta(days=30)
    request = request_for(signer_of(P256, 3), pair_of(P256, 3).public_pem, "ended tsa")
    chain = chain_of_pem(issue(pack.tsa_root.parent / "sandbox", request, "tsa", begin, 2))
    key = load_pem_private_key(pair_of(P256, 3).private_pem, PASSPHRASE)
    return Credentials(key, tuple(map(x509.Certificate.load, chain))), begin + timedelta(days=1)


def stamped_by(own, digest, moment):
    """The reply of an authority over a SHA-256."""
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
    asked = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "cert_req": True})
    return reply(asked.dump(), own, moment.astimezone(UTC))


def test_a_stamp_outlives_the_certificate_of_its_authority(pack, tmp_path):
    own, moment = ended_authority(pack)
    members = pack.members()
    digest = hashlib.sha256(members["journal/head.json"]).digest()
    members["journal/head.tsr"] = stamped_by(own, digest, moment)
    code, out = pack.script(pack.resealed(tmp_path, members), "--ca", pack.tsa_root)
    assert code == 0, out
    assert f"时间戳成立：{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" in out


def test_the_moment_of_a_stamp_is_read_from_what_its_authority_signed(pack, tmp_path):
    own, moment = ended_authority(pack)
    forged = tsp.TimeStampResp.load(stamped_by(own, b"\7" * 32, moment))
    text = ["ok\nTime stamp: Jan  1 00:00:00 2020 GMT\n"]
    status = {"status": "granted", "status_string": text}
    told = tsp.TimeStampResp({"status": status, "time_stamp_token": forged["time_stamp_token"]})
    (tmp_path / "head.tsr").write_bytes(told.dump())
    form, said, seconds = outsider.moment_of(str(tmp_path / "head.tsr"))
    assert (form, seconds) == ([], int(moment.timestamp()))
    assert said.startswith(f"{moment.astimezone(UTC):%Y-%m-%d}")


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_signature_of_every_algorithm_is_checked_by_openssl(algorithm, tmp_path):
    pem, signature = pair_of(algorithm).public_pem, signer_of(algorithm).sign((b"manifest",))
    desk = outsider.Desk(tmp_path, Namespace())
    assert outsider.signed(desk, algorithm.value, pem, b"manifest", signature)
    assert not outsider.signed(desk, algorithm.value, pem, b"manifesto", signature)
