"""The banks that the wire is tried against. 银行线路夹具"""

import socket
from collections.abc import Iterator

import pytest

from tests.transports.bank.servers import Bank, our_key, sshd, start_openssh, start_sandbox
from tests.transports.line import Line


@pytest.fixture(scope="session")
def login_key(tmp_path_factory):
    return our_key(tmp_path_factory.mktemp("login"))


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory, login_key) -> Iterator[Bank]:
    bank = start_sandbox(tmp_path_factory.mktemp("sandbox"), login_key)
    yield bank
    bank.stop()


@pytest.fixture(scope="session")
def running_openssh(tmp_path_factory, login_key, require_peer) -> Iterator[Bank]:
    require_peer(None if sshd() else "openssh-server")
    bank = start_openssh(tmp_path_factory.mktemp("openssh"), login_key)
    yield bank
    bank.stop()


@pytest.fixture
def sandbox(running_sandbox) -> Bank:
    """The sandbox's bank, its directories empty and no fault armed."""
    running_sandbox.empty()
    running_sandbox.arm()
    return running_sandbox


@pytest.fixture
def openssh(running_openssh) -> Bank:
    """OpenSSH's server, its directories empty."""
    running_openssh.empty()
    return running_openssh


@pytest.fixture(params=["sandbox", "openssh"])
def bank(request) -> Bank:
    """Each of them in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def wire(bank):
    return bank.wire()


@pytest.fixture
def line_to():
    """Opens lines to banks that can be cut or fall silent."""
    lines = []

    def make(bank: Bank, **how) -> Line:
        def dial():
            return socket.create_connection(("127.0.0.1", bank.port))

        lines.append(Line(dial, **how).open())
        return lines[-1]

    yield make
    for line in lines:
        line.close()
