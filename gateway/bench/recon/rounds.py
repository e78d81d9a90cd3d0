"""Rounds of candidates in rotated order, each run a fresh process and a fresh database. 轮次"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from statistics import median

from sqlalchemy import URL, text

from gateway.bench.measuring import cpu_of_server
from gateway.bench.recon import floor, ours
from gateway.bench.recon.site import open_night, store_of
from gateway.bench.recon.world import World
from gateway.store.database import connect

_RUN, _TEMPLATE = "bench_run", "bench_night"
_SECONDS_MAX = 3600


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the bench runs: a server, how to make databases on it, and places on the disk.

    `migrated` is a database with the gateway's schema; `data` the embedded server's directory,
    None for a server whose processor time cannot be seen from here.
    """

    admin: URL
    app: URL
    migrated: str
    data: Path | None
    scratch: Path
    schemas: Path


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one candidate; processor seconds of client and server together."""

    candidate: str
    lines: int
    seconds: float
    cpu: float
    peak_rss_mib: int
    stages: dict[str, float] = field(default_factory=dict)
    is_right: bool = True


def rounds(ground: Ground, world: World, candidates: Sequence[str], times: int) -> Iterator[Run]:
    """Every candidate that many times, each round beginning with another one."""
    _new_database(ground, _TEMPLATE, ground.migrated)
    with connect(ground.admin.set(database=_TEMPLATE)).begin() as admin:
        admin.execute(floor.TABLE)
    open_night(store_of(_url(ground, _TEMPLATE), ground.scratch), world)
    for number in range(times):
        turn = number % len(candidates)
        for candidate in (*candidates[turn:], *candidates[:turn]):
            _new_database(ground, _RUN, _TEMPLATE)
            yield _run(ground, world, candidate)


def _url(ground: Ground, database: str) -> str:
    return ground.app.set(database=database).render_as_string(hide_password=False)


def _new_database(ground: Ground, name: str, template: str) -> None:
    engine = connect(ground.admin, _SECONDS_MAX).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as admin:
        admin.execute(text(f"drop database if exists {name}"))
        admin.execute(text(f"create database {name} template {template}"))
        admin.execute(text("checkpoint"))


def _run(ground: Ground, world: World, candidate: str) -> Run:
    url = _url(ground, _RUN)
    places = (world.directory.parent, world.lines, url, ground.scratch, ground.schemas)
    before = cpu_of_server(ground.data) if ground.data else 0.0
    done = subprocess.run(  # noqa: S603 - the command is ours
        [sys.executable, "-m", "gateway.bench.recon.running", candidate, *map(str, places)],
        capture_output=True,
        timeout=_SECONDS_MAX,
        check=True,
    )
    after = cpu_of_server(ground.data) if ground.data else 0.0
    told = json.loads(done.stdout.splitlines()[-1])
    return Run(
        candidate=candidate,
        lines=world.lines,
        seconds=told["seconds"],
        cpu=told["client_cpu"] + after - before,
        peak_rss_mib=told["peak_rss_mib"],
        stages=told["stages"],
        is_right=_is_right(ground, world, candidate, url),
    )


def _is_right(ground: Ground, world: World, candidate: str, url: str) -> bool:
    """What stands in the tables against the truth; the floor decides nothing."""
    if candidate == "floor":
        return True
    if candidate == "ours":
        return ours.is_right(world, url, ground.scratch, ground.schemas)
    with store_of(url, ground.scratch).begin() as work:
        told = ours.outcomes(work).write_csv(include_header=False).encode()
    return sha256(told).hexdigest() == world.outcomes_digest


@dataclass(frozen=True, slots=True)
class Ratio:
    """What one candidate takes over what another takes, each by its median, a line for a line."""

    of: str
    over: str
    wall: float
    cpu: float


def ratio(runs: Sequence[Run], of: str, over: str) -> Ratio:
    """Medians a line of right runs alone: a wrong result has no time."""
    mine, theirs = _right(runs, of), _right(runs, over)
    wall = _a_line(mine, "seconds") / _a_line(theirs, "seconds")
    return Ratio(of, over, wall, _a_line(mine, "cpu") / _a_line(theirs, "cpu"))


def _right(runs: Sequence[Run], candidate: str) -> list[Run]:
    return [run for run in runs if run.candidate == candidate and run.is_right]


def _a_line(runs: Sequence[Run], figure: str) -> float:
    return float(median(getattr(run, figure) / run.lines for run in runs))
