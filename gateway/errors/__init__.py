"""The error tree and its catalogue: an error's branch says what to do next. 错误体系"""

from gateway.errors.catalogue import Code
from gateway.errors.entries import Entry, Money
from gateway.errors.tree import (
    BRANCHES,
    Finding,
    GatewayError,
    IllegalTransition,
    MalformedMessage,
    MessageRejected,
    NotConfigured,
    OutcomeUnknown,
    RefusedHere,
    SignatureInvalid,
    TransportError,
    error_for,
)

__all__ = [
    "BRANCHES",
    "Code",
    "Entry",
    "Finding",
    "GatewayError",
    "IllegalTransition",
    "MalformedMessage",
    "MessageRejected",
    "Money",
    "NotConfigured",
    "OutcomeUnknown",
    "RefusedHere",
    "SignatureInvalid",
    "TransportError",
    "error_for",
]
