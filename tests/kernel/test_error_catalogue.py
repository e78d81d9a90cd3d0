"""Every code of the catalogue is produced by our own code from something really wrong. 错误目录

A code without a producer is a promise nobody keeps: give it one here, or take it out.
"""

import pytest

from gateway.errors import Code
from tests.kernel.ground import Ground
from tests.kernel.produced_by_files import PRODUCERS as BY_FILES
from tests.kernel.produced_by_flows import PRODUCERS as BY_FLOWS
from tests.kernel.produced_by_keys import PRODUCERS as BY_KEYS
from tests.kernel.produced_by_settings import PRODUCERS as BY_SETTINGS
from tests.kernel.produced_by_soap import PRODUCERS as BY_SOAP

PARTS = (BY_FILES, BY_SETTINGS, BY_FLOWS, BY_KEYS, BY_SOAP)
PRODUCERS = {code: make for part in PARTS for code, make in part.items()}


def test_every_code_has_one_producer():
    assert len(PRODUCERS) == sum(map(len, PARTS))
    assert set(PRODUCERS) == set(Code)


@pytest.mark.parametrize("code", PRODUCERS, ids=lambda code: code.name)
def test_something_really_wrong_produces_the_code(code, request):
    assert PRODUCERS[code](Ground(request)) is code
