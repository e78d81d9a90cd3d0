"""Checking a package by our own key ring: seal, parts, signatures, journal. 核验证据包"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.errors import Code, SignatureInvalid
from gateway.flows.evidence import journal_check
from gateway.flows.evidence.case import Direction
from gateway.flows.evidence.index import Index, Row, read_index
from gateway.flows.evidence.keys import pack_keys
from gateway.signing.files.manifest import Content, content_of, read_signature_file
from gateway.signing.keys.anchors import Trust, trust_of
from gateway.signing.keys.keyring import OURS, KeyRing
from gateway.signing.seals.cms import Sealed
from gateway.signing.seals.documents import check_document
from gateway.signing.seals.packages import Package, check_package, read_document

_SMALL_MAX, _PAYLOAD_MAX = 64 * 1024 * 1024, 2 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked, with counts, and what was not; every line Chinese first."""

    case_id: str
    done: tuple[str, ...]
    undone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pack:
    """A package whose seal and members hold, and what it is held against."""

    package: Package
    index: Index
    ring: KeyRing
    trust: Trust
    at: datetime

    def read(self, name: str, most: int = _SMALL_MAX) -> bytes:
        return read_document(self.package, name, most)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(one.name for one in self.package.documents)


def contradicts(what: str) -> SignatureInvalid:
    """The error of a sealed package whose parts do not tell one story."""
    return SignatureInvalid(Code.EVIDENCE_CONTRADICTS, detail=what)


def check_evidence(ring: KeyRing, path: Path, at: datetime) -> Checked:
    """Check everything in a package that can be checked with our key ring, at our time.

    Raises MalformedMessage for what is no package of ours, SignatureInvalid for one that was
    altered, that somebody else sealed, or whose parts contradict each other.
    """
    trust = trust_of(ring, at)
    package = check_package(path, trust, at)
    index = read_index(read_document(package, "index.json", _SMALL_MAX))
    pack = _Pack(package, index, ring, trust, at)
    sealed = check_document(pack.read("timeline.pdf"), trust, at)
    done = [
        f"封装：{len(package.documents)} 个成员逐一相符，没有多余或缺少 / members as sealed",
        _seal_line("封装签章", package.sealed),
        _seal_line("时间线签章", sealed),
        *_payloads(pack),
        *_signatures(pack),
        *_sums(pack),
    ]
    told, untold = journal_check.check(ring, trust, index, pack.read, pack.names)
    undone = [*_undone(pack, sealed), *untold]
    return Checked(index.case, (*done, *told), tuple(undone))


def _seal_line(title: str, sealed: Sealed) -> str:
    stamp = f"，时间戳 {sealed.stamp.gen_time:%Y-%m-%d %H:%M:%S}" if sealed.stamp else ""
    return f"{title}：{sealed.signer}{stamp}，证书 {sealed.fingerprint[:16]}… / sealed"


def _payloads(pack: _Pack) -> Iterator[str]:
    here = [row for row in pack.index.payloads if not row.state]
    for row in here:
        found = content_of((pack.read(row.member, _PAYLOAD_MAX),))
        if found != Content(row.bytes, row.sha256, row.sm3) or row.member != _member(row.sha256):
            raise contradicts(row.member)
        if row.inside and not _is_inside(pack, row):
            raise contradicts(f"{row.member}：不在其所称的原件之中")
    members = {row.member for row in here}
    if members != {name for name in pack.names if name.startswith("payloads/")}:
        raise contradicts("payloads/")
    yield f"原件：{len(members)} 件，目录 {len(here)} 行，SHA-256 与 SM3 相符 / payloads"


def _member(sha256: str) -> str:
    return f"payloads/{sha256}"


def _is_inside(pack: _Pack, row: Row) -> bool:
    """Whether a file is one of those that the kept bytes (JSON of name and base64) hold."""
    try:
        held = json.loads(pack.read(_member(row.inside), _PAYLOAD_MAX))
    except (ValueError, RecursionError):
        return False
    data = base64.b64encode(pack.read(row.member, _PAYLOAD_MAX)).decode()
    return isinstance(held, list) and [row.name, data] in held


def _signatures(pack: _Pack) -> Iterator[str]:
    packed = {key.kid: key for key in pack.index.keys}
    counts: dict[str, int] = {}
    for row in pack.index.payloads:
        if row.signature is None or row.state:
            continue
        kid = row.signature.kid
        _require_registered(pack, row, kid)
        _require_signed(pack, row, kid)
        counts[kid] = counts.get(kid, 0) + 1
    for kid, count in sorted(counts.items()):
        yield f"签名：{kid}（{packed[kid].holder}）{count} 件成立，公钥与登记的一致 / signed"


def _require_registered(pack: _Pack, row: Row, kid: str) -> None:
    """Raise unless the key is who the package says, by our ring, and signs for that direction.

    A bank's file signed by another bank, or by us, is no file of that bank.
    """
    known = next((key for key in pack.ring.keys() if key.kid == kid), None)  # noqa: SIM118
    told = next((key for key in pack.index.keys if key.kid == kid), None)
    if known is None or told is None or pack.read(told.member) != known.public_pem:
        raise SignatureInvalid(Code.KEY_UNKNOWN, detail=kid)
    (ours,) = pack_keys(pack.ring, [kid])
    said = (told.holder, told.use, told.algorithm, told.sha256, row.counterparty)
    if said != (ours.holder, ours.use, ours.algorithm, ours.sha256, ours.holder):
        raise contradicts(f"{row.member}：{kid}")
    if (row.direction == Direction.IN.name) == (known.purpose in OURS):
        raise contradicts(f"{row.member}：{kid}，{row.title}")


def _require_signed(pack: _Pack, row: Row, kid: str) -> None:
    """Raise unless the signature file signs exactly this payload under this key."""
    told = read_signature_file(pack.read(_member(row.signature.sha256 if row.signature else "")))
    verifier = pack.ring.verifier(kid)
    if told is None:
        raise SignatureInvalid(Code.SIGNATURE_UNREADABLE, detail=row.member)
    manifest = told.manifest
    said = (manifest.name, manifest.content, manifest.kid, manifest.algorithm)
    claimed = (row.name, Content(row.bytes, row.sha256, row.sm3), kid, verifier.algorithm.value)
    if said != claimed or not verifier.verify(told.signature, (manifest.canonical(),)):
        raise SignatureInvalid(Code.SIGNATURE_WRONG, detail=row.member)


def _sums(pack: _Pack) -> Iterator[str]:
    """The list of sums is the sealed manifest once more, for sha256sum."""
    sealed = {one.name: one.digest.hex() for one in pack.package.documents}
    lines = pack.read("SHA256SUMS").decode("utf-8", "replace").splitlines()
    if {f"{digest}  {name}" for name, digest in sealed.items() if name != "SHA256SUMS"} != set(
        lines
    ):
        raise contradicts("SHA256SUMS")
    yield f"SHA256SUMS：{len(lines)} 行与封装清单一致 / sums"


def _undone(pack: _Pack, sealed: Sealed) -> Iterator[str]:
    unstamped = [
        title
        for title, seal in (("封装", pack.package.sealed), ("时间线", sealed))
        if seal.stamp is None
    ]
    if unstamped:
        yield f"{'、'.join(unstamped)}没有时间戳：封装时间为我方自述 / not stamped"
    for key in pack.ring.keys():  # noqa: SIM118
        if key.revoked(pack.at) and key.kid in {one.kid for one in pack.index.keys}:
            yield f"密钥 {key.kid} 已吊销，其签名能否采信须另行查明 / key revoked since"
    gone = sum(1 for row in pack.index.payloads if row.state)
    if gone:
        yield f"{gone} 行的原件已按规定销毁，只有摘要 / destroyed, digests only"
    unsigned = sum(1 for row in pack.index.payloads if row.direction == "IN" and not row.signature)
    yield f"{unsigned} 行来自对方的原件没有声称签名（凭据 C 级以下，或是签名、标志文件）/ unsigned"
    yield "来文所述是否属实，对方内部做了什么 / whether what they say is true"
