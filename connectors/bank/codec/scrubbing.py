"""A file without its people: same form, names and accounts masked; for samples. 脱敏"""

from collections.abc import Callable

from connectors.bank.codec.cutting import BadLine, cut, unpadded
from connectors.bank.codec.fields import BadField, read_field
from connectors.bank.codec.layouts import Field, Form, Layout
from connectors.bank.codec.writing import joined
from gateway.identity import mask_account, mask_name

_MASKS: dict[str, Callable[[str], str]] = {
    "loan_no": mask_account,
    "detail_account": mask_account,
    "contract_no": mask_account,
    "id_number": mask_account,
    "payer_account": mask_account,
    "other_account": mask_account,
    "account_number": mask_account,
    "payer_name": mask_name,
    "other_name": mask_name,
    "borrower_name": mask_name,
}
# Texts in which nobody is named. Every other text is starred out, also one that only some dialect
# has: a summary may well begin with a name.
_PLAIN = frozenset(
    {"bank", "batch_no", "code", "host_serial", "file_name", "file_digest", "error_code", "reason"}
)


def scrub(layout: Layout, data: bytes) -> bytes:
    """The file with personal fields masked; a line that cannot be read is dropped whole.

    Of forms that are no lines nothing is left: their texts stand anywhere.
    """
    if layout.form not in (Form.DELIMITED, Form.FIXED):
        return b""
    rows = data.split(layout.newline.encode())
    return b"".join(_scrubbed(layout, number, row) for number, row in enumerate(rows, 1) if row)


def _scrubbed(layout: Layout, number: int, row: bytes) -> bytes:
    try:
        line = cut(layout, number, row)
        clean = [
            _clean(field, _own(layout, field, text), layout.encoding)
            for field, text in zip(line.record.fields, line.texts, strict=True)
        ]
    except (BadLine, BadField):
        return b""
    return joined(layout, line.record, clean)


def _own(layout: Layout, field: Field, text: str) -> str:
    return unpadded(field, text) if layout.form is Form.FIXED else text


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
