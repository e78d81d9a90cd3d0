"""Ports: each must be free before anything is started on it. 端口"""

import socket

from gateway.errors import Code, NotConfigured

LOOPBACK = "127.0.0.1"


def require_free(port: int, variable: str) -> None:
    """Raise NotConfigured, naming the variable that moves it, when somebody listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as taken:
            raise NotConfigured(
                Code.SETTING_INVALID, detail=f"端口 {port} 已被占用，用 {variable}=… 换一个"
            ) from taken


def answers(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
