"""The split of a finished batch (BDC106): what was taken, part by part, to the fen. 本息分解"""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.bank.model.deductions import Line, Settled
from connectors.bank.model.requests import SplitLine
from connectors.bank.rules.deduction.states import BatchState
from gateway.errors import Code, RefusedHere

# Only a batch whose results are in has anything to split (结算接口文档：扣款完成后才能发起).
_SPLITTABLE = BatchState.RESULTS_IN


@dataclass(frozen=True, slots=True)
class Finished:
    """A batch as it stands when it is to be split; `bank_no` is the bank's own BatchNo of it."""

    state: BatchState
    bank_no: str
    taken_fen: int


def require_splittable(batch: Finished, bank_no: str) -> None:
    """Raises RefusedHere before the results are in, or for a number that is not this batch's.

    (B37.)
    """
    if batch.state is not _SPLITTABLE:
        raise RefusedHere(Code.SPLIT_TOO_EARLY, detail=batch.state.value)
    if not batch.bank_no or batch.bank_no != bank_no:
        raise RefusedHere(Code.SPLIT_TOO_EARLY, detail="BatchNo")


def split_line(line: Line, settled: Settled) -> SplitLine:
    """One line of the split: what the bank took of one borrower, allocated."""
    return SplitLine(
        serial=line.serial,
        detail_account=line.payer_account,
        detail_serial=settled.host_serial,
        id_number=line.borrower_id,
        contract_no=line.contract_no,
        borrower_name=line.borrower_name,
        repaid_fen=settled.taken_fen,
        principal_fen=settled.principal_fen,
        interest_fen=settled.interest_fen,
        penalty_fen=settled.penalty_fen,
        fine_fen=settled.fine_fen,
    )


def require_equal(lines: Sequence[SplitLine], taken_fen: int) -> None:
    """Each line's parts are what was repaid, and all lines together what the bank took (B36).

    Raises RefusedHere otherwise: nothing is sent.
    """
    for line in lines:
        parts = line.principal_fen + line.interest_fen + line.penalty_fen + line.fine_fen
        if parts != line.repaid_fen or min(parts, line.repaid_fen) <= 0:
            raise RefusedHere(Code.SPLIT_UNEQUAL, detail=f"第 {line.serial} 笔")
    if sum(line.repaid_fen for line in lines) != taken_fen:
        raise RefusedHere(Code.SPLIT_UNEQUAL, detail="合计")
