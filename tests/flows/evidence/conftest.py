"""One night from the sandbox, its evidence exported once for a file of tests. 证据包夹具"""

import shutil

import pytest

from tests.branch import LAST_DAY
from tests.flows.evidence.site import Export, Pack, exporter

BANK = "990001"


@pytest.fixture(scope="module")
def night(running_branch, empty_tables):
    """A branch on which one bank's night is proved."""
    empty_tables()
    running_branch.forget()
    running_branch.publish(BANK)
    assert running_branch.run(BANK) == "PROVED"
    return running_branch


@pytest.fixture(scope="module")
def export(night, tmp_path_factory) -> Export:
    """Exports the night's evidence, or what else is asked for."""
    place = tmp_path_factory.mktemp("evidence")
    return exporter(night.gateway(), night.key(BANK, LAST_DAY).night_id, place)


@pytest.fixture(scope="module")
def pack(export) -> Pack:
    """The night's evidence, stamped."""
    return export("night")


@pytest.fixture
def openssl(require_peer) -> None:
    """The one program an outsider needs besides Python."""
    require_peer(None if shutil.which("openssl") else "openssl")
