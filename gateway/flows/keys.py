"""Keys shown, checked and watched: windows, certificates, what is open under each. 密钥查看"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.errors import Code, GatewayError, NotConfigured
from gateway.flows.key_acts import outstanding
from gateway.flows.key_parts import KeyFiles, Keys
from gateway.ports import CheckResult
from gateway.signing.keys.certificates import Certificate, read_certificate, verify_chain
from gateway.signing.keys.keyring import Key, KeyRing
from gateway.signing.keys.lifetimes import (
    WARNINGS,
    Standing,
    days_left,
    standing_of,
    warning,
    watched,
)
from gateway.signing.keys.register import KeyEntry, Pems, key_of, pems_of
from gateway.store import alarms
from gateway.store.unit_of_work import Store, UnitOfWork

# Shorter ones can be guessed at the pace the private keys' encryption allows.
_PASSPHRASE_LENGTH_MIN = 32
# A line names so many exposed files at most.
_NAMED_MAX = 8


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key for a person: no secret in it. `days` are left until it must have been replaced."""

    key: Key
    standing: Standing
    days: int
    certificate: Certificate | None
    outstanding: int


def list_keys(keys: Keys) -> Sequence[KeyLine]:
    """All keys by id; private halves stay closed. Raises NotConfigured for one that is unfit."""
    with keys.store.begin() as work:
        lines = [_line(keys, work, entry) for entry in keys.files.entries()]
    return sorted(lines, key=lambda line: line.key.kid)


def _line(keys: Keys, work: UnitOfWork, entry: KeyEntry) -> KeyLine:
    read = keys.files.read
    key = key_of(entry, Pems(read(entry.public), b"", read(entry.chain)), b"")
    own = read_certificate(key.chain[0]) if key.chain else None
    now = work.now
    return KeyLine(key, standing_of(key, now), days_left(key, now), own, outstanding(work, entry))


# ------------------------------------------------------------------ checking


def check_keys(keys: Keys) -> Sequence[CheckResult]:
    """Open, probe and date every key; see that nobody else can read them."""
    with keys.store.begin() as work:
        now = work.now
    return [*_check_places(keys), *(_check(keys, entry, now) for entry in keys.files.entries())]


def _check_places(keys: Keys) -> Iterator[CheckResult]:
    try:
        require_private(keys.files)
    except NotConfigured as exposed:
        yield CheckResult("密钥目录", False, 0, str(exposed))
    if len(keys.files.passphrase()) < _PASSPHRASE_LENGTH_MIN:
        detail = f"key_passphrase：不足 {_PASSPHRASE_LENGTH_MIN} 个字符"
        error = NotConfigured(Code.SETTING_INVALID, detail=detail)
        yield CheckResult("密钥口令", False, 0, str(error))


def require_private(files: KeyFiles) -> None:
    """Raise NotConfigured naming what of the secrets directory others may read."""
    exposed = files.exposed()
    if exposed:
        more = f" 等 {len(exposed)} 项" if len(exposed) > _NAMED_MAX else ""
        detail = "、".join(exposed[:_NAMED_MAX]) + more
        raise NotConfigured(Code.SECRETS_EXPOSED, detail=detail)


def _check(keys: Keys, entry: KeyEntry, at: datetime) -> CheckResult:
    item = f"密钥 {entry.kid}"
    try:
        key = key_of(entry, pems_of(entry, keys.files.read), keys.files.passphrase())
        if key.chain and standing_of(key, at) in (Standing.SIGNING, Standing.VERIFYING):
            verify_chain(key.chain, key.chain[-1:], at)
    except GatewayError as error:
        return CheckResult(item, False, 0, str(error))
    standing = standing_of(key, at)
    detail = f"{standing.value}，{key.ends:%Y-%m-%d} 止，公钥 SHA-256 {key.public_sha256}"
    return CheckResult(item, True, 1, detail)


# ------------------------------------------------------------------ watching


def watch_certificates(store: Store, ring: KeyRing) -> int:
    """Ring 60, 30, 7 and 1 days before a key or its certificate ends, and after; clear the rest.

    Returns how many keys a warning is due for. A key that another follows is not watched.
    """
    with store.begin() as work:
        every = ring.keys()
        due = {key.kid: warning(key.ends, work.now) for key in watched(every, work.now)}
        for key in every:
            _sound(work, key, due.get(key.kid))
    return sum(days is not None for days in due.values())


def _sound(work: UnitOfWork, key: Key, due: int | None) -> None:
    """One bell a threshold, so that each rings anew; an end has a code of its own."""
    detail = f"{key.kid} {key.ends:%Y-%m-%d} 止"
    for days in (*WARNINGS, 0):
        code = Code.CERTIFICATE_EXPIRES if days else Code.CERTIFICATE_EXPIRED
        subject = f"{key.kid}@{days}"
        if days == due:
            alarms.ring(work, code, subject, detail)
        else:
            alarms.clear(work, code, subject, "已更换，或已进入下一档")
