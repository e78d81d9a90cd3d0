"""A file without its people: same form, names and accounts masked; for samples. 脱敏"""

from collections.abc import Callable

from connectors.bank.codec.fields import BadField, read_field
from connectors.bank.codec.layouts import Field, Layout
from gateway.identity import mask_account, mask_name

_MASKS: dict[str, Callable[[str], str]] = {
    "loan_no": mask_account,
    "payer_account": mask_account,
    "other_account": mask_account,
    "account_number": mask_account,
    "payer_name": mask_name,
    "other_name": mask_name,
}
# Texts in which nobody is named. Every other text is starred out, also one that only some dialect
# has: a summary may well begin with a name.
_PLAIN = frozenset(
    {"bank", "batch_no", "code", "host_serial", "file_name", "file_digest", "error_code", "reason"}
)


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
    pairs = zip(record.fields, fields, strict=False)
    clean = [_clean(field, text, layout.encoding) for field, text in pairs]
    return (layout.delimiter.join([tag, *clean, ""]) + layout.newline).encode(layout.encoding)


def _clean(field: Field, text: str, encoding: str) -> str:
    """The field without its person; what is not of the field's form may be anybody's."""
    if field.name in _MASKS:
        return _MASKS[field.name](text) if text else ""
    try:
        read_field(field, text, encoding)
    except BadField:
        return "*" * len(text)
    fixed = field.equals is not None or field.one_of is not None
    plain = fixed or field.name in _PLAIN or field.type not in ("text", "digits")
    return text if plain else "*" * len(text)
