"""`gateway find`: a person's lines, by an account, a name or a loan number. 按人查找"""

import argparse
import sys

from gateway.cli.output import Answer, WrongUse
from gateway.cli.verbs.arguments import Subparsers
from gateway.flows.finding import TYPED_MAX, Line, find
from gateway.money import show_yuan
from gateway.wiring import build


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser. What is looked for is no argument: arguments stand in process lists."""
    found = verbs.add_parser(
        "find", parents=[every], help="按账号、姓名或贷款号查各晚的行；从标准输入读，不留痕"
    )
    found.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> Answer:
    """Read one line from standard input and list where that person stands, masked."""
    if sys.stdin.isatty():
        sys.stderr.write("账号、姓名或贷款号 / account, name or loan number: ")
    typed = _typed()
    if not typed:
        raise WrongUse("标准输入为空：请输入账号、姓名或贷款号")
    gateway = build()
    found = find(gateway.store, gateway.tokens, typed)
    count = f"{found.masked}：{len(found.lines)} 行" + ("，还有更多" if found.more else "")
    if found.waiting:
        count += f"（{found.waiting} 个大文件的标记尚未补齐，结果不全 / incomplete）"
    lines = [count, *(_shown(line) for line in found.lines)]
    data = {
        "masked": found.masked,
        "more": found.more,
        "waiting": found.waiting,
        "lines": [_data(o) for o in found.lines],
    }
    return Answer(lines, data)


def _typed() -> str:
    try:
        typed = sys.stdin.readline(TYPED_MAX + 1).strip()
        typed.encode()
    except UnicodeError:  # a terminal of GBK; the error holds what was typed
        raise WrongUse("标准输入不是 UTF-8 文本") from None
    return typed


def _shown(line: Line) -> str:
    place = f"{line.file_id} 第{line.line}行" if line.file_id else "—"
    what = f"{line.batch_no}-{line.serial}" if line.batch_no else str(line.serial)
    return f"  {line.key.label}  {line.where}  {what}  {show_yuan(line.fen)} 元  {place}"


def _data(line: Line) -> dict[str, object]:
    return {
        "night": line.key.label,
        "where": line.where,
        "file": line.file_id,
        "line": line.line,
        "batch": line.batch_no,
        "serial": line.serial,
        "fen": line.fen,
        "token": line.token,
    }
