"""One bank's deduction circle: the core and the bank in memory, our store real. 扣款模拟"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from connectors.bank.flows.deducting import queueing
from connectors.bank.flows.deducting.carrying import DeductionFileCourier
from connectors.bank.flows.parts import Bank
from connectors.bank.model import FileKind
from connectors.bank.model.deductions import LineOutcome, Settled
from connectors.bank.settings import BankProfile, Deductions, Evidence, OwnAccount
from connectors.bank.store import batch_lines, batches
from connectors.bank.store.batches import Batch
from connectors.core_system.model import DueInstalment, Mandate, RepaymentAccount
from gateway.dates import SHANGHAI
from gateway.flows import bank_deductions
from gateway.flows.bank_deductions import Circle
from gateway.flows.sending import Sending
from gateway.ports import Algorithm
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.primitives.algorithms import SoftwareSigner, load_verifier
from gateway.store import approvals
from gateway.store.unit_of_work import PostgresStore
from tests.archives import TOKENS
from tests.connectors.bank.dues import ACCOUNT, BANK, CALENDAR, DAY, REQUEST, account, due, mandate
from tests.simulation.parts import Crasher, CrashingStore, MemoryWire

_YEAR = (datetime(2026, 1, 1, tzinfo=SHANGHAI), datetime(2027, 1, 1, tzinfo=SHANGHAI))
TERMS = Deductions(cut_off=time(17, 0), lines_max=3)


@dataclass
class MemoryCore:
    """The core system's dues, mandates and accounts, as a test says they are."""

    owed: Sequence[DueInstalment]
    accounts_of: Sequence[RepaymentAccount] = ()
    days: list[date] = field(default_factory=list)

    def dues(self, bank: str, account_id: str, day: date) -> Sequence[DueInstalment]:
        self.days.append(day)
        return self.owed

    def mandates(self, bank: str, account_id: str) -> Sequence[Mandate]:
        return [mandate(one) for one in self.owed]

    def repayment_accounts(self, bank: str, account_id: str) -> Sequence[RepaymentAccount]:
        return self.accounts_of or [account(one) for one in self.owed]


class Branch:
    """One bank that takes batches as files, and everything around it."""

    def __init__(
        self, store: PostgresStore, clock: object, crasher: Crasher | None = None, count: int = 5
    ) -> None:
        self.store, self.clock, self.crasher = store, clock, crasher or Crasher()
        self.core = MemoryCore([due(n) for n in range(1, count + 1)])
        self.wire = MemoryWire(self.crasher, {"/outgoing": {}, "/incoming": {}})
        self.bank = Bank(
            profile=PROFILE,
            layouts={FileKind.DEDUCTION_REQUEST: REQUEST},
            wire=self.wire,
            ring=_ring(),
            ledger=self.core,
            store=CrashingStore(store, self.crasher),
            calendar=CALENDAR,
            clock=clock,
            tokens=TOKENS,
        )

    def circle(self) -> Circle:
        courier = DeductionFileCourier(
            {BANK: (self.wire, "/incoming")}, {BANK: REQUEST}, self.bank.ring
        )
        couriers = {queueing.FILE: courier}
        sending = Sending(self.bank.store, couriers, self.clock, self.clock.forward, "simulation")
        return Circle(self.bank, None, sending)

    def build(self, day: date = DAY) -> Sequence[Batch]:
        bank_deductions.build(self.circle(), day, anew=True)
        return self.batches(day)

    def advance(self) -> object:
        return bank_deductions.advance(self.circle())

    def batches(self, day: date = DAY) -> Sequence[Batch]:
        with self.store.begin() as work:
            return batches.of_day(work, BANK, ACCOUNT, day)

    def approve(self, people: tuple[str, str] = ("li", "wang"), day: date = DAY) -> None:
        """Two people approve everything that stands."""
        for batch in self.batches(day):
            with self.store.begin() as work:
                found = approvals.standing(work, "bank.batch", batch.batch_id)
                if found is not None and found.state.name == "AWAITING":
                    approvals.release(work, found.approval_id, people[0], batch.digest)
                    approvals.approve(work, found.approval_id, people[1], batch.digest)

    def proved(
        self, batch: Batch, *outcomes: LineOutcome, code: str = "03008"
    ) -> Sequence[Settled]:
        """What the night proves of a batch's lines, from the first on."""
        said = []
        for serial, outcome in enumerate(outcomes, start=1):
            taken = (150_000, 50_000, 170) if outcome is LineOutcome.SUCCEEDED else (0, 0, 0)
            ok = "00000" if outcome is LineOutcome.SUCCEEDED else code
            line = Settled(batch.batch_no, serial, outcome, ok, *taken, host_serial=f"H{serial}")
            said.append(line)
        return said

    def settle(
        self, batch: Batch, *outcomes: LineOutcome, code: str = "03008", night: date = DAY
    ) -> int:
        """The night has proved it; how many lines are in flight no more."""
        with self.store.begin() as work:
            said = self.proved(batch, *outcomes, code=code)
            return batch_lines.settle_lines(work, BANK, night, said)

    def sent(self) -> Sequence[str]:
        """The request files in the bank's directory whose flag is there."""
        here = self.wire.directories["/incoming"]
        return sorted(name for name in here if name.endswith(".txt") and f"{name}.ok" in here)


PROFILE = BankProfile(
    code=BANK,
    name="沙箱甲银行",
    connection="",
    accounts=(OwnAccount(ACCOUNT, "9900010000000000001"),),
    layouts={FileKind.DEDUCTION_REQUEST: REQUEST.name},
    evidence=Evidence.CHANNEL,
    owes=(),
    deductions=TERMS,
)


def _ring() -> KeyRing:
    ours = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public = ours.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    window = (_YEAR[0], _YEAR[1], _YEAR[1] + timedelta(days=365))
    verifier = load_verifier("ours-01", Algorithm.ED25519, public)
    signer = SoftwareSigner("ours-01", Algorithm.ED25519, ours)
    return KeyRing([Key("ours-01", BANK, Purpose.BANK_RECEIPT, verifier, *window, signer=signer)])
