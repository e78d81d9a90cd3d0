"""`gateway bank infer-layout FILE`: propose a layout, with every doubt about it. 推断格式"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from connectors.bank.codec import decode, layout_of
from connectors.bank.codec.inferring import Unknowable, infer
from connectors.bank.settings import Limits
from gateway.cli.output import Answer, shown
from gateway.cli.verbs.arguments import Subparsers
from gateway.cli.verbs.tries import bytes_of
from gateway.errors import Code, Finding, MalformedMessage, NotConfigured
from gateway.wiring import Places
from gateway.wiring.reading import read_json


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    group = verbs.add_parser("bank", help="银行接入").add_subparsers(required=True, metavar="VERB")
    found = group.add_parser(
        "infer-layout", parents=[every], help="为不认识的文件提出一个格式定义，逐条列出疑点"
    )
    found.add_argument("file", type=Path, metavar="FILE")
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Print a layout to be looked at by a person; nothing is stored, nothing is believed.

    Raises MalformedMessage with the reason when none can be proposed.
    """
    data = bytes_of(parsed.file)
    try:
        proposal = infer(parsed.file.name, data)
    except Unknowable as reason:
        raise MalformedMessage(Code.LAYOUT_NOT_INFERRED, detail=str(reason)) from reason
    left = _left(proposal.data, data)
    doubts = [*proposal.doubts, *(f"用它读这个文件仍有：{finding}" for finding in left)]
    facts = {"layout": dict(proposal.data), "doubts": doubts, "reads": not left}
    return Answer([*_comments(parsed.file.name, doubts), _yaml(proposal.data)], facts)


def _left(proposed: Mapping[str, Any], data: bytes) -> Sequence[Finding]:
    """What a layout made of the proposal still finds in the file."""
    schema = read_json(Places.from_environment().schemas / "bank" / "layout.schema.json")
    try:
        layout = layout_of(dict(proposed), schema)
    except NotConfigured as unsound:
        raise MalformedMessage(Code.LAYOUT_NOT_INFERRED, detail=unsound.detail) from unsound
    return decode(layout, data, Limits().lines_max).findings


def _comments(name: str, doubts: Sequence[str]) -> list[str]:
    listed = [f"# 疑点 {number}：{doubt}" for number, doubt in enumerate(doubts, start=1)]
    return [f"# 由 {shown(name)} 推断，须经人核对 / proposed, to be checked by a person", *listed]


def _yaml(data: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False, width=100).rstrip()
