"""`gateway bench recon`: a bank's night of many lines over the floor of this machine. 对账性能"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from statistics import median

from gateway.bench.recon.rounds import Ground, Run, ratio, rounds
from gateway.bench.recon.world import World, world_of
from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers
from gateway.launcher.databases import provide
from gateway.launcher.server import start_embedded
from gateway.wiring import Places

_LINES, _ROUNDS = 100_000, 3
_LINES_MIN, _LINES_MAX = 1_000, 20_000_000
# The slow ways are measured on fewer lines and counted a line for a line.
_FEWER = {"orm": 50, "pandas": 10}
_FEWEST = 2_000
_GROWTH = 10
# Named with every figure: what a night costs besides, and is not in it.
LEFT_OUT = (
    "经线路接收与归档加密（收件阶段）",
    "核心系统取数（账册作为存档读入，指令事前已入库）",
    "个人信息标记（巡检时补）",
    "入账报文（本夜账上均已入账）",
)


def add_to(kinds: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    recon = kinds.add_parser("recon", parents=[every], help="一夜对账对机器下限、ORM、pandas")
    recon.add_argument("--lines", type=_lines, default=_LINES, metavar="N")
    recon.add_argument("--rounds", type=int, choices=range(1, 21), default=_ROUNDS, metavar="1-20")
    recon.add_argument("--growth", action="store_true", help=f"另测 {_GROWTH} 倍行数")
    recon.add_argument("--only-floor", action="store_true", help="不测 ORM 与 pandas")
    recon.set_defaults(run=run)


def _lines(text: str) -> int:
    if not text.isdecimal() or not _LINES_MIN <= int(text) <= _LINES_MAX:
        raise argparse.ArgumentTypeError(f"行数应为 {_LINES_MIN} 至 {_LINES_MAX}")
    return int(text)


def run(parsed: argparse.Namespace) -> Answer:
    """Measure and print; the exit is 0 whatever the figures are: a shared machine is no judge."""
    with _ground() as ground:
        worlds = ground.scratch.parent / "bench"
        world = world_of(worlds, parsed.lines)
        runs = list(rounds(ground, world, ("floor", "ours"), parsed.rounds))
        for candidate, fewer in () if parsed.only_floor else _FEWER.items():
            small = world_of(worlds, max(parsed.lines // fewer, min(parsed.lines, _FEWEST)))
            runs += rounds(ground, small, (candidate,), 1)
        if parsed.growth:
            large = world_of(worlds, parsed.lines * _GROWTH)
            runs += rounds(ground, large, ("ours",), 1)
    return _answer(world, runs)


@contextmanager
def _ground() -> Iterator[Ground]:
    """A server of this run's own in a new directory; nothing of it stays but the nights."""
    var = Path(os.environ.get("GATEWAY_VAR", "var")).absolute()
    var.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="bench-", dir=var))
    server = start_embedded(scratch)
    try:
        access = provide(server, scratch / "secrets")
        yield Ground(
            admin=server.admin(),
            app=access.url("gateway", "gateway_app"),
            migrated="gateway",
            data=server.data,
            scratch=scratch,
            schemas=Places(scratch).schemas,
        )
    finally:
        server.stop()
        shutil.rmtree(scratch, ignore_errors=True)


def _answer(world: World, runs: Sequence[Run]) -> Answer:
    same = [one for one in runs if one.lines == world.lines]
    over_floor = ratio(same, "ours", "floor")
    slower = {of: ratio(runs, of, "ours") for of in _FEWER if _has(runs, of)}
    ours = [one for one in same if one.candidate == "ours"]
    grown = [one for one in runs if one.lines > world.lines]
    data = {
        "lines": world.lines,
        "input_digest": world.input_digest,
        "load": os.getloadavg(),
        "ratio_to_floor": _rounded(over_floor.wall),
        "cpu_ratio_to_floor": _rounded(over_floor.cpu),
        "peak_rss_mib": max(one.peak_rss_mib for one in runs if one.candidate == "ours"),
        "digest_ok": all(one.is_right for one in runs),
        **{f"ratio_to_{name}": _rounded(one.cpu) for name, one in slower.items()},
        **{f"growth_{_GROWTH}x": _growth(ours, one) for one in grown},
        "runs": [asdict(one) for one in runs],
        "left_out": LEFT_OUT,
    }
    return Answer(_shown(world, runs, data), data)


def _has(runs: Sequence[Run], candidate: str) -> bool:
    return any(one.candidate == candidate and one.is_right for one in runs)


def _growth(small: Sequence[Run], large: Run) -> float:
    return _rounded(large.cpu / median(one.cpu for one in small))


def _rounded(figure: float) -> float:
    return round(figure, 3)


def _shown(world: World, runs: Sequence[Run], data: Mapping[str, object]) -> list[str]:
    ratios = [f"  {name}  {data[name]}" for name in data if name.startswith(_TOLD)]
    return [
        f"{world.lines:,} 行，输入摘要 {world.input_digest[:16]}，负载 {os.getloadavg()[0]:.1f}",
        *map(_line, runs),
        *ratios,
        "未计入：" + "；".join(LEFT_OUT),
    ]


_TOLD = ("ratio", "cpu_ratio", "growth", "peak", "digest_ok")


def _line(one: Run) -> str:
    stages = " ".join(f"{name} {seconds:.2f}" for name, seconds in one.stages.items())
    said = "" if one.is_right else "  结果不对，时间作废"
    return (
        f"  {one.candidate:<6} {one.lines:>10,} 行  {one.seconds:8.2f} 秒  CPU {one.cpu:7.2f} 秒"
        f"  内存 {one.peak_rss_mib} MiB  {stages}{said}"
    )
