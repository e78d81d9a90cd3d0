"""What may become of an instruction, and what may not agree: the words. 勾对的词"""

from enum import Enum


class Outcome(Enum):
    """What became of one instruction, as far as it is proved."""

    EXACT = "全额成功"
    PARTIAL = "部分扣款"
    FAILED = "扣款失败"
    UNKNOWN = "状态不明"
    MISSING = "无结果"
    HELD = "要素不符待核"


class Direction(Enum):
    """Who has more than the other side knows of."""

    LONG = "长款"
    SHORT = "短款"
    OPEN = "待查"


class BreakKind(Enum):
    """The typed breaks, in the branch's words."""

    PARTIAL_DEDUCTION = "部分扣款"
    AMOUNT_DIFFERS = "金额不符"
    STATUS_DIFFERS = "状态不符"
    OUTCOME_UNKNOWN = "状态不明"
    CODE_UNKNOWN = "响应码未登记"
    DETAILS_DIFFER = "要素不符"
    NAME_DIFFERS = "户名不符"
    DATE_DIFFERS = "记账日期不符"
    MISSING_RESULT = "系统有银行无"
    EXTRA_RESULT = "银行有系统无"
    DOUBLE_DEDUCTION = "重复扣款"
    LUMP_DIFFERS = "总分不符"
    OPENING_DIFFERS = "余额不衔接"
    CLOSING_DIFFERS = "次日期初不衔接"
    STATEMENT_UNCLAIMED = "对账单待认领"
    POSTING_REFUSED = "核心拒绝入账"
    TAKEN_NOT_POSTED = "已扣未入账"
    POSTED_NOT_TAKEN = "未扣已入账"
    COMPONENTS_DIFFER = "分项不符"
    BOOKED_DAY_DIFFERS = "入账日不符"
    SETTLED_STILL_TAKEN = "贷款已结清仍扣"
    CROSS_DAY = "跨日"
    REVERSAL_UNPAIRED = "冲正未配对"
    RETURNED = "退汇"
    FEE_OR_INTEREST = "手续费利息"
    AMBIGUOUS = "候选不唯一"
    OFFSET_DIFFERS = "冲还贷不符"
    FILE_MISSING = "文件未到"
    WITHDRAWN = "更正撤回"
