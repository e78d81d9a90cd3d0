"""What the tests of people's work on breaks stand on. 账项测试夹具"""

import pytest

from tests.workflow.world import World


@pytest.fixture
def world(store, clock) -> World:
    """A bank whose night is opened; breaks are what a test says."""
    return World(store, clock)
