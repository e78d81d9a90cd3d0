"""Four eyes, as a named person meets them: see, release, approve, refuse. 经办与复核"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gateway.errors import Code, RefusedHere
from gateway.store import approvals
from gateway.store.approvals import Approval
from gateway.store.unit_of_work import Store, UnitOfWork

LISTED_MAX = 500
# So much of a digest a person types; what it stands for is still compared whole.
TYPED_MIN = 12


@dataclass(frozen=True, slots=True)
class FourEyes:
    """Who may release (经办) and who may approve (复核), by the name they sign in with."""

    releasers: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deciding:
    """One person who decides on one thing: which, who, and the digest that was shown."""

    store: Store
    named: FourEyes
    approval_id: str
    person: str
    digest: str


def waiting(store: Store) -> Sequence[Approval]:
    """What waits for a person, the longest waiting first."""
    with store.begin() as work:
        return approvals.waiting(work, LISTED_MAX)


def look(store: Store, approval_id: str) -> Approval:
    """One thing to approve. Raises NotConfigured when there is none of that id."""
    with store.begin() as work:
        return approvals.find(work, approval_id)


def release(deciding: Deciding) -> Approval:
    """经办 lets it go on. Raises RefusedHere as the store does, and for who is not named for it."""
    return _decide(deciding, deciding.named.releasers, approvals.release)


def approve(deciding: Deciding) -> Approval:
    """复核 agrees. Raises as `release` does."""
    return _decide(deciding, deciding.named.approvers, approvals.approve)


def refuse(deciding: Deciding, reason: str) -> Approval:
    """Either of them says no, and why. Raises as `release` does."""
    named = (*deciding.named.releasers, *deciding.named.approvers)

    def act(work: UnitOfWork, approval_id: str, person: str, digest: str) -> None:
        approvals.refuse(work, approval_id, person, digest, reason)

    return _decide(deciding, named, act)


_Act = Callable[[UnitOfWork, str, str, str], None]


def _decide(deciding: Deciding, named: Sequence[str], act: _Act) -> Approval:
    approval_id, person = deciding.approval_id, deciding.person
    digest = _whole(look(deciding.store, approval_id), deciding.digest)
    try:
        _require_named(deciding, named)
        with deciding.store.begin() as work:
            act(work, approval_id, person, digest)
            return approvals.find(work, approval_id)
    except RefusedHere as refused:
        _denied(deciding, refused.code)
        raise


def _require_named(deciding: Deciding, named: Sequence[str]) -> None:
    if deciding.person not in named:
        raise RefusedHere(Code.PERSON_NOT_NAMED, subject=deciding.approval_id)


def _whole(found: Approval, typed: str) -> str:
    """The digest that was meant: a person may type its beginning."""
    begun = len(typed) >= TYPED_MIN and found.digest.startswith(typed)
    return found.digest if begun else typed


def _denied(deciding: Deciding, code: Code) -> None:
    """That somebody tried and was not let is for the auditor to know (X12)."""
    with deciding.store.begin() as work:
        facts: Mapping[str, str] = {"user": deciding.person, "code": code.name}
        work.note("approval_denied", deciding.approval_id, **facts)
