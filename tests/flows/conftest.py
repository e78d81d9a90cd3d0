"""The branch of the flow tests: started once, emptied before each test. 管理部夹具"""

from collections.abc import Callable, Iterator

import pytest

from gateway.clock import SystemClock
from gateway.launcher import counterparties, processes, sandbox_site
from gateway.launcher.databases import Access
from gateway.launcher.options import Options
from gateway.launcher.secret_files import provide_secrets
from tests.flows.branch import Branch, free_port


@pytest.fixture(scope="session")
def running_branch(access: Access, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Branch]:
    """Everything but Airflow, as the launcher starts it."""
    var = tmp_path_factory.mktemp("var")
    options = Options(var, free_port(), free_port(), "20260228", "")
    provide_secrets(options.secrets)
    counterparties.prepare_banks(options)
    sandbox_site.write_site(options, access, SystemClock().now())
    counterparties.fill_core_system(options, access)
    banks = counterparties.start_banks(options)
    yield Branch(options, access)
    processes.stop(options.run, [banks])


@pytest.fixture
def branch(running_branch: Branch, empty_tables: Callable[[], None]) -> Branch:
    """The branch on the morning before anything has come."""
    empty_tables()
    running_branch.forget()
    return running_branch
