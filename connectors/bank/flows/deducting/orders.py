"""What is drafted for the settlement platform: a file with its totals, before it has a serial. 指令

The request itself is made when it is sent, because its serial stands in the file's name; its exact
bytes are archived then, and a resend is the same bytes.
"""

import base64
import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Order:
    """A file for the platform: how many lines, how much in fen; of a split the parts, and whose."""

    count: int
    fen: int
    data: bytes = field(repr=False)
    bank_no: str = ""
    principal_fen: int = 0
    interest_fen: int = 0
    penalty_fen: int = 0
    fine_fen: int = 0


def pack(order: Order) -> bytes:
    """An order as the payload of a message."""
    data = base64.b64encode(order.data).decode()
    return json.dumps(asdict(order) | {"data": data}, sort_keys=True).encode()


def unpack(payload: bytes) -> Order:
    """The order of a payload of ours."""
    said = json.loads(payload)
    return Order(**said | {"data": base64.b64decode(said["data"])})
