"""The plan is kept: a hundred thousand alterations in every `make test`. 数量"""

from pathlib import Path
from random import Random

from gateway.ports import Algorithm
from tests.fuzz.counts import COUNTS, SIGNATURES
from tests.fuzz.mutations import BYTES, altered


def test_there_are_a_hundred_thousand():
    assert sum(COUNTS.values()) == 100_000


def test_every_kind_that_is_counted_is_altered_by_some_test():
    """A number in the plan that no test reads would make a hundred thousand out of less."""
    assert set(SIGNATURES) == {algorithm.value for algorithm in Algorithm}
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    unused = [kind for kind in COUNTS.keys() - SIGNATURES if f'survive("{kind}"' not in tests]
    assert unused == []


def test_the_same_seed_alters_the_same_way():
    samples = [bytes(range(200)), b"-----BEGIN-----"]

    def made(seed):
        rng = Random(seed)
        return [altered(rng, samples) for _ in range(200)]

    assert made(1) == made(1) != made(2)


def test_every_way_alters_something():
    sample = bytes(range(0x20, 0xC0))
    for way in BYTES:
        rng = Random(7)
        assert any(way(rng, sample, sample[::-1]) != sample for _ in range(10)), way.__name__
