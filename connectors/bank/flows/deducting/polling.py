"""Asking how a batch stands (BDC107) and fetching its results (BDC108); accepted is no end. 查询"""

from datetime import timedelta

from connectors.bank.codec.settlement import (
    Answered,
    BatchAsked,
    BatchStatus,
    ResultAsked,
    Tx,
)
from connectors.bank.flows.deducting.building import terms_of
from connectors.bank.flows.parts import Bank
from connectors.bank.flows.platform import Platform, read, request
from connectors.bank.rules.deduction.states import (
    STATUS_EVENTS,
    WITH_THE_BANK,
    BatchEvent,
    BatchState,
)
from connectors.bank.rules.settlement import reason_of, verdict_of
from connectors.bank.store import batch_lines, batches
from connectors.bank.store.batches import Batch
from gateway.errors import Code, MessageRejected
from gateway.ports import Verdict
from gateway.states import Answer
from gateway.store import alarms, inbox
from gateway.store.inbox import Seen
from gateway.store.unit_of_work import UnitOfWork, keep_bytes

_ASKED = frozenset({BatchState.ACCEPTED, BatchState.PROCESSING, BatchState.PARTLY})
_OVER = frozenset({BatchEvent.SAYS_DONE, BatchEvent.SAYS_FAILED})


def poll(bank: Bank, platform: Platform, batch: Batch) -> None:
    """Ask how a batch stands, keep the answer's bytes, and move the batch by it.

    A reply that does not speak of this batch changes nothing. Raises as the line does.
    """
    if batch.state not in _ASKED or not batch.bank_no:
        return
    answered, raw = _asked(platform, batch, Tx.BATCH_STATUS, BatchAsked(batch.bank_no))
    told = answered.told
    if isinstance(told, BatchStatus) and told.batch_no == batch.bank_no:
        with bank.store.begin() as work:
            _take_status(bank, work, batch.batch_id, (STATUS_EVENTS[told.status.value], raw))


def _asked(
    platform: Platform, batch: Batch, tx: Tx, asked: BatchAsked | ResultAsked
) -> tuple[Answered, bytes]:
    sent = request(platform, tx, batch.key.bank, asked)
    raw = platform.line.ask(sent)
    return read(platform, sent, raw), raw


def _take_status(
    bank: Bank, work: UnitOfWork, batch_id: str, said: tuple[BatchEvent, bytes]
) -> None:
    event, raw = said
    batch = batches.find(work, batch_id, lock=True)
    step = batches.move(work, batch, event)
    if step.answer is not Answer.IGNORE:
        digest = keep_bytes(bank.store, work, raw)
        work.note("batch_status_taken", batch_id, event=event.name, digest=digest)
    if step.answer is Answer.MOVE and step.state is BatchState.FAILED:
        batch_lines.end_unsettled(work, batch, failed=True)
        alarms.ring(work, Code.BATCH_FAILED, batch_id, batch.batch_no)
    if event is BatchEvent.SAYS_PARTLY and step.state is BatchState.PARTLY:
        alarms.ring(work, Code.BATCH_UNFINISHED, batch_id, step.state.value)
    if event in _OVER:
        alarms.clear(work, Code.BATCH_UNFINISHED, batch_id, "银行已处理完")


def watch(bank: Bank, batch: Batch) -> None:
    """Ring for a batch that the bank has had for too long without an end (B02)."""
    owed = timedelta(hours=terms_of(bank).answer_hours)
    with bank.store.begin() as work:
        if batch.state in WITH_THE_BANK and batch.sent_at and work.now > batch.sent_at + owed:
            detail = f"{batch.batch_no} {batch.state.value}"
            alarms.ring(work, Code.BATCH_UNFINISHED, batch.batch_id, detail)


def fetch_results(bank: Bank, platform: Platform, batch: Batch) -> int:
    """Fetch the result files of a batch that is done into the inbox; how many are new.

    What is in them the night reads. Raises MessageRejected when the platform has none, else as the
    line does.
    """
    answered, _ = _asked(platform, batch, Tx.BATCH_RESULT, ResultAsked(batch.bank_no))
    if verdict_of(answered.head) is not Verdict.ACCEPTED:
        detail = reason_of(answered.head.rtn_code)
        raise MessageRejected(Code.MESSAGE_REJECTED, detail=detail, subject=batch.batch_id)
    new = 0
    for file in answered.files:
        with bank.store.begin() as work:
            digest = keep_bytes(bank.store, work, file.data)
            arrival = inbox.take(work, batch.key.bank, file.name, digest)
            if arrival.seen is not Seen.SAME_AGAIN:
                new += 1
                about = {"about": batch.batch_id, "digest": digest}
                work.note("results_fetched", arrival.item_id, **about)
    return new
