"""The settlement platform that the wire is tried against, in both generations. 结算平台夹具"""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from connectors.bank.codec.settlement import Generation
from connectors.bank.flows.platform import Platform
from gateway.wiring.places import ROOT
from tests.transports.settlement.ground import Stranger, our_side, start


@pytest.fixture(scope="session")
def running_platforms(tmp_path_factory) -> Iterator[dict[Generation, Stranger]]:
    root = tmp_path_factory.mktemp("platform")
    found = {}
    for generation, rows in ((Generation.V1, 1100), (Generation.V2, 12)):
        place = root / generation.value
        prepare = ["settlement", "prepare", "--root", str(place)]
        subprocess.run([sys.executable, "-m", "sandbox", *prepare], cwd=ROOT, check=True)
        found[generation] = start(place, generation, rows)
    yield found
    for stranger in found.values():
        stranger.stop()


@pytest.fixture(params=Generation, ids=lambda generation: generation.value)
def stranger(request, running_platforms) -> Stranger:
    """The platform of each generation in turn, nothing armed and nothing remembered."""
    running_platforms[request.param].forget()
    return running_platforms[request.param]


@pytest.fixture
def first(running_platforms) -> Stranger:
    """The platform of the first generation alone, where the generation makes no difference."""
    running_platforms[Generation.V1].forget()
    return running_platforms[Generation.V1]


@pytest.fixture
def second(running_platforms) -> Stranger:
    """The platform of the second generation, with a quiet day."""
    running_platforms[Generation.V2].forget()
    return running_platforms[Generation.V2]


@pytest.fixture
def platform(stranger, store, clock) -> Platform:
    """Our side of the platform of each generation."""
    return our_side(stranger, store, clock)
