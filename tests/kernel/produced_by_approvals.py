"""Codes of the four eyes: each from two people who do something really wrong. 双人复核"""

from collections.abc import Callable

from gateway.errors import Code
from gateway.flows.approvals import Deciding, FourEyes, release
from gateway.store import approvals
from gateway.store.approvals import Ask
from gateway.store.unit_of_work import UnitOfWork
from tests.kernel.ground import Ground, raised

A, B = "a" * 64, "b" * 64
ASK = Ask("bank.batch", "batch-1", A, "扣款批次", (), frozenset({"zhao"}))

Wrong = Callable[[UnitOfWork, str], object]


def required(work: UnitOfWork, approval_id: str) -> object:
    return approvals.require(work, ASK.kind, ASK.subject, A)


def refused(work: UnitOfWork, approval_id: str) -> object:
    approvals.refuse(work, approval_id, "wang", A, "合计不对")
    return required(work, approval_id)


def one_person(work: UnitOfWork, approval_id: str) -> object:
    approvals.release(work, approval_id, "li", A)
    return approvals.approve(work, approval_id, "li", A)


def after(wrong: Wrong) -> Callable[[Ground], Code | None]:
    """Ask for something to be approved, then do what is wrong."""

    def produce(ground: Ground) -> Code | None:
        with ground.store.begin() as work:
            approval_id = approvals.ask(work, ASK)
            return raised(lambda: wrong(work, approval_id))

    return produce


def not_named(ground: Ground) -> Code | None:
    with ground.store.begin() as work:
        approval_id = approvals.ask(work, ASK)
    nobody = Deciding(ground.store, FourEyes(("li",), ("wang",)), approval_id, "sun", A)
    return raised(lambda: release(nobody))


PRODUCERS = {
    Code.APPROVAL_MISSING: after(required),
    Code.APPROVAL_REFUSED: after(refused),
    Code.APPROVAL_DIGEST_DIFFERS: after(lambda work, of: approvals.release(work, of, "li", B)),
    Code.APPROVAL_NOT_OPEN: after(lambda work, of: approvals.approve(work, of, "li", A)),
    Code.PERSON_NOT_NAMED: not_named,
    Code.SAME_PERSON: after(one_person),
    Code.PERSON_BARRED: after(lambda work, of: approvals.release(work, of, "zhao", A)),
}
