"""`gateway bench`: figures of this machine, as ratios within one run. 性能对照"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from gateway.bench import round_trip, signing
from gateway.bench.measuring import Rate, Ratio, stay_on_one_core
from gateway.cli.output import Answer
from gateway.cli.verbs import bench_recon
from gateway.cli.verbs.arguments import Subparsers
from gateway.clock import SystemClock

_ROUNDS, _SECONDS = 5, 0.5
_SECONDS_MAX = 60


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    bench = verbs.add_parser("bench", parents=[every], help="性能对照（同一次运行内的比值）")
    kinds = bench.add_subparsers(required=True, metavar="WHAT")
    what = kinds.add_parser("signing", parents=[every], help="签名、摘要、加密与往返")
    what.add_argument("--rounds", type=int, choices=range(1, 21), default=_ROUNDS, metavar="1-20")
    what.add_argument(
        "--seconds", type=_seconds, default=_SECONDS, help=f"每项的处理器秒数，至多 {_SECONDS_MAX}"
    )
    what.set_defaults(run=run)
    bench_recon.add_to(kinds, every)


def _seconds(text: str) -> float:
    """A time to measure for: some, and an end to it."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= _SECONDS_MAX:  # NaN is neither
        raise argparse.ArgumentTypeError(f"秒数应大于 0，至多 {_SECONDS_MAX}")
    return seconds


def run(parsed: argparse.Namespace) -> Answer:
    """Measure and print; the exit is 0 whatever the figures are: a shared machine is no judge."""
    core, at = stay_on_one_core(), SystemClock().now()
    ratios = [
        *signing.against_openssl(parsed.rounds, parsed.seconds),
        *round_trip.against_unsigned(parsed.seconds, at),
    ]
    rates = [
        *signing.algorithms(parsed.seconds),
        *signing.digests(parsed.seconds),
        *signing.ciphers(parsed.seconds),
        *signing.files(parsed.seconds, at),
    ]
    head = f"处理器核 {'未固定' if core is None else core}，{parsed.rounds} 轮取中位数"
    data = {
        "core": core,
        "rounds": parsed.rounds,
        "ratios": [asdict(one) | {"ratio": round(one.ratio, 3)} for one in ratios],
        "rates": [asdict(one) for one in rates],
    }
    return Answer([head, *map(_ratio, ratios), *_rates(rates)], data)


def _ratio(one: Ratio) -> str:
    asked = f"（要求 ≥ {one.target}）" if one.target else ""
    return (
        f"  {one.name}  {one.ratio:.2f}×{asked}"
        f"  本方 {one.ours:,.0f} 对照 {one.theirs:,.0f} {one.unit}"
    )


def _rates(rates: Sequence[Rate]) -> list[str]:
    return [f"  {one.name}  {one.per_second:,.0f} {one.unit}" for one in rates]
