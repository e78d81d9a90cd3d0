"""Asking two people for a batch: its totals and the equation. 提请复核"""

from collections.abc import Iterator
from itertools import chain, repeat

from connectors.bank.model.deductions import Line
from connectors.bank.rules.proof import Equation, Sum
from connectors.bank.store import batches
from connectors.bank.store.batches import Batch
from gateway.money import show_yuan
from gateway.store import approvals
from gateway.store.approvals import Ask
from gateway.store.unit_of_work import UnitOfWork

APPROVAL = "bank.batch"


def ask_two_people(
    work: UnitOfWork, bank_name: str, batch: Batch, proof: Equation, barred: frozenset[str]
) -> str:
    """Ask for a batch to be released and approved; returns the approval's id."""
    key = batch.key
    title = f"{bank_name} {key.account} {key.business_date} 扣款批次 {batch.batch_no}"
    lines = (*_totals(batch, batches.lines_of(work, batch.batch_id)), *_proof(proof))
    wanted = Ask(APPROVAL, batch.batch_id, batch.digest, title, lines, barred)
    return approvals.ask(work, wanted)


def _totals(batch: Batch, lines: tuple[Line, ...]) -> Iterator[str]:
    yield f"本批 {_said(batch.total)}"
    parts = (
        ("本金", sum(line.principal_fen for line in lines)),
        ("利息", sum(line.interest_fen for line in lines)),
        ("罚息", sum(line.penalty_fen for line in lines)),
        ("违约金", sum(line.fine_fen for line in lines)),
    )
    yield "其中 " + "，".join(f"{title} {show_yuan(fen)} 元" for title, fen in parts)
    largest = max(line.fen for line in lines)
    accounts = len({line.payer_account for line in lines})
    in_part = sum(line.full_flag == "1" for line in lines)
    yield f"付款账户 {accounts} 个，单笔最大 {show_yuan(largest)} 元，允许部分扣款 {in_part} 笔"


def _proof(proof: Equation) -> Iterator[str]:
    """The equation, one term a line: in words, so that it can be added up by hand."""
    yield proof.title
    yield f"{proof.left_title} {_said(proof.left)}"
    signs = chain("=", repeat("+"))
    for sign, (title, part) in zip(signs, proof.right, strict=False):
        yield f"{sign} {title} {_said(part)}"


def _said(total: Sum) -> str:
    return f"{total.count} 笔 {show_yuan(total.fen)} 元"
