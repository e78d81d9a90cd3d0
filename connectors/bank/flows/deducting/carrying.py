"""Couriers of batches and their splits: into a bank's directory, or over the platform. 批次发送"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.bank.codec.layouts import Layout
from connectors.bank.codec.settlement import (
    Answered,
    BatchTaken,
    Deduct,
    NamedFile,
    OldTransaction,
    Split,
    SplitCredit,
    TransactionAsked,
    Tx,
    read_request_head,
    request_head,
    write_request,
)
from connectors.bank.flows.deducting import orders
from connectors.bank.flows.deducting.orders import Order
from connectors.bank.flows.dropping import FileDrop
from connectors.bank.flows.platform import ANSWERED, Platform, read, reply_of, request
from connectors.bank.rules.deduction.states import BatchEvent, BatchState
from connectors.bank.rules.settlement import Fate, fate_of, reason_of
from connectors.bank.settings import Credit, PlatformTerms
from connectors.bank.store import batch_lines, batches
from connectors.bank.store.batches import Batch
from gateway.errors import Code, MalformedMessage, NotConfigured, SignatureInvalid, TransportError
from gateway.ports import FileWire, Outgoing, Reply, Signed, Verdict
from gateway.signing.keys.keyring import KeyRing
from gateway.states import Answer
from gateway.store import alarms, outbox
from gateway.store.unit_of_work import UnitOfWork

_NO_END = frozenset({Verdict.PENDING, Verdict.PARTIAL})


class DeductionFileCourier:
    """Puts batches into the banks' directories; from then on the bank's results are awaited."""

    def __init__(
        self,
        wires: Mapping[str, tuple[FileWire, str]],
        layouts: Mapping[str, Layout],
        ring: KeyRing,
    ) -> None:
        """`wires` and `layouts` by bank code; a wire comes with the directory we write to."""
        drop = FileDrop(wires, layouts, ring)
        self.prepare, self.send, self.enquire = drop.prepare, drop.send, drop.enquire

    def settle(self, work: UnitOfWork, message: Outgoing, reply: Reply) -> None:
        """The batch is delivered; the bank knows it by our number."""
        batch = batch_of(work, message)
        if batch.state in (BatchState.QUEUED, BatchState.UNKNOWN):
            batches.move(work, batch, BatchEvent.DELIVERED, bank_no=batch.batch_no)


@dataclass(frozen=True, slots=True)
class _Form:
    """One kind of request: its transaction, its body, and what an answer does to the batch."""

    tx: Tx
    body: Callable[[PlatformTerms, Order, NamedFile], Deduct | Split]
    settle: Callable[[UnitOfWork, Batch, Reply, str], None]


class PlatformCourier:
    """Carries batches, or their splits, over the settlement platform."""

    def __init__(
        self, platform: Platform, form: _Form, terms: Mapping[str, PlatformTerms], name: str
    ) -> None:
        """`terms` by bank code; `name` how the file in a request is called."""
        self._platform, self._form, self._terms, self._name = platform, form, terms, name
        # the bank's number of a batch, from reading the answer until its meaning is written
        self._numbers: dict[str, str] = {}

    def prepare(self, message: Outgoing, at: datetime) -> Signed:
        """The whole request under a serial of its own; nothing is signed, the session proves us."""
        platform, order = self._platform, orders.unpack(message.payload)
        seq_no = platform.memory.next_seq_no(at)
        sender = platform.profile.sender(message.counterparty)
        name = self._name.format(unit=platform.profile.unit_no, message=seq_no)
        body = self._form.body(
            self._terms[message.counterparty], order, NamedFile(name, order.data)
        )
        head = request_head(self._form.tx, seq_no, at, sender)
        try:
            return Signed(write_request(platform.dialect, head, body))
        except MalformedMessage as unfit:
            raise NotConfigured(Code.SETTING_INVALID, detail=unfit.detail) from unfit

    def send(self, message: Outgoing, signed: bytes) -> Reply:
        """Send it and read the answer: accepted is not settled."""
        raw = self._platform.line.ask(signed)
        reply = reply_of(self._platform, signed, raw)
        if reply.verdict is Verdict.ACCEPTED:
            self._remember(message, read(self._platform, signed, raw))
        return reply

    def enquire(self, message: Outgoing, signed: bytes) -> Reply | None:
        """Ask what became of it (BDC110); None when the platform says it has none such (B05)."""
        platform = self._platform
        old = read_request_head(platform.dialect, signed)
        code = platform.dialect.tx_code(old.tx_code)
        asked = TransactionAsked(old.send_date, old.seq_no, code)
        sent = request(platform, Tx.TRANSACTION, message.counterparty, asked)
        raw = platform.line.ask(sent)
        try:
            answered = read(platform, sent, raw)
        except (MalformedMessage, SignatureInvalid) as foreign:
            raise TransportError(Code.CONNECTION_LOST, detail=foreign.code.name) from foreign
        verdict = _VERDICTS[fate_of(answered)]
        if verdict is None:
            return None
        self._remember(message, answered)
        return Reply(verdict, ANSWERED, raw, _reason(answered))

    def settle(self, work: UnitOfWork, message: Outgoing, reply: Reply) -> None:
        """What the answer means for the batch; a status that is no end changes nothing."""
        number = self._numbers.pop(message.message_id, "")
        if reply.verdict not in _NO_END:
            self._form.settle(work, batch_of(work, message), reply, number)

    def _remember(self, message: Outgoing, answered: Answered) -> None:
        if isinstance(answered.told, BatchTaken | OldTransaction):
            self._numbers[message.message_id] = answered.told.batch_no


_VERDICTS: Mapping[Fate, Verdict | None] = {
    Fate.ACCEPTED: Verdict.ACCEPTED,
    Fate.REFUSED: Verdict.REJECTED,
    Fate.OPEN: Verdict.PENDING,
    Fate.NEVER_SEEN: None,
}


def _reason(answered: Answered) -> str:
    told = answered.told
    code = told.old_rtn_code if isinstance(told, OldTransaction) else answered.head.rtn_code
    return reason_of(code)


def batch_of(work: UnitOfWork, message: Outgoing) -> Batch:
    """The batch a message carries, locked."""
    found = outbox.find(work, message.message_id)
    return batches.find(work, found.subject if found else "", lock=True)


def _deduct(terms: PlatformTerms, order: Order, file: NamedFile) -> Deduct:
    return Deduct(
        file_type=terms.file_type,
        credit_account=terms.credit.account,
        credit_name=terms.credit.name,
        credit_class=terms.credit.account_class,
        total_count=order.count,
        total_fen=order.fen,
        files=(file,),
        transit_account=terms.transit_account,
    )


def _taken(work: UnitOfWork, batch: Batch, reply: Reply, number: str) -> None:
    """BDC105 was accepted under a number of the bank's, or refused as a whole."""
    if reply.verdict is Verdict.REJECTED:
        if batches.move(work, batch, BatchEvent.REFUSES).answer is Answer.MOVE:
            batch_lines.end_unsettled(work, batch, failed=False)
        return
    batches.move(work, batch, BatchEvent.ACCEPTS, bank_no=number)
    if not number:  # nothing can be asked about it: a person has to
        alarms.ring(work, Code.BATCH_UNFINISHED, batch.batch_id, "银行未给批号")


def _split(terms: PlatformTerms, order: Order, file: NamedFile) -> Split:
    return Split(
        batch_no=order.bank_no,
        total_count=order.count,
        total_fen=order.fen,
        bank_fen=order.fen,
        transit_account=terms.transit_account,
        principal=_credit(terms.principal, order.principal_fen),
        interest=_credit(terms.interest, order.interest_fen),
        penalty=_credit(terms.penalty, order.penalty_fen),
        fine=_credit(terms.fine, order.fine_fen),
        files=(file,),
    )


def _credit(credit: Credit | None, fen: int) -> SplitCredit:
    if credit is None:
        raise NotConfigured(Code.SETTING_MISSING, detail="deductions.platform")
    return SplitCredit(credit.account, credit.name, credit.account_class, credit.bank_name, fen)


def _split_taken(work: UnitOfWork, batch: Batch, reply: Reply, number: str) -> None:
    """BDC106 was accepted: the circle of the batch is closed; a refusal rings by itself."""
    if reply.verdict is Verdict.REJECTED or batch.state is not BatchState.RESULTS_IN:
        return
    batches.move(work, batch, BatchEvent.SPLIT_TAKEN)
    now = batches.find(work, batch.batch_id)
    batches.move(work, now, BatchEvent.NOTHING_TO_SPLIT)


DEDUCT = _Form(Tx.DEDUCT, _deduct, _taken)
SPLIT = _Form(Tx.SPLIT, _split, _split_taken)
