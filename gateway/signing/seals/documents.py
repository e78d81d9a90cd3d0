"""Sealed PDF documents: PAdES B-B at once, B-T when the stamp is there (EN 319 142-1). 文书签章"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from gateway.errors import Code, GatewayError, error_for
from gateway.signing.keys.anchors import Trust
from gateway.signing.seals.cms import Seal, Sealed, add_stamp, check_cms, imprint_of, sign_cms
from gateway.signing.seals.timestamps import TOKEN_BYTES_MAX, Imprint

BYTES_MAX = 64 * 1024 * 1024
_FIELD = "Seal"
# The signature itself with its attributes, besides certificates and stamp.
_OWN_BYTES = 4 * 1024
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*" + rb"\s+".join([rb"(\d{1,10})"] * 4) + rb"\s*\]")


@dataclass(frozen=True, slots=True)
class About:
    """What the seal says of itself in the document: why and where it was sealed."""

    reason: str
    location: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a document's one seal stands: its CMS, and the gap in the bytes it covers."""

    cms: bytes
    start: int
    end: int


def sign_document(pdf: bytes, seal: Seal, about: About, at: datetime) -> bytes:
    """The document with one seal over all of it, with room left for a stamp (PAdES B-B).

    Raises MalformedMessage DOCUMENT_UNREADABLE for what is no PDF.
    """
    # here, as below: half a second of imports that every other command would pay for
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
    from pyhanko.sign.signers.pdf_byterange import SignatureObject

    out, room = BytesIO(), _OWN_BYTES + TOKEN_BYTES_MAX + sum(map(len, seal.chain))
    try:
        # what is appended must not begin on the line of the last %%EOF
        writer = IncrementalPdfFileWriter(BytesIO(pdf.rstrip(b"\r\n") + b"\n"))
        embedder = PdfCMSEmbedder().write_cms(_FIELD, writer)
        next(embedder)
        signature = SignatureObject(
            timestamp=at,
            subfilter=SigSeedSubFilter.PADES,
            reason=about.reason,
            location=about.location,
            bytes_reserved=2 * room,
        )
        embedder.send(SigObjSetup(sig_placeholder=signature))
        digest, _ = embedder.send(SigIOSetup(md_algorithm="sha256", output=out))
    except Exception as unreadable:  # whatever pyHanko stumbles over, no key was used yet
        raise error_for(Code.DOCUMENT_UNREADABLE) from unreadable
    embedder.send(sign_cms(seal, digest.document_digest, signed_at=None))
    return out.getvalue()


def imprint_of_document(pdf: bytes) -> Imprint:
    """What an authority stamps of a sealed document: its signature's value."""
    return imprint_of(_place(pdf).cms)


def stamp_document(pdf: bytes, token: bytes) -> bytes:
    """The same document with the stamp beside its signature, in the room left for it (B-T).

    What the seal covers stays as it is: the stamp may come later, as often as nobody answers now.
    """
    place = _place(pdf)
    stamped = add_stamp(place.cms, token).hex().encode()
    room = place.end - place.start - 2
    if len(stamped) > room:
        raise error_for(Code.STAMP_UNREADABLE, detail="size")
    return pdf[: place.start + 1] + stamped.ljust(room, b"0") + pdf[place.end - 1 :]


def check_document(pdf: bytes, trust: Trust, at: datetime) -> Sealed:
    """Verify a sealed document: one seal of somebody trusted, over every byte, nothing added.

    Raises MalformedMessage DOCUMENT_UNREADABLE, SignatureInvalid: SIGNATURE_MISSING,
    DOCUMENT_ALTERED, and what `check_cms` raises for the seal itself.
    """
    place = _place(pdf)
    digest = hashlib.sha256(pdf[: place.start])
    digest.update(pdf[place.end :])
    try:
        sealed = check_cms(place.cms, digest.digest(), trust, at)
    except GatewayError as wrong:
        if wrong.detail == "message-digest":
            raise error_for(Code.DOCUMENT_ALTERED, detail="内容") from wrong
        raise
    # a reader of PDF gets only what somebody trusted has sealed: a stranger's keeps it for ever
    _require_its_one_seal(pdf, place)
    return sealed


def _place(pdf: bytes) -> _Place:
    """Find, in the bytes alone, the one seal that covers all but itself, to the last byte.

    Raises as `check_document` does.
    """
    if len(pdf) > BYTES_MAX or not pdf.startswith(b"%PDF-"):
        raise error_for(Code.DOCUMENT_UNREADABLE)
    stated = {tuple(map(int, found.groups())) for found in _BYTE_RANGE.finditer(pdf)}
    if not stated:
        raise error_for(Code.SIGNATURE_MISSING, detail="PDF")
    whole = [(start, end) for first, start, end, rest in stated
             if first == 0 and start < end and end + rest == len(pdf)]  # fmt: skip
    if len(whole) != 1:
        raise error_for(Code.DOCUMENT_ALTERED, detail="签章之后有追加")
    ((start, end),) = whole
    return _Place(_without_padding(_contents(pdf[start:end])), start, end)


def _contents(gap: bytes) -> bytes:
    """The seal in the gap, which is hexadecimal and nothing else: nothing can hide in it."""
    try:
        contents = bytes.fromhex(gap[1:-1].decode("ascii"))
    except ValueError:
        contents = b""
    if not contents or gap.lower() != b"<" + contents.hex().encode() + b">":
        raise error_for(Code.DOCUMENT_ALTERED, detail="签章")
    return contents


def _require_its_one_seal(pdf: bytes, place: _Place) -> None:
    """Raise unless a reader of the document sees this seal, and no other signature or stamp."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        signatures = PdfFileReader(BytesIO(pdf), strict=True).embedded_signatures
        seen = [tuple(map(int, one.byte_range)) for one in signatures]
    except Exception as unreadable:  # whatever pyHanko stumbles over
        raise error_for(Code.DOCUMENT_UNREADABLE) from unreadable
    if seen != [(0, place.start, place.end, len(pdf) - place.end)]:
        raise error_for(Code.DOCUMENT_ALTERED, detail="另有签章")


def _without_padding(contents: bytes) -> bytes:
    """The DER at the start of the reserved room; the rest of it must be zeros."""
    length = contents[1] if len(contents) > 1 else 0
    header = 2
    if length & 0x80:
        header += length & 0x7F
        length = int.from_bytes(contents[2:header], "big")
    if contents[header + length :].strip(b"\0"):
        raise error_for(Code.DOCUMENT_ALTERED, detail="签章之后有内容")
    return contents[: header + length]
