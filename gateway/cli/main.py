"""`gateway …`: one table of verbs, one way to answer and to fail. 入口"""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence

import structlog

from gateway.cli.output import Answer, answer_of
from gateway.cli.verbs import (
    calendar,
    check,
    dates,
    docs,
    journal,
    migrate,
    proof,
    reconcile,
    show,
    tries,
)
from gateway.errors import GatewayError
from gateway.log import configure

Verb = Callable[[argparse.Namespace], Answer]

# Each module adds its parser and names the function that answers.
_VERBS = (check, show, journal, tries, reconcile, proof, dates, calendar, migrate, docs)


def parser() -> argparse.ArgumentParser:
    """The whole command line; `--json` goes with every verb."""
    every = argparse.ArgumentParser(add_help=False)
    every.add_argument("--json", action="store_true", help="机器可读输出 / for programs")
    every.add_argument("--verbose", action="store_true", help="把日志写到标准错误 / log to stderr")
    top = argparse.ArgumentParser(
        prog="gateway", description="住房公积金数据交换网关 / exchange gateway"
    )
    verbs = top.add_subparsers(required=True, metavar="VERB")
    for module in _VERBS:
        module.add_to(verbs, every)
    return top


def answer(arguments: Sequence[str] | None = None) -> tuple[Answer, bool]:
    """Parse, run, and answer; the flag says whether as JSON."""
    parsed = parser().parse_args(arguments)
    _configure_log(verbose=parsed.verbose)
    try:
        run_verb: Verb = parsed.run
        return run_verb(parsed), parsed.json
    except GatewayError as error:
        return answer_of(error), parsed.json


def _configure_log(*, verbose: bool) -> None:
    configure(sys.stderr)
    if not verbose:
        quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
        structlog.configure(wrapper_class=quiet)


def run() -> None:
    """The command: print the answer and exit with its code."""
    answered, as_json = answer()
    sys.stdout.write(answered.text(as_json=as_json) + "\n")
    sys.exit(answered.exit)


if __name__ == "__main__":
    run()
