"""Whom we believe to be the bank, and who we are there: pinned keys, our own key. 主机与登录密钥"""

import contextlib
import socket
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from connectors.bank.transport import SftpAddress, SftpWire
from gateway.errors import Code, NotConfigured, SignatureInvalid, TransportError
from tests.transports.bank.servers import PASSPHRASE, our_key
from tests.transports.line import Line


def another_key(kind="ssh-ed25519"):
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    line = public.public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    ).decode()
    return line.replace("ssh-ed25519", kind)


def test_another_host_key_than_the_pinned_one_is_not_talked_to(bank, line_to):
    line = line_to(bank)
    for act in (
        lambda wire: wire.flagged(bank.out, ".ok"),
        lambda wire: wire.read(bank.out, "a", 1),
        lambda wire: wire.publish(bank.into, [("a.ok", b"x")]),
        lambda wire: wire.check(),
    ):
        before = line.connections
        with pytest.raises(SignatureInvalid) as raised:
            act(bank.wire(port=line.port, host_keys=(another_key(),)))
        assert raised.value.code is Code.HOST_KEY_DIFFERS
        assert line.connections == before + 1, "it is not tried again"


def test_nobody_logs_in_where_the_host_key_differs(sandbox):
    before = len(sandbox.noted("login"))
    with pytest.raises(SignatureInvalid):
        sandbox.wire(host_keys=(another_key(),)).check()
    assert len(sandbox.noted("login")) == before


def test_without_a_pin_nobody_is_believed(bank):
    with pytest.raises(SignatureInvalid) as raised:
        bank.wire(host_keys=()).check()
    assert raised.value.code is Code.HOST_KEY_DIFFERS


@pytest.mark.parametrize("current_first", [True, False])
def test_in_a_rotation_the_current_and_the_next_key_are_both_believed(current_first, bank):
    """Bug: of two pins of one kind only the last was kept, and the bank was refused."""
    pins = (bank.host_keys[0], another_key())
    bank.wire(host_keys=pins if current_first else pins[::-1]).check()


def test_the_kind_of_key_that_is_pinned_is_asked_for(openssh):
    """The server has an Ed25519 and an RSA key; only the one is pinned."""
    for pin in openssh.host_keys:
        openssh.wire(host_keys=(pin,)).check()


def test_a_pin_of_a_kind_the_server_does_not_have_is_a_difference(sandbox, openssh):
    rsa_of_another = openssh.host_keys[1]
    with pytest.raises(SignatureInvalid) as raised:
        sandbox.wire(host_keys=(rsa_of_another,)).check()
    assert raised.value.code is Code.HOST_KEY_DIFFERS


def test_the_usual_port_is_as_good_as_any_other(sandbox):
    """Bug: on port 22 the pinned key was looked up under another name and never found."""

    def dial():
        return socket.create_connection(("127.0.0.1", sandbox.port))

    try:
        line = Line(dial, host="127.0.0.22", port=22).open()
    except OSError as forbidden:
        pytest.skip(f"nobody but root may listen on port 22: {forbidden.strerror}")
    with contextlib.closing(line):
        sandbox.wire(host="127.0.0.22", port=22).check()


@pytest.mark.parametrize(
    "pin",
    ["", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 ====", another_key("ssh-rsa")],
    ids=["empty", "no key", "cut key", "no base64", "another kind's key"],
)
def test_a_pin_that_is_no_key_is_a_wrong_setting(pin, sandbox):
    with pytest.raises(NotConfigured) as raised:
        sandbox.wire(host_keys=(pin,)).check()
    assert (raised.value.code, raised.value.detail) == (Code.SETTING_INVALID, "host_keys")


def test_a_login_key_the_bank_does_not_know_is_refused_at_once(bank, line_to, tmp_path):
    stranger, line = our_key(tmp_path), line_to(bank)
    with pytest.raises(NotConfigured) as raised:
        bank.wire(port=line.port, private_key=stranger).flagged(bank.out, ".ok")
    assert raised.value.code is Code.LOGIN_REFUSED
    assert line.connections == 1, "it is not tried again"


def test_a_user_the_bank_does_not_know_is_refused(bank):
    with pytest.raises(NotConfigured) as raised:
        bank.wire(user="nobody-of-that-name").check()
    assert raised.value.code is Code.LOGIN_REFUSED


def test_a_bank_that_hangs_up_during_the_login_has_not_refused_it(sandbox):
    """Bug: a line cut at that moment called for a person to check a key that was right."""
    sandbox.arm({"fault": "refuse_connection", "bank": sandbox.user, "times": 3})
    with pytest.raises(TransportError) as raised:
        sandbox.wire().check()
    assert raised.value.code is Code.NO_CONNECTION


@pytest.mark.parametrize("trouble", ["missing", "garbage", "passphrase", "not encrypted"])
def test_a_login_key_we_cannot_open_is_a_person_to_supply(trouble, sandbox, tmp_path):
    """Bug: a key without a passphrase ended with an error of Python's."""
    key, passphrase = tmp_path / "login", PASSPHRASE
    if trouble != "missing":
        key.write_bytes(b"garbage")
    if trouble == "passphrase":
        key.write_bytes(sandbox.key.read_bytes())
        passphrase = "another one"
    if trouble == "not encrypted":
        key.write_bytes(
            ed25519.Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.OpenSSH,
                serialization.NoEncryption(),
            )
        )
    address = replace(sandbox.address, private_key=key, passphrase=passphrase)
    with pytest.raises(NotConfigured) as raised:
        SftpWire(address, 10).check()
    assert (raised.value.code, raised.value.detail) == (Code.KEY_MISSING, "login")


def test_an_address_shows_neither_key_nor_passphrase(sandbox):
    assert PASSPHRASE not in repr(sandbox.address)
    assert str(sandbox.key) not in repr(sandbox.address)
    assert isinstance(sandbox.address, SftpAddress)
