"""Proposing what is to be done about a break; nothing of it is done before two agree. 提出处理"""

from dataclasses import replace

from connectors.bank.flows.handling import Case, CoreFacts, Handling, ask_core, postings_of
from connectors.bank.rules.break_states import BreakEvent, BreakState
from connectors.bank.rules.breaks import Effect
from connectors.bank.rules.resolving import (
    BreakNow,
    Proposal,
    complaint,
    digest_of,
    lines_of,
    pairs_with,
)
from connectors.bank.store import break_acts
from connectors.bank.store.break_acts import Proposed, Said
from connectors.core_system import codec as core_codec
from connectors.core_system import store as core_store
from gateway.errors import Code, RefusedHere
from gateway.signing.at_rest.tokens import Kind
from gateway.store import approvals
from gateway.store.approvals import Ask
from gateway.store.unit_of_work import UnitOfWork, keep_bytes


def take(handling: Handling, break_id: str, person: str, reason: str) -> BreakNow:
    """A person takes a break on, or over. Raises RefusedHere when it has ended."""
    with handling.bank.store.begin() as work:
        row = break_acts.lock(work, break_id)
        break_acts.act(work, row, BreakEvent.TAKEN, Said(person, reason))
        return break_acts.lock(work, break_id)


def propose(handling: Handling, break_id: str, proposal: Proposal) -> BreakNow:
    """Propose a resolution; what one person may do alone is done at once and ends nothing.

    Raises RefusedHere when it is not lawful, lacks what it needs, or the money fits nothing.
    """
    with handling.bank.store.begin() as work:
        row = break_acts.lock(work, break_id)
        loan_no = proposal.loan_no or break_acts.loan_of(work, break_id)[0]
    why = complaint(row, proposal)
    if why:
        raise RefusedHere(Code.RESOLUTION_UNLAWFUL, detail=why, subject=break_id)
    core = ask_core(handling, row, proposal, loan_no)
    with handling.bank.store.begin() as work:
        _propose(handling, work, break_id, (proposal, core))
        return break_acts.lock(work, break_id)


def _propose(
    handling: Handling, work: UnitOfWork, break_id: str, wanted: tuple[Proposal, CoreFacts]
) -> None:
    proposal, core = wanted
    # always in the same order, so that two who pair the same breaks do not wait for each other
    for each in sorted({break_id, proposal.other} - {""}):
        break_acts.lock(work, each)
    row = break_acts.lock(work, break_id)
    row = _taken(work, row, proposal)
    if not proposal.how.value.approval:
        return
    _require_answered(work, row)
    posted = postings_of(handling, work, Case(row, proposal, core))
    payload = keep_bytes(handling.bank.store, work, core_codec.encode(posted)) if posted else None
    number = break_acts.next_number(work, break_id)
    digest = bound_digest(handling, row, Proposed(number, proposal, payload, "", "", ""))
    shown = lines_of(row, proposal, posted)
    title = f"{proposal.how.value.title}：{row.kind.value}"
    ask = Ask(proposal.how.value.approval, break_id, digest, title, shown, core.barred)
    said = Said(proposal.person, proposal.reason, proposal, payload, "", "", digest)
    _ask(work, row, BreakEvent.PROPOSED, (ask, said))


def _require_answered(work: UnitOfWork, row: BreakNow) -> None:
    """Raise RefusedHere while the ledger owes an answer, or has booked this money already."""
    subjects = break_acts.bookings(work, row.break_id)
    owed = any(core_store.counts(work, subject)["open"] for subject in subjects)
    if owed or core_store.standing(work, *subjects):
        detail = "核心尚未答复前次入账" if owed else "前次入账尚未冲回"
        raise RefusedHere(Code.BREAK_NOT_READY, detail=detail, subject=row.break_id)


def _ask(work: UnitOfWork, row: BreakNow, event: BreakEvent, asked: tuple[Ask, Said]) -> None:
    """Ask two people, and keep that it was asked; a break it is paired with goes the same way."""
    ask, said = asked
    said = replace(said, approval_id=approvals.ask(work, ask))
    break_acts.act(work, row, event, said)
    if said.proposal is None or not said.proposal.other:
        return
    other = break_acts.lock(work, said.proposal.other)
    mirrored = replace(said.proposal, other=row.break_id)
    if event is BreakEvent.PROPOSED:
        if not pairs_with(row, other):
            detail = "两项须同一专户、方向相反、金额相等"
            raise RefusedHere(Code.RESOLUTION_UNLAWFUL, detail=detail, subject=row.break_id)
        other = _taken(work, other, mirrored)
    break_acts.act(work, other, event, replace(said, proposal=mirrored))


def _taken(work: UnitOfWork, row: BreakNow, proposal: Proposal) -> BreakNow:
    """Whoever proposes something works on it; what one may do alone is done by this act."""
    alone = not proposal.how.value.approval
    if row.state is BreakState.ASSIGNED and row.person == proposal.person and not alone:
        return row
    said = Said(proposal.person, proposal.reason, proposal if alone else None)
    break_acts.act(work, row, BreakEvent.TAKEN, said)
    return break_acts.lock(work, row.break_id)


def propose_undo(handling: Handling, break_id: str, person: str, reason: str) -> BreakNow:
    """Propose to take a resolution back: the same two eyes twice, and the age goes on.

    Raises RefusedHere when nothing was resolved, or when what was done cannot be taken back.
    """
    if not reason.strip():
        raise RefusedHere(Code.RESOLUTION_UNLAWFUL, detail="须写明理由", subject=break_id)
    with handling.bank.store.begin() as work:
        row = break_acts.lock(work, break_id)
        if row.state is not BreakState.RESOLVED:
            raise RefusedHere(Code.BREAK_NOT_READY, detail=row.state.value, subject=break_id)
        done = break_acts.proposed(work, break_id, BreakEvent.AGREED)
        if done.proposal.how.value.effect is Effect.REVERSE:
            detail = "冲账不能再冲，请另行入账"
            raise RefusedHere(Code.RESOLUTION_UNLAWFUL, detail=detail, subject=break_id)
        proposal = replace(done.proposal, person=person, reason=reason)
        number = break_acts.next_number(work, break_id)
        wanted = Proposed(number, proposal, done.postings, done.booking, "", "")
        digest = bound_digest(handling, row, wanted)
        title = f"撤销{proposal.how.value.title}：{row.kind.value}"
        shown = ("撤销以下处理，已入账的冲回", *lines_of(row, proposal, ()))
        barred = _barred(work, done)
        ask = Ask(proposal.how.value.approval, break_id, digest, title, shown, barred)
        said = Said(person, reason, proposal, done.postings, done.booking, "", digest)
        _ask(work, row, BreakEvent.UNDO_PROPOSED, (ask, said))
        return break_acts.lock(work, break_id)


def _barred(work: UnitOfWork, done: Proposed) -> frozenset[str]:
    """Who was barred from the deed is barred from its undoing."""
    return approvals.find(work, done.approval_id).barred


def bound_digest(handling: Handling, row: BreakNow, wanted: Proposed) -> str:
    """The digest two people approve, from our own rows: what is carried out is what they saw."""
    token = handling.bank.tokens.of(Kind.LOAN, wanted.proposal.loan_no) or ""
    return digest_of(row, wanted.number, wanted.proposal, (token, wanted.postings or ""))
