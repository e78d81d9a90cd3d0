"""What a start can be told, by environment variables. 启动选项"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import Code, NotConfigured
from gateway.wiring.places import ROOT

_PORT_MAX = 65535
# by the number of its standard, RFC 3161
_TSA_PORT = 3161
# The settlement platform, and our listener for what it pushes.
_PLATFORM_PORT, _LISTEN_PORT = 9105, 9100
_PORTS = {
    "GATEWAY_UI_PORT": 8080,
    "GATEWAY_SFTP_PORT": 2222,
    "GATEWAY_TSA_PORT": _TSA_PORT,
    "GATEWAY_PLATFORM_PORT": _PLATFORM_PORT,
    "GATEWAY_LISTEN_PORT": _LISTEN_PORT,
}


@dataclass(frozen=True, slots=True)
class Options:
    """Where things go and on which ports; everything has a default."""

    var: Path
    ui_port: int
    sftp_port: int
    seed: str
    database_url: str
    tsa_port: int = _TSA_PORT
    platform_port: int = _PLATFORM_PORT
    listen_port: int = _LISTEN_PORT
    # whether the site takes part in the deduction circle of the real day too
    circle: bool = False

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Options":
        """Read GATEWAY_VAR, the ports, GATEWAY_SEED and the database's address.

        Raises NotConfigured naming the variable that makes no sense.
        """
        ports = [_port(environ, *each) for each in _PORTS.items()]
        ui_port, sftp_port, tsa_port, platform_port, listen_port = ports
        if len(set(ports)) < len(ports):
            names = " ".join(f"{name}={port}" for name, port in zip(_PORTS, ports, strict=True))
            raise NotConfigured(Code.SETTING_INVALID, detail=names)
        return cls(
            var=Path(environ.get("GATEWAY_VAR") or ROOT / "var").resolve(),
            ui_port=ui_port,
            sftp_port=sftp_port,
            seed=environ.get("GATEWAY_SEED") or "20260228",
            database_url=environ.get(DATABASE_VARIABLE, ""),
            tsa_port=tsa_port,
            platform_port=platform_port,
            listen_port=listen_port,
        )

    @property
    def secrets(self) -> Path:
        """The site's secrets directory."""
        return self.var / "secrets"

    @property
    def sandbox(self) -> Path:
        """The sandbox banks' own directory."""
        return self.var / "sandbox" / "bank"

    @property
    def run(self) -> Path:
        """Where running processes are written down."""
        return self.var / "run"

    @property
    def logs(self) -> Path:
        """Where processes and tasks write their logs."""
        return self.var / "logs"


# How the launcher is told of the site's own server; it holds the administrator's password.
DATABASE_VARIABLE = "GATEWAY_DATABASE_URL"


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) <= _PORT_MAX:
        raise NotConfigured(Code.SETTING_INVALID, detail=name)
    return int(text)
