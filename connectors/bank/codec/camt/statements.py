"""What stands around the entries: account, balances, totals, pages. 账户、余额与分页"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.bank.codec.camt.options import ANY_CURRENCY, CamtOptions
from connectors.bank.codec.camt.values import (
    count_in,
    day_of,
    direction_in,
    fen_in,
    fen_of,
    moment_in,
    moment_of,
    text_in,
    truth_in,
)
from connectors.bank.codec.elements import BadElement, Element, Source
from connectors.bank.codec.fields import is_digits
from connectors.bank.codec.telling import TITLES, Told, control_code, totals
from connectors.bank.model import FileKind, StatementLine
from gateway.errors import Code

_BESIDE = frozenset(
    {"Id", "RptPgntn", "StmtPgntn", "NtfctnPgntn", "ElctrncSeqNb", "RptgSeq", "LglSeqNb",
     "CreDtTm", "FrToDt", "CpyDplctInd", "RptgSrc", "Acct", "RltdAcct", "Intrst", "Bal",
     "TxsSummry", "AddtlRptInf", "AddtlStmtInf", "AddtlNtfctnInf"}
)  # fmt: skip
_PAGINATIONS = ("RptPgntn", "StmtPgntn", "NtfctnPgntn")
_BALANCE = frozenset({"Tp", "CdtLine", "Amt", "CdtDbtInd", "Dt", "Avlbty"})
_TOTALS = (("TtlNtries", "total"), ("TtlCdtNtries", "credit"), ("TtlDbtNtries", "debit"))
_OPENINGS, _CLOSINGS = ("OPBD", "PRCD"), ("CLBD",)


@dataclass(slots=True)
class Page:
    """One `Stmt`, `Rpt` or `Ntfctn`: what stands beside its entries, and the lines of these.

    `moved` is what each booked entry moves, `announced` what each other one would, in fen.
    """

    beside: Element
    lines: list[StatementLine] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    announced: list[int] = field(default_factory=list)

    def keep(self, element: Element) -> None:
        """Put aside what is no entry; BadElement for what nobody agreed."""
        self.beside.children.append(element)
        if element.name not in _BESIDE:
            raise BadElement(Code.RECORD_UNKNOWN, element, "")

    def currency(self, entry: Element, options: CamtOptions) -> str:
        """The statement's currency: the agreed one, else the one it names first."""
        if options.currency != ANY_CURRENCY:
            return options.currency
        named = self.beside.first("Acct/Ccy")
        amounts = [*self.beside.all("Bal/Amt"), *entry.all("Amt")]
        return named or next((each.attributes.get("Ccy", "") for each in amounts), "")

    @property
    def account(self) -> str:
        """The account's number as the file writes it."""
        return text_in(self.beside, "账号", "Acct/Id/IBAN", "Acct/Id/Othr/Id")

    @property
    def last(self) -> bool:
        """Whether no page follows; so it is where nothing is said."""
        return all(
            truth_in(each, "LastPgInd", "末页标志")
            for name in _PAGINATIONS
            for each in self.beside.all(name)
        )

    @property
    def number(self) -> str:
        """The page's number; 1 where nothing is said. Raises BadElement for what is none."""
        told = self.beside.first(*(f"{name}/PgNb" for name in _PAGINATIONS)) or "1"
        if not is_digits(told):
            raise BadElement(Code.FIELD_FORMAT_WRONG, self.beside, "页码")
        return told.lstrip("0") or "1"

    def continues_in(self, page: "Page") -> bool:
        """Whether that page is the next one of the same statement."""
        if self.last or self.account != page.account:
            return False
        return page.number == str(int(self.number) + 1)


def told_of(kind: FileKind, pages: Sequence[Page], source: Source, options: CamtOptions) -> Told:
    """What a statement of these pages says; BadElement for what cannot be believed.

    An end-of-day statement has both balances; any other proves its lines only where it has them,
    and must then at least have all its pages.
    """
    first, last = pages[0], pages[-1]
    currency = first.currency(first.beside, options)
    _account(first, currency)
    opening = _balance(first, currency, _OPENINGS)
    closing = _balance(last, currency, _CLOSINGS)
    proved = opening is not None and closing is not None
    if kind is FileKind.ACCOUNT_STATEMENT and not proved:
        title = "期末余额" if opening else "期初余额"
        raise BadElement(Code.FIELD_EMPTY, last.beside, title)
    whole = first.number == "1" and last.last
    if not proved and not whole:
        raise BadElement(Code.PAGE_MISSING, last.beside, "")
    if len(pages) == 1:
        _check_totals(first, currency)
    lines = [line for page in pages for line in page.lines]
    at = (closing.line, closing.at) if closing else (last.beside.line, last.beside.at)
    return Told(
        kind=kind,
        account=first.account,
        day=_day(last, closing, lines),
        opening_fen=opening.fen if opening and proved else None,
        closing_fen=closing.fen if closing and proved else None,
        lines=lines,
        pending=sum(len(page.announced) for page in pages),
        closing=source.finding(Code.BALANCE_CHAIN_BROKEN, *at),
    )


def _account(page: Page, currency: str) -> None:
    account = page.beside.only("Acct", "账号")
    if account is None or not page.account:
        raise BadElement(Code.FIELD_EMPTY, page.beside, "账号")
    if account.first("Ccy") not in ("", currency):
        raise BadElement(Code.VALUE_NOT_ALLOWED, account, "币种")


@dataclass(frozen=True, slots=True)
class _Balance:
    fen: int
    day: date | None
    line: int
    at: int


def _balance(page: Page, currency: str, codes: Sequence[str]) -> _Balance | None:
    """The page's balance of these types. Two that differ are no balance."""
    found: list[_Balance] = []
    for balance in page.beside.all("Bal"):
        balance.closed(_BALANCE)
        if balance.first("Tp/CdOrPrtry/Cd") not in codes:
            continue
        sign = 1 if direction_in(balance) == "C" else -1
        fen = sign * fen_in(balance, "余额", currency)
        day, _ = moment_in(balance, "Dt", "余额日期")
        found.append(_Balance(fen, day, balance.line, balance.at))
        if fen != found[0].fen:
            raise BadElement(Code.BALANCE_CHAIN_BROKEN, balance, "余额")
    return found[0] if found else None


def _day(page: Page, closing: _Balance | None, lines: Sequence[StatementLine]) -> date:
    """The business date: that of the closing balance, else the last one anything is told of."""
    if closing is not None and closing.day is not None:
        return closing.day
    booked = [line.booked_on for line in lines if line.booked_on is not None]
    if booked:
        return max(booked)
    for path in ("FrToDt/ToDtTm", "CreDtTm"):
        for moment in page.beside.all(path):
            return moment_of(moment, "业务日期")[0]
    for day in page.beside.all("FrToDt/ToDt"):
        return day_of(day, "业务日期")
    raise BadElement(Code.FIELD_EMPTY, page.beside, "业务日期")


def _check_totals(page: Page, currency: str) -> None:
    """The page's own totals against its entries: the booked ones, or the announced with them."""
    declared = [found for each in page.beside.all("TxsSummry") for found in _declared(each)]
    booked, every = totals(page.moved), totals([*page.moved, *page.announced])
    for name, value, where in declared:
        if value not in (booked[name], every[name]):
            raise BadElement(control_code(name), where, TITLES[name])


def _declared(summary: Element) -> Iterator[tuple[str, int, Element]]:
    """What a summary declares, and where."""
    for path, name in (
        ("TtlNtries", "total"),
        ("TtlCdtNtries", "credit"),
        ("TtlDbtNtries", "debit"),
    ):
        for group in summary.all(path):
            count = count_in(group, "NbOfNtries", TITLES[f"{name}_count"])
            if count is not None:
                yield f"{name}_count", count, group
            for total in group.all("Sum"):
                yield f"{name}_total", fen_of(total, TITLES[f"{name}_total"]), total
