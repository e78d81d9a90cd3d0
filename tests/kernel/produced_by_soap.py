"""Codes that a signed message brings up, from messages that are really wrong. 签名报文错误"""

from datetime import timedelta

from gateway.errors import Code
from gateway.signing.messages.soap import verify_envelope
from gateway.store.seen_signatures import SeenInDatabase
from tests.kernel.ground import Ground, raised
from tests.signing.messages.soap import ground as soap


def refusal(ground: Ground, data: bytes, answers: bytes | None = None) -> Code | None:
    """What verifying says, over the real memory."""
    seen = SeenInDatabase(ground.store.engine)
    return raised(lambda: verify_envelope(data, soap.peer_of(), soap.NOW, seen, answers))


def unreadable(ground: Ground) -> Code | None:
    return refusal(ground, b"<html><body>502 Bad Gateway</body></html>")


def with_dtd(ground: Ground) -> Code | None:
    return refusal(ground, b"<!DOCTYPE s><s/>")


def unsigned(ground: Ground) -> Code | None:
    return refusal(ground, soap.envelope())


def fault_unsigned(ground: Ground) -> Code | None:
    return refusal(ground, soap.fault())


def misshapen(ground: Ground) -> Code | None:
    return refusal(ground, soap.signed().replace(b"100.00", b"100<!-- -->.00"))


def stale(ground: Ground) -> Code | None:
    seen, later = SeenInDatabase(ground.store.engine), soap.NOW + timedelta(hours=1)
    return raised(lambda: verify_envelope(soap.signed(), soap.peer_of(), later, seen))


def replayed(ground: Ground) -> Code | None:
    data = soap.signed()
    assert refusal(ground, data) is None
    return refusal(ground, data)


def not_bound(ground: Ground) -> Code | None:
    return refusal(ground, soap.signed(), answers=b"the signature of a request")


PRODUCERS = {
    Code.MESSAGE_UNREADABLE: unreadable,
    Code.MESSAGE_WITH_DTD: with_dtd,
    Code.MESSAGE_UNSIGNED: unsigned,
    Code.FAULT_UNSIGNED: fault_unsigned,
    Code.MESSAGE_MISSHAPEN: misshapen,
    Code.MESSAGE_STALE: stale,
    Code.MESSAGE_REPLAYED: replayed,
    Code.REPLY_NOT_BOUND: not_bound,
}
