"""Bytes of MT940 and MT942 messages → their statements, one DecodedFile each. MT940 解码"""

from connectors.bank.codec.mt940.messages import messages_of
from connectors.bank.codec.mt940.options import MtOptions
from connectors.bank.codec.mt940.statements import statements_of, told_of
from connectors.bank.codec.mt940.tags import BadField, fields_of
from connectors.bank.codec.telling import decoded, refused
from connectors.bank.model import DecodedFile, FileKind
from gateway.errors import Code, Finding


def decode_all(options: MtOptions, data: bytes, lines_max: int) -> tuple[DecodedFile, ...]:
    """Every statement of a file. Never raises for what is in it: a fault is a finding.

    The first fault refuses the whole file, as one DecodedFile: fields have no ends of their own,
    so what follows a broken one may be anything. `lines_max` bounds the bookings.
    """
    try:
        messages = messages_of(fields_of(data, options.encoding, lines_max), options, lines_max)
        told = [told_of(pages, options) for pages in statements_of(messages)]
    except BadField as bad:
        return (refused(FileKind.ACCOUNT_STATEMENT, bad.finding),)
    if not told:
        return (refused(FileKind.ACCOUNT_STATEMENT, Finding(Code.HEADER_MISSING, 1)),)
    return tuple(decoded(each) for each in told)
