"""The ledger's result codes → our verdicts, each with its Chinese reason. 核心系统结果码"""

from collections.abc import Sequence

from connectors.core_system.model import PostingResult
from gateway.ports import Verdict

# code → (verdict, reason); schemas/core_system/README.md, view posting_result
RESULTS: dict[str, tuple[Verdict, str]] = {
    "00": (Verdict.ACCEPTED, "已入账"),
    "10": (Verdict.REJECTED, "期次已结清，未入账"),
    "11": (Verdict.REJECTED, "无此期次，未入账"),
    "12": (Verdict.REJECTED, "金额与应还不符，未入账"),
    "13": (Verdict.REJECTED, "无可冲的原业务，未入账"),
    "14": (Verdict.REJECTED, "业务明细类型不受理，未入账"),
    "": (Verdict.PENDING, "核心处理中"),
}
SUCCESS = "00"


def verdict_of(results: Sequence[PostingResult], asked: int) -> Verdict:
    """The verdict on a batch of `asked` postings; an unknown code is pending: a person looks."""
    verdicts = [RESULTS.get(result.code, (Verdict.PENDING, ""))[0] for result in results]
    if len(verdicts) < asked or Verdict.PENDING in verdicts:
        return Verdict.PENDING
    kinds = set(verdicts)
    return Verdict.PARTIAL if len(kinds) > 1 else kinds.pop()


def reason_of(verdict: Verdict, results: Sequence[PostingResult]) -> str:
    """How many were posted and how many not, in words."""
    posted = sum(result.code == SUCCESS for result in results)
    return f"{verdict.value}：已入账 {posted} 笔，未入账 {len(results) - posted} 笔"
