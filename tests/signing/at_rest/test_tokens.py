"""Tokens: the same for the same person, another under another key, of no use to a guesser. 标记"""

import shutil
import subprocess

import pytest

from gateway.errors import Code, NotConfigured
from gateway.identity import mask_text
from gateway.signing.at_rest.tokens import Kind, Tokens

SECRET, OTHER = "s" * 43, "t" * 43
TOKENS = Tokens(SECRET)
ACCOUNT = "6222020200012345678"


def test_a_token_is_stable_keyed_and_says_what_it_stands_for():
    token = TOKENS.of(Kind.ACCOUNT, ACCOUNT)
    assert token == Tokens(SECRET).of(Kind.ACCOUNT, ACCOUNT)
    assert token != Tokens(OTHER).of(Kind.ACCOUNT, ACCOUNT)
    assert token.startswith("acct-")
    assert len(token) == 25
    assert ACCOUNT[:6] not in token


def test_one_text_has_another_token_as_another_kind():
    made = {TOKENS.of(kind, ACCOUNT).partition("-")[2] for kind in Kind}
    assert len(made) == len(Kind)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (Kind.ACCOUNT, ACCOUNT, " 6222 0202-0001 2345678 "),
        (Kind.ACCOUNT, ACCOUNT, "６２２２０２０２０００１２３４５６７８"),
        (Kind.NAME, "沙箱·阿依古丽", "沙箱•阿依 古丽"),
        (Kind.DOCUMENT, "11010519491231002x", "11010519491231002X"),
        (Kind.LOAN, "dk2026-0001", "DK20260001"),
    ],
)
def test_one_person_written_twice_has_one_token(kind, one, other):
    assert TOKENS.of(kind, one) == TOKENS.of(kind, other)


def test_two_names_that_differ_stay_two():
    assert TOKENS.of(Kind.NAME, "张-三") != TOKENS.of(Kind.NAME, "张三")


@pytest.mark.parametrize("blank", ["", "  ", "　", "-"])
def test_nobody_has_no_token(blank):
    assert TOKENS.of(Kind.ACCOUNT, blank) is None


def test_a_token_is_the_hmac_that_openssl_computes(require_peer):
    """The key in hex, so that no shell sees it; SM3 as GM/T 0004 has it."""
    require_peer(None if shutil.which("openssl") else "openssl")
    key = f"hexkey:{SECRET.encode().hex()}"
    command = ["openssl", "dgst", "-sm3", "-mac", "HMAC", "-macopt", key]
    text = f"acct\0{ACCOUNT}".encode()
    done = subprocess.run(command, input=text, capture_output=True, check=True)
    digest = done.stdout.decode().split()[-1]
    assert TOKENS.of(Kind.ACCOUNT, ACCOUNT) == f"acct-{digest[:20]}"


def test_a_weak_secret_is_refused():
    with pytest.raises(NotConfigured) as missing:
        Tokens("short")
    assert missing.value.code is Code.KEY_MISSING


def test_a_token_of_digits_alone_is_not_taken_for_an_account():
    text = "acct-12345678901234567890 name-12345678901234567890"
    assert mask_text(text) == text
