"""Time-stamps (RFC 3161): asked for by digest, believed only when everything fits. 时间戳"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from asn1crypto import cms, core, tsp

from gateway.dates import SHANGHAI
from gateway.errors import Code, GatewayError, error_for
from gateway.ports import TimeAuthority
from gateway.signing.keys.anchors import Known, require_trusted
from gateway.signing.keys.x509 import open_certificate
from gateway.signing.primitives.digests import DigestName
from gateway.signing.seals.signed_data import BYTES_MAX, SignedData, read_signed_data

# FIPS 180-4, GM/T 0006
_OIDS: Mapping[DigestName, str] = {
    DigestName.SHA256: "2.16.840.1.101.3.4.2.1",
    DigestName.SM3: "1.2.156.10197.1.401",
}
# A token must fit into the room a PDF keeps for it.
TOKEN_BYTES_MAX = 16 * 1024
SKEW = timedelta(minutes=5)
_NONCE_BITS = 63
_EXTENDED_USAGE, _TIME_STAMPING = "2.5.29.37", "1.3.6.1.5.5.7.3.8"
# what is wrong with a signature means, of a stamp
_MEANING: Mapping[Code, Code] = {
    Code.SIGNATURE_UNREADABLE: Code.STAMP_UNREADABLE,
    Code.SIGNATURE_WRONG: Code.STAMP_UNTRUSTED,
    Code.ALGORITHM_NOT_ALLOWED: Code.STAMP_UNTRUSTED,
    Code.CERTIFICATE_UNREADABLE: Code.STAMP_UNREADABLE,
    Code.CERTIFICATE_UNTRUSTED: Code.STAMP_UNTRUSTED,
}


class _Reply(core.Sequence):  # type: ignore[misc]
    """TimeStampResp (2.4.2): a refusal has no token, which asn1crypto's own does not know."""

    _fields: ClassVar[list[Any]] = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True)
class Imprint:
    """What is stamped: a digest, and which."""

    digest: bytes
    name: DigestName = DigestName.SHA256


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed with an authority: its certificates, its policies, whose clocks may differ.

    No policies means: any of the authority's.
    """

    anchors: Known
    policies: frozenset[str] = frozenset()
    skew: timedelta = SKEW


@dataclass(frozen=True, slots=True)
class Stamp:
    """A token (DER), the moment it attests, its number, and whose it is."""

    token: bytes = field(repr=False)
    gen_time: datetime
    serial: int
    authority: str
    policy: str

    @property
    def digest(self) -> str:
        """SHA-256 of the token in hex: where the archive has it."""
        return hashlib.sha256(self.token).hexdigest()


def take_stamp(authority: TimeAuthority, imprint: Imprint, terms: Terms, at: datetime) -> Stamp:
    """Have a digest stamped; `at` is our own time of asking.

    Raises TransportError when nobody answers, MessageRejected STAMP_REFUSED, MalformedMessage
    STAMP_UNREADABLE, SignatureInvalid STAMP_NOT_OURS (another digest, nonce or policy),
    STAMP_UNTRUSTED, STAMP_CLOCK_WRONG.
    """
    nonce = secrets.randbits(_NONCE_BITS)
    reply = authority.ask(_request(imprint, nonce))
    token = _granted(reply)
    stamp, info = _read_token(token, imprint, terms)
    if info["nonce"].native != nonce:
        raise error_for(Code.STAMP_NOT_OURS, detail="nonce")
    if abs(stamp.gen_time - at) > terms.skew:
        raise error_for(Code.STAMP_CLOCK_WRONG, detail=f"{stamp.gen_time:%Y-%m-%d %H:%M:%S}")
    return stamp


def check_stamp(token: bytes, imprint: Imprint, terms: Terms) -> Stamp:
    """Verify a token that was kept; the authority's certificate must have held at that time.

    Raises as `take_stamp` does for what a token alone can show.
    """
    return _read_token(token, imprint, terms)[0]


def as_reply(token: bytes) -> bytes:
    """A token as the authority's whole reply (TimeStampResp), the form that `.tsr` files have."""
    granted = {"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(token)}
    return bytes(_Reply(granted).dump())


def check_reply(reply: bytes, imprint: Imprint, terms: Terms) -> Stamp:
    """Verify a kept token in the form `as_reply` hands on. Raises as `check_stamp` does."""
    return check_stamp(_granted(reply), imprint, terms)


def _request(imprint: Imprint, nonce: int) -> bytes:
    message = {
        "version": "v1",
        "message_imprint": _message_imprint(imprint),
        "nonce": nonce,
        "cert_req": True,
    }
    return bytes(tsp.TimeStampReq(message).dump())


def _message_imprint(imprint: Imprint) -> dict[str, Any]:
    return {
        "hash_algorithm": {"algorithm": _OIDS[imprint.name]},
        "hashed_message": imprint.digest,
    }


def _granted(reply: bytes) -> bytes:
    """The token of a reply that grants it without conditions."""
    try:
        _require(len(reply) <= BYTES_MAX, "size")
        answer = _Reply.load(reply, strict=True)
        status = answer["status"]["status"].native
        token = bytes(answer["time_stamp_token"].dump())
        _require(len(token) <= TOKEN_BYTES_MAX, "size")
    except GatewayError:
        raise
    except Exception as rubbish:
        raise error_for(Code.STAMP_UNREADABLE, detail="TimeStampResp") from rubbish
    if status != "granted":
        raise error_for(Code.STAMP_REFUSED, detail=status)
    return token


def _read_token(token: bytes, imprint: Imprint, terms: Terms) -> tuple[Stamp, tsp.TSTInfo]:
    try:
        signed = read_signed_data(token)
        info = _info(signed)
        _require_ours(info, imprint, terms)
        moment = info["gen_time"].native.astimezone(SHANGHAI)
        _require_authority(signed, terms.anchors, moment)
        stamp = Stamp(
            token=token,
            gen_time=moment,
            serial=info["serial_number"].native,
            authority=signed.signer.subject,
            policy=info["policy"].native,
        )
    except GatewayError as wrong:
        raise error_for(_MEANING.get(wrong.code, wrong.code), detail=wrong.detail) from wrong
    except Exception as rubbish:
        raise error_for(Code.STAMP_UNREADABLE, detail="TSTInfo") from rubbish
    return stamp, info


def _info(signed: SignedData) -> tsp.TSTInfo:
    _require(signed.content_type == "tst_info" and signed.stamp is None, "content type")
    info = tsp.TSTInfo.load(signed.content, strict=True)
    _require(info["version"].native == "v1", "version")
    # without a zone it would be the time of whatever machine reads it (2.4.2: always Z)
    _require(info["gen_time"].contents.endswith(b"Z"), "genTime")
    extensions = info["extensions"] or ()
    _require(not any(one["critical"].native for one in extensions), "extensions")
    return info


def _require_ours(info: tsp.TSTInfo, imprint: Imprint, terms: Terms) -> None:
    """Raise unless the token is over this digest and under a policy agreed on."""
    stamped = info["message_imprint"]
    expected = (_OIDS[imprint.name], imprint.digest)
    if (stamped["hash_algorithm"]["algorithm"].dotted, stamped["hashed_message"].native) != (
        expected
    ):
        raise error_for(Code.STAMP_NOT_OURS, detail="imprint")
    if terms.policies and info["policy"].dotted not in terms.policies:
        raise error_for(Code.STAMP_NOT_OURS, detail="policy")


def _require_authority(signed: SignedData, anchors: Known, at: datetime) -> None:
    """Raise unless the certificate is for stamping alone, critically so (2.3), and is trusted."""
    stated = open_certificate(signed.chain[0]).extensions
    critical = any(one.oid == _EXTENDED_USAGE and one.critical for one in stated)
    if not critical or signed.signer.extended != {_TIME_STAMPING}:
        raise error_for(Code.STAMP_UNTRUSTED, detail="用途")
    require_trusted(anchors, signed.chain, at)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise error_for(Code.STAMP_UNREADABLE, detail=what)
