"""The authority itself: a request read, a token made, both in DER. 时间戳签发."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from asn1crypto import cms, core, tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.tsa.credentials import Credentials
from sandbox.tsa.faults import StampFault

POLICY, OTHER_POLICY = "1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.2"
# SHA-256, SHA-384, SHA-512 and SM3, with the lengths of their digests
DIGESTS = {
    "2.16.840.1.101.3.4.2.1": 32,
    "2.16.840.1.101.3.4.2.2": 48,
    "2.16.840.1.101.3.4.2.3": 64,
    "1.2.156.10197.1.401": 32,
}
HUGE = 8 * 1024 * 1024


class Reply(core.Sequence):  # type: ignore[misc]
    """TimeStampResp of RFC 3161, 2.4.2: in asn1crypto's own the token is not optional."""

    _fields: ClassVar[list[Any]] = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


class Refused(Exception):
    """The request cannot be granted; the argument is a PKIFailureInfo."""


def reply(
    request: bytes, credentials: Credentials, now: datetime, fault: StampFault | None = None
) -> bytes:
    """Return the reply to one request at that moment, wrong in the way asked for."""
    try:
        made = _granted(_asked(request, fault), credentials, now, fault)
    except Refused as refused:
        made = _refusal(str(refused))
    if fault is StampFault.RUBBISH:
        return hashlib.sha256(made).digest() * 8
    if fault is StampFault.CUT:
        return made[: len(made) // 2]
    return made + b"\0" * HUGE if fault is StampFault.HUGE else made


def _asked(request: bytes, fault: StampFault | None) -> tsp.TimeStampReq:
    try:
        asked = tsp.TimeStampReq.load(request, strict=True)
        imprint = asked["message_imprint"]
        length = DIGESTS.get(imprint["hash_algorithm"]["algorithm"].dotted)
        fits = length == len(imprint["hashed_message"].native)
        policy = asked["req_policy"].native
    except (ValueError, TypeError) as rubbish:
        raise Refused("bad_data_format") from rubbish
    if length is None:
        raise Refused("bad_alg")
    if not fits:
        raise Refused("bad_data_format")
    if policy not in (None, POLICY) or fault is StampFault.REFUSES:
        raise Refused("unaccepted_policy")
    return asked


def _granted(
    asked: tsp.TimeStampReq, credentials: Credentials, now: datetime, fault: StampFault | None
) -> bytes:
    info = _info(asked, now, fault)
    token = _token(tsp.TSTInfo(info), credentials, fault)
    answer = {"status": {"status": "granted"}, "time_stamp_token": token}
    return bytes(Reply(answer).dump())


def _refusal(failure: str) -> bytes:
    status = {"status": "rejection", "fail_info": {failure}}
    return bytes(Reply({"status": status}).dump())


def _info(asked: tsp.TimeStampReq, now: datetime, fault: StampFault | None) -> dict[str, Any]:
    moment = now.astimezone(UTC).replace(microsecond=0)
    imprint: Any = asked["message_imprint"]
    info: dict[str, Any] = {
        "version": "v1",
        "policy": OTHER_POLICY if fault is StampFault.WRONG_POLICY else POLICY,
        "message_imprint": imprint,
        "serial_number": secrets.randbits(64),
        "gen_time": moment - timedelta(hours=fault is StampFault.HOUR_OFF),
        "accuracy": {"seconds": 1},
    }
    if fault is StampFault.WRONG_IMPRINT:
        info["message_imprint"] = {
            "hash_algorithm": imprint["hash_algorithm"],
            "hashed_message": hashlib.sha256(imprint["hashed_message"].native).digest(),
        }
    if asked["nonce"].native is not None and fault is not StampFault.NO_NONCE:
        info["nonce"] = asked["nonce"].native + (fault is StampFault.WRONG_NONCE)
    return info


def _token(info: tsp.TSTInfo, own: Credentials, fault: StampFault | None) -> cms.ContentInfo:
    content = info.dump()
    leaf = own.chain[0]
    certificate = {"certs": [{"cert_hash": hashlib.sha256(leaf.dump()).digest()}]}
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["tst_info"]},
            {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
            {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2(certificate)]},
        ]
    )
    impostor = ec.generate_private_key(ec.SECP256R1())
    key = impostor if fault is StampFault.OTHER_KEY else own.key
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            "issuer_and_serial_number",
            {"issuer": leaf.issuer, "serial_number": leaf.serial_number},
        ),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
    }
    data = {
        "version": "v3",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {
            "content_type": "tst_info",
            "content": core.ParsableOctetString(content),
        },
        "certificates": list(own.chain),
        "signer_infos": [signer],
    }
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(data)})
