"""Detached signatures: a small JSON file beside exact bytes. 分离式签名"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime

from gateway.errors import Code
from gateway.ports import Signer
from gateway.signing.keyring import KeyRing, Purpose

SIGNATURE_FILE_BYTES_MAX = 16 * 1024


@dataclass(frozen=True, slots=True)
class Verified:
    """What verification found: `code` is None when the signature holds, `kid` who signed."""

    code: Code | None
    kid: str = ""


def sign_detached(signer: Signer, data: bytes) -> bytes:
    """The signature file for `data`: JSON with key id, algorithm and base64 signature."""
    fields = {
        "kid": signer.kid,
        "alg": signer.algorithm.value,
        "signature": base64.b64encode(signer.sign((data,))).decode(),
    }
    return (json.dumps(fields) + "\n").encode()


def verify_detached(
    ring: KeyRing, purpose: Purpose, holder: str, pair: tuple[bytes, bytes | None], at: datetime
) -> Verified:
    """Verify (data, signature file) as `holder`'s, at our time of use; never raises for rubbish."""
    data, signature_file = pair
    if signature_file is None:
        return Verified(Code.SIGNATURE_MISSING)
    stated = _read(signature_file)
    if stated is None:
        return Verified(Code.SIGNATURE_UNREADABLE)
    kid, algorithm, signature = stated
    refusal = ring.refusal(purpose, holder, (kid, algorithm), at)
    if refusal is not None:
        return Verified(refusal)
    if not ring.verifier(kid).verify(signature, (data,)):
        return Verified(Code.SIGNATURE_WRONG, kid)
    return Verified(None, kid)


def _read(signature_file: bytes) -> tuple[str, str, bytes] | None:
    if len(signature_file) > SIGNATURE_FILE_BYTES_MAX:
        return None
    try:
        fields = json.loads(signature_file.decode("ascii"))
        kid, algorithm, encoded = fields["kid"], fields["alg"], fields["signature"]
        signature = base64.b64decode(encoded, validate=True)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if set(fields) != {"kid", "alg", "signature"} or not all(
        isinstance(text, str) for text in (kid, algorithm)
    ):
        return None
    return kid, algorithm, signature
