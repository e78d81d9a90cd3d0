"""The error tree: eight branches, each a decision about what happens next. 错误分支"""

from dataclasses import dataclass
from functools import partial

from gateway.errors.catalogue import Code


class GatewayError(Exception):
    """An error with a row in the catalogue. Its text never holds personal data.

    `detail` names a field, a file, a setting: never a value read from a counterparty.
    `subject` is the id of the thing it is about, for `gateway show`.
    """

    def __init__(self, code: Code, *, detail: str = "", subject: str = "") -> None:
        if code.value.branch != type(self).__name__:
            raise TypeError(f"{code.name} belongs to {code.value.branch}")
        self.code, self.detail, self.subject = code, detail, subject
        super().__init__(str(self))

    def __reduce__(self) -> tuple[object, ...]:
        """So that an error passes whole from one process to another."""
        return partial(type(self), self.code, detail=self.detail, subject=self.subject), ()

    def __str__(self) -> str:
        about = f"（{self.detail}）" if self.detail else ""
        entry = self.code.value
        return f"{self.code.name} {entry.zh}{about} / {entry.en}。处理：{entry.act}"


class TransportError(GatewayError):
    """Nothing reached them: try again. 未送达，可重试"""


class OutcomeUnknown(GatewayError):
    """It may have reached them: enquire; never resend blindly. 结果未知，先查询"""


class MessageRejected(GatewayError):
    """They read it and said no: a person decides. 对方拒绝"""


class MalformedMessage(GatewayError):
    """We cannot read what they sent: quarantine. 报文不合格，隔离"""


class SignatureInvalid(GatewayError):
    """It is not from them, or not what was recorded: quarantine and alarm. 验签不符，隔离并告警"""


class RefusedHere(GatewayError):
    """A rule of ours forbids it now; the text says which, and from when. 本方拒绝"""


class NotConfigured(GatewayError):
    """A calendar, key or setting is missing: a person supplies it. 缺少配置"""


class IllegalTransition(GatewayError):
    """Our own bug: crash, so that a person looks. 程序错误"""


BRANCHES: dict[str, type[GatewayError]] = {
    branch.__name__: branch
    for branch in (
        TransportError,
        OutcomeUnknown,
        MessageRejected,
        MalformedMessage,
        SignatureInvalid,
        RefusedHere,
        NotConfigured,
        IllegalTransition,
    )
}


def error_for(code: Code, *, detail: str = "", subject: str = "") -> GatewayError:
    """Build the error of the branch the catalogue gives to `code`."""
    return BRANCHES[code.value.branch](code, detail=detail, subject=subject)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with one file, as a value: reading goes on, so that a clerk sees them all.

    `line` counts from 1 as an editor shows it, 0 is the whole file. `column` is the byte in the
    line, from 1, because the bank's people look at bytes; 0 is the whole line. `field` is a title.
    """

    code: Code
    line: int = 0
    column: int = 0
    field: str = ""

    def place(self) -> str:
        """Where it is, as a clerk says it: `第3行第17字节 实扣金额`."""
        line = f"第{self.line}行" if self.line else "整个文件"
        column = f"第{self.column}字节" if self.column else ""
        return f"{line}{column} {self.field}".strip()

    def __str__(self) -> str:
        return f"{self.code.name} {self.code.value.zh}（{self.place()}）"
