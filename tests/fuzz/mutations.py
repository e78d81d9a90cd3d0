"""Ways to alter bytes: seeded, so that every run of one seed alters them the same way. 变异"""

from collections.abc import Callable, Sequence
from random import Random

_SLICE_MAX = 40
# bytes that mean something to a parser: ends of ranges, tags and lengths of DER, quotes, zip, XML
_TELLING = (
    b"\x00\x01\x02\x03\x04\x05\x06\x0a\x0c\x13\x17\x1f\x30\x31\x7f\x80\x81\x82\x84\xa0\xa3\xff"
    b"\"'<>&{}[]:;=,/\\ \t\r\n0Aa-+"
)
_DER_TAGS = frozenset(b"\x02\x03\x04\x05\x06\x0c\x13\x17\x18\x30\x31\xa0\xa1\xa3")


def _place(rng: Random, data: bytes) -> int:
    return rng.randrange(len(data)) if data else 0


def _slice(rng: Random, data: bytes) -> tuple[int, int]:
    begin = _place(rng, data)
    return begin, min(len(data), begin + rng.randint(1, _SLICE_MAX))


def flip_a_bit(rng: Random, data: bytes, other: bytes) -> bytes:
    at = _place(rng, data)
    return data[:at] + bytes((data[at] ^ 1 << rng.randrange(8),)) + data[at + 1 :]


def set_a_byte(rng: Random, data: bytes, other: bytes) -> bytes:
    at = _place(rng, data)
    return data[:at] + bytes((rng.choice(_TELLING),)) + data[at + 1 :]


def delete_a_slice(rng: Random, data: bytes, other: bytes) -> bytes:
    begin, end = _slice(rng, data)
    return data[:begin] + data[end:]


def insert_bytes(rng: Random, data: bytes, other: bytes) -> bytes:
    at = _place(rng, data)
    return data[:at] + bytes(rng.choices(_TELLING, k=rng.randint(1, 8))) + data[at:]


def double_a_slice(rng: Random, data: bytes, other: bytes) -> bytes:
    begin, end = _slice(rng, data)
    return data[:end] + data[begin:end] * rng.randint(1, 3) + data[end:]


def swap_two_slices(rng: Random, data: bytes, other: bytes) -> bytes:
    first, second = sorted((_slice(rng, data), _slice(rng, data)))
    if second[0] < first[1]:
        return data[: first[0]] + data[first[0] : first[1]][::-1] + data[first[1] :]
    between = data[first[1] : second[0]]
    swapped = data[slice(*second)] + between + data[slice(*first)]
    return data[: first[0]] + swapped + data[second[1] :]


def cut_off(rng: Random, data: bytes, other: bytes) -> bytes:
    return data[: _place(rng, data)]


def splice(rng: Random, data: bytes, other: bytes) -> bytes:
    at = _place(rng, data)
    return data[:at] + other[at if rng.random() < 0.7 else _place(rng, other) :]


def tweak_a_length(rng: Random, data: bytes, other: bytes) -> bytes:
    """Alter what stands behind a tag of DER; where there is none, any byte."""
    tags = [at for at, byte in enumerate(data[:-1]) if byte in _DER_TAGS]
    at = rng.choice(tags) + 1 if tags else _place(rng, data)
    told = (data[at] + rng.choice((-2, -1, 1, 2, 0x40, 0x80))) % 256
    return data[:at] + bytes((told,)) + data[at + 1 :]


def pad(rng: Random, data: bytes, other: bytes) -> bytes:
    more = bytes(rng.choices(b"\x00\x20\x0a\xff", k=rng.randint(1, 9)))
    return data + more if rng.random() < 0.5 else more + data


Mutation = Callable[[Random, bytes, bytes], bytes]
BYTES: Sequence[Mutation] = (
    flip_a_bit,
    set_a_byte,
    delete_a_slice,
    insert_bytes,
    double_a_slice,
    swap_two_slices,
    cut_off,
    splice,
    tweak_a_length,
    pad,
)


def altered(rng: Random, samples: Sequence[bytes], ways: Sequence[Mutation] = BYTES) -> bytes:
    """One of the samples, altered once or, now and then, several times."""
    data, other = rng.choice(samples), rng.choice(samples)
    for _ in range(1 if rng.random() < 0.8 else rng.randint(2, 4)):
        if data:
            data = rng.choice(ways)(rng, data, other)
    return data
