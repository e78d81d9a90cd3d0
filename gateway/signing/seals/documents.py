"""Sealed PDF documents: PAdES B-B at once, B-T when the stamp is there (EN 319 142-1). 文书签章"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from gateway.errors import Code, GatewayError, error_for
from gateway.signing.keys.anchors import Trust
from gateway.signing.seals.cms import Seal, Sealed, add_stamp, check_cms, imprint_of, sign_cms
from gateway.signing.seals.timestamps import TOKEN_BYTES_MAX, Imprint

BYTES_MAX = 64 * 1024 * 1024
_FIELD = "Seal"
# The signature itself with its attributes, besides certificates and stamp.
_OWN_BYTES = 4 * 1024


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
        return check_cms(place.cms, digest.digest(), trust, at)
    except GatewayError as wrong:
        if wrong.detail == "message-digest":
            raise error_for(Code.DOCUMENT_ALTERED, detail="内容") from wrong
        raise


def _place(pdf: bytes) -> _Place:
    """Find the one seal of a document. Raises as `check_document` does."""
    try:
        seals = _seals(pdf)
    except Exception as unreadable:  # the document is a stranger's
        raise error_for(Code.DOCUMENT_UNREADABLE) from unreadable
    if not seals:
        raise error_for(Code.SIGNATURE_MISSING, detail="PDF")
    if len(seals) > 1:
        raise error_for(Code.DOCUMENT_ALTERED, detail="多于一个签章")
    covered, contents = seals[0]
    return _within(pdf, covered, contents)


def _seals(pdf: bytes) -> list[tuple[tuple[int, ...], bytes]]:
    """Byte range and content of every signature object of the document, stamps included."""
    if len(pdf) > BYTES_MAX:
        raise ValueError("too large")
    reader = PdfFileReader(BytesIO(pdf), strict=True)
    found: list[EmbeddedPdfSignature] = list(reader.embedded_signatures)
    return [(tuple(map(int, one.byte_range)), one.pkcs7_content) for one in found]


def _within(pdf: bytes, covered: tuple[int, ...], contents: bytes) -> _Place:
    """The place of a seal that covers all but itself, to the last byte."""
    if len(covered) != 4:
        raise error_for(Code.DOCUMENT_ALTERED, detail="ByteRange")
    first, start, end, rest = covered
    # the gap is the seal in hexadecimal and nothing else: no room for anything to hide in
    gap = b"<" + contents.hex().encode() + b">"
    if first != 0 or end + rest != len(pdf) or pdf[start:end].lower() != gap:
        raise error_for(Code.DOCUMENT_ALTERED, detail="签章之后有追加")
    return _Place(_without_padding(contents), start, end)


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
