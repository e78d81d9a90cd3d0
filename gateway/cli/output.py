"""What a verb answers: text for people, the same as JSON for programs, an exit code. 输出"""

import json
import traceback
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from gateway.errors import (
    Code,
    GatewayError,
    IllegalTransition,
    MalformedMessage,
    MessageRejected,
    NotConfigured,
    OutcomeUnknown,
    RefusedHere,
    SignatureInvalid,
    TransportError,
)


class Exit(IntEnum):
    """Exit codes; a script may rely on them."""

    OK = 0
    OUR_BUG = 1
    USAGE = 2
    QUARANTINED = 3
    REFUSED = 4
    NOT_CONFIGURED = 5
    NOT_REACHED = 6
    OUTCOME_UNKNOWN = 7


_EXIT_OF: dict[type[GatewayError], Exit] = {
    TransportError: Exit.NOT_REACHED,
    OutcomeUnknown: Exit.OUTCOME_UNKNOWN,
    MessageRejected: Exit.REFUSED,
    MalformedMessage: Exit.QUARANTINED,
    SignatureInvalid: Exit.QUARANTINED,
    RefusedHere: Exit.REFUSED,
    NotConfigured: Exit.NOT_CONFIGURED,
    IllegalTransition: Exit.OUR_BUG,
}


class WrongUse(Exception):
    """The words of the command make no sense; its text is one sentence for whoever typed them."""


# Codes whose exit is not their branch's: what a script asks of them is another thing.
_EXIT_OF_CODE: dict[Code, Exit] = {Code.FILE_QUARANTINED: Exit.QUARANTINED}


# What steers a terminal, turns the direction of writing, breaks a line or is half a character.
_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def shown(text: str) -> str:
    """Somebody else's words on one line of ours, as JSON escapes what is no sign to be read."""
    return "".join(
        json.dumps(sign)[1:-1] if unicodedata.category(sign) in _STEERING else sign for sign in text
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, twice: lines for people, data with stable keys for programs."""

    lines: Sequence[str]
    data: Mapping[str, object] = field(default_factory=dict)
    exit: Exit = Exit.OK

    def text(self, *, as_json: bool) -> str:
        """The answer as it is printed."""
        if as_json:
            text = json.dumps(self.data, ensure_ascii=False, indent=1, sort_keys=True)
        else:
            text = "\n".join(self.lines)
        return "\n".join(map(shown, text.split("\n")))


def answer_of(error: GatewayError) -> Answer:
    """An error as an answer: code, both texts, money, and what to do."""
    entry = error.code.value
    data = {
        "error": {
            "code": error.code.name,
            "branch": entry.branch,
            "zh": entry.zh,
            "en": entry.en,
            "detail": error.detail,
            "subject": error.subject,
            "money_may_have_moved": entry.money.value,
            "act": entry.act,
            "runbook": entry.runbook,
        }
    }
    about = f"  {error.detail}" if error.detail else ""
    lines = [
        f"✗ {error.code.name}  {entry.zh}{about}",
        f"  {entry.en}",
        f"  资金是否可能已动：{entry.money.value}",
        f"  处理：{entry.act}（手册 docs/{entry.runbook}）",
    ]
    return Answer(lines, data, _EXIT_OF_CODE.get(error.code, _EXIT_OF[type(error)]))


def answer_of_wrong_use(wrong: WrongUse) -> Answer:
    """A usage error as an answer; it has no row in the catalogue, for nothing was begun."""
    data = {
        "error": {"code": "USAGE", "zh": "命令用法不对", "en": "wrong use", "detail": str(wrong)}
    }
    return Answer([f"✗ USAGE  命令用法不对：{wrong}"], data, Exit.USAGE)


def answer_of_bug(bug: Exception) -> Answer:
    """What nobody expected, as an answer: its class is named, its text is not."""
    return answer_of(IllegalTransition(Code.OUR_BUG, detail=type(bug).__name__))


def trace(bug: BaseException) -> str:
    """Where it happened, causes first, without the errors' texts: those may hold rows' values."""
    before = bug.__cause__ or (None if bug.__suppress_context__ else bug.__context__)
    frames = "".join(traceback.format_tb(bug.__traceback__))
    return f"{trace(before) if before else ''}{type(bug).__name__}\n{frames}"
