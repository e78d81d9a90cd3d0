"""Messages verified and signed with the package http-message-signatures. 报文验签与签名.

The package does what it is asked and no more: coverage, age, the body and a memory of nonces are
asked for here.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    VerifyResult,
)

from sandbox.keys.ring import KID, OwnKey
from sandbox.rest.algorithms import ALGORITHMS

LABEL = "sig1"
REQUEST_TAG, REPLY_TAG = "fund-exchange-request", "fund-exchange-reply"
LIFETIME = timedelta(minutes=5)
OF_REQUESTS = ("@method", "@target-uri", "content-digest")
BOUND = (
    '"@method";req',
    '"@target-uri";req',
    '"content-digest";req',
    f'"signature";req;key="{LABEL}"',
)
NONCES_MAX = 100_000


@dataclass(slots=True)
class Request:
    """A request as the package wants it."""

    method: str
    url: str
    headers: dict[str, str]


@dataclass(slots=True)
class Reply:
    """A reply as the package wants it, with the request it answers."""

    status_code: int
    headers: dict[str, str]
    request: Request


class Keys(HTTPSignatureKeyResolver):
    """Our own private key, and the partner's public keys under ROOT/partners/rest."""

    def __init__(self, partners: Path, own: OwnKey) -> None:
        """Remember where the partner's keys lie; they are read when needed."""
        self._partners, self._own = partners, own

    def resolve_private_key(self, key_id: str) -> bytes:
        """Return our own."""
        return self._own.private.encode("ascii")

    def resolve_public_key(self, key_id: str) -> bytes | None:
        """Return the partner's, None when there is none of that name."""
        path = self._partners / f"{key_id}.pem"
        return path.read_bytes() if KID.fullmatch(key_id) and path.exists() else None

    def algorithm_of(self, key_id: str) -> str:
        """Return what the partner said the key is for."""
        about = json.loads((self._partners / f"{key_id}.json").read_bytes())
        return str(about["alg"])


@dataclass(slots=True)
class Desk:
    """Who checks what comes in and signs what goes out; it remembers nonces."""

    keys: Keys
    own: OwnKey
    nonces: set[str] = field(default_factory=set)

    def check(self, request: Request, body: bytes) -> VerifyResult:
        """Return what was verified; InvalidSignature for everything that is not as agreed."""
        stated = request.headers.get("signature-input", "")
        found = [alg for alg in ALGORITHMS if f';alg="{alg}"' in stated]
        if len(found) != 1:
            raise InvalidSignature("no algorithm, or one not agreed on")
        verifier = HTTPMessageVerifier(
            signature_algorithm=ALGORITHMS[found[0]], key_resolver=self.keys
        )
        components = (*OF_REQUESTS, *(("content-type",) if body else ()))
        (result,) = verifier.verify(
            request, max_age=LIFETIME, expect_tag=REQUEST_TAG, require_components=components
        )
        verifier.verify_body(request, [result], body)
        if self.keys.algorithm_of(str(result.parameters["keyid"])) != found[0]:
            raise InvalidSignature("the key is for another algorithm")
        self._remember(result.nonce)
        return result

    def sign(self, reply: Reply, body: bytes, at: datetime | None = None) -> None:
        """Sign a reply in place, bound to its request."""
        created = at or datetime.now(UTC)
        content = ("content-type",) if body else ()
        HTTPMessageSigner(
            signature_algorithm=ALGORITHMS[self.own.alg], key_resolver=self.keys
        ).sign(
            reply,
            key_id=self.own.kid,
            created=created,
            expires=created + LIFETIME,
            nonce=secrets.token_hex(16),
            label=LABEL,
            tag=REPLY_TAG,
            covered_component_ids=("@status", "content-digest", *content, *BOUND),
            body=body,
        )

    def _remember(self, nonce: str | None) -> None:
        if nonce is None or nonce in self.nonces or len(self.nonces) >= NONCES_MAX:
            raise InvalidSignature("no nonce, or one seen before")
        self.nonces.add(nonce)
