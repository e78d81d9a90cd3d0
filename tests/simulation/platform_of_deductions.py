"""The branch whose batches go over the settlement platform; no socket. 结算平台"""

from dataclasses import dataclass, field
from dataclasses import replace as changed
from pathlib import Path

from connectors.bank.codec.settlement import Dialect, Generation, HexFields
from connectors.bank.flows.deducting import carrying, queueing, splitting
from connectors.bank.flows.deducting.carrying import PlatformCourier
from connectors.bank.flows.platform import Platform
from connectors.bank.model import FileKind
from connectors.bank.settings import Credit, PlatformTerms
from connectors.bank.store.sessions import SessionMemory
from gateway.errors import Code, OutcomeUnknown, TransportError
from gateway.flows.bank_deductions import Circle
from gateway.flows.sending import Sending
from gateway.wiring.agreed import load_layout
from gateway.wiring.places import ROOT
from sandbox.settlement.desk import Desk
from sandbox.settlement.faults import PlatformFault
from sandbox.settlement.messages import V1, read_message, write_message
from sandbox.settlement.state import State
from tests.archives import TOKENS
from tests.connectors.bank.dues import BANK
from tests.simulation.site_of_deductions import PROFILE, TERMS, Branch
from tests.transports.settlement.ground import profile

OURS = Credit("9900010000000000001", "沙箱公积金中心", "沙箱甲银行")
AGREED = PlatformTerms(OURS, "TRANSIT01", "1", OURS, OURS, OURS, OURS)
LAYOUTS = {
    FileKind.DEDUCTION_REQUEST: load_layout(ROOT / "schemas", "settlement-105-same"),
    FileKind.DEDUCTION_SPLIT: load_layout(ROOT / "schemas", "settlement-106"),
}


@dataclass
class DeskLine:
    """The platform's desk behind a line that can lose requests, or replies."""

    desk: Desk
    fault: PlatformFault | None = None
    taken: list[str] = field(default_factory=list)

    def ask(self, request: bytes) -> bytes:
        asked = read_message(request, V1)
        if self.fault is PlatformFault.REFUSE_BEFORE:
            raise TransportError(Code.NO_CONNECTION)
        self.taken.append(asked.head["TxCode"])
        told = self.desk.answer(asked, self.fault)
        if self.fault is PlatformFault.LOST:
            raise OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN)
        return write_message(told, V1)

    def check(self) -> str:
        return "desk"


class PlatformBranch(Branch):
    """A branch with the platform in place of the bank's directory."""

    def __init__(self, store, clock, count: int = 5) -> None:
        super().__init__(store, clock, count=count)
        terms = changed(TERMS, platform=AGREED)
        self.bank = changed(self.bank, profile=changed(PROFILE, deductions=terms), layouts=LAYOUTS)
        self.line = DeskLine(Desk(Path(), State(), 0))
        of = profile(Generation.V1)
        self.platform = Platform(
            profile=of,
            dialect=Dialect(Generation.V1, HexFields()),
            line=self.line,
            cipher=None,
            memory=SessionMemory(store, of.platform, of.node),
            details=load_layout(ROOT / "schemas", of.details_layout),
            details_of={},
            accounts={},
            store=store,
            clock=clock,
            tokens=TOKENS,
        )

    def circle(self) -> Circle:
        name, terms = "BDC_BAT_{unit}{message}.DAT", {BANK: AGREED}
        couriers = {
            queueing.REQUEST: PlatformCourier(self.platform, carrying.DEDUCT, terms, name),
            splitting.KIND: PlatformCourier(self.platform, carrying.SPLIT, terms, name),
        }
        sending = Sending(self.bank.store, couriers, self.clock, self.clock.forward, "simulation")
        return Circle(self.bank, self.platform, sending)
