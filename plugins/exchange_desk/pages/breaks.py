"""Breaks: the list, and one with its life, its evidence, and what may be done about it. 不平账项"""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import Response

from connectors.bank.flows import proposing
from connectors.bank.flows.break_list import Dossier, Narrowed, Reader, read_list, read_one
from connectors.bank.flows.handling import Handling
from connectors.bank.model import BreakKind
from connectors.bank.rules.breaks import Owner, Resolution
from connectors.bank.rules.letters import enquiry
from connectors.bank.rules.resolving import Proposal
from connectors.bank.store.break_acts import Wanted
from gateway.errors import Code, NotConfigured
from gateway.identity import mask_text
from gateway.store.unit_of_work import keep_bytes
from plugins.exchange_desk.acting import Acting, ActingDep, MayActDep
from plugins.exchange_desk.desk import Desk, DeskDep
from plugins.exchange_desk.forms import Form, a_form
from plugins.exchange_desk.rendering import base_of, page, redirect

router = APIRouter()
_LISTED_MAX = 500
_ID = re.compile(r"break-[0-9a-f]{20}")
Short = Annotated[str, Query(max_length=40)]
FormDep = Annotated[Form, Depends(a_form)]


def _reader(desk: Desk) -> Reader:
    return Reader(desk.store, desk.calendar(), desk.today())


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to, as the form sends it; what is none of ours narrows nothing."""

    bank: Short = ""
    kind: Short = ""
    owner: Short = ""
    age: Annotated[str, Query(pattern=r"^[0-9]{0,4}$")] = ""


@router.get("/breaks")
def show_list(request: Request, desk: DeskDep, chosen: Annotated[Filters, Depends()]) -> Response:
    """What is not ended yet, the oldest first."""
    wanted = Wanted(bank=chosen.bank, kind=BreakKind.__members__.get(chosen.kind))
    narrowed = Narrowed(int(chosen.age or 0), Owner.__members__.get(chosen.owner))
    found = read_list(_reader(desk), wanted, narrowed, _LISTED_MAX)
    return page(
        request,
        "breaks.html",
        desk=desk,
        found=found,
        chosen=chosen,
        kinds=list(BreakKind),
        owners=list(Owner),
        unbooked_fen=sum(each.row.unbooked_fen for each in found),
        blocking=sum(each.blocks for each in found),
        listed_max=_LISTED_MAX,
    )


@router.get("/breaks/{wanted}")
def show_one(request: Request, desk: DeskDep, may_act: MayActDep, wanted: str) -> Response:
    """One break."""
    dossier = read_one(_reader(desk), _checked(wanted), with_line=False)
    return page(
        request,
        "break.html",
        desk=desk,
        dossier=dossier,
        may_act=may_act,
        letter=_letter(desk, dossier),
    )


def _letter(desk: Desk, dossier: Dossier) -> str:
    """The enquiry, once somebody has asked for it."""
    row = dossier.listed.row
    asked = any(act.how is Resolution.ASK_BANK for act in dossier.acts)
    return enquiry(row, desk.called(row.bank), desk.today()) if asked else ""


@router.post("/breaks/{wanted}/take")
def take(request: Request, act: ActingDep, form: FormDep, wanted: str) -> Response:
    """The person who is signed in takes it on."""
    one = _checked(wanted)
    proposing.take(_handling(act, one), one, act.person, _reason(form) or "网页承办")
    return redirect(f"{base_of(request)}/breaks/{one}")


@router.post("/breaks/{wanted}/resolve")
def resolve(request: Request, act: ActingDep, form: FormDep, wanted: str) -> Response:
    """Propose a resolution; two people have to agree before anything is done."""
    one = _checked(wanted)
    how = Resolution.__members__.get(form.get("how"))
    instalment = form.get("instalment")
    if how is None or not re.fullmatch(r"\d{0,4}", instalment):
        raise HTTPException(400)
    proposal = Proposal(
        how=how,
        person=act.person,
        reason=_reason(form),
        loan_no=form.get("loan"),
        instalment_no=int(instalment) if instalment else None,
        other=_other(form),
        document=_kept(act, form),
    )
    proposing.propose(_handling(act, one), one, proposal)
    return redirect(f"{base_of(request)}/breaks/{one}")


@router.post("/breaks/{wanted}/undo")
def undo(request: Request, act: ActingDep, form: FormDep, wanted: str) -> Response:
    """Propose to take a resolution back."""
    one = _checked(wanted)
    proposing.propose_undo(_handling(act, one), one, act.person, _reason(form))
    return redirect(f"{base_of(request)}/breaks/{one}")


def _handling(act: Acting, break_id: str) -> Handling:
    gateway = act.gateway
    reader = Reader(gateway.store, gateway.calendar, gateway.clock.today())
    bank = read_one(reader, break_id, with_line=False).listed.row.bank
    gateway.bank(bank)
    return gateway.handlings[bank]


def _reason(form: Form) -> str:
    """Why, on one line and without numbers of people: it goes into the journal."""
    return mask_text(" ".join(form.get("reason").split()))[:200]


def _other(form: Form) -> str:
    return _checked(form.get("other")) if form.get("other") else ""


def _kept(act: Acting, form: Form) -> str:
    if not form.document:
        return ""
    with act.gateway.store.begin() as work:
        return keep_bytes(act.gateway.store, work, form.document)


def _checked(wanted: str) -> str:
    """An id of a break; anything else is not even looked for."""
    if not _ID.fullmatch(wanted):
        raise NotConfigured(Code.NOT_FOUND, detail=wanted[:40])
    return wanted
