"""The nights that the desk's tests look at, and how they come to be. 测试所见的夜晚"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from connectors.bank.flows.delinquency import assess
from connectors.bank.flows.receiving import open_nights
from connectors.bank.model import NightKey
from gateway.clock import SystemClock
from gateway.errors import GatewayError
from gateway.flows.bank_night import run
from gateway.launcher import counterparties, processes, sandbox_site
from gateway.launcher.databases import Access, provide
from gateway.launcher.options import Options
from gateway.launcher.secret_files import provide_secrets
from gateway.launcher.server import start_embedded
from gateway.wiring import Gateway, Places, build

SEED = "20260228"
FIRST, SECOND = date(2026, 2, 24), date(2026, 2, 25)
PROVED, OTHER = NightKey("990001", "ZH01", FIRST), NightKey("990003", "ZH01", FIRST)
# in quarantine; overdue; proved over no instruction at all
BAD, OVERDUE = NightKey("990001", "ZH01", SECOND), NightKey("990002", "ZH01", SECOND)
EMPTY = NightKey("990003", "ZH01", SECOND)

_PUBLISHED = {
    PROVED: (),
    OTHER: (),
    BAD: ("wrong_total",),
    EMPTY: ("empty_day", "statement_follows"),
}
_KNOWN_TO_CORE = (PROVED, OTHER, BAD)


@dataclass(frozen=True)
class Site:
    """The site: where its settings lie, and a gateway that may write."""

    places: Places
    gateway: Gateway


@contextmanager
def running_site(var: Path, port: int) -> Iterator[Site]:
    """A sandbox site with a server of its own, reconciled; stopped in the end."""
    options = Options(var, port, port, SEED, "")
    provide_secrets(options.secrets)
    server = start_embedded(var)
    try:
        access = provide(server, options.secrets)
        counterparties.prepare_banks(options)
        sandbox_site.write_site(options, access, SystemClock().now())
        _fill(options, access)
        banks = counterparties.start_banks(options)
        try:
            gateway = build(Places(options.secrets))
            _reconcile(gateway)
            yield Site(Places(options.secrets), gateway)
        finally:
            processes.stop(options.run, [banks])
    finally:
        server.stop()


def _fill(options: Options, access: Access) -> None:
    for key, faults in _PUBLISHED.items():
        chosen = [word for fault in faults for word in ("--fault", fault)]
        root = ("--root", str(options.sandbox))
        _sandbox("bank", "publish", *root, *_of(key), *chosen)
    url = access.url("core_system", "core_owner")
    dsn = f"host={url.query['host']} user={url.username} dbname={url.database}"
    fill = ("core", "fill", "--dsn", dsn, "--exchange-role", "core_exchange")
    for key in _KNOWN_TO_CORE:
        _sandbox(*fill, *_of(key), PGPASSWORD=str(url.password))


def _of(key: NightKey) -> tuple[str, ...]:
    return ("--seed", SEED, "--date", key.business_date.isoformat(), "--bank", key.bank)


def _sandbox(*arguments: str, **environ: str) -> None:
    command = [sys.executable, "-m", "sandbox", *arguments]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, env=os.environ | environ, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def _reconcile(gateway: Gateway) -> None:
    for day in (FIRST, SECOND):
        for bank in gateway.banks.values():
            for key in open_nights(bank, day):
                with suppress(GatewayError):  # some nights are meant to stop on the way
                    run(gateway.night(key))
        for bank in gateway.banks.values():
            assess(bank, "ZH01", day)
