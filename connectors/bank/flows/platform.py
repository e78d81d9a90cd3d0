"""The settlement platform with everything it needs: asking it, and what answers mean. 结算平台"""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.bank.codec import Layout
from connectors.bank.codec.settlement import (
    Answered,
    Dialect,
    Tx,
    read_reply,
    read_request_head,
    request_head,
    write_request,
)
from connectors.bank.codec.settlement.bodies import Asked
from connectors.bank.rules.settlement import reason_of, verdict_of
from connectors.bank.settings import SettlementProfile
from connectors.bank.transport.settlement import Memory
from gateway.errors import GatewayError, MalformedMessage, SignatureInvalid
from gateway.grades import Fact, grade_of
from gateway.ports import Clock, Reply, RequestLine, SessionCipher, Verdict
from gateway.signing.at_rest.tokens import Tokens
from gateway.store.unit_of_work import Store

# The session key proves the channel; nothing is signed, so nothing can be shown to an outsider.
ANSWERED = grade_of(Fact.CHANNEL, Fact.READABLE)
_NOTHING = grade_of()


@dataclass(frozen=True, slots=True)
class Platform:
    """The platform as agreed with it, its line, and the parts of ours that serve it.

    `accounts`: our special accounts there, bank and short id by the account's number; `details_of`
    the layouts of banks that write bookings with habits of their own.
    """

    profile: SettlementProfile
    dialect: Dialect
    line: RequestLine
    cipher: SessionCipher
    memory: Memory
    details: Layout
    details_of: Mapping[str, Layout]
    accounts: Mapping[str, tuple[str, str]]
    store: Store
    clock: Clock
    tokens: Tokens


def request(platform: Platform, tx: Tx, receive_node: str, asked: Asked) -> bytes:
    """A request's exact bytes under a serial of its own: to be archived before they leave.

    Raises MalformedMessage for what does not fit its field.
    """
    at = platform.clock.now()
    seq_no = platform.memory.next_seq_no(at)
    head = request_head(tx, seq_no, at, platform.profile.sender(receive_node))
    return write_request(platform.dialect, head, asked)


def ask(platform: Platform, tx: Tx, receive_node: str, asked: Asked) -> Answered:
    """Ask what has no effect, and read the answer.

    Raises as `RequestLine.ask` does; MalformedMessage and SignatureInvalid for a reply that says
    nothing or answers another request.
    """
    sent = request(platform, tx, receive_node, asked)
    return read(platform, sent, platform.line.ask(sent))


def read(platform: Platform, sent: bytes, raw: bytes) -> Answered:
    """The reply to exactly these bytes. Raises MalformedMessage, SignatureInvalid."""
    return read_reply(platform.dialect, read_request_head(platform.dialect, sent), raw)


def reply_of(platform: Platform, sent: bytes, raw: bytes) -> Reply:
    """A reply as a courier hands it on: unread or another's, it is kept and proves nothing."""
    try:
        head = read(platform, sent, raw).head
    except (MalformedMessage, SignatureInvalid) as foreign:
        return Reply(Verdict.PENDING, _NOTHING, raw, _said(foreign))
    return Reply(verdict_of(head), ANSWERED, raw, reason_of(head.rtn_code))


def _said(error: GatewayError) -> str:
    return f"{error.code.name} {error.code.value.zh}"
