"""A batch's lines as the bank's file has them (BDC105). 扣款请求"""

from connectors.bank.model import DeductionRequestLine
from connectors.bank.model.deductions import Line
from connectors.core_system.model import DueInstalment

# 足额标志: all or nothing, or what there is (B07)
WHOLE, IN_PART = "0", "1"


def request_line(serial: int, asked: Line | DueInstalment) -> DeductionRequestLine:
    """One line: from whose account how much, and what the payer reads beside it."""
    return DeductionRequestLine(
        serial=serial,
        asked_fen=asked.fen,
        payer_account=asked.payer_account,
        payer_name=asked.payer_name,
        full_flag=full_flag(asked),
        summary=f"公积金还贷{asked.contract_no}",
        payer_bank_no=asked.payer_bank_no,
        opening_bank_no=asked.payer_bank_no,
        protocol_no=asked.mandate_no,
        loan_no=asked.loan_no,
        instalment_no=asked.instalment_no,
    )


def full_flag(asked: Line | DueInstalment) -> str:
    """Whether the bank may take less than all."""
    if isinstance(asked, Line):
        return asked.full_flag
    return IN_PART if asked.may_take_part else WHOLE
