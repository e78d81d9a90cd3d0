"""The code of a proof that is too weak. 凭据不足"""

from gateway.errors import Code
from gateway.flows import sending
from gateway.flows.sending import Sending
from gateway.ports import Grade, Reply, Signed, Verdict
from gateway.store import outbox
from gateway.store.outbox import Draft
from tests.kernel.ground import Ground, raised


class BareStatus:
    """A courier whose counterparty says "200 OK" and nothing else."""

    def prepare(self, message, at):
        return Signed(message.payload)

    def send(self, message, signed):
        return Reply(Verdict.ACCEPTED, Grade.D, b"200 OK")

    def settle(self, work, message, reply):
        raise AssertionError("nothing is settled on a bare status")


def proof_too_weak(ground: Ground) -> Code | None:
    with ground.store.begin() as work:
        draft = Draft("postings-1", "core_system", "core.postings", "night-1", "x", b"payload")
        outbox.draft(ground.store, work, draft)
    clock = ground.request.getfixturevalue("clock")
    parts = Sending(ground.store, {"core.postings": BareStatus()}, clock, clock.forward, "one")
    return raised(lambda: sending.deliver(parts, "postings-1"))


PRODUCERS = {Code.PROOF_TOO_WEAK: proof_too_weak}
