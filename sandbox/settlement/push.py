"""Pushing bookings to the partner's listener, and hearing whether he took them. 账户变动通知."""

import asyncio
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sandbox.settlement.faults import PlatformFault, armed
from sandbox.settlement.frames import NODE, Frame, read_frame
from sandbox.settlement.messages import Message, read_message, write_message
from sandbox.settlement.serve import HOST, record_of
from sandbox.settlement.sessions import KEY_BYTES, opened, sealed
from sandbox.settlement.state import load
from sandbox.settlement.truth import bookings

_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told: an account's bookings of a day, from one number to another."""

    account: str
    day: date
    rows: int
    first: int
    last: int
    seq_no: str


def push(root: Path, port: int, generation: str, notice: Notice) -> list[str]:
    """Push one notice; return what became of each try: acknowledged, refused, no answer."""
    fault = armed(root)
    times = 2 if fault is PlatformFault.PUSH_TWICE else 1
    return [asyncio.run(_pushed(root, port, generation, notice)) for _ in range(times)]


async def _pushed(root: Path, port: int, generation: str, notice: Notice) -> str:
    fault, key = armed(root), bytes.fromhex(load(root).session)
    node = "C99999" if fault is PlatformFault.PUSH_OTHER_NODE else NODE
    under = os.urandom(KEY_BYTES) if fault is PlatformFault.PUSH_OTHER_KEY else key
    body = write_message(_message(notice), generation)
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(Frame(node, False, sealed(under, body)).to_bytes())
            await writer.drain()
            answer = await read_frame(reader)
            writer.close()
    except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
        return _noted(root, notice, f"no answer: {type(error).__name__}")
    told = read_message(opened(key, answer.body), generation)
    bound = told.head["SendSeqNo"] == notice.seq_no and told.head["TxCode"] == "SBDC100"
    good = bound and told.head["TxStatus"] == "0"
    return _noted(root, notice, "acknowledged" if good else "refused")


def _noted(root: Path, notice: Notice, became: str) -> str:
    record_of(root).add("pushed", seq_no=notice.seq_no, became=became)
    return became


def _message(notice: Notice) -> Message:
    lines = [line for _, line in bookings(notice.account, notice.day, notice.rows)]
    data = "".join(f"{line}\n" for line in lines[notice.first - 1 : notice.last])
    head = {
        "SendDate": f"{notice.day:%Y%m%d}", "SendTime": "233000", "SendSeqNo": notice.seq_no,
        "SendNode": NODE, "TxCode": "SBDC100", "ReceiveNode": "C99010",
        "BDCDate": f"{notice.day:%Y%m%d}", "BDCTime": "233000", "BDCSeqNo": f"P{notice.seq_no}",
    }  # fmt: skip
    name = f"BDC_BAL_NTF_{notice.seq_no}.act"
    return Message(head, {}, [(name, data.encode("gb18030"))])
