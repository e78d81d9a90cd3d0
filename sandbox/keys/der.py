"""The little of DER that a key or a signature needs. 少量 DER 编码."""

SEQUENCE, INTEGER, BIT_STRING, OBJECT_ID = 0x30, 0x02, 0x03, 0x06
LONG_FORM = 0x80
MAX_LENGTH_BYTES = 2


def element(tag: int, content: bytes) -> bytes:
    """Return one element: tag, length, content."""
    size = len(content)
    if size < LONG_FORM:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, LONG_FORM | len(length)]) + length + content


def integer(value: int) -> bytes:
    """Return a positive integer; a leading zero keeps the sign off."""
    return element(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def opened(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """Return the content of the first element, which must have the tag, and what follows it."""
    if len(data) < 2 or data[0] != tag:
        raise ValueError(f"no element with tag {tag:#x} where one is due")
    size, start = data[1], 2
    if size >= LONG_FORM:
        count = size - LONG_FORM
        if not 1 <= count <= MAX_LENGTH_BYTES:
            raise ValueError("an element longer than any key or signature")
        size, start = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    if len(data) < start + size:
        raise ValueError("the element is cut short")
    return data[start : start + size], data[start + size :]
