"""Exporting: a case becomes one sealed package; the journal says who asked. 导出证据包"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.documents.timeline import Asked, HeadLine, Timeline, render, to_data
from gateway.errors import Code, NotConfigured
from gateway.flows.anchoring import Anchoring, anchor
from gateway.flows.evidence.case import Case
from gateway.flows.evidence.collecting import collect
from gateway.flows.evidence.index import index_of, write_index
from gateway.flows.evidence.keeping import Kept, keep
from gateway.flows.evidence.keys import PackedKey, pack_keys, pem_of_chain
from gateway.flows.evidence.readme import ROOT_MEMBER, readme_of, signature_members
from gateway.flows.evidence.telling import tell
from gateway.flows.journal_pack import journal_pack
from gateway.flows.stamping import Stamping, stamp_now
from gateway.identity import mask_text
from gateway.signing.files.manifest import read_signature_file
from gateway.signing.keys.anchors import trust_of
from gateway.signing.keys.keyring import KeyRing
from gateway.signing.proofs import outsider, outsider_evidence
from gateway.signing.seals.cms import Seal, seal_of
from gateway.signing.seals.documents import (
    About,
    imprint_of_document,
    sign_document,
    stamp_document,
)
from gateway.signing.seals.packages import Document, stamp_package, write_package
from gateway.signing.seals.timestamps import Imprint
from gateway.store.unit_of_work import Store

# Whose keys seal evidence: one seal at a time, and no counterparty's.
HOLDER = "documents"
MIMES = {
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".jsonl": "application/json",
    ".md": "text/markdown",
    ".py": "text/x-python",
    ".pem": "application/x-pem-file",
    ".tsr": "application/timestamp-reply",
}
_OTHER = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What exporting needs. Without stamping nothing is stamped, and the answer says so."""

    store: Store
    ring: KeyRing
    anchoring: Anchoring
    location: str
    stamping: Stamping | None = None
    fonts: str | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """A package that was written: what is in it, its SHA-256, whether its seal is stamped."""

    case_id: str
    digest: str
    size: int
    payloads: int
    destroyed: int
    entries: int
    stamped: bool


@dataclass(frozen=True, slots=True)
class _Material:
    """All that a package is made of."""

    case: Case
    kept: Sequence[Kept]
    keys: Sequence[PackedKey]
    journal: Sequence[tuple[str, bytes]]
    asked: Asked


def export(evidence: Evidence, wanted: str, asked: Asked, target: Path) -> Exported:
    """Write the evidence of the case that `wanted` belongs to; its owner alone may read the file.

    The journal's head is made first, so that it covers the case; who asked, and why, is in the
    journal before the file has its name. Raises NotConfigured for an unknown id, without a seal or
    typeface, or where the file cannot be or is already; SignatureInvalid when something kept is not
    as it was recorded.
    """
    # before the work, and again by the link at its end
    if target.exists():
        raise NotConfigured(Code.FILE_IN_THE_WAY, detail=target.name)
    case = collect(evidence.store, wanted)
    # a head that cannot be published covers the case all the same; housekeeping fails over it
    with suppress(NotConfigured):
        anchor(evidence.anchoring)
    material = _Material(
        case=case,
        kept=keep(evidence.store, case),
        keys=pack_keys(evidence.ring, case.kids),
        journal=journal_pack(evidence.store, [entry.seq for entry in case.entries]),
        asked=asked,
    )
    try:
        with tempfile.TemporaryDirectory(".draft", target.name[:32], target.parent) as place:
            return _written(evidence, material, Path(place) / "draft", target)
    except FileExistsError as there:
        raise NotConfigured(Code.FILE_IN_THE_WAY, detail=target.name) from there
    except OSError as refused:
        raise NotConfigured(Code.FILE_NOT_HERE, detail=f"{target.name}: {refused.strerror}") from (
            refused
        )


def _written(evidence: Evidence, material: _Material, draft: Path, target: Path) -> Exported:
    asked, seal = material.asked, seal_of(evidence.ring, HOLDER, material.asked.at)
    documents = [_document(*member) for member in _members(evidence, material, seal)]
    imprint = write_package(draft, documents, seal, asked.at)
    token = _stamp(evidence, material.case, imprint)
    if token is not None:
        stamp_package(draft, draft, token)
    exported = _exported(material, draft, stamped=token is not None)
    _note(evidence.store, exported, asked)
    # a link is made whole or not at all, and never in another file's place
    os.link(draft, target)
    return exported


def _document(name: str, data: bytes) -> Document:
    return Document(name, MIMES.get(Path(name).suffix, _OTHER), data)


def _members(evidence: Evidence, material: _Material, seal: Seal) -> Sequence[tuple[str, bytes]]:
    """Every member but those that the package itself makes, with their sums last."""
    case, kept, keys, asked = material.case, material.kept, material.keys, material.asked
    head = json.loads(dict(material.journal)["journal/head.json"])
    stamped = "journal/head.tsr" in dict(material.journal)
    timeline = tell(case, kept, keys, _head_line(head, stamped=stamped), asked)
    members = [
        ("README.md", readme_of(case, kept, keys, asked, head["alg"])),
        ("timeline.pdf", _sealed_pdf(evidence, case, timeline, seal)),
        ("timeline.json", _json(to_data(timeline))),
        ("index.json", write_index(index_of(case, kept, keys, asked))),
        *sorted({one.member: one.data for one in kept if one.data is not None}.items()),
        *_signatures(kept),
        *_keys(keys, seal),
        *_authorities(evidence, asked),
        *material.journal,
        ("verify.py", _script(outsider_evidence.__file__)),
        ("verify_journal.py", _script(outsider.__file__)),
    ]
    return [*members, ("SHA256SUMS", _sums(members))]


def _json(data: object) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _script(path: str | None) -> bytes:
    return Path(str(path)).read_bytes()


def _sums(members: Sequence[tuple[str, bytes]]) -> bytes:
    lines = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in members)
    return "".join(lines).encode()


def _signatures(kept: Sequence[Kept]) -> Iterator[tuple[str, bytes]]:
    """Each claimed signature taken apart, so that openssl alone can check it."""
    files = {one.piece.digest: one.data for one in kept}
    done: set[str] = set()
    for one in kept:
        signature = read_signature_file(files.get(one.piece.signature) or b"")
        if signature is None or one.data is None or one.piece.digest in done:
            continue
        done.add(one.piece.digest)
        contents = (signature.manifest.canonical(), signature.signature)
        yield from zip(signature_members(one), contents, strict=True)


def _keys(keys: Sequence[PackedKey], seal: Seal) -> Iterator[tuple[str, bytes]]:
    yield ROOT_MEMBER, pem_of_chain(seal.chain[-1:])
    yield "keys/seal.chain.pem", pem_of_chain(seal.chain)
    for key in keys:
        yield key.member, key.pem
        if key.chain:
            yield key.chain_member, key.chain


def _authorities(evidence: Evidence, asked: Asked) -> Iterator[tuple[str, bytes]]:
    """The roots of those whose stamps count here."""
    roots = trust_of(evidence.ring, asked.at).authorities.at(asked.at).roots
    if roots:
        yield "keys/tsa.root.pem", pem_of_chain(roots)


def _head_line(head: Mapping[str, object], *, stamped: bool) -> HeadLine:
    return HeadLine(
        size=int(str(head["size"])),
        root=str(head["root"]),
        at=str(head["at"]),
        kid=str(head["kid"]),
        stamp="已盖，见 journal/head.tsr" if stamped else "尚未盖，待时间戳机构可用时补盖",
    )


def _sealed_pdf(evidence: Evidence, case: Case, timeline: Timeline, seal: Seal) -> bytes:
    about = About(f"证据导出：{timeline.asked.reason}", evidence.location)
    plain = render(timeline, evidence.fonts)
    sealed = sign_document(plain, seal, about, timeline.asked.at)
    token = _stamp(evidence, case, imprint_of_document(sealed))
    return sealed if token is None else stamp_document(sealed, token)


def _stamp(evidence: Evidence, case: Case, imprint: Imprint) -> bytes | None:
    """A stamp if the authority gives one: what leaves the house now cannot be stamped later."""
    if evidence.stamping is None:
        return None
    had = stamp_now(evidence.stamping, case.case_id, imprint)
    return None if had is None else had.token


def _exported(material: _Material, path: Path, *, stamped: bool) -> Exported:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Exported(
        case_id=material.case.case_id,
        digest=digest,
        size=path.stat().st_size,
        payloads=len({one.member for one in material.kept if one.data is not None}),
        destroyed=sum(1 for one in material.kept if one.data is None),
        entries=len(material.case.entries),
        stamped=stamped,
    )


def _note(store: Store, exported: Exported, asked: Asked) -> None:
    """What was handed out, to whom and why; the reason is a person's words, so it is masked."""
    with store.begin() as work:
        work.note(
            "evidence_exported",
            exported.case_id,
            digest=exported.digest,
            user=asked.who,
            reason=mask_text(asked.reason),
            stamped=exported.stamped,
        )
