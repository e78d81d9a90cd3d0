"""Ports: Protocols and the values that cross between parts. 端口"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Protocol


class Clock(Protocol):
    """Whoever knows the time: the system clock, or a simulation's."""

    def now(self) -> datetime:
        """This moment, aware, Asia/Shanghai."""

    def today(self) -> date:
        """The calendar day in Shanghai."""


class Pause(Protocol):
    """Whoever can wait: gateway.retrying, or a simulation that moves its clock."""

    def __call__(self, seconds: float) -> None:
        """Return after `seconds`."""


# ------------------------------------------------------------------ signing


class Algorithm(Enum):
    """Signature algorithms, by the name that stands on the wire."""

    SM2_SM3 = "sm2-sm3"
    RSA_PSS_SHA256 = "rsa-pss-sha256"
    RSA_V15_SHA256 = "rsa-v1_5-sha256"
    ECDSA_P256_SHA256 = "ecdsa-p256-sha256"
    ED25519 = "ed25519"


class Signer(Protocol):
    """Signs chunks of bytes; the key itself is never handed out, so an HSM fits behind it."""

    @property
    def kid(self) -> str:
        """The key's id."""

    @property
    def algorithm(self) -> Algorithm:
        """What the key signs with."""

    def sign(self, chunks: Iterable[bytes]) -> bytes:
        """The signature over the chunks put together."""


class Verifier(Protocol):
    """Tells whether a signature fits chunks of bytes."""

    @property
    def algorithm(self) -> Algorithm:
        """What the key verifies."""

    def verify(self, signature: bytes, chunks: Iterable[bytes]) -> bool:
        """Whether the signature fits; rubbish is False, never an exception."""


class TimeAuthority(Protocol):
    """A time-stamping authority (RFC 3161): DER in, DER out; it never sees more than a digest."""

    def ask(self, request: bytes) -> bytes:
        """The authority's reply, unread. TransportError when it cannot be reached."""


class SeenSignatures(Protocol):
    """The memory of signatures already taken, shared by all workers; it outlives the process."""

    def first_time(self, counterparty: str, signature_digest: str, until: datetime) -> bool:
        """Remember a signature until that moment; False when it is remembered already: a replay."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """An HTTP request as a value: header fields in their order, the body's exact bytes."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class HttpReply:
    """An HTTP reply as it came: nothing decoded, no redirect followed."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)


class Grade(Enum):
    """How strong the proof of one step is."""

    A = "对方签名并绑定本方摘要"
    B = "对方签名"
    C = "经认证通道，内容可读"
    D = "仅有成功状态"
    E = "无凭据"


# ------------------------------------------------------------------ messages out


class Verdict(Enum):
    """What a counterparty's answer means to us."""

    ACCEPTED = "受理"
    REJECTED = "拒绝"
    DUPLICATE = "重复"
    PENDING = "处理中"
    PARTIAL = "部分受理"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as a courier gets it: who, what kind, and the exact payload to put on the wire."""

    message_id: str
    counterparty: str
    kind: str
    name: str
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signed:
    """The exact bytes that go on the wire, and the id of the key that signed them.

    `kid` is None where the channel alone proves us and nothing is signed.
    """

    data: bytes = field(repr=False)
    kid: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the meaning, the bytes that prove it, and how strong the proof is."""

    verdict: Verdict
    grade: Grade
    raw: bytes = field(repr=False)
    reason: str = ""


# ------------------------------------------------------------------ files at a counterparty


class FileWire(Protocol):
    """A counterparty's directories: list, read, publish; nothing else happens in it."""

    def flagged(self, directory: str, suffix: str) -> Sequence[str]:
        """Names of the flag files in a directory, sorted."""

    def read(self, directory: str, name: str, size_max: int) -> bytes | None:
        """One file's bytes, None when it is not there; MalformedMessage when it is larger.

        TransportError when the directory is not there: that says nothing of what was in it.
        """

    def publish(self, directory: str, files: Sequence[tuple[str, bytes]]) -> None:
        """Put files there one after the other, each whole or not at all; the last is the flag."""

    def check(self) -> str:
        """Log in and out; what was seen, for a person."""


# ------------------------------------------------------------------ requests and replies


class RequestLine(Protocol):
    """A counterparty that answers each request with one reply, both as readable bytes."""

    def ask(self, request: bytes) -> bytes:
        """The reply's exact bytes, unread; that it answers this request is the reader's to see.

        TransportError, NotConfigured, SignatureInvalid: nothing of the request has left.
        OutcomeUnknown: it may have reached them.
        """

    def check(self) -> str:
        """Probe the line without an effect; what was seen, for a person."""


class Session(Protocol):
    """What a session key does to bodies, each way."""

    def encrypt(self, body: bytes) -> bytes:
        """The body as it goes on the wire."""

    def decrypt(self, body: bytes) -> bytes:
        """The body as it was written. SignatureInvalid when the key does not open it."""


class SessionCipher(Protocol):
    """Opens sessions with the key file a counterparty installed with us: a vendor's cipher."""

    def open_session(self, hand_key: str) -> Session:
        """The session of a HandKey as it came. SignatureInvalid when it is not for us."""


# ------------------------------------------------------------------ connectors


@dataclass(frozen=True, slots=True)
class Connector:
    """One kind of counterparty, as everything that goes through all connectors sees it.

    `reasons` are their result codes with our Chinese reason for each; `kinds` the kinds of message
    we send them; `schemas` what is agreed with them, below schemas/.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    reasons: Mapping[str, str]
    success: str
    duplicates: tuple[str, ...]
    schemas: tuple[str, ...]


# ------------------------------------------------------------------ between connectors


@dataclass(frozen=True, slots=True)
class LitigationCandidate:
    """A loan so far behind that it goes to court; the papers come from the core system."""

    candidate_id: str
    bank: str
    account: str
    loan_no: str = field(repr=False)
    since: date


# ------------------------------------------------------------------ what a person is shown


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of `gateway check`: green means looked, so it says how much was examined."""

    item: str
    ok: bool
    examined: int
    detail: str


@dataclass(frozen=True, slots=True)
class StageCount:
    """What one stage of a flow examined and found; numbers and words only, no personal data."""

    stage: str
    examined: int
    counts: Mapping[str, int]
    note: str = ""

    def line(self) -> str:
        """One line for a task log: `match examined=60 exact=52 …`."""
        said = [self.stage, f"examined={self.examined}"]
        said += [f"{k}={v}" for k, v in self.counts.items()]
        return " ".join([*said, self.note] if self.note else said)
