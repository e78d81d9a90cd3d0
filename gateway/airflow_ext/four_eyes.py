"""The question of one of two people, asked in Airflow; what counts is our row. 经办与复核的提问

Airflow only carries the question and who answered. The answer is written through our own code, with
the digest that was shown: neither an XCom nor a task's state lets anything go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowSkipException

from gateway.airflow_ext.stages import as_airflow_says
from gateway.errors import GatewayError
from gateway.flows import approvals
from gateway.flows.approvals import TYPED_MIN, Deciding
from gateway.store.approval_states import ApprovalState
from gateway.store.approvals import Approval
from gateway.wiring import Gateway, build

REFUSE, LATER = "退回", "稍后在对账台办理"
# What may be written beside an answer; a DAG gives it to each question.
REASON = {"reason": Param(None, type=["null", "string"], title="退回理由")}
# A question nobody answers here goes away; the thing itself goes on waiting in our rows.
_PATIENCE = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Question:
    """One of the two acts: in which state it is asked, and the word that says yes."""

    state: ApprovalState
    yes: str

    def named(self, gateway: Gateway) -> tuple[str, ...]:
        """Who may answer."""
        eyes = gateway.site.four_eyes
        return eyes.releasers if self.state is ApprovalState.AWAITING else eyes.approvers


RELEASE = Question(ApprovalState.AWAITING, "放行")
APPROVE = Question(ApprovalState.RELEASED, "同意")


class FourEyesOperator(HITLOperator):  # type: ignore[misc]
    """Asks one person; skips when the thing does not wait for this act any more."""

    def __init__(self, *, question: Question, **how: Any) -> None:  # noqa: ANN401
        super().__init__(
            subject="双人复核",
            options=[question.yes, REFUSE, LATER],
            defaults=[LATER],
            response_timeout=_PATIENCE,
            **how,
        )
        self.question = question

    def execute(self, context: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Show what is to be approved; the digest shown stands in the answers."""
        gateway = build()
        found = approvals.look(gateway.store, context["params"]["approval"])
        if found.state is not self.question.state:
            raise AirflowSkipException(found.state.value)
        shown = found.digest[:TYPED_MIN]
        self.subject, self.body = found.title, _body(found)
        self.options = [f"{word} {shown}" for word in (self.question.yes, REFUSE)] + [LATER]
        self.assigned_users = [{"id": n, "name": n} for n in self.question.named(gateway)]
        return super().execute(context)

    def execute_complete(self, context: Mapping[str, Any], event: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Write what the person did; raises as our own code does when it may not be."""
        if "error" in event:
            self.process_trigger_event_error(dict(event))
        word, _, digest = event["chosen_options"][0].partition(" ")
        if word == LATER or not event["responded_by_user"]:
            raise AirflowSkipException(LATER)
        gateway = build()
        person = event["responded_by_user"]["name"]
        approval_id = context["params"]["approval"]
        deciding = Deciding(gateway.store, gateway.site.four_eyes, approval_id, person, digest)
        try:
            self._decide(deciding, word, (event["params_input"] or {}).get("reason"))
        except GatewayError as error:
            raise as_airflow_says(error) from None
        return word

    def _decide(self, deciding: Deciding, word: str, reason: str | None) -> None:
        if word == REFUSE:
            approvals.refuse(deciding, reason or "未写理由")
            return
        acts = {RELEASE.yes: approvals.release, APPROVE.yes: approvals.approve}
        acts[word](deciding)


def _body(found: Approval) -> str:
    lines = "\n".join(f"- {line}" for line in found.lines)
    return f"{lines}\n\n摘要 `{found.digest}`"
