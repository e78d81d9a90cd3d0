"""Finding a person's lines by token: what was typed is compared and goes nowhere. 按人查找"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from connectors.bank.model import NightKey
from connectors.bank.store.line_blocks import untokened
from gateway.identity import mask_account, mask_name
from gateway.signing.at_rest.tokens import Kind, Tokens
from gateway.store.unit_of_work import Store

TYPED_MAX = 120
_FOUND_MAX = 200
_LOOKED_FOR = (Kind.ACCOUNT, Kind.NAME, Kind.LOAN)


@dataclass(frozen=True, slots=True)
class Line:
    """One line that names the person: where it stands and what money it is about, in fen.

    `where` says what kind of line; `file_id` is empty and `line` zero for our own instruction.
    `token` is the one that fitted.
    """

    key: NightKey
    where: str
    file_id: str
    line: int
    batch_no: str
    serial: int
    fen: int
    token: str


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for, masked, and what was found; `more` when that is not all.

    `waiting` large files have lines that cannot be found yet: the housekeeping sees to them.
    """

    masked: str
    lines: Sequence[Line]
    more: bool
    waiting: int = 0


_FITTED = """case when t.account_token = :acct then :acct when t.name_token = :name then :name
    else :loan end"""
_PAYER = "(t.account_token = :acct or t.name_token = :name or t.loan_token = :loan)"
_OTHER = "(t.account_token = :acct or t.name_token = :name)"
_LINES = text(f"""
    select n.bank, n.account, n.business_date, '扣款结果', t.file_id, t.line, t.batch_no, t.serial,
        t.asked_fen, {_FITTED}
        from deduction_result t join bank_file using (file_id) join bank_night n using (night_id)
        where {_PAYER}
    union all
    select n.bank, n.account, n.business_date, '对账单', t.file_id, t.line, '', t.serial,
        t.amount_fen, {_FITTED}
        from statement_line t join bank_file using (file_id) join bank_night n using (night_id)
        where {_OTHER}
    union all
    select t.bank, t.account, t.booked_on, '到账通知', t.item_id, t.line, '', t.serial,
        t.amount_fen, {_FITTED}
        from account_detail t where t.booked_on is not null and {_OTHER}
    union all
    select n.bank, n.account, n.business_date, '应扣', '', 0, t.batch_no, t.serial,
        t.asked_fen, {_FITTED}
        from instruction t join bank_night n using (night_id)
        where {_PAYER}
    order by 3 desc, 1, 2, 4, 7, 8 limit :most
""")  # noqa: S608 - ours


def find(store: Store, tokens: Tokens, typed: str) -> Search:
    """The lines of whoever has this account, name or loan number, newest night first.

    Only tokens reach the database. Lines from before tokens were made are not found.
    """
    wanted = typed.strip()[:TYPED_MAX]
    made = {kind.value: tokens.of(kind, wanted) for kind in _LOOKED_FOR}
    if not all(made.values()):
        return Search("", (), more=False)
    with store.begin() as work:
        rows = work.connection.execute(_LINES, made | {"most": _FOUND_MAX + 1}).all()
        waiting = untokened(work)
    lines = [_line(row) for row in rows[:_FOUND_MAX]]
    return Search(_masked(wanted), lines, len(rows) > _FOUND_MAX, waiting)


def _line(row: Sequence[object]) -> Line:
    bank, account, day, *rest = row
    if not isinstance(day, date):
        raise TypeError("a night has a date")
    return Line(NightKey(str(bank), str(account), day), *rest)  # type: ignore[arg-type]


def _masked(typed: str) -> str:
    """A number keeps its end, a name its beginning."""
    has_digits = any(character.isdigit() for character in typed)
    return mask_account(typed) if has_digits else mask_name(typed)
