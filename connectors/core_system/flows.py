"""The core system's verbs: draft a batch of postings, carry it, take the answer. 入账流程"""

from collections.abc import Sequence
from datetime import datetime

from connectors.core_system import codec, store, verdicts
from connectors.core_system.model import Ledger, Posting
from gateway.errors import (
    Code,
    IllegalTransition,
    NotConfigured,
    OutcomeUnknown,
    TransportError,
)
from gateway.grades import Fact, grade_of
from gateway.identity import business_id
from gateway.ports import Outgoing, Reply, Signed
from gateway.store import alarms, outbox
from gateway.store.outbox import Draft
from gateway.store.unit_of_work import Store, UnitOfWork

KIND = "core.postings"
COUNTERPARTY = "core_system"
# Its database knows us by our log-in, and what it holds is read back row by row; nothing is signed.
READ_BACK = grade_of(Fact.CHANNEL, Fact.READABLE)


def draft_postings(
    base: Store, work: UnitOfWork, subject: str, postings: Sequence[Posting], revision: int = 1
) -> str | None:
    """Write one message with all postings of a subject (a night); None when there are none.

    What is decided anew after a correction (`revision` 2 …) is a message of its own.
    """
    if not postings:
        return None
    message_id = business_id("postings", subject, *([revision] if revision > 1 else []))
    payload = codec.encode(postings)
    outbox.draft(base, work, Draft(message_id, COUNTERPARTY, KIND, subject, subject, payload))
    store.add(work, message_id, subject, postings)
    total = sum(posting.fen for posting in postings)
    work.note("postings_decided", subject, count=len(postings), fen=total, message=message_id)
    return message_id


class PostingCourier:
    """Carries posting messages to the ledger; proof is its answer read back."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def prepare(self, message: Outgoing, at: datetime) -> Signed:
        """The payload itself: the ledger's database authenticates us, nothing is signed."""
        return Signed(message.payload)

    def send(self, message: Outgoing, signed: bytes) -> Reply:
        """Insert the postings, then read back what the ledger made of them."""
        postings = codec.decode(signed)
        self._ledger.post(postings)
        try:
            reply = self._answer(message.message_id, postings)
        except (TransportError, NotConfigured) as lost:
            raise OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN, subject=message.message_id) from lost
        if reply is None:
            raise OutcomeUnknown(Code.SEND_OUTCOME_UNKNOWN, subject=message.message_id)
        return reply

    def enquire(self, message: Outgoing, signed: bytes) -> Reply | None:
        """Read the results; none at all proves that the ledger never took the batch."""
        return self._answer(message.message_id, codec.decode(signed))

    def settle(self, work: UnitOfWork, message: Outgoing, reply: Reply) -> None:
        """Record each posting's result; a code nobody agreed on rings, and is asked for again."""
        results = codec.decode_results(reply.raw)
        store.settle(work, results, reply.grade)
        if any(result.code not in verdicts.RESULTS for result in results):
            alarms.ring(work, Code.INTERFACE_DIFFERS, message.message_id, "jgdm")

    def _answer(self, message_id: str, postings: Sequence[Posting]) -> Reply | None:
        wanted = {posting.key: codec.content_digest(posting) for posting in postings}
        results = self._ledger.results(sorted(wanted))
        if not results:
            return None
        if any(wanted[result.key] != result.content_digest for result in results):
            raise IllegalTransition(Code.CONTENT_DIFFERS, subject=message_id)
        verdict = verdicts.verdict_of(results, len(postings))
        reason = verdicts.reason_of(verdict, results)
        return Reply(verdict, READ_BACK, codec.encode_results(results), reason)
