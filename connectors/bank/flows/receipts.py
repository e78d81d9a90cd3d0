"""Receipts: for each file the bank is told, signed, what we concluded. 收件回执"""

from collections.abc import Mapping, Sequence

from connectors.bank.codec import encode, receipt_name
from connectors.bank.codec.layouts import Layout
from connectors.bank.flows.dropping import FileDrop
from connectors.bank.flows.parts import Bank
from connectors.bank.model import FileKind, NightKey
from connectors.bank.store.files import FileRow
from gateway.errors import Code, Finding, NotConfigured
from gateway.identity import business_id
from gateway.ports import FileWire, Outgoing, Reply
from gateway.signing.keys.keyring import KeyRing
from gateway.store import outbox
from gateway.store.outbox import Draft
from gateway.store.unit_of_work import UnitOfWork

KIND = "bank.receipt"


def draft_receipt(
    bank: Bank, work: UnitOfWork, key: NightKey, file: FileRow, findings: Sequence[Finding]
) -> str:
    """Write the receipt for one judged file into the outbox; returns the message's id."""
    layout = bank.layouts[FileKind.FILE_RECEIPT]
    own = bank.profile.account(key.account)
    if own is None:
        raise NotConfigured(Code.SETTING_MISSING, detail=f"{key.bank} {key.account}")
    header = {
        "bank": key.bank, "account_number": own.number, "business_date": key.business_date,
    }  # fmt: skip
    payload = encode(layout, header, [_line(file, findings)], {"total_count": 1})
    name = receipt_name(layout, key, file.name, file.digest)
    message_id = business_id("receipt", file.file_id)
    message = Draft(message_id, key.bank, KIND, key.night_id, name, payload)
    outbox.draft(bank.store, work, message)
    return message_id


def _line(file: FileRow, findings: Sequence[Finding]) -> dict[str, object]:
    first = findings[0] if findings else None
    return {
        "serial": 1,
        "file_name": file.name,
        "file_digest": file.digest,
        "conclusion": "Q" if first else "A",
        "error_code": first.code.name if first else "",
        "error_line": first.line if first else 0,
        "reason": f"{first.code.value.zh}（{first.place()}）" if first else "已收妥",
    }


class ReceiptCourier:
    """Publishes receipts at the banks; proof is our own flag, in their directory."""

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
        """A receipt has no rows behind it."""
