"""The tree of RFC 6962: known roots, and proofs that hold, all of them, and only they. 默克尔树"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.signing.proofs.merkle import Tree, includes, is_consistent, leaf_hash

# the leaves and roots that the implementations of Certificate Transparency are tested with
KNOWN_LEAVES = (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)  # fmt: skip
KNOWN_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SIZE_MAX = 64
LEAVES = [leaf_hash(bytes([number])) for number in range(SIZE_MAX)]
TREE = Tree(LEAVES)
SIZES = range(1, SIZE_MAX + 1)
OTHER = leaf_hash(b"another")


def changes_of(path):
    """Every path that differs from this one by a step: altered, left out, put in, twice."""
    for place in range(len(path)):
        yield [*path[:place], OTHER, *path[place + 1 :]]
        yield [*path[:place], *path[place + 1 :]]
        yield [*path[:place], path[place], *path[place:]]
    yield [*path, OTHER]
    yield [OTHER, *path]


def test_the_roots_of_certificate_transparency_are_ours():
    tree = Tree([leaf_hash(bytes.fromhex(leaf)) for leaf in KNOWN_LEAVES])
    assert [tree.root(size).hex() for size in range(9)] == list(KNOWN_ROOTS)


def test_a_root_of_an_earlier_size_is_the_root_it_had_then():
    assert all(TREE.root(size) == Tree(LEAVES[:size]).root() for size in SIZES)


def test_every_leaf_of_every_size_is_proved_to_be_in_it():
    for size in SIZES:
        for index in range(size):
            path = TREE.inclusion(index, size)
            assert includes(LEAVES[index], (index, size), path, TREE.root(size))


def test_every_size_is_proved_to_begin_with_every_earlier_one():
    for new in SIZES:
        for old in range(1, new + 1):
            path = TREE.consistency(old, new)
            assert is_consistent((old, TREE.root(old)), (new, TREE.root(new)), path)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 21, 33])
def test_no_forged_inclusion_is_believed(size):
    root = TREE.root(size)
    for index in range(size):
        path = TREE.inclusion(index, size)
        assert not any(includes(LEAVES[index], (index, size), p, root) for p in changes_of(path))
        assert not includes(OTHER, (index, size), path, root)
        assert not includes(LEAVES[index], (index, size), path, OTHER)
        elsewhere = [place for place in range(-1, size + 1) if place != index]
        assert not any(includes(LEAVES[index], (place, size), path, root) for place in elsewhere)


@pytest.mark.parametrize("new", [2, 3, 7, 8, 21, 33])
def test_no_forged_consistency_is_believed(new):
    root = TREE.root(new)
    for old in range(1, new):
        path = TREE.consistency(old, new)
        known = (old, TREE.root(old))
        assert not any(is_consistent(known, (new, root), p) for p in changes_of(path))
        assert not is_consistent((old, OTHER), (new, root), path)
        assert not is_consistent(known, (new, OTHER), path)


@given(st.integers(2, SIZE_MAX), st.data())
def test_a_rewritten_leaf_breaks_the_consistency_with_every_size_that_had_it(new, data):
    old = data.draw(st.integers(1, new - 1))
    rewritten = data.draw(st.integers(0, old - 1))
    forged = Tree([*LEAVES[:rewritten], OTHER, *LEAVES[rewritten + 1 :]])
    proof = forged.consistency(old, new)
    assert not is_consistent((old, TREE.root(old)), (new, forged.root(new)), proof)


@given(st.lists(st.binary(max_size=40), max_size=12), st.integers(-2, 40), st.integers(-2, 40))
def test_rubbish_is_no_proof_and_no_error(path, one, other):
    assert not includes(LEAVES[0], (one, other), path, OTHER)
    assert not is_consistent((one, LEAVES[0]), (other, OTHER), path)


def test_what_there_is_not_cannot_be_asked_for():
    for ask in (
        lambda: TREE.root(SIZE_MAX + 1),
        lambda: TREE.inclusion(3, 3),
        lambda: TREE.consistency(0, 3),
        lambda: TREE.consistency(4, 3),
    ):
        with pytest.raises(ValueError, match="no such"):
            ask()


def test_a_verifier_written_in_node_from_the_rfc_agrees(require_peer):
    """Honest proofs of all sizes up to 24, and each with one step altered."""
    node = shutil.which("node")
    require_peer(None if node else "node")
    cases, expected = [], []
    for size in range(1, 25):
        for index in range(size):
            path = [step.hex() for step in TREE.inclusion(index, size)]
            for tried in (path, [*path[:-1], OTHER.hex()], [*path, OTHER.hex()]):
                cases.append(("inclusion", LEAVES[index].hex(), index, size, tried,
                              TREE.root(size).hex()))  # fmt: skip
                expected.append(tried is path)
        for old in range(1, size):
            path = [step.hex() for step in TREE.consistency(old, size)]
            for tried in (path, [*path[:-1], OTHER.hex()]):
                cases.append(("consistency", TREE.root(old).hex(), old, size, tried,
                              TREE.root(size).hex()))  # fmt: skip
                expected.append(tried is path)
    script = Path(__file__).parents[2] / "peers" / "rfc9162.js"
    done = subprocess.run(
        [node, script], input=json.dumps(cases), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == expected
