"""Fields → messages, each as the bank wrote it. MT 报文"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.bank.codec.mt940.details import Details, read_details
from connectors.bank.codec.mt940.options import ANY_CURRENCY, MtOptions
from connectors.bank.codec.mt940.tags import END, BadField, Tagged
from connectors.bank.codec.mt940.values import (
    Balance,
    Booking,
    Sum,
    read_balance,
    read_booking,
    read_day,
    read_sum,
)
from gateway.errors import Code, Finding

# Fields we know and take nothing from: references, numbers, limits, available balances. A value
# date balance says nothing of what was booked.
_UNUSED = frozenset({"20", "21", "28", "28C", "34F", "64", "65", "NS"})


@dataclass(slots=True)
class Message:
    """One message as it stands in the file."""

    line: int
    account: str = ""
    opening: Balance | None = None
    closing: Balance | None = None
    first_page: bool = True
    last_page: bool = True
    made_on: date | None = None
    currency: str = ""
    sums: dict[str, Sum] = field(default_factory=dict)
    bookings: list[tuple[Booking, Details]] = field(default_factory=list)


def messages_of(fields: Iterator[Tagged], options: MtOptions, lines_max: int) -> list[Message]:
    """Every message of a file. Raises BadField at the first field nobody could believe."""
    messages: list[Message] = []
    count = 0
    for group in _grouped(fields):
        count += sum(each.tag == "61" for each in group)
        if count > lines_max:
            raise BadField(Finding(Code.TOO_MANY_LINES, group[0].line))
        messages.append(_message(group, options))
    return messages


def _grouped(fields: Iterator[Tagged]) -> Iterator[Sequence[Tagged]]:
    """The fields of each message; a field 20 opens one, so a dash is not needed."""
    group: list[Tagged] = []
    for each in fields:
        if each.tag in ("20", END) and group:
            yield group
            group = []
        if each.tag == END:
            continue
        if not group and each.tag != "20":
            raise BadField(Finding(Code.HEADER_MISSING, each.line))
        group.append(each)
    if group:
        yield group


def _message(group: Sequence[Tagged], options: MtOptions) -> Message:
    message = Message(group[0].line)
    for each in group:
        if each.tag in _UNUSED:
            continue
        if each.tag not in _TAKERS:
            raise BadField(Finding(Code.RECORD_UNKNOWN, each.line, 1))
        _TAKERS[each.tag](message, each, options)
    if not message.account:
        raise group[0].bad(Code.FIELD_EMPTY, "账号")
    return message


def _account(message: Message, field: Tagged, options: MtOptions) -> None:
    if message.account:
        raise field.bad(Code.FIELD_COUNT_WRONG, "账号")
    text = "".join(field.text.split())
    message.account = text.rpartition(options.account_after)[2] if options.account_after else text


def _opening(message: Message, field: Tagged, options: MtOptions) -> None:
    if message.opening is not None or message.bookings:
        raise field.bad(Code.FIELD_COUNT_WRONG, "期初余额")
    message.opening = read_balance(field)
    message.first_page = not field.tag.endswith("M")
    _currency(message, message.opening.currency, field, options)


def _closing(message: Message, field: Tagged, options: MtOptions) -> None:
    if message.closing is not None:
        raise field.bad(Code.FIELD_COUNT_WRONG, "期末余额")
    message.closing = read_balance(field)
    message.last_page = not field.tag.endswith("M")
    _currency(message, message.closing.currency, field, options)


def _booking(message: Message, field: Tagged, _: MtOptions) -> None:
    if message.closing is not None:
        raise field.bad(Code.RECORD_UNKNOWN, "")
    message.bookings.append((read_booking(field), Details()))


def _details(message: Message, field: Tagged, _: MtOptions) -> None:
    """Behind a booking it is the booking's; elsewhere it speaks of the whole statement."""
    if message.bookings and message.closing is None and not message.sums:
        booking, _before = message.bookings[-1]
        message.bookings[-1] = (booking, read_details(field.lines))


def _made(message: Message, field: Tagged, _: MtOptions) -> None:
    message.made_on = read_day(field)


def _sum(message: Message, field: Tagged, options: MtOptions) -> None:
    if field.tag in message.sums:
        raise field.bad(Code.FIELD_COUNT_WRONG, "合计")
    message.sums[field.tag] = read_sum(field)
    _currency(message, message.sums[field.tag].currency, field, options)


def _currency(message: Message, found: str, field: Tagged, options: MtOptions) -> None:
    """The agreed currency, or whichever one the message names first, and no other."""
    if options.currency != ANY_CURRENCY:
        message.currency = options.currency
    message.currency = message.currency or found
    if found != message.currency:
        raise field.bad(Code.VALUE_NOT_ALLOWED, "币种")


_TAKERS: dict[str, Callable[[Message, Tagged, MtOptions], None]] = {
    "25": _account,
    "25P": _account,
    "60F": _opening,
    "60M": _opening,
    "61": _booking,
    "86": _details,
    "62F": _closing,
    "62M": _closing,
    "13": _made,
    "13D": _made,
    "90C": _sum,
    "90D": _sum,
}
