"""Splitting a batch whose results are in (BDC106): drafted once, sums proved first. 本息分解"""

from connectors.bank.codec import encode_lines
from connectors.bank.flows.deducting import orders
from connectors.bank.flows.deducting.orders import Order
from connectors.bank.flows.parts import Bank
from connectors.bank.model import FileKind, SplitLine
from connectors.bank.model.deductions import Settled
from connectors.bank.rules.deduction.splitting import (
    Finished,
    require_equal,
    require_splittable,
    split_line,
)
from connectors.bank.store import batch_lines, batches
from connectors.bank.store.batches import Batch
from gateway.identity import business_id
from gateway.store import outbox
from gateway.store.outbox import Draft
from gateway.store.unit_of_work import UnitOfWork

KIND = "bank.split"


def split(bank: Bank, batch_id: str, bank_no: str) -> str:
    """Draft the split of a batch under the bank's number of it; returns the message's id.

    Raises RefusedHere before its results are in or for another number (B37), and when parts and
    whole differ: then nothing is drafted (B36).
    """
    message_id = business_id("split", batch_id)
    with bank.store.begin() as work:
        batch = batches.find(work, batch_id, lock=True)
        if outbox.find(work, message_id) is not None:
            return message_id
        taken = batch_lines.taken_of(work, batch_id)
        require_splittable(Finished(batch.state, batch.bank_no, taken.fen), bank_no)
        settled = [one for one in batch_lines.settled_of(work, batch) if one.taken_fen]
        lines = _lines(work, batch, settled)
        require_equal(lines, taken.fen)
        payload = orders.pack(_order(bank, batch, lines))
        code = bank.profile.code
        message = Draft(message_id, code, KIND, batch_id, batch.batch_no, payload)
        outbox.draft(bank.store, work, message)
    return message_id


def _lines(work: UnitOfWork, batch: Batch, settled: list[Settled]) -> list[SplitLine]:
    asked = {line.serial: line for line in batches.lines_of(work, batch.batch_id)}
    return [split_line(asked[one.serial], one) for one in settled]


def _order(bank: Bank, batch: Batch, lines: list[SplitLine]) -> Order:
    data = encode_lines(bank.layouts[FileKind.DEDUCTION_SPLIT], lines)
    return Order(
        count=len(lines),
        fen=sum(line.repaid_fen for line in lines),
        data=data,
        bank_no=batch.bank_no,
        principal_fen=sum(line.principal_fen for line in lines),
        interest_fen=sum(line.interest_fen for line in lines),
        penalty_fen=sum(line.penalty_fen for line in lines),
        fine_fen=sum(line.fine_fen for line in lines),
    )
