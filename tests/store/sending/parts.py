"""A counterparty in memory that does what it is told once, and misbehaves on command. 对手方"""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

from gateway.errors import Code, NotConfigured, OutcomeUnknown, SignatureInvalid, TransportError
from gateway.ports import Grade, Reply, Signed, Verdict
from tests.simulation.parts import Crasher

KIND = "test.kind"
KID = "gateway-test-1"


class Does(Enum):
    """What the counterparty does with the next call."""

    ANSWER = auto()
    STILL_WORK = auto()
    BE_DOWN = auto()
    REFUSE_LOGIN = auto()
    SHOW_ANOTHER_KEY = auto()
    LOSE_THE_REQUEST = auto()
    LOSE_THE_ANSWER = auto()
    ANSWER_UNVERIFIED = auto()


BEFORE_THE_FIRST_BYTE = {
    Does.BE_DOWN: TransportError(Code.NO_CONNECTION),
    Does.REFUSE_LOGIN: NotConfigured(Code.LOGIN_REFUSED),
    Does.SHOW_ANOTHER_KEY: SignatureInvalid(Code.HOST_KEY_DIFFERS),
}


@dataclass
class Counterparty:
    """A courier and whom it carries to: every arrival is remembered, the first has the effect."""

    verdict: Verdict = Verdict.ACCEPTED
    crasher: Crasher = field(default_factory=Crasher)
    plan: deque[Does] = field(default_factory=deque)
    arrivals: list[tuple[str, bytes]] = field(default_factory=list)
    effects: dict[str, bytes] = field(default_factory=dict)
    settled: list[tuple[str, Verdict]] = field(default_factory=list)
    enquiries: int = 0
    signatures: int = 0
    # called at each point of the wire with its name: where a test lets another worker run
    meanwhile: dict[str, object] = field(default_factory=dict)

    def prepare(self, message, at) -> Signed:
        """Signed anew each time: only the archived bytes are ever the same."""
        self._point("prepare")
        self.signatures += 1
        return Signed(b"signature %d of " % self.signatures + message.payload, KID)

    def send(self, message, signed) -> Reply:
        does = self._next()
        self._point("send")
        if does is Does.LOSE_THE_REQUEST:
            raise OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN)
        self.arrivals.append((message.message_id, signed))
        self.effects.setdefault(message.message_id, signed)
        self._point("sent")
        if does is Does.LOSE_THE_ANSWER:
            raise OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN)
        if does is Does.ANSWER_UNVERIFIED:
            raise SignatureInvalid(Code.SIGNATURE_WRONG)
        return self._reply(message, does)

    def enquire(self, message, signed) -> Reply | None:
        does = self._next()
        self.enquiries += 1
        self._point("enquire")
        if message.message_id not in self.effects:
            return None
        return self._reply(message, does)

    def settle(self, work, message, reply) -> None:
        self.settled.append((message.message_id, reply.verdict))

    def _next(self) -> Does:
        does = self.plan.popleft() if self.plan else Does.ANSWER
        if does in BEFORE_THE_FIRST_BYTE:
            raise BEFORE_THE_FIRST_BYTE[does]
        return does

    def _reply(self, message, does: Does) -> Reply:
        verdict = Verdict.PENDING if does is Does.STILL_WORK else self.verdict
        return Reply(verdict, Grade.C, f"{message.message_id} {verdict.name}".encode(), "ok")

    def _point(self, name: str) -> None:
        self.crasher.point(name)
        call = self.meanwhile.pop(name, None)
        if call is not None:
            call()
