"""A file without its people: same form, names and accounts masked; for samples. 脱敏"""

from collections.abc import Callable

from connectors.bank.codec.layouts import Layout
from gateway.identity import mask_account, mask_name


def _mask_words(text: str) -> str:
    return text[:4] + "*" * max(len(text) - 4, 0)


_MASKS: dict[str, Callable[[str], str]] = {
    "loan_no": mask_account,
    "payer_account": mask_account,
    "other_account": mask_account,
    "account_number": mask_account,
    "payer_name": mask_name,
    "other_name": mask_name,
    "summary": _mask_words,
    "message": _mask_words,
}


def scrub(layout: Layout, data: bytes) -> bytes:
    """The file with personal fields masked; a line that cannot be read is dropped whole."""
    rows = data.split(layout.newline.encode())
    return b"".join(_scrubbed(layout, row) for row in rows if row)


def _scrubbed(layout: Layout, row: bytes) -> bytes:
    try:
        tag, *fields = row.decode(layout.encoding).split(layout.delimiter)
    except UnicodeDecodeError:
        return b""
    records = (layout.header, layout.detail, layout.trailer)
    record = next((record for record in records if record.tag == tag), None)
    if record is None or len(fields) != len(record.fields) + 1:
        return b""
    clean = [
        _MASKS[field.name](text) if field.name in _MASKS and text else text
        for field, text in zip(record.fields, fields, strict=False)
    ]
    return (layout.delimiter.join([tag, *clean, ""]) + layout.newline).encode(layout.encoding)
