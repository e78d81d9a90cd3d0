"""`gateway keys …` over a site: a life of a key, and nothing secret in any word of it. 密钥命令"""

import hashlib
import json
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass

import pytest

from gateway.cli import main
from gateway.clock import SystemClock
from gateway.ports import Algorithm
from tests.signing.pairs import pair_of

PUBLIC = pair_of(Algorithm.ED25519).public_pem
SEAL = ["--holder", "cli", "--purpose", "document_seal", "--algorithm", "ecdsa-p256-sha256"]


@pytest.fixture
def secrets(branch, tmp_path):
    """The branch's secrets, to be changed by one test."""
    copied = tmp_path / "secrets"
    shutil.copytree(branch.options.secrets, copied)
    copied.chmod(0o700)
    return copied


@dataclass(frozen=True)
class Told:
    """What a command answered."""

    code: int
    out: str

    def json(self):
        return json.loads(self.out)


@pytest.fixture
def ask(secrets, monkeypatch):
    """Answers `gateway keys …` within this process; never with a private key or the passphrase."""
    passphrase = (secrets / "key_passphrase").read_text()
    monkeypatch.setenv("GATEWAY_SECRETS_DIR", str(secrets))
    # the log of this process stays as it is
    monkeypatch.setattr(main, "_configure_log", lambda *, verbose: None)

    def run(*words):
        answered, as_json = main.answer(["keys", *words])
        every = answered.text(as_json=False) + answered.text(as_json=True)
        assert "PRIVATE" not in every
        assert passphrase not in every
        return Told(answered.exit, answered.text(as_json=as_json))

    return run


def test_the_life_of_a_key(ask, secrets, branch):
    listed = ask("list", "--json").json()["keys"]
    assert {one["standing"] for one in listed} == {"SIGNING", "VERIFYING"}
    assert ask("new", "seal-1", *SEAL).code == 0
    rotated = ask("rotate", "seal-1", "--json").json()
    assert rotated["key"]["kid"] == "seal-2"
    refused = ask("retire", "seal-1")
    assert refused.code == 4
    assert "KEY_IN_USE" in refused.out
    certificate = str(secrets / "keys" / "seal-1.crt")
    assert ask("certify", "seal-1", "--certificate", certificate).code == 0
    why = ("--reason", "泄露 6222021234567890123")
    assert ask("revoke", "seal-1", *why).code == 0
    text = ask("list").out
    assert "已吊销" in text
    assert "待启用" in text
    journaled = branch.rows(
        "select event, facts from journal where event like 'key_%' order by seq"
    )
    assert [event for event, _ in journaled] == [
        "key_made", "key_rotated", "key_certified", "key_revoked",
    ]  # fmt: skip
    every = [json.loads(facts) for _, facts in journaled]
    assert {one["user"] for one in every} == {pwd.getpwuid(os.getuid()).pw_name}
    assert {one["algorithm"] for one in every} == {"ecdsa-p256-sha256"}
    shown = {one["kid"]: one["public_sha256"] for one in ask("list", "--json").json()["keys"]}
    assert {one["public_sha256"] for one in every} == {shown["seal-1"]}
    assert every[1]["successor_sha256"] == shown["seal-2"]
    assert every[-1]["reason"].startswith("泄露 ")
    assert "6222021234567890123" not in every[-1]["reason"]


def test_check_is_green_on_a_sound_ring_and_names_what_is_exposed(ask, secrets):
    sound = ask("check", "--json")
    assert sound.code == 0, sound.out
    assert sound.json()["ok"]
    (secrets / "key_passphrase").chmod(0o644)
    exposed = ask("check")
    assert exposed.code == 5
    assert "SECRETS_EXPOSED" in exposed.out
    assert "key_passphrase" in exposed.out


def test_a_counterparty_s_public_key_is_registered(ask, secrets):
    (secrets / "theirs.pem").write_bytes(PUBLIC)
    words = ["--holder", "990001", "--purpose", "bank_file", "--algorithm", "ed25519"]
    done = ask("new", "bank-9", *words, "--public", str(secrets / "theirs.pem"), "--json")
    assert done.json()["key"] == {"kid": "bank-9", "purpose": "bank_file", "holder": "990001"}
    assert not (secrets / "keys" / "bank-9.key").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["revoke", "gateway-seal-1"], 2, "--reason"),
        (["revoke", "gateway-seal-1", "--reason", "无"], 2, "理由"),
        (["rotate", "gateway-seal-1", "--from", "2026-01-01"], 2, "最早 20"),
        (["new", "x", *SEAL, "--from", "2001-01-01"], 5, "已过"),
        (["retire", "nobody"], 5, "NOT_FOUND"),
        (["new", "x/y", *SEAL], 5, "SETTING_INVALID"),
        (["new", "x", *SEAL, "--days", "0"], 2, "--days"),
        (["new", "x", *SEAL, "--days", "99999"], 2, "--days"),
        (["new", "x", *SEAL, "--from", "9999-12-31"], 2, "--from"),
        (["new", "x", *SEAL, "--from", "1949-10-01"], 2, "--from"),
        (["retire", "\udcff"], 2, "UTF-8"),
        (["new", "x", *SEAL, "--public", "/dev/zero"], 5, "FILE_NOT_HERE"),
        (["certify", "x", "--certificate", "no-such-file"], 5, "FILE_NOT_HERE"),
    ],
)
def test_wrong_words_are_answered_in_words(ask, words, code, said):
    done = ask(*words)
    assert done.code == code, done.out
    assert said in done.out


def test_the_list_says_until_when_a_key_signs_and_until_when_it_verifies(ask):
    ask("new", "seal-1", *SEAL, "--from", "2026-01-05", "--days", "3000")
    (line,) = [one for one in ask("list").out.splitlines() if one.startswith("seal-1 ")]
    (one,) = [one for one in ask("list", "--json").json()["keys"] if one["kid"] == "seal-1"]
    assert "2026-01-05 起，签名至 2034-03-24，验签至 " in line
    assert f"公钥 {one['public_sha256'][:16]}…" in line
    assert one["sign_until"].startswith("2034-03-24")
    (bank,) = [one for one in ask("list").out.splitlines() if "bank_file 990001" in one]
    assert "签名至" not in bank
    assert "验签至" in bank


def test_check_prints_what_is_compared_by_telephone_whole(ask, secrets):
    public = str(secrets / "keys" / "gateway-seal-1.pem")
    openssl = ["openssl", "pkey", "-pubin", "-in", public, "-outform", "DER"]
    der = subprocess.run(openssl, check=True, capture_output=True).stdout
    (line,) = [one for one in ask("check").out.splitlines() if "gateway-seal-1 " in one]
    assert line.endswith(f"公钥 SHA-256 {hashlib.sha256(der).hexdigest()}")


def test_a_rotation_from_today_is_one_from_now_on(ask):
    ask("new", "seal-1", *SEAL)
    now = SystemClock().now()
    done = ask("rotate", "seal-1", "--from", f"{now:%Y-%m-%d}")
    assert done.code == 0, done.out
    told = re.search(r"seal-1 签名至 (\S+ \S+)，之后由 seal-2 签名", done.out).group(1)
    assert told >= f"{now:%Y-%m-%d %H:%M}"
