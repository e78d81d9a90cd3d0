"""From approved to the outbox: what two people saw is what goes. 交付发送"""

from connectors.bank.codec import encode_lines
from connectors.bank.flows.deducting import orders
from connectors.bank.flows.deducting.asking import APPROVAL
from connectors.bank.flows.deducting.building import cut_off_of, terms_of
from connectors.bank.flows.parts import Bank
from connectors.bank.model import FileKind
from connectors.bank.model.deductions import Line
from connectors.bank.rules.deduction.planning import digest_of, sum_of
from connectors.bank.rules.deduction.requests import request_line
from connectors.bank.rules.deduction.states import BatchEvent, BatchState
from connectors.bank.store import batches
from connectors.bank.store.batches import Batch
from gateway.errors import Code, IllegalTransition, NotConfigured, RefusedHere
from gateway.identity import business_id
from gateway.store import approvals, outbox
from gateway.store.approval_states import ApprovalState
from gateway.store.outbox import Draft
from gateway.store.unit_of_work import UnitOfWork

# A batch over the platform, and one as a file in the bank's directory: a courier for each.
REQUEST, FILE = "bank.deduction", "bank.deduction_file"


def message_id_of(batch_id: str) -> str:
    """The id of the message that carries a batch."""
    return business_id("deduction", batch_id)


def is_approved(work: UnitOfWork, batch: Batch) -> bool:
    """Whether two people seem to have approved it; `queue` looks closely."""
    found = approvals.standing(work, APPROVAL, batch.batch_id)
    return found is not None and found.state is ApprovalState.APPROVED


def queue(bank: Bank, batch_id: str) -> str:
    """Put an approved batch into the outbox; returns the message's id. Again, it changes nothing.

    The digest is computed anew from our own rows, in the transaction that drafts the message.
    Raises RefusedHere when nobody approved exactly that, before or after its business date's hours,
    and for a batch that was withdrawn.
    """
    with bank.store.begin() as work:
        batch = batches.find(work, batch_id, lock=True)
        if batch.state is BatchState.WITHDRAWN:
            detail = batch.state.value
            raise RefusedHere(Code.BATCH_NOT_READY, detail=detail, subject=batch_id)
        if batch.state is BatchState.BUILT:
            _queue(bank, work, batch)
    return message_id_of(batch_id)


def _queue(bank: Bank, work: UnitOfWork, batch: Batch) -> None:
    _require_hours(bank, work, batch)
    lines = batches.lines_of(work, batch.batch_id)
    digest = digest_of(batch.place, lines)
    if digest != batch.digest:
        raise IllegalTransition(Code.CONTENT_DIFFERS, subject=batch.batch_id)
    approvals.require(work, APPROVAL, batch.batch_id, digest)
    batches.move(work, batch, BatchEvent.APPROVED, sent_at=work.now)
    outbox.draft(bank.store, work, _draft(bank, batch, lines))


def _require_hours(bank: Bank, work: UnitOfWork, batch: Batch) -> None:
    day = batch.key.business_date
    if work.now.date() < day:
        raise RefusedHere(Code.BATCH_NOT_READY, detail=f"{day}", subject=batch.batch_id)
    if work.now >= cut_off_of(terms_of(bank), day):
        raise RefusedHere(Code.CUT_OFF_PASSED, detail=f"{day}", subject=batch.batch_id)


def _draft(bank: Bank, batch: Batch, lines: tuple[Line, ...]) -> Draft:
    name, data = request_file(bank, batch, lines)
    message_id, subject = message_id_of(batch.batch_id), batch.batch_id
    # a line that is down must not make it leave late: two people have approved it for this day
    until = cut_off_of(terms_of(bank), batch.key.business_date)
    if terms_of(bank).platform is None:
        return Draft(message_id, bank.profile.code, FILE, subject, name, data, until)
    # of the lines that two people have approved, never of the batch's own row
    total = sum_of(lines)
    order = orders.Order(total.count, total.fen, data)
    payload = orders.pack(order)
    return Draft(message_id, bank.profile.code, REQUEST, subject, batch.batch_no, payload, until)


def request_file(bank: Bank, batch: Batch, lines: tuple[Line, ...]) -> tuple[str, bytes]:
    """The file's name and bytes; over the platform the name is made when the serial is drawn.

    Raises NotConfigured for an account the settings no longer know.
    """
    layout = bank.layouts[FileKind.DEDUCTION_REQUEST]
    own = bank.profile.account(batch.key.account)
    if own is None:
        raise NotConfigured(Code.SETTING_MISSING, detail=f"{batch.key.bank} {batch.key.account}")
    header = {
        "bank": batch.key.bank, "account_number": own.number,
        "business_date": batch.key.business_date, "batch_no": batch.batch_no,
    }  # fmt: skip
    rows = [request_line(line.serial, line) for line in lines]
    name = layout.file_name if terms_of(bank).platform else _name(layout.file_name, batch)
    return name, encode_lines(layout, rows, header)


def _name(template: str, batch: Batch) -> str:
    key = batch.key
    return template.format(
        bank=key.bank,
        account=key.account,
        date=f"{key.business_date:%Y%m%d}",
        batch=batch.batch_no,
        version=f"{key.sequence:02d}",
    )
