"""Forms as they come: bounded before they are read, never more than was asked for. 表单"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

_DOCUMENT_MAX, _FIELDS_MAX, _FIELD_MAX = 20 * 1024 * 1024, 12, 4096


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed, and the bytes of the one document that may come with it."""

    typed: Mapping[str, str] = field(repr=False)
    document: bytes = field(default=b"", repr=False)

    def get(self, name: str) -> str:
        """One field without blanks around it; empty when it is not there."""
        return self.typed.get(name, "").strip()


async def a_form(request: Request) -> Form:
    """The form of this request; 400 for one that is no form, or larger than a document may be."""
    try:
        parser = MultiPartParser(
            request.headers,
            _bounded(request),
            max_files=1,
            max_fields=_FIELDS_MAX,
            max_part_size=_FIELD_MAX,
        )
        read = await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError) as malformed:
        raise HTTPException(400) from malformed
    document = read.get("document")
    data = await document.read() if isinstance(document, UploadFile) else b""
    await read.close()
    return Form({name: v for name, v in read.items() if isinstance(v, str)}, data)


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > _DOCUMENT_MAX:
            raise HTTPException(400)
        yield piece
