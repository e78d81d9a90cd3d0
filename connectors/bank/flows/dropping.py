"""Files we put into a bank's directory: proof is our own flag there. 投递文件"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from connectors.bank.codec import flag_name, flag_of
from connectors.bank.codec.layouts import Layout
from connectors.bank.codec.names import FLAG_BYTES_MAX, Flag
from gateway.errors import Code, IllegalTransition
from gateway.grades import Fact, grade_of
from gateway.ports import FileWire, Outgoing, Reply, Signed, Signer, Verdict
from gateway.signing.files.detached import sign_detached
from gateway.signing.keys.keyring import KeyRing, Purpose

Files = Sequence[tuple[str, bytes]]


class FileDrop:
    """Publishes one kind of file at the banks; each whole or not at all, the flag last."""

    def __init__(
        self,
        wires: Mapping[str, tuple[FileWire, str]],
        layouts: Mapping[str, Layout],
        ring: KeyRing,
    ) -> None:
        """`wires` and `layouts` by bank code; a wire comes with the directory we write to."""
        self._wires, self._layouts, self._ring = wires, layouts, ring

    def prepare(self, message: Outgoing, at: datetime) -> Signed:
        """The files in the order they are published, as one JSON of name and base64."""
        layout = self._layouts[message.counterparty]
        signer = self._signer(layout, message, at)
        files = [(message.name, message.payload)]
        if signer is not None:
            signature = sign_detached(signer, message.name, (message.payload,), at)
            files.append((message.name + layout.signature_suffix, signature))
        flag = flag_name(layout, message.name)
        if flag is not None:
            digest = hashlib.sha256(message.payload).hexdigest()
            said = Flag(message.name, len(message.payload), digest)
            files.append((flag, flag_of(layout, said)))
        packed = json.dumps([(name, base64.b64encode(data).decode()) for name, data in files])
        return Signed(packed.encode(), signer.kid if signer else None)

    def _signer(self, layout: Layout, message: Outgoing, at: datetime) -> Signer | None:
        """Our key for this bank; None where nothing is signed."""
        if not layout.signature_suffix:
            return None
        return self._ring.signer(Purpose.BANK_RECEIPT, message.counterparty, at)

    def send(self, message: Outgoing, signed: bytes) -> Reply:
        """Publish them; the last one's renaming is the point of no return."""
        wire, directory = self._wires[message.counterparty]
        files = unpacked(signed)
        wire.publish(directory, files)
        return _published(files[-1][1])

    def enquire(self, message: Outgoing, signed: bytes) -> Reply | None:
        """Read the last one back: ours, or not there and so never seen by the bank.

        Raises IllegalTransition when another stands under our name.
        """
        wire, directory = self._wires[message.counterparty]
        name, data = unpacked(signed)[-1]
        found = wire.read(directory, name, max(FLAG_BYTES_MAX, len(data)))
        if found is None:
            return None
        if found != data:
            raise IllegalTransition(Code.CONTENT_DIFFERS, subject=message.message_id)
        return _published(data)


def _published(flag: bytes) -> Reply:
    grade = grade_of(Fact.CHANNEL, Fact.READABLE)
    return Reply(Verdict.ACCEPTED, grade, flag, "已发布于银行目录")


def unpacked(signed: bytes) -> Files:
    """The files of one message, in the order they were published: data, signature, flag."""
    return [(name, base64.b64decode(data)) for name, data in json.loads(signed)]
