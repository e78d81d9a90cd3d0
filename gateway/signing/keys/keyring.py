"""The key ring: which key signs now, which keys may still verify, and for whom. 密钥环"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from gateway.errors import Code, NotConfigured
from gateway.ports import Algorithm, Signer, Verifier
from gateway.signing.keys.x509 import public_sha256_of


class Purpose(Enum):
    """What a key is used for; a key of one purpose is none of another."""

    BANK_FILE = "bank_file"
    BANK_RECEIPT = "bank_receipt"
    # SOAP and REST messages: ours to a counterparty, theirs to us
    OUR_MESSAGE = "our_message"
    THEIR_MESSAGE = "their_message"
    # heads of the journal's tree; documents and packages (with a certificate); a stamp authority's
    JOURNAL_HEAD = "journal_head"
    DOCUMENT_SEAL = "document_seal"
    TIME_STAMP = "time_stamp"


# Of these purposes the private half is ours.
OURS = frozenset(
    {Purpose.BANK_RECEIPT, Purpose.OUR_MESSAGE, Purpose.JOURNAL_HEAD, Purpose.DOCUMENT_SEAL}
)
# The algorithms each purpose allows. What a bank signs with is agreed with it; what we sign with is
# ours to choose, and RSA with PKCS#1 v1.5 is not chosen any more.
ALLOWED: Mapping[Purpose, frozenset[Algorithm]] = {
    Purpose.BANK_FILE: frozenset(Algorithm),
    Purpose.BANK_RECEIPT: frozenset(Algorithm) - {Algorithm.RSA_V15_SHA256},
    # xmldsig-more's rsa-sha256 is PKCS#1 v1.5: what SOAP peers speak
    Purpose.OUR_MESSAGE: frozenset(Algorithm),
    Purpose.THEIR_MESSAGE: frozenset(Algorithm),
    Purpose.JOURNAL_HEAD: frozenset(Algorithm) - {Algorithm.RSA_V15_SHA256},
    # CMS as pyHanko and openssl both read it
    Purpose.DOCUMENT_SEAL: frozenset(
        {Algorithm.RSA_V15_SHA256, Algorithm.RSA_PSS_SHA256, Algorithm.ECDSA_P256_SHA256}
    ),
    Purpose.TIME_STAMP: frozenset(Algorithm),
}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the ring. `holder` is whose key it is: a bank's code, or the code it is used for.

    Signing ends at `sign_until`, verifying at `verify_until`: the time between is the overlap of a
    rotation. `revoked_at` ends both at once. `chain` are its certificates in DER, its own first,
    the root last; empty for a key that was agreed on without one. `former` are those it had before.
    `certified_until` is the end of its own certificate: with one, the key is in force no longer
    than that. `public_pem` is its public half as others load it.
    """

    kid: str
    holder: str
    purpose: Purpose
    verifier: Verifier
    not_before: datetime
    sign_until: datetime
    verify_until: datetime
    revoked_at: datetime | None = None
    signer: Signer | None = field(default=None, repr=False)
    chain: tuple[bytes, ...] = ()
    former: tuple[tuple[bytes, ...], ...] = ()
    public_pem: bytes = field(default=b"", repr=False)
    certified_until: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of its own certificate in hex; empty when it has none."""
        return hashlib.sha256(self.chain[0]).hexdigest() if self.chain else ""

    @property
    def public_sha256(self) -> str:
        """The SHA-256 of its public key's DER in hex, which both sides compare by telephone."""
        return public_sha256_of(self.public_pem)

    def signs(self, at: datetime) -> bool:
        """Whether it may sign at this moment."""
        return (
            self.signer is not None
            and self.verifier.algorithm in ALLOWED[self.purpose]
            and self.not_before <= at < self.signs_until
            and not self.revoked(at)
        )

    def verifies(self, at: datetime) -> bool:
        """Whether this moment lies in its window; `revoked` is another question."""
        return self.not_before <= at < self.verifies_until

    def accepts(self, at: datetime) -> bool:
        """Whether what it signs may be believed at this moment."""
        allowed = self.verifier.algorithm in ALLOWED[self.purpose]
        return allowed and self.verifies(at) and not self.revoked(at)

    @property
    def ends(self) -> datetime:
        """When another must have followed: ours when it signs no more, theirs when it verifies."""
        return self.signs_until if self.purpose in OURS else self.verifies_until

    @property
    def signs_until(self) -> datetime:
        """The end of its signing, by its window or its certificate."""
        return self._end(self.sign_until)

    @property
    def verifies_until(self) -> datetime:
        """The end of its verifying, by its window or its certificate."""
        return self._end(self.verify_until)

    def _end(self, window: datetime) -> datetime:
        return window if self.certified_until is None else min(window, self.certified_until)

    def revoked(self, at: datetime) -> bool:
        """Whether the key is revoked at this moment."""
        return self.revoked_at is not None and at >= self.revoked_at


class KeyRing:
    """All keys of the gateway, its own and its counterparties'."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys: dict[str, Key] = {}
        for key in keys:
            if key.kid in self._keys:
                raise NotConfigured(Code.DUPLICATE_SETTING, detail=f"key {key.kid}")
            self._keys[key.kid] = key

    def __len__(self) -> int:
        return len(self._keys)

    def keys(self) -> tuple[Key, ...]:
        """All keys, by id."""
        return tuple(self._keys[kid] for kid in sorted(self._keys))

    def signer(self, purpose: Purpose, holder: str, at: datetime) -> Signer:
        """The newest key that may sign for this purpose and counterparty at this moment.

        Raises NotConfigured when there is none.
        """
        usable = [
            key
            for key in self._keys.values()
            if (key.purpose, key.holder) == (purpose, holder) and key.signs(at)
        ]
        if not usable:
            raise NotConfigured(Code.KEY_MISSING, detail=f"{purpose.value} {holder}")
        newest = max(usable, key=lambda key: (key.not_before, key.kid))
        if newest.signer is None:  # mypy cannot see the filter above
            raise NotConfigured(Code.KEY_MISSING, detail=newest.kid)
        return newest.signer

    def usable(self, purpose: Purpose, holder: str, at: datetime) -> tuple[str, ...]:
        """The ids of the keys that do their work at this moment: ours sign, theirs verify."""
        able = Key.signs if purpose in OURS else Key.accepts
        return tuple(
            key.kid
            for key in self.keys()
            if (key.purpose, key.holder) == (purpose, holder) and able(key, at)
        )

    def refusal(
        self, purpose: Purpose, holder: str, stated: tuple[str, str], at: datetime
    ) -> Code | None:
        """Why the key a message states, (key id, algorithm), may not be used now; None if it may.

        `at` is our own time of use: a time that the message states of itself proves nothing. The
        algorithm is the key's; a message that states another one is refused.
        """
        kid, algorithm = stated
        key = self._keys.get(kid)
        if key is None or (key.purpose, key.holder) != (purpose, holder):
            return Code.KEY_UNKNOWN
        if (
            key.verifier.algorithm.value != algorithm
            or key.verifier.algorithm not in ALLOWED[purpose]
        ):
            return Code.ALGORITHM_NOT_ALLOWED
        if key.revoked(at):
            return Code.KEY_REVOKED
        return None if key.verifies(at) else Code.KEY_NOT_IN_FORCE

    def by_certificate(self, purpose: Purpose, holder: str, fingerprint: str) -> Key | None:
        """The holder's key of that purpose whose own certificate has this SHA-256 in hex.

        Whether it may be used now is for `refusal` to say.
        """
        found = (
            key
            for key in self._keys.values()
            if key.chain
            and (key.purpose, key.holder, key.fingerprint) == (purpose, holder, fingerprint)
        )
        # the same certificate twice: the newer entry, as for signing
        return max(found, key=lambda key: (key.not_before, key.kid), default=None)

    def key(self, kid: str) -> Key:
        """The key of that id, which must be there."""
        return self._keys[kid]

    def verifier(self, kid: str) -> Verifier:
        """The verifier of a key that `refusal` has let through."""
        return self._keys[kid].verifier
