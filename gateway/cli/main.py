"""`gateway …`: one table of verbs, one way to answer and to fail. 入口"""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NoReturn

import structlog

from gateway.cli.output import (
    Answer,
    Exit,
    WrongUse,
    answer_of,
    answer_of_bug,
    answer_of_wrong_use,
    trace,
)
from gateway.errors import GatewayError
from gateway.log import configure

Verb = Callable[[argparse.Namespace], Answer]

# In the order the help shows them, each with its module where that has another name. A module adds
# its parser and names the function that answers; only the one that is asked for is loaded.
_VERBS = (
    "check", "show", "find", "journal", "evidence", "keys", "approvals", "try", "bank",
    "deductions", "reconcile", "proof", "morning", "statement", "night", "breaks", "explain", "day",
    "reveal", "purge", "shred", "housekeep", "listen", "delinquency", "dates", "calendar",
    "migrate", "docs", "bench", "advices",
)  # fmt: skip
_MODULES = {"try": "tries"}


class _Parser(argparse.ArgumentParser):
    """A parser that leaves it to `answer` how a wrong word is told: as text or as JSON."""

    def error(self, message: str) -> NoReturn:
        """Raises WrongUse; argparse itself would print and end the process."""
        raise WrongUse(f"{message}（{self.prog} --help）")


def parser(verb: str = "") -> argparse.ArgumentParser:
    """The command line of one verb, or the whole of it; `--json` goes with every verb."""
    every = argparse.ArgumentParser(add_help=False)
    every.add_argument("--json", action="store_true", help="机器可读输出 / for programs")
    every.add_argument("--verbose", action="store_true", help="把日志写到标准错误 / log to stderr")
    top = _Parser(prog="gateway", description="住房公积金数据交换网关 / exchange gateway")
    verbs = top.add_subparsers(required=True, metavar="VERB")
    for name in (verb,) if verb in _VERBS else _VERBS:
        module = import_module(f"gateway.cli.verbs.{_MODULES.get(name, name)}")
        module.add_to(verbs, every)
    return top


def answer(arguments: Sequence[str] | None = None) -> tuple[Answer, bool]:
    """Parse, run, and answer; the flag says whether as JSON."""
    words = sys.argv[1:] if arguments is None else arguments
    # looked for in the words themselves: wrong words are told as JSON too
    as_json = "--json" in words
    try:
        return _run(words), as_json
    except WrongUse as wrong:
        return answer_of_wrong_use(wrong), as_json
    except GatewayError as error:
        return answer_of(error), as_json
    except Exception as bug:  # whoever asked for JSON gets JSON
        sys.stderr.write(trace(bug))
        return answer_of_bug(bug), as_json


def _run(words: Sequence[str]) -> Answer:
    # bytes that are no text come as lone surrogates, which neither database nor terminal takes
    if not all(map(_is_text, words)):
        raise WrongUse("参数不是 UTF-8 文本")
    parsed = parser(*words[:1]).parse_args(words)
    _configure_log(verbose=parsed.verbose)
    run_verb: Verb = parsed.run
    return run_verb(parsed)


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _configure_log(*, verbose: bool) -> None:
    configure(sys.stderr)
    if not verbose:
        quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
        structlog.configure(wrapper_class=quiet)


def run() -> None:
    """The command: print the answer and exit with its code."""
    answered, as_json = answer()
    # a wrong word is told where a shell's user expects it; JSON always goes to who reads it
    wrong = answered.exit is Exit.USAGE and not as_json
    (sys.stderr if wrong else sys.stdout).write(answered.text(as_json=as_json) + "\n")
    sys.exit(answered.exit)


if __name__ == "__main__":
    run()
