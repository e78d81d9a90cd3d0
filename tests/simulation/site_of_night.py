"""A simulated night: the sandbox's truth, everything else in memory but the store. 模拟一晚"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from connectors.bank.flows.parts import Bank
from connectors.bank.flows.receipts import KIND as RECEIPTS
from connectors.bank.flows.receipts import ReceiptCourier
from connectors.bank.model import FileKind, NightKey
from connectors.bank.settings import BankProfile, Evidence, Owed, OwedDays, OwnAccount
from connectors.core_system.flows import KIND as POSTINGS
from connectors.core_system.flows import PostingCourier
from connectors.core_system.model import Instruction
from gateway.dates import SHANGHAI, Calendar
from gateway.flows.bank_night import Night
from gateway.flows.sending import Sending
from gateway.ports import Algorithm
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.primitives.algorithms import SoftwareSigner, load_verifier
from gateway.store.unit_of_work import PostgresStore
from gateway.wiring.agreed import load_layout, load_years
from gateway.wiring.places import ROOT
from sandbox.files import companions, render_result, render_statement, result_name, statement_name
from sandbox.keys.derived import derived_signer
from sandbox.world import business_days, night
from sandbox.world.night import Night as Truth
from tests.archives import TOKENS
from tests.simulation.parts import Crasher, CrashingStore, MemoryLedger, MemoryWire

_SCHEMAS = ROOT / "schemas"
LAYOUTS = {
    FileKind.DEDUCTION_RESULT: load_layout(_SCHEMAS, "generic-pipe-result"),
    FileKind.ACCOUNT_STATEMENT: load_layout(_SCHEMAS, "generic-pipe-statement"),
    FileKind.FILE_RECEIPT: load_layout(_SCHEMAS, "generic-pipe-receipt"),
}
CALENDAR = Calendar(load_years(_SCHEMAS))
_YEAR = (datetime(2026, 1, 1, tzinfo=SHANGHAI), datetime(2027, 1, 1, tzinfo=SHANGHAI))


@dataclass(frozen=True)
class Story:
    """What one seed tells: a bank, a date, how many loans, and what the bank publishes when.

    Each chapter is (version, faults of the result file, is the result file there at all); after
    each chapter the night is run.
    """

    seed: int
    bank: str
    day_number: int
    count: int
    chapters: tuple[tuple[int, tuple[str, ...], bool], ...]

    @property
    def truth(self) -> Truth:
        return night(self.seed, self.bank, business_days()[self.day_number], self.count)


# A night may go wrong in ways that a file shows, and then be put right; or in ways that are breaks.
_UNREADABLE = ("wrong_total", "cut_line", "missing_trailer", "half_character", "bom", "wrong_date")
_BREAKS = ("missing_line", "extra_line", "double_deduction", "altered_loan", "unknown_code")


def story(seed: int) -> Story:
    """The story of a seed, the same for ever."""
    chance = random.Random(f"story:{seed}")
    chapters = chance.choice(
        [
            ((1, (), True),),
            ((1, (chance.choice(_BREAKS), "statement_follows"), True),),
            ((1, (chance.choice(_UNREADABLE),), True), (2, (), True)),
            ((1, (), False), (1, (), True)),
            ((1, (), True), (2, ("altered_loan",), True)),
        ]
    )
    bank = chance.choice(["990001", "990002", "990003"])
    return Story(seed, bank, chance.randrange(5), chance.randint(1, 9), chapters)


class Site:
    """One branch, one bank, one core system, over one real store."""

    def __init__(self, told: Story, store: PostgresStore, clock: object, crasher: Crasher) -> None:
        self.told, self.crasher, self.clock = told, crasher, clock
        truth = told.truth
        self.key = NightKey(told.bank, truth.account.short_id, truth.business_date)
        self.wire = MemoryWire(crasher, {"/outgoing": {}, "/incoming": {}})
        self.ledger = MemoryLedger(
            crasher, [_instruction(truth, one) for one in truth.instructions]
        )
        self.store = store
        self.deaths: list[str] = []
        self.bank = Bank(
            profile=_profile(truth),
            layouts=LAYOUTS,
            wire=self.wire,
            ring=_ring(told),
            ledger=self.ledger,
            store=CrashingStore(store, crasher),
            calendar=CALENDAR,
            clock=clock,
            tokens=TOKENS,
        )

    def night(self) -> Night:
        couriers = {
            POSTINGS: PostingCourier(self.ledger),
            RECEIPTS: ReceiptCourier(
                {self.told.bank: (self.wire, "/incoming")},
                {self.told.bank: LAYOUTS[FileKind.FILE_RECEIPT]},
                self.bank.ring,
            ),
        }
        sending = Sending(self.bank.store, couriers, self.clock, self.clock.forward, "simulation")
        return Night(self.bank, sending, self.key)

    def publish(self, version: int, faults: Sequence[str], result_is_there: bool) -> None:
        """The bank puts a version of its files into its directory."""
        truth = self.told.truth
        if not truth.batch.taken_fen:
            faults = [fault for fault in faults if fault != "statement_follows"]
        signer = derived_signer("ed25519", self.told.seed, self.told.bank)
        rendered = {statement_name(truth): render_statement(truth, fault=faults)}
        if result_is_there:
            rendered[result_name(truth, version)] = render_result(truth, version, faults)
        for name, data in rendered.items():
            self.wire.directories["/outgoing"] |= companions(name, data, signer)


def _profile(truth: Truth) -> BankProfile:
    owed = {"days": OwedDays.WORKING_DAYS, "due_time": time(8), "due_days_after": 1}
    return BankProfile(
        code=truth.bank.code,
        name=truth.bank.name,
        connection="",
        accounts=(OwnAccount(truth.account.short_id, truth.account.number),),
        layouts={kind: layout.name for kind, layout in LAYOUTS.items()},
        evidence=Evidence.SIGNATURE,
        owes=tuple(
            Owed(kind, first=truth.business_date, **owed)
            for kind in (FileKind.DEDUCTION_RESULT, FileKind.ACCOUNT_STATEMENT)
        ),
    )


def _instruction(truth: Truth, one) -> Instruction:
    return Instruction(
        bank=truth.bank.code,
        account=truth.account.short_id,
        business_date=truth.business_date,
        batch_no=truth.batch.batch_no,
        serial=one.serial,
        loan_no=one.loan.loan_no,
        instalment_no=one.instalment_no,
        payer_account=one.loan.payer_account,
        payer_name=one.loan.borrower.name,
        asked_fen=one.asked_fen,
        principal_fen=one.principal_fen,
        interest_fen=one.interest_fen,
        penalty_fen=one.penalty_fen,
        full_flag=one.full_flag,
    )


def _ring(told: Story) -> KeyRing:
    theirs = derived_signer("ed25519", told.seed, told.bank)
    ours = Ed25519PrivateKey.from_private_bytes(told.seed.to_bytes(32, "big"))
    public = ours.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    algorithm = Algorithm.ED25519
    window = (_YEAR[0], _YEAR[1], _YEAR[1] + timedelta(days=365))
    return KeyRing(
        [
            Key(
                theirs.kid,
                told.bank,
                Purpose.BANK_FILE,
                load_verifier(theirs.kid, algorithm, theirs.public_pem.encode()),
                *window,
            ),
            Key(
                "ours-01",
                told.bank,
                Purpose.BANK_RECEIPT,
                load_verifier("ours-01", algorithm, public),
                *window,
                signer=SoftwareSigner("ours-01", algorithm, ours),
            ),
        ]
    )
