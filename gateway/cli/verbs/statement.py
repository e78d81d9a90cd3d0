"""`gateway statement monthly …`: bank balance and books of a month, reconciled. 余额调节表"""

import argparse
import json
from datetime import date, datetime

from connectors.bank.flows.balancing import draw_up
from connectors.bank.printed.monthly import conclusion, monthly_report, to_json
from connectors.bank.rules.balancing import BalanceStatement
from gateway.cli.output import Answer, Exit
from gateway.cli.verbs.arguments import Subparsers, add_account, own_account
from gateway.cli.verbs.printed import add_file, require_both, write
from gateway.money import show_yuan
from gateway.wiring import build


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parser and that of its part."""
    found = verbs.add_parser("statement", help="银行存款余额调节表")
    parts = found.add_subparsers(required=True, metavar="WHAT")
    monthly = parts.add_parser("monthly", parents=[every], help="一个专户一个月")
    add_account(monthly)
    monthly.add_argument("--month", required=True, type=a_month, help="月份 YYYY-MM")
    add_file(monthly)
    monthly.set_defaults(run=run)


def a_month(text: str) -> date:
    """The first day of a month as it is typed."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} 不是月份，应为 YYYY-MM") from None


def run(parsed: argparse.Namespace) -> Answer:
    """Draw it up; two sides that are not equal end with an exit code of their own and ring."""
    require_both(parsed)
    gateway = build()
    code, account = own_account(gateway, parsed)
    statement = draw_up(gateway.bank(code), account, parsed.month)
    written = []
    if parsed.to:
        write(parsed, monthly_report(statement), to_json(statement))
        written = [f"已写 {parsed.to}"]
    end = Exit.OK if statement.balanced else Exit.OUR_BUG
    return Answer([*_lines(statement), *written], {"statement": _facts(statement)}, end)


def _lines(statement: BalanceStatement) -> list[str]:
    sums = (
        ("银行对账单余额", statement.bank_fen), ("调节后银行余额", statement.adjusted_bank_fen),
        ("账面余额", statement.book_fen), ("调节后账面余额", statement.adjusted_book_fen),
    )  # fmt: skip
    return [
        f"银行存款余额调节表  {statement.label}",
        *(f"  {title}  {show_yuan(fen)}" for title, fen in sums),
        f"  未达账项 {len(statement.items)} 项",
        conclusion(statement),
    ]


def _facts(statement: BalanceStatement) -> dict[str, object]:
    whole: dict[str, object] = json.loads(to_json(statement))
    return whole | {
        "bank_fen": statement.bank_fen,
        "book_fen": statement.book_fen,
        "adjusted_bank_fen": statement.adjusted_bank_fen,
        "adjusted_book_fen": statement.adjusted_book_fen,
        "difference_fen": statement.difference_fen,
    }
