"""Sending: intent first, then the wire; unknown is asked for, never resent. 发送"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.errors import (
    Code,
    GatewayError,
    IllegalTransition,
    NotConfigured,
    OutcomeUnknown,
    RefusedHere,
    SignatureInvalid,
    TransportError,
)
from gateway.grades import SUFFICIENT
from gateway.log import Log
from gateway.ports import Clock, Outgoing, Pause, Reply, Signed
from gateway.store import alarms, leases, outbox
from gateway.store.leases import LEASE_SECONDS, Claim
from gateway.store.messages import MESSAGE_STATES, MessageEvent, MessageState, event_of
from gateway.store.outbox import Courier, MessageRow
from gateway.store.unit_of_work import Store

_LOG = Log("sending")
# claim, expire, enquire, claim again, send: no honest message needs more steps in one run.
_ROUNDS_MAX = 6
_SWEEP_MAX = 1_000
_PATIENCE_SECONDS = LEASE_SECONDS + 5
_LOOK_SECONDS = 0.5
# What can go wrong with a message before the first of its bytes leaves.
_NOT_SENT = (TransportError, NotConfigured, SignatureInvalid)
# Of signatures, those of the line itself; any other was on a reply, so the message had left.
_OF_THE_LINE = frozenset({Code.HOST_KEY_DIFFERS, Code.PEER_CERTIFICATE_DIFFERS})


@dataclass(frozen=True, slots=True)
class Sending:
    """What sending needs: the store, a courier for each kind, a clock and a way to wait."""

    store: Store
    couriers: Mapping[str, Courier]
    clock: Clock
    pause: Pause
    owner: str


def deliver_subject(
    sending: Sending, subject: str, kind: str | None = None
) -> Mapping[str, MessageState]:
    """Bring every message about one subject (a night) as far as it goes; states by id.

    With `kind` only the messages of that kind. Raises what `deliver` raised first, after all have
    been tried.
    """
    with sending.store.begin() as work:
        found = outbox.of_subject(work, subject)
    ids = [message.message_id for message in found if kind in (None, message.kind)]
    states: dict[str, MessageState] = {}
    first: GatewayError | None = None
    for message_id in ids:
        try:
            states[message_id] = deliver(sending, message_id)
        except GatewayError as error:
            first = first or error
    if first is not None:
        raise first
    return states


def sweep(sending: Sending) -> int:
    """Try everything that is due and unfinished, whatever it is about; how many are done now.

    One counterparty that does not answer, and one message that cannot go on, keep no other from
    being served; what should never have happened rings.
    """
    with sending.store.begin() as work:
        due = outbox.due(work, _SWEEP_MAX)
    done = 0
    for message_id in due:
        try:
            done += deliver(sending, message_id) in MESSAGE_STATES.finals
        except GatewayError as error:
            _LOG.warning("message_waits", message_id=message_id, code=error.code.name)
            if isinstance(error, IllegalTransition):
                _ring(sending, error.code, message_id)
    return done


def _ring(sending: Sending, code: Code, message_id: str) -> None:
    with sending.store.begin() as work:
        alarms.ring(work, code, message_id)


def deliver(sending: Sending, message_id: str) -> MessageState:
    """Bring one message to an end, or as far as it goes now.

    Raises TransportError when nothing reached them (the outbox says when to try again), and
    NotConfigured or SignatureInvalid when nothing can until a person acts; OutcomeUnknown when it
    may have and they do not answer, or not with a proof that counts; RefusedHere when another
    worker holds it for longer than we wait.
    """
    for _ in range(_ROUNDS_MAX):
        message = _find(sending, message_id)
        if message.state in MESSAGE_STATES.finals:
            return message.state
        claimed = _claim(sending, message_id)
        if claimed is not None:
            _STEPS[claimed.state](sending, message, claimed)
    raise OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN, subject=message_id)


def _find(sending: Sending, message_id: str) -> MessageRow:
    with sending.store.begin() as work:
        message = outbox.find(work, message_id)
    if message is None:
        raise NotConfigured(Code.NOT_FOUND, detail=message_id)
    return message


def _claim(sending: Sending, message_id: str) -> Claim | None:
    """Claim the message as soon as it is free; None when another worker was faster."""
    _wait_until_free(sending, message_id)
    try:
        with sending.store.begin() as work:
            return leases.claim(work, message_id, sending.owner)
    except RefusedHere:
        return None


def _wait_until_free(sending: Sending, message_id: str) -> None:
    """Wait for a lease or a next attempt that is near; who holds it may be done long before."""
    patience = timedelta(seconds=_PATIENCE_SECONDS)
    # the worker before us, and another one that was faster than us when that one's lease ended
    give_up = sending.clock.now() + 2 * patience
    while (free_from := _free_from(sending, message_id)) > (now := sending.clock.now()):
        if free_from > now + patience or now > give_up:
            detail = f"{free_from:%H:%M:%S} 起可接手"
            raise RefusedHere(Code.CLAIMED_ELSEWHERE, detail=detail, subject=message_id)
        sending.pause(min((free_from - now).total_seconds(), _LOOK_SECONDS))


def _free_from(sending: Sending, message_id: str) -> datetime:
    with sending.store.begin() as work:
        return leases.free_from(work, message_id)


def _send(sending: Sending, message: MessageRow, claimed: Claim) -> None:
    if message.not_after is not None and message.not_after <= sending.clock.now():
        with sending.store.begin() as work:
            outbox.expire(work, claimed)
        return
    courier = _courier(sending, message)
    try:
        outgoing = _outgoing(sending, message)
        signed = _signed(sending, courier, outgoing, claimed)
        with sending.store.begin() as work:
            outbox.intend(sending.store, work, claimed, signed)
    except _NOT_SENT as failed:
        _nothing_sent(sending, claimed, failed)
        raise
    try:
        reply = courier.send(outgoing, signed.data)
    except (*_NOT_SENT, OutcomeUnknown) as failed:
        if not _may_have_left(failed):
            _nothing_sent(sending, claimed, failed)
            raise
        with sending.store.begin() as work:
            outbox.outcome_lost(work, claimed, failed.code)
        return
    _take(sending, (courier, outgoing, claimed), reply)


def _may_have_left(failed: GatewayError) -> bool:
    of_a_reply = isinstance(failed, SignatureInvalid) and failed.code not in _OF_THE_LINE
    return of_a_reply or isinstance(failed, OutcomeUnknown)


def _take_over(sending: Sending, message: MessageRow, claimed: Claim) -> None:
    """The worker before us died while sending: from now on the outcome is unknown."""
    with sending.store.begin() as work:
        outbox.lease_ran_out(work, claimed)


def _leave(sending: Sending, message: MessageRow, claimed: Claim) -> None:
    """Another worker finished it while we waited: nothing is left to do."""
    with sending.store.begin() as work:
        leases.release(work, claimed)


def _enquire(sending: Sending, message: MessageRow, claimed: Claim) -> None:
    courier = _courier(sending, message)
    try:
        outgoing = _outgoing(sending, message)
        signed = sending.store.archive.get(claimed.signed_digest or message.digest)
        with sending.store.begin() as work:
            outbox.begin_enquiry(work, claimed)
        reply = courier.enquire(outgoing, signed)
    except _NOT_SENT as failed:
        _nothing_sent(sending, claimed, failed)
        raise
    if reply is not None:
        _take(sending, (courier, outgoing, claimed), reply)
        return
    with sending.store.begin() as work:
        outbox.never_seen(work, claimed)


def _nothing_sent(sending: Sending, claimed: Claim, failed: GatewayError) -> None:
    with sending.store.begin() as work:
        outbox.nothing_sent(work, claimed, failed.code)


def _take(sending: Sending, of: tuple[Courier, Outgoing, Claim], reply: Reply) -> None:
    """First the raw bytes, then, in a transaction of its own, what they mean.

    What proves too little settles nothing. Raises OutcomeUnknown for it when it is on record.
    """
    courier, outgoing, claimed = of
    with sending.store.begin() as work:
        outbox.keep_reply(sending.store, work, claimed, reply)
    with sending.store.begin() as work:
        state = outbox.take_reply(work, claimed, reply)
        if reply.grade in SUFFICIENT:
            courier.settle(work, outgoing, reply)
    _LOG.info("message_answered", message_id=claimed.message_id, state=state.name)
    if event_of(reply) is MessageEvent.PROVES_TOO_LITTLE:
        detail = reply.grade.name
        raise OutcomeUnknown(Code.PROOF_TOO_WEAK, detail=detail, subject=claimed.message_id)


def _courier(sending: Sending, message: MessageRow) -> Courier:
    return sending.couriers[message.kind]


def _outgoing(sending: Sending, message: MessageRow) -> Outgoing:
    payload = sending.store.archive.get(message.digest)
    return Outgoing(message.message_id, message.counterparty, message.kind, message.name, payload)


def _signed(sending: Sending, courier: Courier, outgoing: Outgoing, claimed: Claim) -> Signed:
    """The exact bytes of an earlier attempt if there was one: a resend is the same message."""
    if claimed.signed_digest is not None:
        return Signed(sending.store.archive.get(claimed.signed_digest), claimed.signed_kid)
    return courier.prepare(outgoing, sending.clock.now())


_STEPS: dict[MessageState, Callable[[Sending, MessageRow, Claim], None]] = {
    MessageState.DRAFTED: _send,
    MessageState.SENDING: _take_over,
    MessageState.UNKNOWN: _enquire,
    MessageState.ACKNOWLEDGED: _leave,
    MessageState.REJECTED: _leave,
    MessageState.EXPIRED: _leave,
}
