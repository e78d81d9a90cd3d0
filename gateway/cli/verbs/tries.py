"""`gateway try bank --layout L FILE…`: gate and decode a file offline. 离线试读"""

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path

from connectors.bank.codec import (
    Layout,
    decode_all,
    flag_name,
    matching_name,
    name_parts,
    read_flag,
)
from connectors.bank.codec.names import FLAG_BYTES_MAX
from connectors.bank.model import DecodedFile, FileName
from connectors.bank.rules.gate import Envelope, envelope_findings
from connectors.bank.settings import Limits
from gateway.cli.output import Answer, Exit, shown
from gateway.cli.verbs.arguments import Subparsers
from gateway.errors import Code, Finding, MalformedMessage, NotConfigured
from gateway.wiring import Places
from gateway.wiring.agreed import load_layout

_LIMITS = Limits()
# What may stay unlooked at, in the order it is told.
_UNCHECKED = {"name": "文件名", "flag": "标志文件", "signature": "签名"}
_COMPANIONS = ["flag", "signature"]


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser."""
    group = verbs.add_parser("try", help="离线试读一个文件").add_subparsers(
        required=True, metavar="CONNECTOR"
    )
    found = group.add_parser(
        "bank", parents=[every], help="银行文件：检查、解码、控制总数、错误位置"
    )
    found.add_argument("--layout", required=True, help="schemas/bank 中的格式名")
    found.add_argument("files", nargs="+", type=Path, metavar="FILE")
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Try each file; quarantined when any would be. No database, no key, nothing is stored."""
    layout = load_layout(Places.from_environment().schemas, parsed.layout)
    tried = [_try(layout, path) for path in parsed.files]
    lines = [line for each, _ in tried for line in each]
    data = {"layout": layout.name, "files": [each for _, each in tried]}
    accepted = all(each["verdict"] == "accepted" for _, each in tried)
    return Answer(lines, data, Exit.OK if accepted else Exit.QUARANTINED)


def _try(layout: Layout, path: Path) -> tuple[Sequence[str], dict[str, object]]:
    data = bytes_of(path)
    decoded = decode_all(layout, data, _LIMITS.lines_max)
    companions, unchecked = _companions(layout, path, data)
    found = [*companions, *(finding for each in decoded for finding in each.findings)]
    return _lines(path, decoded, found, unchecked), _data(path, decoded, found, unchecked)


def bytes_of(path: Path) -> bytes:
    """A file's bytes. Raises NotConfigured for what is none, MalformedMessage for too many."""
    # looked at first: a device has no end, and to open a pipe waits for a writer
    if not path.is_file():
        raise NotConfigured(Code.FILE_NOT_HERE, detail=path.name)
    try:
        with path.open("rb") as file:
            # one byte more than may be there: the file may grow while it is read
            data = file.read(_LIMITS.file_bytes_max + 1)
    except OSError as unreadable:
        raise NotConfigured(Code.FILE_NOT_HERE, detail=path.name) from unreadable
    if len(data) > _LIMITS.file_bytes_max:
        raise MalformedMessage(Code.FILE_TOO_LARGE, detail=path.name)
    return data


def _companions(layout: Layout, path: Path, data: bytes) -> tuple[Sequence[Finding], Sequence[str]]:
    """What name and flag show, and which proofs were not looked at.

    A flag may lie beside the file; a signature is never checked here, it needs the key ring.
    """
    if not layout.file_name:
        return [], list(_UNCHECKED)
    if all(name_parts(each, path.name) is None for each in (layout, *layout.versions)):
        return [Finding(Code.FILE_NAME_UNKNOWN)], _COMPANIONS
    name, flag = matching_name(layout, path.name), flag_name(layout, path.name)
    if name is None or flag is None or not path.with_name(flag).is_file():
        return [], _COMPANIONS
    envelope = _envelope(layout, name, (path.with_name(flag), data))
    return list(envelope_findings(envelope)), ["signature"]


def _envelope(layout: Layout, name: FileName, read: tuple[Path, bytes]) -> Envelope:
    flag_path, data = read
    with flag_path.open("rb") as file:
        flag = read_flag(layout, file.read(FLAG_BYTES_MAX))
    return Envelope(name, flag, len(data), hashlib.sha256(data).hexdigest())


def _lines(
    path: Path, decoded: Sequence[DecodedFile], found: Sequence[Finding], unchecked: Sequence[str]
) -> Sequence[str]:
    left = f"  未检查：{'、'.join(_UNCHECKED[each] for each in unchecked)}"
    if found:
        return [
            f"✗ {shown(path.name)}  隔离 quarantined",
            *(f"  {finding}" for finding in found),
            left,
        ]
    count = sum(each.line_count for each in decoded)
    several = f"  对账单 {len(decoded)} 份" if len(decoded) > 1 else ""
    marked = [f"  暂挂 held：{finding}" for each in decoded for finding in each.held]
    marked += [
        f"  特例 quirk：{name} × {times}" for each in decoded for name, times in each.quirks.items()
    ]
    return [
        f"✓ {shown(path.name)}  受理 accepted  明细 {count} 行{several}",
        *(f"  {_totals(each)}（金额为分）" for each in decoded),
        *marked,
        left,
    ]


def _totals(decoded: DecodedFile) -> str:
    return "  ".join(f"{name}={value}" for name, value in decoded.controls.items())


def _data(
    path: Path, decoded: Sequence[DecodedFile], found: Sequence[Finding], unchecked: Sequence[str]
) -> dict[str, object]:
    return {
        "file": path.name,
        "verdict": "quarantined" if found else "accepted",
        "lines": sum(each.line_count for each in decoded),
        "controls": dict(decoded[0].controls),
        "statements": [dict(each.controls) for each in decoded],
        "unchecked": list(unchecked),
        "quirks": {name: times for each in decoded for name, times in each.quirks.items()},
        "held": [_told(finding) for each in decoded for finding in each.held],
        "errors": [_told(finding) for finding in found],
    }


def _told(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code.name,
        "zh": finding.code.value.zh,
        "line": finding.line,
        "column": finding.column,
        "field": finding.field,
    }
