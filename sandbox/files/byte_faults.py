"""Faults in the bytes of the result file; what is signed is the faulty file. 字节故障."""

from sandbox.files.text import ENCODING

PIPE = b"|"
NAME_FIELD, ASKED_FIELD, TAKEN_FIELD = 5, 6, 7  # the tag counts as field 0
FOUR_BYTES = 4  # the long characters of GB18030
UTF8_BOM = b"\xef\xbb\xbf"


def missing_trailer(data: bytes) -> bytes:
    """Cut at the end of the last detail line."""
    return b"".join(data.splitlines(keepends=True)[:-1])


def cut_line(data: bytes) -> bytes:
    """Cut in the middle of the last detail line."""
    body = missing_trailer(data)
    last = body.splitlines(keepends=True)[-1]
    return body[: len(body) - len(last) // 2]


def half_character(data: bytes) -> bytes:
    """Cut the last character of a name in half, a four-byte one where there is one.

    Half of a four-byte character is no character at all. Half of a two-byte one swallows the
    pipe that follows: 0x7C is a valid second byte.
    """
    lines = data.splitlines(keepends=True)
    place = next((at for at, line in enumerate(lines) if _ends_in_four(line)), 1)
    fields = lines[place].split(PIPE)
    last = fields[NAME_FIELD].decode(ENCODING)[-1].encode(ENCODING)
    fields[NAME_FIELD] = fields[NAME_FIELD][: -len(last)] + last[: len(last) // 2]
    lines[place] = PIPE.join(fields)
    return b"".join(lines)


def amount_with_comma(data: bytes) -> bytes:
    """Write the asked amount of the first line as 1,234.50."""
    lines = data.splitlines(keepends=True)
    fields = lines[1].split(PIPE)
    whole = fields[ASKED_FIELD]
    fields[ASKED_FIELD] = whole[:-6] + b"," + whole[-6:]
    lines[1] = PIPE.join(fields)
    return b"".join(lines)


def bom(data: bytes) -> bytes:
    """Begin with the three bytes some editors leave."""
    return UTF8_BOM + data


def flipped_amount(data: bytes) -> bytes:
    """Flip the lowest bit of the yuan digit of the first amount taken: it stays an amount."""
    lines = data.splitlines(keepends=True)
    place = next((at for at, line in enumerate(lines) if _took_something(line)), 1)
    field = TAKEN_FIELD if _took_something(lines[place]) else ASKED_FIELD
    fields = lines[place].split(PIPE)
    fields[field] = fields[field][:-4] + bytes([fields[field][-4] ^ 1]) + fields[field][-3:]
    lines[place] = PIPE.join(fields)
    return b"".join(lines)


def _ends_in_four(line: bytes) -> bool:
    if not line.startswith(b"D"):
        return False
    name = line.split(PIPE)[NAME_FIELD].decode(ENCODING)
    return len(name[-1].encode(ENCODING)) == FOUR_BYTES


def _took_something(line: bytes) -> bool:
    return line.startswith(b"D") and line.split(PIPE)[TAKEN_FIELD] != b"0.00"
