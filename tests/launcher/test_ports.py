"""Ports: taken is told before anything starts, with the variable that moves it. 端口"""

import socket

import pytest

from gateway.errors import Code, NotConfigured
from gateway.launcher.ports import answers, require_free


def listening(host, family=socket.AF_INET):
    return socket.create_server((host, 0), family=family)


def test_a_free_port_is_free():
    with listening("127.0.0.1") as probe:
        port = probe.getsockname()[1]
    require_free(port, "GATEWAY_UI_PORT")
    assert not answers(port)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_taken_port_is_refused_and_the_variable_named(host):
    with listening(host) as taken:
        port = taken.getsockname()[1]
        assert answers(port)
        with pytest.raises(NotConfigured) as raised:
            require_free(port, "GATEWAY_UI_PORT")
    assert raised.value.code is Code.SETTING_INVALID
    assert str(port) in raised.value.detail
    assert "GATEWAY_UI_PORT=" in raised.value.detail


def test_a_port_whose_last_connection_has_just_ended_is_free():
    """What a server leaves behind for a minute keeps nobody from starting it again."""
    with listening("127.0.0.1") as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            accepted.close()  # the server's side waits the time out
            assert client.recv(1) == b""
    require_free(port, "GATEWAY_UI_PORT")


def test_asking_leaves_the_port_free():
    with listening("127.0.0.1") as probe:
        port = probe.getsockname()[1]
    for _ in range(2):
        require_free(port, "GATEWAY_UI_PORT")
    listening("127.0.0.1").close()
