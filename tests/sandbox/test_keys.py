"""Keys and signatures, also against the openssl command. 密钥与签名."""

import json
import shutil
import subprocess
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.bank.prepare import algorithms_by_bank, prepare
from sandbox.keys import der
from sandbox.keys.algorithms import ALGORITHMS, verify
from sandbox.keys.derived import derived_private, derived_signer
from sandbox.keys.ring import bank_signer, impostor_signer, partner_signed
from sandbox.keys.signer import Signature, read_companion

ID = "distid:1234567812345678"


@pytest.fixture(scope="module", params=ALGORITHMS)
def pair(request):
    alg = ALGORITHMS[request.param]
    private = alg.new_private()
    return SimpleNamespace(
        name=request.param, alg=alg, private=private, public=alg.public_pem(private)
    )


@pytest.fixture
def openssl(peer_missing):
    path = shutil.which("openssl")
    if path is None:
        peer_missing("the openssl command is not installed")

    def run(*arguments):
        return subprocess.run([path, *map(str, arguments)], capture_output=True, timeout=20)

    version = run("version").stdout
    if b"SM2" not in run("ecparam", "-list_curves").stdout:
        peer_missing(f"this openssl has no SM2: {version.decode()}")
    return run


def test_a_signature_verifies_over_its_bytes_and_no_others(pair):
    signature = pair.alg.sign(pair.private, b"data")
    assert verify(pair.name, pair.public, signature, b"data")
    assert not verify(pair.name, pair.public, signature, b"dat4")
    assert not verify(pair.name, pair.public, signature[:-1], b"data")
    assert not verify(pair.name, pair.public, b"", b"data")


def test_a_signature_of_another_key_does_not_verify(pair):
    other = pair.alg.new_private()
    assert not verify(pair.name, pair.public, pair.alg.sign(other, b"data"), b"data")


def test_a_key_of_one_algorithm_is_no_key_of_another(pair):
    signature = pair.alg.sign(pair.private, b"data")
    others = set(ALGORITHMS) - {pair.name}
    assert not any(verify(name, pair.public, signature, b"data") for name in others)


def test_an_unknown_algorithm_verifies_nothing(pair):
    assert not verify("md5", pair.public, b"x", b"x")


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=90))
def test_garbage_is_no_sm2_signature(garbage):
    public = ALGORITHMS["sm2-sm3"].public_pem("11" * 32)
    assert verify("sm2-sm3", public, garbage, b"data") is False
    assert verify("sm2-sm3", garbage.hex(), garbage, b"data") is False


def test_an_sm2_signature_may_be_raw():
    alg = ALGORITHMS["sm2-sm3"]
    private = alg.new_private()
    body, _ = der.opened(alg.sign(private, b"data"), der.SEQUENCE)
    r, body = der.opened(body, der.INTEGER)
    s, _ = der.opened(body, der.INTEGER)
    raw = b"".join(int.from_bytes(n, "big").to_bytes(32, "big") for n in (r, s))
    assert verify("sm2-sm3", alg.public_pem(private), raw, b"data")


def test_openssl_reads_our_sm2_key_and_verifies_our_signature(openssl, root, tmp_path):
    data, signature = tmp_path / "data", tmp_path / "signature"
    data.write_bytes("金额".encode("gb18030") * 1000)
    signature.write_bytes(bank_signer(root, "990001").sign(data.read_bytes()))
    key = root / "public" / "990001.pem"
    assert b"SM2" in openssl("pkey", "-pubin", "-in", key, "-noout", "-text").stdout
    command = ["pkeyutl", "-verify", "-pubin", "-inkey", key, "-sigfile", signature, "-rawin"]
    command += ["-digest", "sm3", "-pkeyopt", ID, "-in"]
    assert openssl(*command, data).returncode == 0
    data.write_bytes(b"other")
    assert openssl(*command, data).returncode != 0


def test_we_verify_what_openssl_signed_with_its_own_sm2_key(openssl, tmp_path):
    key, data, signature = (tmp_path / name for name in ("key", "data", "signature"))
    data.write_bytes(b"receipt")
    openssl("ecparam", "-name", "SM2", "-genkey", "-noout", "-out", key)
    public = openssl("pkey", "-in", key, "-pubout").stdout.decode()
    openssl("pkeyutl", "-sign", "-inkey", key, "-rawin", "-digest", "sm3", "-pkeyopt", ID,
            "-in", data, "-out", signature)  # fmt: skip
    assert verify("sm2-sm3", public, signature.read_bytes(), b"receipt")
    assert not verify("sm2-sm3", public, signature.read_bytes(), b"receip7")


@pytest.mark.parametrize("alg", ["ed25519", "rsa-v1_5-sha256"])
def test_a_seed_leads_to_one_key_and_one_signature(alg):
    one, two = (derived_signer(alg, "seed", "990001") for _ in "12")
    assert one.public_pem == two.public_pem
    assert one.companion("X.txt", b"data") == two.companion("X.txt", b"data")
    assert one.public_pem != derived_signer(alg, "seed", "990002").public_pem


def test_no_seed_leads_to_a_key_whose_signatures_are_random():
    assert derived_private("sm2-sm3", "seed", "990001") is None
    with pytest.raises(ValueError, match="random"):
        derived_signer("sm2-sm3", "seed", "990001")


def test_the_banks_sign_as_they_promise(root):
    algs = {bank: bank_signer(root, bank) for bank in ("990001", "990002", "990003")}
    assert algs["990001"].alg == "sm2-sm3"
    assert algs["990002"].alg == "rsa-pss-sha256"
    assert algs["990003"] is None
    for bank in ("990001", "990002"):
        about = json.loads((root / "public" / f"{bank}.json").read_bytes())
        assert about == {"kid": algs[bank].kid, "alg": algs[bank].alg}
    assert not (root / "public" / "990003.pem").exists()


def test_private_keys_are_for_nobody_elses_eyes(root):
    files = list((root / "keys").iterdir())
    assert {path.name for path in files} == {"990001.json", "990002.json", "ssh_host_key"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files)
    assert (root / "keys").stat().st_mode & 0o777 == 0o700
    assert (root / "public" / "ssh_host_key.pub").read_text().startswith("ssh-ed25519 ")


def test_preparing_again_replaces_no_key(root):
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    prepare(root, "another seed", "ed25519,990003=none")
    assert before == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_secret_does_not_show_in_a_repr(root):
    private = json.loads((root / "keys" / "990001.json").read_bytes())["private"]
    assert private not in repr(bank_signer(root, "990001"))


@pytest.mark.parametrize(
    ("text", "third"),
    [
        (None, "none"),
        ("ed25519", "ed25519"),
        ("990003=ed25519", "ed25519"),
        ("990001=ed25519", "none"),
    ],
)
def test_algorithms_are_chosen_for_all_banks_or_for_some(text, third):
    assert algorithms_by_bank(text)["990003"] == third


@pytest.mark.parametrize("text", ["md5", "105000=ed25519"])
def test_an_unknown_algorithm_or_bank_is_refused(text):
    with pytest.raises(ValueError, match=r"no (algorithm|bank)"):
        algorithms_by_bank(text)


def test_an_impostor_has_the_banks_name_and_another_key(root):
    own, impostor = bank_signer(root, "990001"), impostor_signer(root, "990001", "s")
    assert (impostor.kid, impostor.alg) == (own.kid, own.alg)
    assert impostor.public_pem != own.public_pem
    assert impostor_signer(root, "990001", "s").public_pem == impostor.public_pem
    assert impostor_signer(root, "990003", "s") is None


def test_a_partners_signature_needs_the_key_it_names_and_its_algorithm(pair, root):
    place = root / "partners" / "990001"
    (place / "gw-1.pem").write_text(pair.public)
    (place / "gw-1.json").write_text(json.dumps({"kid": "gw-1", "alg": pair.name}))
    value = pair.alg.sign(pair.private, b"receipt")
    good = Signature("gw-1", pair.name, value, "X.txt", (0, "", ""), b"receipt")
    assert partner_signed(root, "990001", good)
    assert not partner_signed(root, "990001", replace(good, signed=b"other"))
    assert not partner_signed(root, "990002", good)
    for kid, alg in (("gw-2", pair.name), ("../990001/gw-1", pair.name), ("gw-1", "none")):
        assert not partner_signed(root, "990001", replace(good, kid=kid, alg=alg))


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"{}", b'{"manifest": {}}', b'{"manifest": {}, "signature": "AAAA"}',
     b'{"manifest": [], "signature": "!"}', b'{"manifest": 1, "signature": 7}', b"\xff"],
)  # fmt: skip
def test_a_signature_companion_that_cannot_be_read_says_nothing(text):
    assert read_companion(text) is None


def test_a_signature_companion_is_read_as_written():
    one = derived_signer("ed25519", "seed", "990001")
    said = read_companion(one.companion("DKJG_990001_ZH01_20260225_V01.txt", b"data"))
    assert (said.kid, said.alg, said.digests[0]) == (one.kid, one.alg, 4)
    assert b'"made_at":"2026-02-25T22:00:00+08:00"' in said.signed
    assert said.speaks_of("DKJG_990001_ZH01_20260225_V01.txt", b"data")
    assert not said.speaks_of("DKJG_990001_ZH01_20260225_V02.txt", b"data")
    assert not said.speaks_of("DKJG_990001_ZH01_20260225_V01.txt", b"dat4")
