"""What can be written to a file: JSON, PDF or XLSX of a report. 写成文件"""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from gateway.cli.output import WrongUse
from gateway.cli.writing import write_new
from gateway.documents.printing import to_pdf
from gateway.documents.tables import Report
from gateway.documents.xlsx import to_xlsx

PRINTERS: Mapping[str, Callable[[Report], bytes]] = {"pdf": to_pdf, "xlsx": to_xlsx}


def add_file(parser: argparse.ArgumentParser) -> None:
    """`--format` and `--to`: without them the answer is printed."""
    parser.add_argument(
        "--format", choices=("json", *PRINTERS), help="写成文件的格式 / form of the file"
    )
    parser.add_argument("--to", type=Path, help="新文件，不覆盖 / a new file, never over another")


def require_both(parsed: argparse.Namespace) -> None:
    """Raises WrongUse for a form without a file, or a file without a form."""
    if (parsed.format is None) != (parsed.to is None):
        raise WrongUse("--format 与 --to 须一起使用")


def write(parsed: argparse.Namespace, report: Report, as_json: bytes) -> int:
    """Write the file that was asked for; returns its size. Raises NotConfigured where one is."""
    printer = PRINTERS.get(parsed.format)
    made = printer(report) if printer else as_json
    write_new(parsed.to, made)
    return len(made)
