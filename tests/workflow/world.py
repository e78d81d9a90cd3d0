"""A bank with a night's breaks in the real store, and a core system in memory. 账项测试场景"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from connectors.bank.flows import proposing
from connectors.bank.flows.handling import Handling
from connectors.bank.flows.receiving import open_nights
from connectors.bank.model import BreakKind, Direction, NightKey
from connectors.bank.model.books import Side
from connectors.bank.model.items import FoundBreak, OpenItem
from connectors.bank.rules.breaks import Resolution
from connectors.bank.rules.resolving import BreakNow, Proposal
from connectors.bank.store import break_acts, breaks, open_items
from connectors.core_system.flows import KIND as POSTINGS
from connectors.core_system.flows import PostingCourier
from connectors.core_system.model import (
    DueInstalment,
    Hold,
    LedgerEntry,
    LoanKind,
    LoanStatus,
    Posting,
    PostingResult,
    RepaymentAccount,
)
from gateway.dates import SHANGHAI
from gateway.flows.approvals import Deciding, FourEyes, approve, refuse, release
from gateway.flows.resolutions import carry_out
from gateway.flows.sending import Sending
from gateway.store import approvals
from tests.connectors.bank.lending.agreed import AGREED
from tests.simulation.parts import Crasher, MemoryLedger
from tests.simulation.site_of_night import Site, Story

LOAN, OTHER_LOAN = "99001234567890", "99001234567891"
# what a person typed in, sealed and known by its digest
DOCUMENT = "d" * 64
NAMED = FourEyes(("wang", "li"), ("zhao", "li"))


@dataclass
class CoreSystem(MemoryLedger):
    """A core system that also answers what is owed, and who changed an account to what."""

    owed: list[DueInstalment] = field(default_factory=list)
    changes: list[RepaymentAccount] = field(default_factory=list)
    made: list[LedgerEntry] = field(default_factory=list)
    refuses: bool = False

    def dues(self, bank: str, account: str, day: date):
        return self.owed

    def repayment_accounts(self, bank: str, account: str):
        return self.changes

    def entries(self, bank: str, account: str, day: date, asked=()):
        return self.made

    def results(self, keys):
        found = super().results(keys)
        if not self.refuses:
            return found
        return [PostingResult(r.key, r.content_digest, "11", "贷款状态不允许") for r in found]

    def net(self, loan_no: str) -> int:
        """What the loan has been paid, reversals taken off, in fen."""
        mine = [p for p in self.booked.values() if p.loan_no == loan_no]
        return sum(-p.fen if p.reversal_of else p.fen for p in mine)


def due(loan_no: str = LOAN, number: int = 7, **other) -> DueInstalment:
    """An instalment of 2,135.08 yuan that is owed."""
    values = {
        "business_date": date(2026, 3, 1), "bank": "990001", "account": "ZH01",
        "loan_no": loan_no, "contract_no": "HT1", "instalment_no": number,
        "due_on": date(2026, 2, 20), "principal_fen": 84_341, "interest_fen": 129_167,
        "penalty_fen": 0, "fine_fen": 0, "may_take_part": True, "payer_account": "6217",
        "payer_name": "沙箱甲", "payer_bank_no": "", "mandate_no": "", "borrower_id": "1",
        "borrower_name": "沙箱甲", "kind": LoanKind.FUND, "status": LoanStatus.NORMAL,
        "hold": Hold.NONE,
    }  # fmt: skip
    return DueInstalment(**(values | other))


def changed_by(person: str, loan_no: str = LOAN) -> RepaymentAccount:
    """Somebody changed the account that the loan is repaid from."""
    at = datetime(2026, 2, 1, tzinfo=SHANGHAI)
    return RepaymentAccount(loan_no, "6217000", "沙箱甲", "1", at, person, "")


class World:
    """One bank, one account, one night that is decided as a test says."""

    def __init__(self, store, clock) -> None:
        self.store, self.clock = store, clock
        site = Site(Story(7, "990001", 4, 6, ()), store, clock, Crasher())
        self.site, self.key = site, site.key
        self.core = CoreSystem(Crasher(), [], owed=[due()])
        self.bank = replace(site.bank, ledger=self.core, store=store)
        self.handling = Handling(self.bank, AGREED)
        courier = {POSTINGS: PostingCourier(self.core)}
        self.sending = Sending(store, courier, clock, clock.forward, "test")
        open_nights(self.bank, self.key.business_date)

    def finds(self, *found: FoundBreak, key: NightKey | None = None, revision: int = 1) -> int:
        """A night finds these breaks, and no other."""
        with self.store.begin() as work:
            return breaks.keep(work, key or self.key, revision, found)

    def leaves_open(self, *items: OpenItem, key: NightKey | None = None, ended=()) -> int:
        """A night leaves these items open."""
        with self.store.begin() as work:
            return open_items.keep(work, key or self.key, items, ended)

    def later(self, day: date) -> NightKey:
        """The account's night of a later date, opened."""
        key = replace(self.key, business_date=day)
        with self.store.begin() as work:
            from connectors.bank.store import nights

            nights.open_night(work, key, ())
        return key

    def now(self, break_id: str) -> BreakNow:
        """The break as it stands."""
        with self.store.begin() as work:
            return break_acts.find(work, break_id)

    def acts(self, break_id: str):
        with self.store.begin() as work:
            return break_acts.acts(work, break_id)

    def items(self, *keys: str):
        with self.store.begin() as work:
            return open_items.find(work, self.key.bank, self.key.account, keys)

    def proposes(self, break_id: str, how: Resolution, **other) -> BreakNow:
        """王 proposes it, with all that is needed."""
        values = {"person": "wang", "reason": "凭回单核实", "document": DOCUMENT} | other
        return proposing.propose(self.handling, break_id, Proposal(how, **values))

    def approval_of(self, break_id: str):
        last = [act for act in self.acts(break_id) if act.approval_id][-1]
        with self.store.begin() as work:
            return approvals.find(work, last.approval_id)

    def two_agree(self, break_id: str, first: str = "wang", second: str = "zhao") -> None:
        """One releases, another approves."""
        wanted = self.approval_of(break_id)
        for who, act in ((first, release), (second, approve)):
            act(Deciding(self.store, NAMED, wanted.approval_id, who, wanted.digest))

    def one_refuses(self, break_id: str, who: str = "zhao") -> None:
        wanted = self.approval_of(break_id)
        refuse(Deciding(self.store, NAMED, wanted.approval_id, who, wanted.digest), "金额不对")

    def carried_out(self, break_id: str) -> BreakNow:
        return carry_out(self.handling, self.sending, break_id)

    def resolves(self, break_id: str, how: Resolution, **other) -> BreakNow:
        """From the proposal to the ledger's answer."""
        self.proposes(break_id, how, **other)
        self.two_agree(break_id)
        return self.carried_out(break_id)

    def undoes(self, break_id: str) -> BreakNow:
        """The same way back."""
        proposing.propose_undo(self.handling, break_id, "wang", "认错人了")
        self.two_agree(break_id)
        return self.carried_out(break_id)


def credit(key: str = "20260228/H1/1", fen: int = 213_508, **other) -> FoundBreak:
    """A credit on the statement that nobody has claimed."""
    values = {
        "kind": BreakKind.STATEMENT_UNCLAIMED, "direction": Direction.LONG, "blocking": False,
        "item": key, "amount_fen": fen, "signed_fen": fen, "side": Side.STATEMENT,
    }  # fmt: skip
    return FoundBreak(**(values | other))


def item(key: str = "20260228/H1/1", fen: int = 213_508, seen: date = date(2026, 2, 28), **other):
    """The open item behind it."""
    return OpenItem(Side.STATEMENT, key, fen, seen, seen, **other)


def posted(core: CoreSystem) -> list[Posting]:
    """What the core system has been asked to book, in order."""
    return list(core.booked.values())
