"""The sandbox's settings: what a site agrees with its banks, for three invented ones. 沙箱配置"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import URL

from gateway.errors import Code, NotConfigured
from gateway.launcher.databases import Access
from gateway.launcher.options import Options
from gateway.launcher.own_keys import (
    ORGANISATION,
    own_entries,
    provide_own_keys,
    provide_pair,
    time_entries,
)
from gateway.launcher.ports import LOOPBACK
from gateway.launcher.secret_files import write_once
from gateway.ports import Algorithm
from gateway.signing.keys.ssh import new_ssh_key
from gateway.wiring.private_files import write_private
from gateway.wiring.reading import read_json

# The sandbox's own calendar; its last business day is a made-up working Saturday.
FIRST_DAY, LAST_DAY = date(2026, 2, 24), date(2026, 2, 28)
_SIGNING_DAYS, _VERIFYING_DAYS = 365, 730


@dataclass(frozen=True, slots=True)
class SandboxBank:
    """One invented bank: what we ask of its files, and how we sign what we send it."""

    code: str
    name: str
    evidence: str
    receipts: Algorithm


BANKS = (
    SandboxBank("990001", "沙箱甲银行", "signature", Algorithm.SM2_SM3),
    SandboxBank("990002", "沙箱乙银行", "signature", Algorithm.ECDSA_P256_SHA256),
    SandboxBank("990003", "沙箱丙银行", "channel", Algorithm.RSA_PSS_SHA256),
)


def require_sandbox(secrets: Path) -> None:
    """Raise NotConfigured when the secrets are a production site's: they are never overwritten."""
    path = secrets / "settings.json"
    if not path.exists():
        return
    try:
        environment = json.loads(path.read_text(encoding="utf-8"))["environment"]
    except (ValueError, KeyError, TypeError):
        environment = "unreadable"
    if environment != "sandbox":
        raise NotConfigured(Code.SETTING_INVALID, detail=f"{path.name}: environment")


def write_site(options: Options, access: Access, now: datetime) -> None:
    """Write settings, connections and keys of the sandbox site, and hand our public keys over.

    Keys are made once and stay as `gateway keys` left them; settings and connections are written
    anew, because ports may have changed.
    """
    secrets = options.secrets
    passphrase = (secrets / "key_passphrase").read_bytes()
    for bank in BANKS:
        _provide_keys(options, bank, passphrase)
    provide_own_keys(options)
    _write(secrets / "settings.json", _settings(options))
    _write(secrets / "connections.json", _connections(options, access))
    _write(secrets / "keyring.json", keyring(options, now))


def _write(path: Path, data: object) -> None:
    write_private(path, json.dumps(data, ensure_ascii=False, indent=1).encode())


def _provide_keys(options: Options, bank: SandboxBank, passphrase: bytes) -> None:
    """Our receipt-signing key and our log-in key for one bank; the bank gets the public halves."""
    keys = options.secrets / "keys"
    kid, partner = _our_kid(bank), options.sandbox / "partners" / bank.code
    partner.mkdir(parents=True, exist_ok=True)
    provide_pair(keys, kid, bank.receipts, passphrase)
    if not (keys / f"sftp-{bank.code}.pub").exists():
        ssh = new_ssh_key(passphrase, "gateway")
        write_private(keys / f"sftp-{bank.code}", ssh.private_pem)
        write_private(keys / f"sftp-{bank.code}.pub", ssh.public_pem)
    stated = {"kid": kid, "alg": bank.receipts.value}
    (partner / f"{kid}.pem").write_bytes((keys / f"{kid}.pem").read_bytes())
    (partner / f"{kid}.json").write_text(json.dumps(stated), encoding="ascii")
    (partner / "authorized_keys").write_bytes((keys / f"sftp-{bank.code}.pub").read_bytes())


def _our_kid(bank: SandboxBank) -> str:
    return f"gateway-{bank.code}-1"


def _settings(options: Options) -> Mapping[str, object]:
    return {
        "name": ORGANISATION,
        "environment": "sandbox",
        "archive": str(options.var / "archive"),
        "journal": {"publication": str(options.var / "publication")},
        "time_authority": {"url": f"http://{LOOPBACK}:{options.tsa_port}/"},
        "logs": str(options.logs),
        "four_eyes": {"releasers": ["operator"], "approvers": ["approver"]},
        "banks": [_bank_settings(bank) for bank in BANKS],
    }


def _bank_settings(bank: SandboxBank) -> Mapping[str, object]:
    owed = {
        "days": "working_days",
        "due_time": "08:00",
        "due_days_after": 1,
        "first": FIRST_DAY.isoformat(),
        "last": LAST_DAY.isoformat(),
    }
    return {
        "code": bank.code,
        "name": bank.name,
        "connection": f"bank_{bank.code}",
        "accounts": [{"id": "ZH01", "number": f"{bank.code}{1:013d}"}],
        "layouts": {
            "deduction_result": "generic-pipe-result",
            "account_statement": "generic-pipe-statement",
            "file_receipt": "generic-pipe-receipt",
        },
        "evidence": bank.evidence,
        "owes": [owed | {"kind": kind} for kind in ("deduction_result", "account_statement")],
    }


def _connections(options: Options, access: Access) -> Mapping[str, object]:
    host_key = (options.sandbox / "public" / "ssh_host_key.pub").read_text(encoding="ascii").strip()
    banks = {
        f"bank_{bank.code}": {
            "conn_type": "sftp",
            "host": LOOPBACK,
            "port": options.sftp_port,
            "login": bank.code,
            "extra": {"private_key": f"keys/sftp-{bank.code}", "host_keys": [host_key]},
        }
        for bank in BANKS
    }
    return banks | {
        "gateway_db": _postgres(access.url("gateway", "gateway_app")),
        "gateway_owner": _postgres(access.url("gateway", "gateway_owner")),
        "gateway_desk": _postgres(access.url("gateway", "gateway_desk")),
        "core_system": _postgres(access.url("core_system", "core_exchange")),
    }


def _postgres(url: URL) -> Mapping[str, object]:
    return {
        "conn_type": "postgres",
        "host": url.host or url.query["host"],
        "port": url.port,
        "login": url.username,
        "password": url.password,
        "schema": url.database,
    }


def keyring(options: Options, now: datetime) -> Sequence[Mapping[str, object]]:
    """The keys that are there as they are, a revoked one revoked; then our new ones and the banks'.

    The windows of these begin when the files were first written.
    """
    begun = options.secrets / "keyring_begun"
    write_once(begun, lambda: (now - timedelta(days=1)).isoformat())
    start = datetime.fromisoformat(begun.read_text(encoding="ascii"))
    window = {
        "not_before": start.isoformat(),
        "sign_until": (start + timedelta(days=_SIGNING_DAYS)).isoformat(),
        "verify_until": (start + timedelta(days=_VERIFYING_DAYS)).isoformat(),
    }
    entries = [entry for bank in BANKS for entry in _key_entries(options, bank)]
    rows = [{**entry, **window} for entry in (*entries, *own_entries(), *time_entries(options))]
    path = options.secrets / "keyring.json"
    there = read_json(path) if path.exists() else []
    known = {row["kid"] for row in there}
    return [*there, *(row for row in rows if row["kid"] not in known)]


def _key_entries(options: Options, bank: SandboxBank) -> Sequence[dict[str, object]]:
    kid = _our_kid(bank)
    ours: dict[str, object] = {
        "kid": kid,
        "holder": bank.code,
        "purpose": "bank_receipt",
        "algorithm": bank.receipts.value,
        "public": f"keys/{kid}.pem",
        "private": f"keys/{kid}.key",
    }
    stated = options.sandbox / "public" / f"{bank.code}.json"
    if not stated.exists():
        return [ours]
    theirs = json.loads(stated.read_text(encoding="ascii"))
    copied = options.secrets / "keys" / f"{theirs['kid']}.pem"
    write_private(copied, stated.with_suffix(".pem").read_bytes())
    bank_key = {
        "kid": theirs["kid"],
        "holder": bank.code,
        "purpose": "bank_file",
        "algorithm": theirs["alg"],
        "public": f"keys/{copied.name}",
    }
    return [ours, bank_key]
