"""Things that two people decide on: the list, one with its totals, and the decision. 复核"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import Response

from gateway.flows import approvals
from gateway.flows.approvals import Deciding
from gateway.identity import mask_text
from gateway.store.approval_states import ApprovalState
from gateway.store.approvals import KINDS, Approval
from plugins.exchange_desk.acting import FormDep, OfficeDep, PersonDep, require_our_page
from plugins.exchange_desk.desk import DeskDep
from plugins.exchange_desk.rendering import base_of, page, redirect

router = APIRouter()
_REASON_MIN, _REASON_MAX = 4, 100

Id = Annotated[str, Path(pattern="^approval-[0-9a-f]{20}$")]


@router.get("/approvals")
def show_waiting(request: Request, desk: DeskDep) -> Response:
    """What waits for a person, the longest waiting first."""
    found = approvals.waiting(desk.store)
    return page(request, "approvals.html", found=found, kinds=KINDS)


@router.get("/approvals/{approval_id}")
def show_one(request: Request, desk: DeskDep, approval_id: Id) -> Response:
    """What it is, its digest, and what was done; with the acts that are open now."""
    found = approvals.look(desk.store, approval_id)
    return page(request, "approval.html", found=found, kinds=KINDS, act=_OPEN.get(found.state))


def deciding(office: OfficeDep, who: PersonDep, form: FormDep, approval_id: Id) -> Deciding:
    """Who is signed in, about which thing, and what they were shown."""
    return Deciding(office.store, office.named, approval_id, who, form.get("digest", ""))


DecidingDep = Annotated[Deciding, Depends(deciding)]


@router.post("/approvals/{approval_id}/{act}", dependencies=[Depends(require_our_page)])
def decide(request: Request, deciding: DecidingDep, form: FormDep, act: str) -> Response:
    """Write what the person signed in has decided, for exactly the digest that was shown."""
    if act not in _ACTS:
        raise HTTPException(404)
    _ACTS[act](deciding, _reason(act, form))
    return redirect(f"{base_of(request)}/approvals/{deciding.approval_id}")


def _reason(act: str, form: FormDep) -> str:
    said = mask_text(" ".join(form.get("reason", "").split()))
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
