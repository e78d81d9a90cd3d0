"""A Merkle tree as RFC 6962 and RFC 9162 have it: roots and proofs, pure. 默克尔树"""

import hashlib
from collections.abc import Iterable, Sequence

# RFC 6962, 2.1: leaves and nodes are hashed apart, so that none can be taken for the other
_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf's bytes (SHA-256, RFC 6962, 2.1)."""
    return hashlib.sha256(_LEAF + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


class Tree:
    """A tree over leaf hashes, which it gets once; any earlier size of it can be asked for.

    All complete subtrees are kept (two hashes a leaf, 64 bytes), so a root or a proof of any size
    takes logarithmically many steps.
    """

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(below := self._levels[-1]) > 1:
            pairs = zip(below[::2], below[1::2], strict=False)
            self._levels.append([_node(left, right) for left, right in pairs])

    def __len__(self) -> int:
        return len(self._levels[0])

    def leaf(self, index: int) -> bytes:
        """The hash of the leaf at this place, counted from 0."""
        return self._levels[0][index]

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves, all by default; SHA-256 of nothing for none."""
        size = len(self) if size is None else size
        if not 0 <= size <= len(self):
            raise ValueError("no such size")
        return self._root(0, size) if size else hashlib.sha256().digest()

    def inclusion(self, index: int, size: int) -> Sequence[bytes]:
        """The path from a leaf to the root over `size` leaves (RFC 9162, 2.1.3.1)."""
        if not 0 <= index < size <= len(self):
            raise ValueError("no such leaf")
        path: list[bytes] = []
        begin, end = 0, size
        while end - begin > 1:
            middle = begin + _split(end - begin)
            if index < middle:
                path.append(self._root(middle, end))
                end = middle
            else:
                path.append(self._root(begin, middle))
                begin = middle
        return path[::-1]

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """The proof that the first `old` of `new` leaves are the older tree's (9162, 2.1.4.1)."""
        if not 0 < old <= new <= len(self):
            raise ValueError("no such sizes")
        path: list[bytes] = []
        begin, end = 0, new
        while end != old:
            middle = begin + _split(end - begin)
            if old <= middle:
                path.append(self._root(middle, end))
                end = middle
            else:
                path.append(self._root(begin, middle))
                begin = middle
        # the older tree's own root is known to whoever asks
        return ([self._root(begin, end)] if begin else []) + path[::-1]

    def _root(self, begin: int, end: int) -> bytes:
        size = end - begin
        level = size.bit_length() - 1
        if size == 1 << level:
            # RFC 6962 splits at powers of two: a complete subtree begins at a multiple of its size
            return self._levels[level][begin >> level]
        middle = begin + _split(size)
        return _node(self._root(begin, middle), self._root(middle, end))


def includes(leaf: bytes, place: tuple[int, int], path: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf at place (index, size) leads to the root (RFC 9162, 2.1.3.2)."""
    index, size = place
    if not 0 <= index < size:
        return False
    last, found = size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            found = _node(step, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = _node(found, step)
        index, last = index >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether the tree `new` (size, root) begins with the tree `old` (RFC 9162, 2.1.4.2)."""
    if not 0 < old[0] <= new[0]:
        return False
    if old[0] == new[0]:
        return not path and old[1] == new[1]
    steps = list(path)
    if old[0] & (old[0] - 1) == 0:
        steps.insert(0, old[1])
    return bool(steps) and _both_roots(old[0], new[0], steps) == (old[1], new[1])


def _both_roots(old: int, new: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The two roots that the steps lead to, None when there are too few or too many of them."""
    index, last = old - 1, new - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if index & 1 or index == last:
            first, second = _node(step, first), _node(step, second)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            second = _node(second, step)
        index, last = index >> 1, last >> 1
    return (first, second) if last == 0 else None
