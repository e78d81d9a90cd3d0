"""The banks' result codes → what became of a deduction, each with its Chinese reason. 银行响应码"""

from dataclasses import dataclass
from enum import Enum


class CodeClass(Enum):
    """What a result code means to us."""

    TAKEN = "扣款成功"
    INSUFFICIENT = "余额不足"
    ACCOUNT_STATE = "账户状态"
    IDENTITY = "户名账号"
    MANDATE = "委托协议"
    DUPLICATE = "重复业务"
    TRANSIENT = "系统原因"
    UNKNOWN = "结果不明"


@dataclass(frozen=True, slots=True)
class ResultCode:
    """One code: its class and the reason as a clerk reads it."""

    meaning: CodeClass
    reason: str


# The five-digit forms of the common list. Duplicate and transient codes prove nothing about the
# money: they are asked about, never taken for a failure.
RESULT_CODES: dict[str, ResultCode] = {
    "00000": ResultCode(CodeClass.TAKEN, "扣款成功"),
    "03008": ResultCode(CodeClass.INSUFFICIENT, "余额不足"),
    "03013": ResultCode(CodeClass.INSUFFICIENT, "超过单笔限额"),
    "03015": ResultCode(CodeClass.INSUFFICIENT, "超过累计限额或次数"),
    "03042": ResultCode(CodeClass.INSUFFICIENT, "低于最低支取金额"),
    "03006": ResultCode(CodeClass.ACCOUNT_STATE, "账户挂失"),
    "03017": ResultCode(CodeClass.ACCOUNT_STATE, "账户冻结"),
    "03018": ResultCode(CodeClass.ACCOUNT_STATE, "账户已清户"),
    "03020": ResultCode(CodeClass.ACCOUNT_STATE, "账户临时锁定"),
    "03057": ResultCode(CodeClass.ACCOUNT_STATE, "账户状态错误"),
    "03069": ResultCode(CodeClass.ACCOUNT_STATE, "长期不动户"),
    "03004": ResultCode(CodeClass.IDENTITY, "无效卡号"),
    "03009": ResultCode(CodeClass.IDENTITY, "无此账户"),
    "03030": ResultCode(CodeClass.IDENTITY, "账号错误"),
    "03031": ResultCode(CodeClass.IDENTITY, "账号户名不符"),
    "03043": ResultCode(CodeClass.MANDATE, "未签约"),
    "03045": ResultCode(CodeClass.MANDATE, "协议不存在"),
    "03046": ResultCode(CodeClass.MANDATE, "协议未生效"),
    "03047": ResultCode(CodeClass.MANDATE, "协议已撤销"),
    "03051": ResultCode(CodeClass.DUPLICATE, "重复业务"),
    "03029": ResultCode(CodeClass.DUPLICATE, "已被冲正"),
    "03019": ResultCode(CodeClass.DUPLICATE, "原交易已取消或冲正"),
    "03024": ResultCode(CodeClass.TRANSIENT, "日切处理中"),
    "03028": ResultCode(CodeClass.TRANSIENT, "系统忙"),
    "03044": ResultCode(CodeClass.TRANSIENT, "超时拒付"),
    "03059": ResultCode(CodeClass.TRANSIENT, "通讯失败"),
    "03071": ResultCode(CodeClass.TRANSIENT, "外部系统错误"),
    "99999": ResultCode(CodeClass.UNKNOWN, "银行超时，结果不明"),
}

# The classes that prove that no money moved.
FAILURES = frozenset(
    {CodeClass.INSUFFICIENT, CodeClass.ACCOUNT_STATE, CodeClass.IDENTITY, CodeClass.MANDATE}
)


# What the settlement platform says of a request as a whole; any other code of a failure is a
# refusal for a reason of its own, told in its own words.
PLATFORM_CODES: dict[str, str] = {
    "00000": "成功",
    "10000": "失败，平台未说明原因",
    "10001": "业务不支持",
    "10002": "不支持的清算模式",
    "10003": "核心记账失败",
    "10007": "付款户名与实际不符",
    "10008": "收款户名与实际不符",
    "10015": "上传明细文件失败",
    "10017": "批量文件不支持跨行",
    "10018": "总笔数与明细不符",
    "10019": "总金额与明细不符",
    "10020": "不支持混合",
    "10021": "查询无结果",
    "10022": "批量编号格式不正确",
    "10023": "批量正在处理中",
}
PLATFORM_SUCCESS, PLATFORM_NOT_FOUND, PLATFORM_WORKING = "00000", "10021", "10023"
