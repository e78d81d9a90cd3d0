"""Carrying out what two people agreed on, or taking it back, in one transaction each. 处理账项"""

from collections.abc import Sequence
from dataclasses import replace

from connectors.bank.flows import in_flight
from connectors.bank.flows.handling import Handling
from connectors.bank.flows.proposing import bound_digest
from connectors.bank.model.items import Cleared
from connectors.bank.rules.break_states import BreakEvent, BreakState
from connectors.bank.rules.breaks import Effect, Resolution
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
_LEDGER, _EVIDENCE = "核心系统", "银行凭据"
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
    if _is_parted(work, row, wanted):
        said = Said(_EVIDENCE, proposal=wanted.proposal, approval_id=wanted.approval_id)
        break_acts.act(work, row, BreakEvent.PAIR_PARTED, said)
        return
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


def _is_parted(work: UnitOfWork, row: BreakNow, wanted: Proposed) -> bool:
    """Whether later evidence has ended the other of a pair before two agreed on it."""
    other = wanted.proposal.other
    if row.state is not BreakState.PROPOSED or not other:
        return False
    return break_acts.find(work, other).state is not BreakState.PROPOSED


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
    posted = _posted(handling, wanted)
    booking = _book(handling, work, (row, wanted.number), posted) if posted else ""
    _end_lines(handling, work, row, wanted)
    effect = wanted.proposal.how.value.effect
    if effect in _ENDS:
        _end_items(handling, work, row, wanted.proposal)
    _both(work, row, BreakEvent.AGREED, _said(wanted, booking, _two(approval)))


def _undo(handling: Handling, work: UnitOfWork, row: BreakNow, agreed: _Agreed) -> None:
    wanted, approval = agreed
    today = handling.bank.clock.today()
    back = [reversal(posting, today) for posting in _posted(handling, wanted)]
    booking = _book(handling, work, (row, wanted.number), back) if back else ""
    for each in _rows(work, row, wanted.proposal):
        open_items.open_again(work, each.break_id)
        in_flight.doubt_again(handling.bank, work, each)
    _both(work, row, BreakEvent.UNDO_AGREED, _said(wanted, booking, _two(approval)))


def _posted(handling: Handling, wanted: Proposed) -> Sequence[Posting]:
    """What two people agreed to have booked; nothing where no money is."""
    if not wanted.postings:
        return ()
    return core_codec.decode(handling.bank.store.archive.get(wanted.postings))


def _rows(work: UnitOfWork, row: BreakNow, proposal: Proposal) -> Sequence[BreakNow]:
    """The break, and the one it is paired with."""
    return [row, *([break_acts.lock(work, proposal.other)] if proposal.other else [])]


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


def _end_lines(handling: Handling, work: UnitOfWork, row: BreakNow, done: Proposed) -> None:
    """No line of theirs is in flight; what was booked for its own instalment is its money."""
    own = _posted(handling, done) if done.proposal.how is Resolution.POST_TAKEN else ()
    for each in _rows(work, row, done.proposal):
        in_flight.resolve(handling.bank, work, each, own)


def _end_items(handling: Handling, work: UnitOfWork, row: BreakNow, proposal: Proposal) -> None:
    today, how = handling.bank.clock.today(), _ENDS[proposal.how.value.effect]
    for each in _rows(work, row, proposal):
        here = open_items.find(work, each.bank, each.account, [each.item])
        ends = [(found.item_id, how, each.break_id) for found in here]
        open_items.end(work, today, ends)


def confirm(handling: Handling, break_id: str) -> BreakNow:
    """Look what the ledger made of a resolution, or of its undoing, when it has answered all of it.

    What it would not book has resolved nothing: what it booked of it is taken back, which is to be
    carried to it in turn. What it would not reverse is not undone.
    """
    with handling.bank.store.begin() as work:
        row = break_acts.lock(work, break_id)
        last = _BOOKED.get(row.state)
        if last is not None and break_acts.newest(work, break_id) is last:
            done = break_acts.proposed(work, break_id, last)
            counted = core_store.counts(work, done.booking)
            if counted["refused"] and not counted["open"]:
                _not_booked(handling, work, row, done)
        return break_acts.lock(work, break_id)


# The deed whose booking the ledger may refuse, by the state it has led to.
_BOOKED = {
    BreakState.RESOLVED: BreakEvent.AGREED,
    BreakState.ASSIGNED: BreakEvent.UNDO_AGREED,
}


def _not_booked(handling: Handling, work: UnitOfWork, row: BreakNow, done: Proposed) -> None:
    if row.state is BreakState.ASSIGNED:
        _end_items(handling, work, row, done.proposal)
        _end_lines(handling, work, row, done)
        _both(work, row, BreakEvent.UNDO_NOT_BOOKED, _said(done, "", _LEDGER))
        return
    open_items.open_again(work, row.break_id)
    in_flight.doubt_again(handling.bank, work, row)
    booking = _take_back(handling, work, row, done)
    _both(work, row, BreakEvent.BOOKING_REFUSED, _said(done, booking, _LEDGER))


def _take_back(handling: Handling, work: UnitOfWork, row: BreakNow, done: Proposed) -> str:
    """Reverse what was booked of a resolution that as a whole was not; where, or nothing."""
    standing = core_store.standing(work, done.booking)
    posted = _posted(handling, done)
    today = handling.bank.clock.today()
    back = [reversal(one, today) for one in posted if one.key in standing]
    number = break_acts.next_number(work, row.break_id)
    return _book(handling, work, (row, number), back) if back else ""
