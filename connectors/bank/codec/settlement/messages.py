"""Whole messages: requests written, replies and pushes read, each bound to what it answers. 报文"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from connectors.bank.codec.settlement.bodies import REPLIES, REQUESTS, Asked, Told
from connectors.bank.codec.settlement.dialects import Dialect
from connectors.bank.codec.settlement.heads import (
    PUSH_HEAD,
    REPLY_HEAD,
    REQUEST_HEAD,
    PushHead,
    ReplyHead,
    RequestHead,
    Tx,
    TxStatus,
)
from connectors.bank.codec.settlement.items import (
    NamedFile,
    read_files,
    read_items,
    write_files,
    write_items,
)
from connectors.bank.codec.settlement.markup import Group, Markup, read, unreadable, write
from gateway.errors import Code, SignatureInvalid


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply: its head, what it tells (None unless it says success), its files."""

    head: ReplyHead
    told: Told
    files: Sequence[NamedFile] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Pushed:
    """A push: its head and the files it brings."""

    head: PushHead
    files: Sequence[NamedFile] = field(default=(), repr=False)


def write_request(dialect: Dialect, head: RequestHead, asked: Asked) -> bytes:
    """A request's bytes. Raises MalformedMessage for what does not fit its field."""
    kind, items = REQUESTS[Tx(head.tx_code)]
    if not isinstance(asked, kind):
        raise TypeError(f"{head.tx_code} does not ask {type(asked).__name__}")
    told = replace(head, tx_code=dialect.tx_code(head.tx_code))
    body = write_items(dialect, items, asked)
    files = write_files(dialect, getattr(asked, "files", ()))
    above = write_items(dialect, REQUEST_HEAD, told)
    return write(Markup(above, Group(body.fields, files)), dialect.writing)


def read_request_head(dialect: Dialect, data: bytes) -> RequestHead:
    """The head of a request of ours. Raises MalformedMessage."""
    head = read(data, dialect.writing).head
    found = read_items(dialect, REQUEST_HEAD, head, RequestHead)
    return replace(found, tx_code=_tx(dialect, found.tx_code).value)


def read_reply(dialect: Dialect, request: RequestHead, data: bytes) -> Answered:
    """The reply to a request.

    Raises MalformedMessage when it cannot be read, SignatureInvalid when it answers another: of
    either nobody knows what became of ours.
    """
    markup = read(data, dialect.writing)
    head = read_items(dialect, REPLY_HEAD, markup.head, ReplyHead)
    tx = _tx(dialect, head.tx_code)
    head = replace(head, tx_code=tx.value)
    if (head.tx_code, head.seq_no) != (request.tx_code, request.seq_no):
        raise SignatureInvalid(Code.REPLY_NOT_BOUND, detail="TxCode、SendSeqNo")
    if head.status is not TxStatus.SUCCESS:
        return Answered(head, None)
    return Answered(head, _told(dialect, tx, markup.body), read_files(dialect, markup.body))


def _told(dialect: Dialect, tx: Tx, body: Group) -> Told:
    if tx not in REPLIES:
        return None
    kind, items = REPLIES[tx]
    return read_items(dialect, items, body, kind)


def read_push_head(dialect: Dialect, data: bytes) -> PushHead:
    """The head of a push, and no more. Raises MalformedMessage."""
    return _push_head(dialect, read(data, dialect.writing))


def read_push(dialect: Dialect, data: bytes) -> Pushed:
    """A push with its files. Raises MalformedMessage."""
    markup = read(data, dialect.writing)
    return Pushed(_push_head(dialect, markup), read_files(dialect, markup.body))


def _push_head(dialect: Dialect, markup: Markup) -> PushHead:
    """The head; a transaction nobody here knows keeps its code: it waits for its connector."""
    head = read_items(dialect, PUSH_HEAD, markup.head, PushHead)
    known = {dialect.tx_code(tx.value): tx.value for tx in Tx}
    return replace(head, tx_code=known.get(head.tx_code, head.tx_code))


def write_reply(dialect: Dialect, head: ReplyHead) -> bytes:
    """A reply of ours to a push: its head, nothing in it."""
    told = replace(head, tx_code=dialect.tx_code(head.tx_code))
    return write(Markup(write_items(dialect, REPLY_HEAD, told), Group()), dialect.writing)


def _tx(dialect: Dialect, code: str) -> Tx:
    known = {dialect.tx_code(tx.value): tx for tx in Tx}
    if code not in known:
        raise unreadable("TxCode")
    return known[code]
