"""Everything a bank can do wrong, by name. 故障表.

A fault acts in one place only: on the values of the result file, on its bytes before signing,
on the values of the statement, or on the way the companions are published.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sandbox.files import byte_faults, line_faults, statement_faults
from sandbox.files.result import ResultFile
from sandbox.files.statement import StatementFile


class Fault(StrEnum):
    """The name of a fault, as the command line takes it."""

    NO_FLAG = "no_flag"
    NO_SIGNATURE = "no_signature"
    WRONG_SIGNATURE = "wrong_signature"
    SIGNED_OTHER_BYTES = "signed_other_bytes"
    FLIPPED_BYTE = "flipped_byte"
    FLIPPED_BYTE_REFLAGGED = "flipped_byte_reflagged"
    WRONG_TOTAL = "wrong_total"
    WRONG_COUNT = "wrong_count"
    MISSING_TRAILER = "missing_trailer"
    CUT_LINE = "cut_line"
    HALF_CHARACTER = "half_character"
    WRONG_ACCOUNT = "wrong_account"
    WRONG_DATE = "wrong_date"
    DUPLICATE_LINE = "duplicate_line"
    MISSING_LINE = "missing_line"
    EXTRA_LINE = "extra_line"
    ALTERED_LOAN = "altered_loan"
    DOUBLE_DEDUCTION = "double_deduction"
    UNKNOWN_CODE = "unknown_code"
    AMOUNT_WITH_COMMA = "amount_with_comma"
    BROKEN_CHAIN = "broken_chain"
    STATEMENT_LUMP_OFF = "statement_lump_off"
    STATEMENT_FOLLOWS = "statement_follows"
    EMPTY_DAY = "empty_day"
    OTHER_CONTENT_SAME_NAME = "other_content_same_name"
    BOM = "bom"
    LATE = "late"


OnResult = Callable[[ResultFile], ResultFile]
OnBytes = Callable[[bytes], bytes]
OnStatement = Callable[[StatementFile, ResultFile], StatementFile]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fault is called in Chinese, and what it does where it acts.

    A fault without a function acts while publishing, in ``sandbox.files.publication``.
    """

    title: str
    on_result: OnResult | None = None
    on_bytes: OnBytes | None = None
    on_statement: OnStatement | None = None


# fmt: off
EFFECTS: dict[Fault, Effect] = {
    Fault.NO_FLAG:                 Effect("缺标志文件"),
    Fault.NO_SIGNATURE:            Effect("缺签名文件"),
    Fault.WRONG_SIGNATURE:         Effect("用别的私钥签名"),
    Fault.SIGNED_OTHER_BYTES:      Effect("签名对应的是别的内容"),
    Fault.FLIPPED_BYTE:            Effect("签名和标志之后数据被改一字节"),
    Fault.FLIPPED_BYTE_REFLAGGED:  Effect("金额被改一字节，标志重算，签名未重签"),
    Fault.OTHER_CONTENT_SAME_NAME: Effect("同名文件换了内容，签名正确",
                                          on_result=line_faults.other_content),
    Fault.LATE:                    Effect("结果文件未到"),
    Fault.WRONG_TOTAL:             Effect("尾行成功金额差一分", on_result=line_faults.wrong_total),
    Fault.WRONG_COUNT:             Effect("尾行总笔数多一笔", on_result=line_faults.wrong_count),
    Fault.WRONG_ACCOUNT:           Effect("首行专户账号不符", on_result=line_faults.wrong_account),
    Fault.WRONG_DATE:              Effect("首行业务日期不符", on_result=line_faults.wrong_date),
    Fault.DUPLICATE_LINE:          Effect("同一序号出现两次，合计与明细相符",
                                          on_result=line_faults.duplicate_line),
    Fault.MISSING_LINE:            Effect("漏一条指令的结果，序号不连续，合计与明细相符",
                                          on_result=line_faults.missing_line),
    Fault.EXTRA_LINE:              Effect("多一条无指令的结果，合计与明细相符",
                                          on_result=line_faults.extra_line),
    Fault.ALTERED_LOAN:            Effect("某行贷款账号被改", on_result=line_faults.altered_loan),
    Fault.DOUBLE_DEDUCTION:        Effect("同一贷款同一期次重复扣款，序号为新",
                                          on_result=line_faults.double_deduction),
    Fault.UNKNOWN_CODE:            Effect("未约定的响应码", on_result=line_faults.unknown_code),
    Fault.EMPTY_DAY:               Effect("当日零笔", on_result=line_faults.empty_day),
    Fault.MISSING_TRAILER:         Effect("缺尾行", on_bytes=byte_faults.missing_trailer),
    Fault.CUT_LINE:                Effect("最后一条明细被截断", on_bytes=byte_faults.cut_line),
    Fault.HALF_CHARACTER:          Effect("户名里的汉字被截成半个",
                                          on_bytes=byte_faults.half_character),
    Fault.AMOUNT_WITH_COMMA:       Effect("金额带千分位逗号",
                                          on_bytes=byte_faults.amount_with_comma),
    Fault.BOM:                     Effect("文件开头有 UTF-8 BOM", on_bytes=byte_faults.bom),
    Fault.BROKEN_CHAIN:            Effect("对账单漏一笔，余额不连续",
                                          on_statement=statement_faults.broken_chain),
    Fault.STATEMENT_LUMP_OFF:      Effect("对账单批量入账差一元，余额连续",
                                          on_statement=statement_faults.lump_off),
    Fault.STATEMENT_FOLLOWS:       Effect("对账单批量入账等于（有故障的）结果文件的成功金额",
                                          on_statement=statement_faults.lump_follows),
}
# fmt: on

Faults = str | Iterable[str] | None


def faults_of(given: Faults) -> tuple[Fault, ...]:
    """Return the faults named, one name or several; an unknown name is refused."""
    names = [given] if isinstance(given, str) else list(given or ())
    return tuple(Fault(name) for name in names)
