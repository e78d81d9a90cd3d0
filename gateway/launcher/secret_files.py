"""Secrets made once and kept: files nobody else can read. 密钥与口令文件"""

import base64
import json
import secrets
from collections.abc import Callable
from pathlib import Path

from gateway.wiring.private_files import write_private

_TOKEN_BYTES = 48
_FERNET_BYTES = 32
_KEY_BYTES = 32
_PASSWORD_BYTES = 12

# The users of the sandbox's UI: name and role are the same word.
UI_ROLES = ("operator", "approver", "auditor", "admin")


def provide_secrets(directory: Path) -> None:
    """Make every secret that is not there yet; what is there stays."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, make in _SECRETS.items():
        write_once(directory / name, make)


def write_once(path: Path, make: Callable[[], str]) -> None:
    """Write a secret file unless it is there; whole or not at all, mode 0600."""
    if not path.exists():
        write_private(path, make().encode())


def ui_users(directory: Path) -> dict[str, str]:
    """The UI's users with their passwords."""
    users: dict[str, str] = json.loads((directory / "ui_users.json").read_text(encoding="utf-8"))
    return users


def _token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(_FERNET_BYTES)).decode()


def _archive_keys() -> str:
    key = base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
    return json.dumps([{"kid": "archive-1", "key": key}])


def _users() -> str:
    return json.dumps({role: secrets.token_urlsafe(_PASSWORD_BYTES) for role in UI_ROLES})


# No line ends: Airflow takes what its `_cmd` settings print as it is.
_SECRETS: dict[str, Callable[[], str]] = {
    "fernet_key": _fernet_key,
    "api_secret_key": _token,
    "jwt_secret": _token,
    "key_passphrase": _token,
    "ui_users.json": _users,
    "archive_keys.json": _archive_keys,
    "token_key": _token,
}
