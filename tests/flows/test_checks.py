"""The self-check is red where a key or a secret is not as it should be, and names it. 自检"""

import dataclasses
import shutil

import pytest

from gateway.flows.checks import check_all
from gateway.flows.key_parts import Keys
from gateway.flows.keys import check_keys
from gateway.signing.keys.keyring import KeyRing, Purpose
from gateway.wiring.keyring_file import KeyringFile


@pytest.fixture
def checked(branch):
    return branch.gateway().checked()


def told(checked, item):
    (found,) = [one for one in check_all(checked, "kernel") if one.item == item]
    return found


def with_keys(checked, change):
    """The same site, its keys changed."""
    keys = map(change, checked.ring.keys())
    return dataclasses.replace(checked, ring=KeyRing(key for key in keys if key is not None))


def needed():
    """Whose keys the sandbox's site needs: 990003's files are believed for their channel."""
    banks = ("990001", "990002", "990003")
    yield from ((Purpose.BANK_RECEIPT, code) for code in banks)
    yield from ((Purpose.BANK_FILE, code) for code in banks[:2])
    yield Purpose.JOURNAL_HEAD, "journal"
    yield Purpose.DOCUMENT_SEAL, "documents"


def revoked(key, now):
    return dataclasses.replace(key, revoked_at=now)


def ended(key, now):
    return dataclasses.replace(key, sign_until=now, verify_until=now)


def waiting(key, now):
    return dataclasses.replace(key, not_before=key.sign_until)


def gone(key, now):
    return None


@pytest.mark.parametrize("harm", [revoked, ended, waiting, gone])
def test_a_holder_without_a_usable_key_is_named_with_its_purpose(checked, harm):
    """Bug: a bank's revoked key without a successor showed all green."""
    assert told(checked, "密钥").ok
    now = checked.clock.now()
    for use in needed():

        def change(key, use=use):
            return harm(key, now) if (key.purpose, key.holder) == use else key

        found = told(with_keys(checked, change), "密钥")
        assert (use, found.ok) == (use, False)
        assert found.detail.startswith("KEY_MISSING")
        assert f"{use[0].value} {use[1]}" in found.detail


def test_all_that_is_missing_is_named_at_once(checked):
    found = told(dataclasses.replace(checked, ring=KeyRing(())), "密钥")
    assert all(f"{purpose.value} {holder}" in found.detail for purpose, holder in needed())
    assert "bank_file 990003" not in found.detail


def test_a_seal_without_its_certificate_is_no_usable_key(checked):
    def bare(key):
        seal = key.purpose is Purpose.DOCUMENT_SEAL
        return dataclasses.replace(key, chain=()) if seal else key

    found = told(with_keys(checked, bare), "密钥")
    assert not found.ok
    assert "没有证书" in found.detail


@pytest.mark.parametrize("name", ["token_key", "archive_keys.json", "keys/sftp-990001", "keys"])
def test_a_secret_that_others_may_read_is_named_whatever_it_is(checked, branch, tmp_path, name):
    """Bug: only `gateway keys check` told, and only of the key ring's own files."""
    assert told(checked, "密钥目录").ok
    secrets = tmp_path / "secrets"
    shutil.copytree(branch.options.secrets, secrets)
    secrets.chmod(0o700)
    (secrets / name).chmod(0o750)
    open_to_others = dataclasses.replace(checked, files=KeyringFile(secrets))
    found = told(open_to_others, "密钥目录")
    assert not found.ok
    assert found.detail.startswith("SECRETS_EXPOSED")
    assert f"（{name}）" in found.detail
    both = {one.item: one for one in check_keys(Keys(checked.store, open_to_others.files, "root"))}
    assert both["密钥目录"].detail == found.detail
