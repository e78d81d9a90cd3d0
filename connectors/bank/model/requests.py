"""What we send a bank: lines of a deduction batch and of its split. 扣款请求与本息分解"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DeductionRequestLine:
    """One line of a deduction batch (BDC105), amount in fen.

    `full_flag` 足额标志: "0" all or nothing, "1" what there is. The bank numbers, the address and
    the protocol number (多方协议号) stand in cross-bank and mixed files only; loan and instalment
    where the bank's result has to name them again.
    """

    serial: int
    asked_fen: int
    payer_account: str = field(repr=False)
    payer_name: str = field(repr=False)
    full_flag: str = "0"
    summary: str = field(default="", repr=False)
    payer_bank_no: str = ""
    opening_bank_no: str = ""
    payer_address: str = field(default="", repr=False)
    protocol_no: str = ""
    loan_no: str = ""
    instalment_no: int = 0


@dataclass(frozen=True, slots=True)
class SplitLine:
    """One line of the split of a batch (BDC106), amounts in fen.

    `repaid` is what the bank took and is principal, interest, penalty (罚息) and fine (违约金)
    together. `offset` is what the borrower's fund account paid, with parts of its own. The file
    has penalty before fine in the first group and fine before penalty in the second.
    """

    serial: int
    detail_account: str = field(repr=False)
    detail_serial: str
    id_number: str = field(repr=False)
    contract_no: str = field(repr=False)
    borrower_name: str = field(repr=False)
    repaid_fen: int
    principal_fen: int
    interest_fen: int
    penalty_fen: int
    fine_fen: int
    offset_fen: int = 0
    offset_principal_fen: int = 0
    offset_interest_fen: int = 0
    offset_penalty_fen: int = 0
    offset_fine_fen: int = 0
    summary: str = field(default="", repr=False)
    remark: str = field(default="", repr=False)
