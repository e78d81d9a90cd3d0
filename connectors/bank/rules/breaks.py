"""Every kind of break: whose it is, whether it blocks, what may lawfully be done. 不平账项规则

Sources: the branch's practice as 结算 and 贷后 staff told it; scenarios B19–B26; 中国人民银行
支付结算办法 for the 查询书. What ends a break takes two people; what only asks or waits takes one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from connectors.bank.model import BreakKind, Direction
from gateway.dates import Calendar


class Owner(Enum):
    """Which desk of the branch answers for a break."""

    SETTLEMENT = "资金结算岗"
    LOANS = "贷后管理岗"
    ACCOUNTING = "会计核算岗"
    TECHNOLOGY = "信息科技岗"


class Effect(Enum):
    """What a resolution does to money or to the next batch."""

    NONE = "不动账"
    POST = "入账"
    REVERSE = "冲账"
    WRITE_OFF = "核销"
    REFUND = "退款"
    MATCH = "勾对"
    ASK_BANK = "发查询书"
    EXCUSE = "免收文件"
    HOLD = "停扣"


@dataclass(frozen=True, slots=True)
class Means:
    """What a resolution is. `approval` is the kind two people approve; empty where one acts alone.

    What one person may do alone ends nothing: the break stays his.
    """

    title: str
    effect: Effect
    approval: str
    document: bool = False
    needs_loan: bool = False
    needs_other: bool = False


class Resolution(Enum):
    """What may be done about a break; the lawful ones of a kind stand in TREATMENTS."""

    ASSIGN = Means("认领到贷款", Effect.POST, "bank.assignment", needs_loan=True)
    POST_TAKEN = Means("按银行实扣入账", Effect.POST, "bank.resolution")
    PREPAY = Means("转作提前还款", Effect.POST, "bank.resolution", document=True)
    REVERSE = Means("冲销已入账", Effect.REVERSE, "bank.resolution", document=True)
    REFUND = Means("退还付款人", Effect.REFUND, "bank.resolution", document=True)
    WRITE_OFF = Means("核销", Effect.WRITE_OFF, "bank.write_off", document=True)
    MATCH = Means("与另一账项勾对", Effect.MATCH, "bank.resolution", needs_other=True)
    ACCEPT = Means("核实无误，予以确认", Effect.NONE, "bank.resolution")
    BOOK_ELSEWHERE = Means("转会计凭证", Effect.WRITE_OFF, "bank.resolution", document=True)
    EXCUSE = Means("文件免收", Effect.EXCUSE, "bank.resolution", document=True)
    ASK_BANK = Means("向银行发查询书", Effect.ASK_BANK, "")
    CARRY = Means("结转次日续查", Effect.NONE, "")
    HOLD_LOAN = Means("停扣至查清", Effect.HOLD, "")


@dataclass(frozen=True, slots=True)
class Treatment:
    """How one kind of break is treated; `words` say to a clerk what it is.

    `blocking` keeps the loan out of the next batch until the break has ended; where it does not,
    either nobody knows the loan, or its money is where it should be. Of a partial deduction whose
    part is booked the rest is due again; one that is not blocks all the same (B07).
    """

    words: str
    directions: frozenset[Direction]
    blocking: bool
    owner: Owner
    lawful: tuple[Resolution, ...]


_R, _O = Resolution, Owner
_LONG, _SHORT, _ANY = (
    frozenset({Direction.LONG}),
    frozenset({Direction.SHORT}),
    frozenset(Direction),
)
_DOUBT = frozenset({Direction.OPEN})
_EITHER = frozenset({Direction.LONG, Direction.SHORT})
_WAIT = (_R.ASK_BANK, _R.CARRY)

# fmt: off
TREATMENTS: Mapping[BreakKind, Treatment] = {
    BreakKind.PARTIAL_DEDUCTION:   Treatment("银行只扣到一部分，其余仍欠", _ANY, False, _O.LOANS, (_R.POST_TAKEN, _R.REFUND, _R.ACCEPT, *_WAIT)),
    BreakKind.AMOUNT_DIFFERS:      Treatment("银行所扣与指令金额不一致", _ANY, True, _O.SETTLEMENT, (_R.POST_TAKEN, _R.ASSIGN, _R.REFUND, _R.ACCEPT, *_WAIT)),
    BreakKind.STATUS_DIFFERS:      Treatment("响应码与金额、流水自相矛盾", _ANY, True, _O.SETTLEMENT, (_R.POST_TAKEN, _R.REVERSE, _R.ACCEPT, *_WAIT)),
    BreakKind.OUTCOME_UNKNOWN:     Treatment("银行尚无定论，不得再扣", _DOUBT, True, _O.SETTLEMENT, (_R.POST_TAKEN, _R.ACCEPT, *_WAIT)),
    BreakKind.CODE_UNKNOWN:        Treatment("银行响应码未登记，含义不明", _ANY, True, _O.TECHNOLOGY, (_R.POST_TAKEN, _R.ACCEPT, *_WAIT)),
    BreakKind.DETAILS_DIFFER:      Treatment("贷款、期次或账号与指令不一致", _ANY, True, _O.SETTLEMENT, (_R.POST_TAKEN, _R.ASSIGN, _R.REFUND, _R.ACCEPT, *_WAIT)),
    BreakKind.NAME_DIFFERS:        Treatment("户名与登记不一致，账户或已易主", _ANY, True, _O.LOANS, (_R.POST_TAKEN, _R.REFUND, _R.ACCEPT, *_WAIT)),
    BreakKind.DATE_DIFFERS:        Treatment("银行记账日期不合情理，影响计息", _ANY, True, _O.SETTLEMENT, (_R.POST_TAKEN, _R.ACCEPT, *_WAIT)),
    BreakKind.MISSING_RESULT:      Treatment("指令已发，银行结果没有这一笔", _DOUBT, True, _O.SETTLEMENT, (_R.POST_TAKEN, _R.ACCEPT, *_WAIT)),
    BreakKind.EXTRA_RESULT:        Treatment("银行结果有，我方没有这条指令", _ANY, True, _O.SETTLEMENT, (_R.ASSIGN, _R.REFUND, _R.ACCEPT, *_WAIT)),
    BreakKind.DOUBLE_DEDUCTION:    Treatment("同一贷款同一期扣了两次", _LONG, True, _O.LOANS, (_R.REFUND, _R.PREPAY, *_WAIT)),
    BreakKind.LUMP_DIFFERS:        Treatment("批扣入账总额与成功明细合计不符", _EITHER, True, _O.SETTLEMENT, (_R.MATCH, _R.BOOK_ELSEWHERE, _R.WRITE_OFF, *_WAIT)),
    BreakKind.OPENING_DIFFERS:     Treatment("期初余额接不上前一日期末", _EITHER, True, _O.ACCOUNTING, (_R.ACCEPT, *_WAIT)),
    BreakKind.CLOSING_DIFFERS:     Treatment("期末余额接不上次日期初", _EITHER, True, _O.ACCOUNTING, (_R.ACCEPT, *_WAIT)),
    BreakKind.STATEMENT_UNCLAIMED: Treatment("对账单上的款项无人认领", _EITHER, False, _O.SETTLEMENT, (_R.ASSIGN, _R.PREPAY, _R.MATCH, _R.REFUND, _R.BOOK_ELSEWHERE, _R.WRITE_OFF, *_WAIT)),
    BreakKind.POSTING_REFUSED:     Treatment("银行已扣，核心系统拒绝入账", _LONG, True, _O.LOANS, (_R.POST_TAKEN, _R.ASSIGN, _R.REFUND, *_WAIT)),
    BreakKind.TAKEN_NOT_POSTED:    Treatment("银行已扣，账上没有", _LONG, True, _O.SETTLEMENT, (_R.POST_TAKEN, _R.ASSIGN, _R.REFUND, *_WAIT)),
    BreakKind.POSTED_NOT_TAKEN:    Treatment("账上已入，银行没有扣", _SHORT, True, _O.SETTLEMENT, (_R.REVERSE, _R.MATCH, _R.ACCEPT, *_WAIT)),
    BreakKind.COMPONENTS_DIFFER:   Treatment("总额一致，本金利息罚息分项不一致", _DOUBT, True, _O.ACCOUNTING, (_R.REVERSE, _R.ACCEPT, *_WAIT)),
    BreakKind.BOOKED_DAY_DIFFERS:  Treatment("入账日与银行记账日不一致，影响计息", _DOUBT, False, _O.ACCOUNTING, (_R.REVERSE, _R.ACCEPT, *_WAIT)),
    BreakKind.SETTLED_STILL_TAKEN: Treatment("贷款已结清，银行仍然扣款", _LONG, True, _O.LOANS, (_R.REFUND, _R.ASSIGN, *_WAIT)),
    BreakKind.CROSS_DAY:           Treatment("结果已成功，款项次日才到账", _SHORT, False, _O.SETTLEMENT, (_R.MATCH, _R.WRITE_OFF, *_WAIT)),
    BreakKind.REVERSAL_UNPAIRED:   Treatment("冲正找不到原交易", _EITHER, True, _O.SETTLEMENT, (_R.REVERSE, _R.MATCH, _R.ACCEPT, *_WAIT)),
    BreakKind.RETURNED:            Treatment("付出的款项被退回", _EITHER, False, _O.SETTLEMENT, (_R.MATCH, _R.REVERSE, _R.REFUND, *_WAIT)),
    BreakKind.FEE_OR_INTEREST:     Treatment("银行手续费或账户利息", _EITHER, False, _O.ACCOUNTING, (_R.BOOK_ELSEWHERE, *_WAIT)),
    BreakKind.AMBIGUOUS:           Treatment("候选不止一个，系统不代为选择", _ANY, True, _O.SETTLEMENT, (_R.MATCH, _R.ASSIGN, _R.REFUND, *_WAIT)),
    BreakKind.OFFSET_DIFFERS:      Treatment("冲还贷与公积金账户不一致", _ANY, True, _O.LOANS, (_R.REVERSE, _R.ACCEPT, _R.CARRY)),
    BreakKind.FILE_MISSING:        Treatment("应收文件逾期未到", _DOUBT, False, _O.SETTLEMENT, (_R.EXCUSE, *_WAIT)),
    BreakKind.WITHDRAWN:           Treatment("银行以更正文件撤回了已入账的一笔", _ANY, True, _O.SETTLEMENT, (_R.REVERSE, _R.ACCEPT, *_WAIT)),
}
# fmt: on
# A person may keep a loan back at any time, whatever the kind.
ALWAYS = (_R.HOLD_LOAN,)


def lawful(kind: BreakKind) -> tuple[Resolution, ...]:
    """What may be done about a break of this kind."""
    return (*TREATMENTS[kind].lawful, *ALWAYS)


class Level(Enum):
    """Who has to know of a break of this age."""

    CLERK = "经办"
    SECTION = "科室负责人"
    BRANCH = "管理部负责人"


# From how many working days on; the highest that fits counts.
_ESCALATION = ((10, Level.BRANCH), (3, Level.SECTION), (0, Level.CLERK))


def age(calendar: Calendar, first_seen: date, today: date) -> int:
    """A break's age in working days: those after the day it was first seen, up to `today`.

    Never less on a later day; 0 before and on the first.
    """
    return calendar.working_days_between(first_seen, today)


def escalated_to(days: int) -> Level:
    """Who has to know of a break that is so many working days old."""
    return next(level for least, level in _ESCALATION if days >= least)
