"""Secrets: made once, whole, and for our eyes only, whatever the umask. 密钥与口令文件"""

import base64
import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from gateway.dates import SHANGHAI
from gateway.launcher.options import Options
from gateway.launcher.sandbox_site import keyring
from gateway.launcher.secret_files import (
    UI_ROLES,
    provide_secrets,
    ui_users,
    write_once,
)
from gateway.wiring.private_files import write_private


@pytest.fixture(autouse=True)
def careless():
    """An umask that takes nothing away."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return path.stat().st_mode & 0o777


def test_every_secret_is_for_our_eyes_only(tmp_path):
    provide_secrets(tmp_path / "secrets")
    files = list((tmp_path / "secrets").iterdir())
    assert {path.name for path in files} == {
        "fernet_key", "api_secret_key", "jwt_secret", "key_passphrase", "ui_users.json",
        "archive_keys.json", "token_key",
    }  # fmt: skip
    assert {mode(path) for path in files} == {0o600}
    assert mode(tmp_path / "secrets") == 0o700


def test_what_is_there_is_never_made_anew(tmp_path):
    provide_secrets(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    provide_secrets(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_one_that_is_missing_is_made_without_touching_the_others(tmp_path):
    provide_secrets(tmp_path)
    before = (tmp_path / "jwt_secret").read_bytes()
    (tmp_path / "fernet_key").unlink()
    provide_secrets(tmp_path)
    assert (tmp_path / "fernet_key").exists()
    assert (tmp_path / "jwt_secret").read_bytes() == before


def test_two_sites_have_no_secret_in_common(tmp_path):
    for name in ("one", "two"):
        provide_secrets(tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() != (tmp_path / "two" / path.name).read_bytes()


def test_secrets_have_the_form_their_users_need(tmp_path):
    provide_secrets(tmp_path)
    assert len(base64.urlsafe_b64decode((tmp_path / "fernet_key").read_bytes())) == 32
    for name in ("api_secret_key", "jwt_secret", "key_passphrase", "fernet_key"):
        text = (tmp_path / name).read_text(encoding="ascii")
        assert text == text.strip()
        assert len(text) >= 44


def test_every_role_of_the_ui_has_a_password_of_its_own(tmp_path):
    provide_secrets(tmp_path)
    users = ui_users(tmp_path)
    assert tuple(users) == UI_ROLES
    assert len(set(users.values())) == len(UI_ROLES)


def test_a_private_file_is_replaced_in_one_step(tmp_path):
    path = tmp_path / "settings.json"
    write_private(path, b"before")
    with path.open("rb") as reader:
        write_private(path, b"after")
        assert reader.read() == b"before", "who is reading it keeps what he began with"
    assert (path.read_bytes(), mode(path)) == (b"after", 0o600)
    assert [one.name for one in tmp_path.iterdir()] == ["settings.json"]


def test_a_private_file_and_its_name_are_durable(tmp_path, monkeypatch):
    synced, fsync = [], os.fsync

    def watched(descriptor):
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((place.name, (tmp_path / "keyring.json").exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    write_private(tmp_path / "keyring.json", b"[]")
    assert synced == [("keyring.json.part", False), (tmp_path.name, True)]


def test_what_is_done_to_a_key_outlives_a_restart(tmp_path):
    """Bug: each start wrote the key ring anew, and a revoked key was back in force."""
    options = Options(tmp_path, 1, 2, "seed", "")
    now = datetime(2026, 3, 1, tzinfo=SHANGHAI)
    first = keyring(options, now)
    revoked = {**first[0], "revoked_at": now.isoformat()}
    more = {"kid": "made-by-hand", "remark": "stays"}
    write_private(options.secrets / "keyring.json", json.dumps([revoked, more]).encode())
    assert keyring(options, now) == [revoked, more, *first[1:]]


def test_what_a_dead_process_left_half_written_does_not_open_the_secret(tmp_path):
    """Bug: the mode of a file left there before was kept."""
    part = tmp_path / "key_passphrase.part"
    part.write_text("half a secret that is longer than the whole one")
    part.chmod(0o666)
    write_once(tmp_path / "key_passphrase", lambda: "whole")
    assert (tmp_path / "key_passphrase").read_text() == "whole"
    assert mode(tmp_path / "key_passphrase") == 0o600


def test_a_secret_that_is_there_is_not_even_made(tmp_path):
    write_private(tmp_path / "secret", json.dumps({}).encode())
    write_once(tmp_path / "secret", pytest.fail)
