"""Things that two people decide on: the list, one with its totals, and the decision. 复核"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import Response

from gateway.flows import approvals
from gateway.flows.approvals import Deciding
from gateway.identity import mask_text
from gateway.store.approval_states import ACTS, ApprovalState
from gateway.store.approvals import KINDS, Approval
from plugins.exchange_desk.acting import ActingDep, MayActDep
from plugins.exchange_desk.desk import DeskDep
from plugins.exchange_desk.forms import Form, a_form
from plugins.exchange_desk.rendering import base_of, page, redirect

router = APIRouter()
_REASON_MIN, _REASON_MAX = 4, 100

FormDep = Annotated[Form, Depends(a_form)]
Id = Annotated[str, Path(pattern="^approval-[0-9a-f]{20}$")]


@router.get("/approvals")
def show_waiting(request: Request, desk: DeskDep) -> Response:
    """What waits for a person, the longest waiting first."""
    found = approvals.waiting(desk.store)
    return page(request, "approvals.html", found=found, kinds=KINDS)


@router.get("/approvals/{approval_id}")
def show_one(request: Request, desk: DeskDep, may_act: MayActDep, approval_id: Id) -> Response:
    """What it is, its digest, and what was done; with the act that is open, for who may act."""
    found = approvals.look(desk.store, approval_id)
    act = _OPEN.get(found.state) if may_act else None
    return page(request, "approval.html", found=found, kinds=KINDS, act=act, acts=ACTS)


@router.post("/approvals/{approval_id}/{act}")
def decide(request: Request, by: ActingDep, form: FormDep, approval_id: Id, act: str) -> Response:
    """Write what the person signed in has decided, for exactly the digest that was shown."""
    if act not in _ACTS:
        raise HTTPException(404)
    named, store = by.gateway.site.four_eyes, by.gateway.store
    deciding = Deciding(store, named, approval_id, by.person, form.get("digest"))
    _ACTS[act](deciding, _reason(act, form))
    return redirect(f"{base_of(request)}/approvals/{approval_id}")


def _reason(act: str, form: Form) -> str:
    said = mask_text(" ".join(form.get("reason").split()))
    if act == "refuse" and not _REASON_MIN <= len(said) <= _REASON_MAX:
        raise HTTPException(400)
    return said


def _release(deciding: Deciding, reason: str) -> Approval:
    return approvals.release(deciding)


def _approve(deciding: Deciding, reason: str) -> Approval:
    return approvals.approve(deciding)


_ACTS: dict[str, Callable[[Deciding, str], Approval]] = {
    "release": _release,
    "approve": _approve,
    "refuse": approvals.refuse,
}
# The act that a thing waits for, and what its button says.
_OPEN = {
    ApprovalState.AWAITING: ("release", "经办：放行"),
    ApprovalState.RELEASED: ("approve", "复核：同意"),
}
