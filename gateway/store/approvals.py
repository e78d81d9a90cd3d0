"""Approvals: what may happen only after two different people have seen exactly this. 双人复核

The digest binds what they saw. Whoever carries it out computes the digest anew from our own rows
and calls `require`, in the transaction of the effect: nothing but these rows is evidence.
"""

import unicodedata
from dataclasses import dataclass

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert

from gateway.errors import Code, IllegalTransition, RefusedHere
from gateway.identity import business_id, mask_text
from gateway.store.approval_rows import (
    ACT,
    APPROVAL,
    OPEN,
    Approval,
    find,
    standing,
    waiting,
    waiting_for,
)
from gateway.store.approval_states import APPROVAL_STATES, ApprovalEvent, ApprovalState
from gateway.store.unit_of_work import UnitOfWork

__all__ = [
    "KINDS",
    "Approval",
    "Ask",
    "approve",
    "ask",
    "find",
    "refuse",
    "release",
    "require",
    "standing",
    "waiting",
    "withdraw",
]

# What may be asked for, and what it is called.
KINDS = {
    "bank.batch": "扣款批次",
    "bank.resolution": "不平账项处理",
    "bank.assignment": "挂账认领",
    "bank.write_off": "核销",
    "bank.reopen": "重开已关账日",
    "bank.correction": "采用更正文件",
}

_S, _E = ApprovalState, ApprovalEvent


@dataclass(frozen=True, slots=True)
class Ask:
    """A thing to be approved; title and lines name nobody whose data we hold.

    `digest` (SHA-256, hex) binds the content people see. `barred` may not act on it: they caused
    what it is about (X12).
    """

    kind: str
    subject: str
    digest: str
    title: str
    lines: tuple[str, ...]
    barred: frozenset[str] = frozenset()


def ask(work: UnitOfWork, wanted: Ask) -> str:
    """Ask for a thing to be approved; returns the approval's id.

    The same content of the same thing is one approval however often it is asked for; another
    content supersedes it, also one that was approved. Raises IllegalTransition for a kind that
    nobody has named.
    """
    if wanted.kind not in KINDS:
        raise IllegalTransition(Code.TRANSITION_MISSING, detail=f"approval kind {wanted.kind}")
    approval_id = business_id("approval", wanted.kind, wanted.subject, wanted.digest)
    _one_at_a_time(work, wanted)
    before = standing(work, wanted.kind, wanted.subject, lock=True)
    if before is not None and before.approval_id == approval_id:
        _bar(work, before, wanted.barred)
        return approval_id
    if before is not None:
        _move(work, before, _E.CONTENT_CHANGES)
        work.note("approval_superseded", before.approval_id, about=wanted.subject)
    _begin(work, approval_id, wanted)
    facts = {"kind": wanted.kind, "about": wanted.subject, "digest": wanted.digest}
    work.note("approval_asked", approval_id, **facts)
    return approval_id


def withdraw(work: UnitOfWork, subject: str) -> None:
    """What people were asked about is no more: nobody is asked any longer, whatever was asked.

    What two people have decided already stays as they decided it.
    """
    for there in waiting_for(work, subject):
        _move(work, there, _E.CONTENT_CHANGES)
        work.note("approval_superseded", there.approval_id, about=subject)


def _one_at_a_time(work: UnitOfWork, wanted: Ask) -> None:
    """Whoever asks about the same thing at this moment waits until we have asked."""
    key = f"{wanted.kind} {wanted.subject}"
    lock = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
    work.connection.execute(lock, {"key": key})


def _begin(work: UnitOfWork, approval_id: str, wanted: Ask) -> None:
    """A new content, or one that stood before and begins a new round."""
    row = {
        "approval_id": approval_id, "kind": wanted.kind, "subject": wanted.subject,
        "digest": wanted.digest, "title": wanted.title, "lines": list(wanted.lines),
        "barred": sorted(map(_folded, wanted.barred)), "state": APPROVAL_STATES.initial.name,
        "state_at": work.now, "asked_at": work.now, "round": 1,
    }  # fmt: skip
    if work.connection.execute(insert(APPROVAL).values(row).on_conflict_do_nothing()).rowcount:
        return
    there = find(work, approval_id)
    _move(work, there, _E.ASKED_AGAIN, round=there.round + 1, asked_at=work.now)
    _bar(work, there, wanted.barred)


def _bar(work: UnitOfWork, approval: Approval, barred: frozenset[str]) -> None:
    """Whoever was barred once stays barred."""
    every = approval.barred | set(map(_folded, barred))
    if every != approval.barred:
        this = APPROVAL.c.approval_id == approval.approval_id
        work.connection.execute(update(APPROVAL).where(this).values(barred=sorted(every)))


def release(work: UnitOfWork, approval_id: str, person: str, digest: str) -> None:
    """经办: a person has read the totals and lets it go on to the second one.

    Raises RefusedHere for a person who is barred, another digest, or a thing not waiting for this.
    """
    _act(work, approval_id, _E.RELEASES, (person, digest, ""))


def approve(work: UnitOfWork, approval_id: str, person: str, digest: str) -> None:
    """复核: another person agrees. Raises as `release` does, and for the person who released."""
    _act(work, approval_id, _E.APPROVES, (person, digest, ""))


def refuse(work: UnitOfWork, approval_id: str, person: str, digest: str, reason: str) -> None:
    """退回: a person says no, and why; the same content is not asked for again.

    Raises as `release` does. A person who is barred may refuse: that stops, and starts nothing.
    """
    _act(work, approval_id, _E.REFUSES, (person, digest, mask_text(reason.strip())))


# Which state an act leads to, and which it is done in; a refusal is in order in both open ones.
_LEADS_TO = {_E.RELEASES: _S.RELEASED, _E.APPROVES: _S.APPROVED, _E.REFUSES: _S.REFUSED}
_DONE_IN = {_E.RELEASES: (_S.AWAITING,), _E.APPROVES: (_S.RELEASED,), _E.REFUSES: OPEN}


def _act(
    work: UnitOfWork, approval_id: str, event: ApprovalEvent, said: tuple[str, str, str]
) -> None:
    name, digest, reason = said
    person, act = _folded(name), _LEADS_TO[event]
    there = find(work, approval_id, lock=True)
    _require_digest(there, digest)
    if person and there.who(act) == person:
        return  # the second click of the same person
    _require_person(there, person, event)
    if there.state not in _DONE_IN[event]:
        detail = there.state.value
        raise RefusedHere(Code.APPROVAL_NOT_OPEN, detail=detail, subject=approval_id)
    _move(work, there, event)
    row = {
        "approval_id": approval_id, "round": there.round, "act": act.name, "person": person,
        "digest": digest, "at": work.now, "reason": reason,
    }  # fmt: skip
    work.connection.execute(insert(ACT).values(row))
    facts = {"about": there.subject, "digest": digest, "user": person, "reason": reason}
    work.note("approval_acted", approval_id, state=act.name, **facts)


def _require_digest(there: Approval, digest: str) -> None:
    if there.digest != digest:
        raise RefusedHere(Code.APPROVAL_DIGEST_DIFFERS, subject=there.approval_id)


def _require_person(there: Approval, person: str, event: ApprovalEvent) -> None:
    if not person or (person in there.barred and event is not _E.REFUSES):
        raise RefusedHere(Code.PERSON_BARRED, subject=there.approval_id)
    if event is _E.APPROVES and person == there.who(_S.RELEASED):
        raise RefusedHere(Code.SAME_PERSON, subject=there.approval_id)


def require(work: UnitOfWork, kind: str, subject: str, digest: str) -> Approval:
    """The approval of exactly this content, locked until the transaction ends.

    Raises RefusedHere unless two different people, neither of them barred, have released and
    approved it in this round, and nothing else stands for the thing.
    """
    found = standing(work, kind, subject, lock=True)
    if found is None:
        raise RefusedHere(Code.APPROVAL_MISSING, detail=KINDS.get(kind, kind), subject=subject)
    _require_digest(found, digest)
    if found.state is _S.REFUSED:
        raise RefusedHere(Code.APPROVAL_REFUSED, subject=found.approval_id)
    two = {found.who(_S.RELEASED), found.who(_S.APPROVED)} - found.barred - {""}
    bound = all(done.digest == digest for done in found.acts)
    if found.state is not _S.APPROVED or len(two) != 2 or not bound:
        detail = found.state.value
        raise RefusedHere(Code.APPROVAL_MISSING, detail=detail, subject=found.approval_id)
    return found


def _folded(person: str) -> str:
    """A person's name as it is compared: no second person by a capital letter or a blank."""
    return unicodedata.normalize("NFKC", person).strip().casefold()


def _move(work: UnitOfWork, there: Approval, event: ApprovalEvent, **more: object) -> None:
    to = APPROVAL_STATES.advance(there.state, event).state
    this = APPROVAL.c.approval_id == there.approval_id
    values = {"state": to.name, "state_at": work.now, **more}
    work.connection.execute(update(APPROVAL).where(this).values(values))
