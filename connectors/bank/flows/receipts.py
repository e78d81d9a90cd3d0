"""Receipts: for each file the bank is told, signed, what we concluded. 收件回执"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from connectors.bank.codec import encode, flag_of, receipt_name
from connectors.bank.codec.layouts import Layout
from connectors.bank.codec.names import FLAG_BYTES_MAX, Flag
from connectors.bank.flows.parts import Bank
from connectors.bank.model import FileKind, NightKey
from connectors.bank.store.files import FileRow
from gateway.errors import Code, Finding, IllegalTransition, NotConfigured
from gateway.grades import Fact, grade_of
from gateway.identity import business_id
from gateway.ports import FileWire, Outgoing, Reply, Signed, Verdict
from gateway.signing.files.detached import sign_detached
from gateway.signing.keys.keyring import KeyRing, Purpose
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
        self._wires, self._layouts, self._ring = wires, layouts, ring

    def prepare(self, message: Outgoing, at: datetime) -> Signed:
        """The three files in the order they are published, as one JSON of name and base64."""
        layout = self._layouts[message.counterparty]
        signer = self._ring.signer(Purpose.BANK_RECEIPT, message.counterparty, at)
        digest = hashlib.sha256(message.payload).hexdigest()
        signature = sign_detached(signer, message.name, (message.payload,), at)
        flag = Flag(message.name, len(message.payload), digest)
        files = [
            (message.name, message.payload),
            (message.name + layout.signature_suffix, signature),
            (message.name + layout.flag_suffix, flag_of(layout, flag)),
        ]
        packed = json.dumps([(name, base64.b64encode(data).decode()) for name, data in files])
        return Signed(packed.encode(), signer.kid)

    def send(self, message: Outgoing, signed: bytes) -> Reply:
        """Publish data, signature and flag; the flag's renaming is the point of no return."""
        wire, directory = self._wires[message.counterparty]
        files = unpacked(signed)
        wire.publish(directory, files)
        return _published(files[-1][1])

    def enquire(self, message: Outgoing, signed: bytes) -> Reply | None:
        """Read our flag back: ours, or not there and so never seen by the bank.

        Raises IllegalTransition when another flag stands under our name.
        """
        wire, directory = self._wires[message.counterparty]
        name, data = unpacked(signed)[-1]
        found = wire.read(directory, name, FLAG_BYTES_MAX)
        if found is None:
            return None
        if found != data:
            raise IllegalTransition(Code.CONTENT_DIFFERS, subject=message.message_id)
        return _published(data)

    def settle(self, work: UnitOfWork, message: Outgoing, reply: Reply) -> None:
        """A receipt has no rows behind it."""


def _published(flag: bytes) -> Reply:
    grade = grade_of(Fact.CHANNEL, Fact.READABLE)
    return Reply(Verdict.ACCEPTED, grade, flag, "已发布于银行目录")


def unpacked(signed: bytes) -> list[tuple[str, bytes]]:
    """The files a receipt was sent as, in the order they were published: data, signature, flag."""
    return [(name, base64.b64decode(data)) for name, data in json.loads(signed)]
