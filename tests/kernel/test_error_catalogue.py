"""Every code of the catalogue is produced by our own code from something really wrong. 错误目录

A code without a producer is a promise nobody keeps: give it one in a `produced_by_….py` beside this
file, or take it out.
"""

from importlib import import_module
from pathlib import Path

import pytest

from gateway.errors import Code
from tests.kernel.ground import Ground

PARTS = [
    import_module(f"tests.kernel.{path.stem}").PRODUCERS
    for path in sorted(Path(__file__).parent.glob("produced_by_*.py"))
]
PRODUCERS = {code: producer for part in PARTS for code, producer in part.items()}


def test_every_code_has_one_producer():
    assert len(PRODUCERS) == sum(map(len, PARTS))
    assert set(PRODUCERS) == set(Code)


@pytest.mark.parametrize("code", PRODUCERS, ids=lambda code: code.name)
def test_something_really_wrong_produces_the_code(code, request):
    assert PRODUCERS[code](Ground(request)) is code
