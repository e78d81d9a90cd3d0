"""`gateway show ID`: one thing's life, a line a step, personal data masked. 查看"""

import argparse

from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers
from gateway.flows import showing
from gateway.grades import legend
from gateway.wiring import build

_MEANING = ("proves", "proves_not", "proves_en", "proves_not_en")


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    found = verbs.add_parser("show", parents=[every], help="一件事的经过（编号或编号前缀）")
    found.add_argument("id", help="night-… file-… receipt-… postings-… break-… alarm-…")
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Show it."""
    life = showing.show(build().store, parsed.id)
    steps = [
        {
            "seq": step.seq,
            "at": step.at.isoformat(),
            "event": step.event,
            "title": step.title,
            "facts": step.facts,
            "grade": step.grade_text,
        }
        for step in life.steps
    ]
    data = {
        "id": life.id,
        "title": life.title,
        "state": life.state,
        "particulars": dict(life.particulars),
        "steps": steps,
        "legend": [
            {"grade": meaning.grade.name, "title": meaning.grade.value}
            | {name: getattr(meaning, name) for name in _MEANING}
            for meaning in legend(life.grades)
        ],
        "related": [{"id": identity, "title": title} for identity, title in life.related],
    }
    return Answer(showing.lines(life), data)
