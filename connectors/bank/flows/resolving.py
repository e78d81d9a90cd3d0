"""Carrying out what two people agreed on, or taking it back, in one transaction each. 处理账项"""

from collections.abc import Sequence
from dataclasses import replace

from connectors.bank.flows.handling import Handling
from connectors.bank.flows.proposing import bound_digest
from connectors.bank.model.items import Cleared
from connectors.bank.rules.break_states import BreakEvent, BreakState
from connectors.bank.rules.breaks import Effect
from connectors.bank.rules.claiming import reversal
from connectors.bank.rules.resolving import BreakNow, Proposal
from connectors.bank.store import break_acts, open_items
from connectors.bank.store.break_acts import Proposed, Said
from connectors.core_system import codec as core_codec
from connectors.core_system import store as core_store
from connectors.core_system.flows import draft_postings
from connectors.core_system.model import Posting
from gateway.identity import business_id
from gateway.store import approvals
from gateway.store.approval_states import ApprovalState
from gateway.store.approvals import Approval
from gateway.store.unit_of_work import UnitOfWork

# How the open item behind a break ends by what was done about it.
_ENDS = {
    Effect.POST: Cleared.ASSIGNED,
    Effect.REVERSE: Cleared.ASSIGNED,
    Effect.MATCH: Cleared.MATCHED,
    Effect.REFUND: Cleared.REFUNDED,
    Effect.WRITE_OFF: Cleared.WRITTEN_OFF,
}
_LEDGER = "核心系统"
_PROPOSAL = {
    BreakState.PROPOSED: BreakEvent.PROPOSED,
    BreakState.UNDOING: BreakEvent.UNDO_PROPOSED,
}


def settle(handling: Handling, break_id: str) -> BreakNow:
    """Carry out what stands approved about a break, or take note that it was refused.

    Nothing changes while people are still to be asked. May run twice, also at once.
    """
    with handling.bank.store.begin() as work:
        row = break_acts.lock(work, break_id)
        event = _PROPOSAL.get(row.state)
        if event is not None:
            _settle(handling, work, row, break_acts.proposed(work, break_id, event))
        return break_acts.lock(work, break_id)


def _settle(handling: Handling, work: UnitOfWork, row: BreakNow, wanted: Proposed) -> None:
    approval = approvals.find(work, wanted.approval_id)
    if approval.subject != row.break_id:
        return  # of two that are paired, the one that was asked about leads
    if approval.state is ApprovalState.REFUSED:
        _refused(work, row, wanted, approval)
    elif approval.state is ApprovalState.APPROVED:
        digest = bound_digest(handling, row, wanted)
        approvals.require(work, approval.kind, row.break_id, digest)
        if row.state is BreakState.PROPOSED:
            _do(handling, work, row, (wanted, approval))
        else:
            _undo(handling, work, row, (wanted, approval))


def _refused(work: UnitOfWork, row: BreakNow, wanted: Proposed, approval: Approval) -> None:
    undoing = row.state is BreakState.UNDOING
    event = BreakEvent.UNDO_REFUSED if undoing else BreakEvent.REFUSED
    last = approval.acts[-1]
    _both(
        work,
        row,
        event,
        Said(last.person, last.reason, wanted.proposal, approval_id=approval.approval_id),
    )


_Agreed = tuple[Proposed, Approval]


def _do(handling: Handling, work: UnitOfWork, row: BreakNow, agreed: _Agreed) -> None:
    wanted, approval = agreed
    booking = ""
    if wanted.postings:
        posted = core_codec.decode(handling.bank.store.archive.get(wanted.postings))
        booking = _book(handling, work, (row, wanted.number), posted)
    effect = wanted.proposal.how.value.effect
    if effect in _ENDS:
        _end_items(handling, work, row, wanted.proposal)
    _both(work, row, BreakEvent.AGREED, _said(wanted, booking, _two(approval)))


def _undo(handling: Handling, work: UnitOfWork, row: BreakNow, agreed: _Agreed) -> None:
    wanted, approval = agreed
    booking = ""
    if wanted.postings:
        posted = core_codec.decode(handling.bank.store.archive.get(wanted.postings))
        back = [reversal(posting, handling.bank.clock.today()) for posting in posted]
        booking = _book(handling, work, (row, wanted.number), back)
    for each in (row.break_id, wanted.proposal.other):
        if each:
            open_items.open_again(work, each)
    _both(work, row, BreakEvent.UNDO_AGREED, _said(wanted, booking, _two(approval)))


def _book(
    handling: Handling, work: UnitOfWork, of: tuple[BreakNow, int], posted: Sequence[Posting]
) -> str:
    row, number = of
    subject = business_id("booking", row.break_id, number)
    draft_postings(handling.bank.store, work, subject, posted)
    return subject


def _two(approval: Approval) -> str:
    """Who agreed, as a clerk reads it: 经办、复核."""
    return "、".join(done.person for done in approval.acts)


def _said(wanted: Proposed, booking: str, person: str) -> Said:
    proposal = wanted.proposal
    who = (person, proposal.reason)
    return Said(*who, proposal, wanted.postings, booking, wanted.approval_id, wanted.digest)


def _both(work: UnitOfWork, row: BreakNow, event: BreakEvent, said: Said) -> None:
    """The same for a break and the one it is paired with."""
    break_acts.act(work, row, event, said)
    proposal = said.proposal
    if proposal is not None and proposal.other:
        other = break_acts.lock(work, proposal.other)
        mirrored = replace(said, proposal=replace(proposal, other=row.break_id))
        break_acts.act(work, other, event, mirrored)


def _end_items(handling: Handling, work: UnitOfWork, row: BreakNow, proposal: Proposal) -> None:
    today, how = handling.bank.clock.today(), _ENDS[proposal.how.value.effect]
    rows = [row, *([break_acts.lock(work, proposal.other)] if proposal.other else [])]
    for each in rows:
        here = open_items.find(work, each.bank, each.account, [each.item])
        ends = [(found.item_id, how, each.break_id) for found in here]
        open_items.end(work, today, ends)


def confirm(handling: Handling, break_id: str) -> BreakNow:
    """Look what the ledger made of a resolution: what it would not book has resolved nothing."""
    with handling.bank.store.begin() as work:
        row = break_acts.lock(work, break_id)
        if row.state is BreakState.RESOLVED:
            done = break_acts.proposed(work, break_id, BreakEvent.AGREED)
            if done.booking and core_store.counts(work, done.booking)["refused"]:
                open_items.open_again(work, break_id)
                _both(work, row, BreakEvent.BOOKING_REFUSED, _said(done, done.booking, _LEDGER))
        return break_acts.lock(work, break_id)
