"""What the key ring's file says of a key, how it changes, and the key it makes. 密钥登记"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gateway.errors import Code, NotConfigured, RefusedHere
from gateway.ports import Algorithm
from gateway.signing.keys.certificates import chain_of_pem, read_certificate
from gateway.signing.keys.keyring import ALLOWED, OURS, Key, Purpose
from gateway.signing.keys.x509 import only_public_pem
from gateway.signing.primitives.algorithms import load_signer, load_verifier

# signed and verified once when a private key is loaded: its two halves must belong together
_PROBE = b"gateway key probe"
# A kid stands in file names, on the wire and in tables.
_KID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NUMBERED = re.compile(r"(.*?)(\d*)$", re.DOTALL)
# After its last signature a key still verifies for this long: what is on its way then is in force.
OVERLAP = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key as keyring.json describes it; `private` is empty for a counterparty's key.

    `public`, `private` and `chain` name PEM files of the secrets directory; `chain` holds the key's
    certificates, its own first, and is empty where there is none. `former` are those it had before:
    what was sealed under them stays provable.
    """

    kid: str
    holder: str
    purpose: Purpose
    algorithm: Algorithm
    not_before: datetime
    sign_until: datetime
    verify_until: datetime
    public: str
    private: str = ""
    chain: str = ""
    revoked_at: datetime | None = None
    former: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """Every file it names."""
        named = (self.public, self.private, self.chain, *self.former)
        return tuple(name for name in named if name)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key to be made or registered: whose, for what, and how long it signs and then verifies."""

    kid: str
    holder: str
    purpose: Purpose
    algorithm: Algorithm
    not_before: datetime
    signs: timedelta
    verifies: timedelta
    subject: str = ""

    def entry(self) -> KeyEntry:
        """It as the key ring states it, its files named after its id."""
        sign_until = self.not_before + self.signs
        return KeyEntry(
            kid=self.kid,
            holder=self.holder,
            purpose=self.purpose,
            algorithm=self.algorithm,
            not_before=self.not_before,
            sign_until=sign_until,
            verify_until=sign_until + self.verifies,
            public=f"keys/{self.kid}.pem",
        )


@dataclass(frozen=True, slots=True)
class Pems:
    """The contents of the files an entry names; empty where it names none."""

    public: bytes
    private: bytes = field(default=b"", repr=False)
    chain: bytes = b""
    former: tuple[bytes, ...] = ()


def pems_of(entry: KeyEntry, read: Callable[[str], bytes]) -> Pems:
    """The contents of all files an entry names. Raises what `read` does."""
    former = tuple(read(name) for name in entry.former)
    return Pems(read(entry.public), read(entry.private), read(entry.chain), former)


def key_of(entry: KeyEntry, pems: Pems, passphrase: bytes) -> Key:
    """The key of an entry; without its private half when that is not given.

    Raises NotConfigured when a part is missing or unfit or two parts are not of one key,
    SignatureInvalid for certificates that cannot be read.
    """
    public = only_public_pem(pems.public)
    verifier = load_verifier(entry.kid, entry.algorithm, public)
    signer = None
    if pems.private:
        signer = load_signer(entry.kid, entry.algorithm, pems.private, passphrase)
        if not verifier.verify(signer.sign((_PROBE,)), (_PROBE,)):
            raise NotConfigured(Code.KEY_MISSING, detail=f"{entry.kid}：公钥与私钥不是一对")
    chain = chain_of_pem(pems.chain) if pems.chain else ()
    return Key(
        kid=entry.kid,
        holder=entry.holder,
        purpose=entry.purpose,
        verifier=verifier,
        not_before=entry.not_before,
        sign_until=entry.sign_until,
        verify_until=entry.verify_until,
        revoked_at=entry.revoked_at,
        signer=signer,
        chain=chain,
        former=tuple(chain_of_pem(one) for one in pems.former),
        certified_until=_certified_until(entry.kid, public, chain),
        public_pem=public,
    )


def _certified_until(kid: str, public: bytes, chain: tuple[bytes, ...]) -> datetime | None:
    if not chain:
        return None
    own = read_certificate(chain[0])
    require_same_key(kid, own.public_pem, public)
    return own.not_after


def require_same_key(kid: str, one: bytes, other: bytes) -> None:
    """Raise NotConfigured when two public keys in PEM, one a certificate's, are not the same."""
    if b"".join(one.split()) != b"".join(other.split()):
        raise NotConfigured(Code.KEY_MISSING, detail=f"{kid}：证书不是这把密钥的")


def require_sound(entry: KeyEntry, at: datetime) -> None:
    """Raise NotConfigured for an id no file can have, an algorithm or a window that cannot be.

    A window that has ended before the key is made, at `at`, is one of no use.
    """
    ends = entry.sign_until if entry.purpose in OURS else entry.verify_until
    window = entry.not_before < entry.sign_until <= entry.verify_until
    wrong = {
        "kid": not _KID.fullmatch(entry.kid),
        f"{entry.purpose.value} {entry.algorithm.value}": (
            entry.algorithm not in ALLOWED[entry.purpose]
        ),
        "not_before sign_until verify_until": not window,
        f"期限 {ends:%Y-%m-%d %H:%M} 已过": ends <= at,
    }
    for what, is_wrong in wrong.items():
        if is_wrong:
            raise NotConfigured(Code.SETTING_INVALID, detail=f"{entry.kid}: {what}")


def next_kid(kid: str) -> str:
    """The id of a key's successor: its number one higher, or `-2` behind it."""
    found = _NUMBERED.match(kid)
    stem, number = found.groups() if found else (kid, "")
    return f"{stem}{int(number) + 1:0{len(number)}d}" if number else f"{kid}-2"


def succeeded(old: KeyEntry, ends: datetime, start: datetime) -> KeyEntry:
    """The old key beside a successor that signs from `start`: it signs until then, and verifies on.

    `ends` is when it signs no more, by its window or its certificate. Raises RefusedHere when that
    is before `start`: nobody could sign in between.
    """
    if old.revoked_at is not None or start > ends or start <= old.not_before:
        between = f"须在 {old.not_before:%Y-%m-%d %H:%M} 之后、{ends:%Y-%m-%d %H:%M} 之前启用"
        why = between if old.revoked_at is None else "旧密钥已吊销"
        raise RefusedHere(Code.KEY_GAP, detail=f"{old.kid}：{why}")
    return replace(old, sign_until=start, verify_until=max(old.verify_until, start + OVERLAP))


def retired(entry: KeyEntry, at: datetime) -> KeyEntry:
    """The key out of use from now on: it neither signs nor verifies."""
    return replace(entry, sign_until=min(entry.sign_until, at), verify_until=at)


def revoked(entry: KeyEntry, at: datetime) -> KeyEntry:
    """The key revoked from now on, or since the moment it already was."""
    return replace(entry, revoked_at=entry.revoked_at or at)
