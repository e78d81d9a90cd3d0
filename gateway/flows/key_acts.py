"""What is done to keys: made, certified, rotated, retired, revoked; each act journaled. 密钥操作"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.bank.store import files as bank_files
from gateway.errors import Code, NotConfigured, RefusedHere, SignatureInvalid
from gateway.flows.key_parts import Keys
from gateway.signing.keys.certificates import (
    Usage,
    chain_of_pem,
    fingerprint_of,
    pem_of,
    public_pem_of,
    read_certificate,
    request_for,
    self_signed,
    verify_chain,
)
from gateway.signing.keys.keyring import OURS, Key, Purpose
from gateway.signing.keys.register import (
    KeyEntry,
    Pems,
    Wanted,
    key_of,
    next_kid,
    require_same_key,
    require_sound,
    retired,
    revoked,
    succeeded,
)
from gateway.signing.keys.x509 import common_name_of, only_public_pem, public_sha256_of
from gateway.signing.primitives.algorithms import load_signer, load_verifier, new_key_pair
from gateway.store import key_use
from gateway.store.unit_of_work import UnitOfWork

_USAGE: Mapping[Purpose, Usage] = {
    Purpose.BANK_RECEIPT: Usage.MESSAGE,
    Purpose.OUR_MESSAGE: Usage.MESSAGE,
    Purpose.JOURNAL_HEAD: Usage.HEAD,
    Purpose.DOCUMENT_SEAL: Usage.SEAL,
}


def make(keys: Keys, wanted: Wanted) -> KeyEntry:
    """A new key of ours: encrypted private half, public half, request, self-signed certificate.

    Raises NotConfigured for an id that is taken, and for a purpose, algorithm or window that cannot
    be.
    """
    if wanted.purpose not in OURS:
        raise NotConfigured(Code.SETTING_INVALID, detail=f"{wanted.kid}：对方的密钥只登记公钥")
    with _alone(keys) as work:
        entry = _make(keys, wanted, work.now)
        work.note("key_made", entry.kid, **_facts(keys, entry))
        keys.files.save(entry)
    return entry


def register(keys: Keys, wanted: Wanted, given: bytes) -> KeyEntry:
    """A counterparty's key, from its public key or its certificates in PEM.

    Raises NotConfigured as `make` does, SignatureInvalid for certificates that do not chain.
    """
    if wanted.purpose in OURS:
        raise NotConfigured(Code.SETTING_INVALID, detail=f"{wanted.kid}：本方的密钥须在本机生成")
    with _alone(keys) as work:
        entry = _registered(keys, wanted.entry(), given, work.now)
        work.note("key_made", entry.kid, **_facts(keys, entry))
        keys.files.save(entry)
    return entry


def certify(keys: Keys, kid: str, given: bytes) -> KeyEntry:
    """Install the certificates a CA gave for a key, its own first, the root last.

    Raises NotConfigured when they are another key's, SignatureInvalid when they do not chain, or
    ours stop below the root: an outsider could not check what is sealed with them.
    """
    with _alone(keys) as work:
        entry = _entry(keys, kid)
        if entry.purpose in OURS:
            _require_root(given)
        entry = _certified(keys, entry, given, work.now)
        work.note("key_certified", kid, **_facts(keys, entry))
        keys.files.save(entry)
    return entry


def rotate(keys: Keys, kid: str, start: datetime, signs: timedelta) -> KeyEntry:
    """A successor that signs from `start`, or from now; until then the old key does; both verify.

    Raises RefusedHere when nobody could sign in between, NotConfigured for a key that is not ours.
    """
    with _alone(keys) as work:
        old = _entry(keys, kid)
        if old.purpose not in OURS:
            raise NotConfigured(Code.SETTING_INVALID, detail=f"{kid}：对方的密钥由对方更换")
        ended = succeeded(old, _key(keys, old).ends, max(start, work.now))
        use = (old.holder, old.purpose, old.algorithm)
        new = _make(
            keys,
            Wanted(next_kid(kid), *use, ended.sign_until, signs, signs, _subject(keys, old)),
            work.now,
        )
        successor = {"successor": new.kid, "successor_sha256": _public_sha256(keys, new)}
        work.note("key_rotated", kid, **_facts(keys, old), **successor)
        keys.files.save(ended, new)
    return new


def retire(keys: Keys, kid: str) -> KeyEntry:
    """Take a key out of use: it signs and verifies no more.

    Raises RefusedHere with the count while anything is open under it, or when none follows it.
    """
    with _alone(keys) as work:
        entry = _entry(keys, kid)
        _require_free(keys, work, entry)
        entry = retired(entry, work.now)
        work.note("key_retired", kid, **_facts(keys, entry))
        keys.files.save(entry)
    return entry


def revoke(keys: Keys, kid: str, reason: str) -> tuple[KeyEntry, int]:
    """Revoke a key at once, whatever is open under it; returns how much that is.

    A revoked key signs and verifies nothing from this moment, old signatures included. The reason
    is journaled as it is given: masked.
    """
    with _alone(keys) as work:
        entry = revoked(_entry(keys, kid), work.now)
        work.note("key_revoked", kid, **_facts(keys, entry), reason=reason)
        keys.files.save(entry)
        return entry, outstanding(work, entry)


def outstanding(work: UnitOfWork, entry: KeyEntry) -> int:
    """How much is open under a key.

    Ours: messages it signed last that have no final answer. Theirs: replies we wait for and files
    of theirs that are not judged yet.
    """
    if entry.purpose in OURS:
        return key_use.signed_and_open(work, entry.kid)
    waiting = key_use.replies_expected(work, entry.holder)
    return waiting + len(bank_files.unjudged(work, entry.holder))


def _facts(keys: Keys, entry: KeyEntry) -> Mapping[str, str]:
    """What the journal says of every act: the key, as both sides compare it, and by whose hand."""
    return {
        "purpose": entry.purpose.value,
        "algorithm": entry.algorithm.value,
        "public_sha256": _public_sha256(keys, entry),
        "user": keys.user,
    }


def _public_sha256(keys: Keys, entry: KeyEntry) -> str:
    """Empty for a key whose public half is gone: such a one can still be revoked."""
    try:
        return public_sha256_of(keys.files.read(entry.public))
    except NotConfigured:
        return ""


def _subject(keys: Keys, old: KeyEntry) -> str:
    """The name a successor's certificate asks for: the old one's, unless that was its own id."""
    chain = _key(keys, old).chain
    name = common_name_of(chain[0]) if chain else ""
    return "" if name == old.kid else name


@contextmanager
def _alone(keys: Keys) -> Iterator[UnitOfWork]:
    """A transaction in which nobody else changes the ring.

    Acts write the ring last: one that was written and, the commit failing, not journaled is a
    smaller evil than a journal that tells of a key that is not there.
    """
    with keys.store.begin() as work:
        key_use.lock_ring(work)
        yield work


def _entry(keys: Keys, kid: str) -> KeyEntry:
    found = next((entry for entry in keys.files.entries() if entry.kid == kid), None)
    if found is None:
        raise NotConfigured(Code.NOT_FOUND, detail=kid)
    return found


def _make(keys: Keys, wanted: Wanted, at: datetime) -> KeyEntry:
    """Everything of a new key but its place in the ring."""
    stem = f"keys/{wanted.kid}"
    entry = replace(wanted.entry(), private=f"{stem}.key", chain=f"{stem}.crt")
    _require_new(keys, entry, at)
    passphrase, usage = keys.files.passphrase(), _USAGE[entry.purpose]
    pair = new_key_pair(entry.algorithm, passphrase)
    signer = load_signer(entry.kid, entry.algorithm, pair.private_pem, passphrase)
    public, subject = pair.public_pem, wanted.subject or entry.kid
    asked = request_for(signer, public, subject, usage)
    own = self_signed(signer, public, subject, entry.not_before, entry.sign_until, usage)
    for name, data in (
        (entry.private, pair.private_pem),
        (entry.public, public),
        (f"{stem}.csr", pem_of("CERTIFICATE REQUEST", asked)),
        (entry.chain, pem_of("CERTIFICATE", own)),
    ):
        keys.files.write(name, data)
    return entry


def _registered(keys: Keys, entry: KeyEntry, given: bytes, at: datetime) -> KeyEntry:
    _require_new(keys, entry, at)
    certified = b"BEGIN CERTIFICATE" in given
    public = public_pem_of(_chain(given, at)[0]) if certified else only_public_pem(given)
    load_verifier(entry.kid, entry.algorithm, public)
    keys.files.write(entry.public, public)
    return _certified(keys, entry, given, at) if certified else entry


def _require_new(keys: Keys, entry: KeyEntry, at: datetime) -> None:
    require_sound(entry, at)
    there = keys.files.entries()
    taken = {name for one in there for name in one.files}
    # the files of the key "a.chain" could be the certificates of the key "a"
    if any(one.kid == entry.kid for one in there) or taken & set(entry.files):
        raise NotConfigured(Code.DUPLICATE_SETTING, detail=f"key {entry.kid}")


def _certified(keys: Keys, entry: KeyEntry, given: bytes, at: datetime) -> KeyEntry:
    """The entry with these certificates; those it had stay, for what was sealed under them."""
    chain = _chain(given, at)
    public = only_public_pem(keys.files.read(entry.public))
    require_same_key(entry.kid, public_pem_of(chain[0]), public)
    name = f"keys/{entry.kid}.{fingerprint_of(chain[0])[:16]}.crt"
    keys.files.write(name, b"".join(pem_of("CERTIFICATE", der) for der in chain))
    before = (entry.chain,) if entry.chain not in {"", name} else ()
    former = tuple(one for one in (*entry.former, *before) if one != name)
    return replace(entry, chain=name, former=former)


def _chain(given: bytes, at: datetime) -> tuple[bytes, ...]:
    """The certificates, which must lead to the last of them; that we trust that one is our act."""
    chain = chain_of_pem(given)
    verify_chain(chain, chain[-1:], at)
    return chain


def _require_root(given: bytes) -> None:
    last = read_certificate(chain_of_pem(given)[-1])
    if last.subject != last.issuer:
        detail = f"{last.subject}：缺其签发者 {last.issuer} 的证书"
        raise SignatureInvalid(Code.CERTIFICATE_UNTRUSTED, detail=detail)


def _require_free(keys: Keys, work: UnitOfWork, entry: KeyEntry) -> None:
    count = outstanding(work, entry)
    if count:
        raise RefusedHere(Code.KEY_IN_USE, detail=f"未了结 {count} 件", subject=entry.kid)
    use = [one for one in keys.files.entries() if _use(one) == _use(entry)]
    in_force = {one.kid for one in use if _in_force(_key(keys, one), work.now)}
    if in_force == {entry.kid}:
        raise RefusedHere(Code.KEY_IN_USE, detail="没有接替的密钥", subject=entry.kid)


def _use(entry: KeyEntry) -> tuple[Purpose, str]:
    return entry.purpose, entry.holder


def _in_force(key: Key, at: datetime) -> bool:
    return key.not_before <= at < key.ends and not key.revoked(at)


def _key(keys: Keys, entry: KeyEntry) -> Key:
    """The key with its certificates, which may end it early; its private half stays closed."""
    read = keys.files.read
    return key_of(entry, Pems(read(entry.public), b"", read(entry.chain)), b"")
