"""Every code of the catalogue is produced by our own code from something really wrong. 错误目录

A code without a producer is a promise nobody keeps: give it one here, or take it out.
"""

import pytest

from gateway.errors import Code
from tests.kernel.ground import Ground
from tests.kernel.produced_by_files import PRODUCERS as BY_FILES
from tests.kernel.produced_by_flows import PRODUCERS as BY_FLOWS
from tests.kernel.produced_by_grades import PRODUCERS as BY_GRADES
from tests.kernel.produced_by_settings import PRODUCERS as BY_SETTINGS

PRODUCERS = {**BY_FILES, **BY_SETTINGS, **BY_FLOWS, **BY_GRADES}


def test_every_code_has_one_producer():
    assert len(PRODUCERS) == len(BY_FILES) + len(BY_SETTINGS) + len(BY_FLOWS) + len(BY_GRADES)
    assert set(PRODUCERS) == set(Code)


@pytest.mark.parametrize("code", PRODUCERS, ids=lambda code: code.name)
def test_something_really_wrong_produces_the_code(code, request):
    assert PRODUCERS[code](Ground(request)) is code
