"""The verbs of the sandbox: ``python -m sandbox …``. 沙箱命令行."""

import argparse
import sys
from collections.abc import Sequence

from sandbox.verbs import bank, ca, core, months, rest, settlement, soap, truth, tsa

_VERBS = (bank, ca, core, months, rest, settlement, soap, truth, tsa)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; a refusal is one line on standard error and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    names = " | ".join(module.__name__.rpartition(".")[2] for module in _VERBS)
    verbs = parser.add_subparsers(required=True, metavar=names)
    for module in _VERBS:
        module.add_to(verbs)
    args = parser.parse_args(argv)
    try:
        args.run(args)
    except (ValueError, OSError, RuntimeError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
