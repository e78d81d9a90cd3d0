"""Taking a push: whose is it, archive, enter, commit, acknowledge; no more. 推送签收"""

from dataclasses import dataclass

from connectors.bank.codec.settlement import (
    FrameHeader,
    PushHead,
    ReplyHead,
    TxStatus,
    frame,
    read_push_head,
    write_reply,
)
from connectors.bank.flows.platform import Platform
from connectors.bank.rules.pushes import PushEvent
from connectors.bank.store import pushes
from connectors.bank.verdicts import PLATFORM_SUCCESS
from gateway.errors import Code, GatewayError, MalformedMessage, SignatureInvalid
from gateway.identity import business_id
from gateway.log import Log
from gateway.ports import Session
from gateway.store import alarms, inbox
from gateway.store.inbox import Arrival, Seen
from gateway.store.unit_of_work import UnitOfWork

_LOG = Log("bank.listener")
_UNREADABLE = "UNREADABLE"


@dataclass(frozen=True, slots=True)
class PushDesk:
    """Takes what the platform pushes."""

    platform: Platform

    def take(self, header: FrameHeader, body: bytes) -> bytes | None:
        """The answering frame, once everything is durable; None for a push nobody may take.

        What is not from the platform leaves an alarm and no byte of it (T19). What we cannot
        commit is not answered, whatever the cause: that is the protocol's failure, and they push
        again.
        """
        try:
            return self._take(header, body)
        except SignatureInvalid:
            self.refuse("会话密钥不符")
        except GatewayError as failed:
            _LOG.warning("push_failed", code=failed.code.name)
        except Exception as surprise:  # whatever it is: not kept, so not answered, and we go on
            _LOG.warning("push_failed", code=Code.OUR_BUG.name, kind=type(surprise).__name__)
        return None

    def refuse(self, why: str) -> None:
        """Ring for a connection that was not the platform's; `why` names no value of it."""
        _LOG.warning("push_rejected", why=why)
        try:
            with self.platform.store.begin() as work:
                alarms.ring(work, Code.PUSH_REJECTED, self.platform.profile.platform, why)
        except GatewayError as failed:
            _LOG.warning("push_failed", code=failed.code.name)
        except Exception as surprise:  # the alarm is lost, the line in the log is not
            _LOG.warning("push_failed", code=Code.OUR_BUG.name, kind=type(surprise).__name__)

    def _take(self, header: FrameHeader, body: bytes) -> bytes | None:
        platform = self.platform
        if header.clear or header.node != platform.profile.platform:
            self.refuse("节点或标志不符")
            return None
        session, plain = self._opened(body)
        try:
            head = read_push_head(platform.dialect, plain)
        except MalformedMessage as foreign:
            self._keep_unreadable(plain, foreign)
            return None
        self._keep(plain, head)
        answer = write_reply(platform.dialect, self._acknowledgement(head))
        return frame(platform.profile.node, session.encrypt(answer), clear=False)

    def _opened(self, body: bytes) -> tuple[Session, bytes]:
        """The body under the session that counts now. Raises SignatureInvalid: another's key."""
        hand_key = self.platform.memory.hand_key()
        if hand_key is None:
            raise SignatureInvalid(Code.CIPHERTEXT_WRONG)
        session = self.platform.cipher.open_session(hand_key)
        return session, session.decrypt(body)

    def _keep(self, plain: bytes, head: PushHead) -> None:
        digest = self.platform.store.archive.put(plain)
        with self.platform.store.begin() as work:
            arrival = self._enter(work, digest, len(plain), f"{head.tx_code} {head.seq_no}")
            if arrival.seen is not Seen.SAME_AGAIN:
                pushes.add(work, arrival.item_id, head.tx_code, head.seq_no)
            if arrival.seen is Seen.OTHER_CONTENT:
                pushes.advance(work, arrival.item_id, PushEvent.REFUSE)
                alarms.ring(work, Code.NAME_REUSED, arrival.item_id, head.tx_code)
        _LOG.info("push_taken", item=arrival.item_id, seen=arrival.seen.name)

    def _keep_unreadable(self, plain: bytes, foreign: MalformedMessage) -> None:
        """Theirs by the key, and yet no message: kept, rung for, never answered."""
        digest = self.platform.store.archive.put(plain)
        with self.platform.store.begin() as work:
            arrival = self._enter(work, digest, len(plain), f"{_UNREADABLE} {digest[:16]}")
            if arrival.seen is Seen.NEW:
                pushes.add(work, arrival.item_id, _UNREADABLE, digest[:16])
                pushes.advance(work, arrival.item_id, PushEvent.REFUSE)
            alarms.ring(work, foreign.code, arrival.item_id, foreign.detail)

    def _enter(self, work: UnitOfWork, digest: str, size: int, name: str) -> Arrival:
        work.keep(digest, size)
        arrival = inbox.take(work, self.platform.profile.platform, name, digest)
        if arrival.seen is not Seen.SAME_AGAIN:
            work.note("push_received", arrival.item_id, message=name, digest=digest)
        return arrival

    def _acknowledgement(self, head: PushHead) -> ReplyHead:
        """We have it: said by the numbers it came under."""
        at, of = self.platform.clock.now(), self.platform.profile
        seq_no = business_id("ack", head.send_node, head.tx_code, head.seq_no)[-20:]
        return ReplyHead(
            tx_status=TxStatus.SUCCESS.value,
            rtn_code=PLATFORM_SUCCESS,
            rtn_message="OK",
            seq_no=head.seq_no,
            receive_date=at.date(),
            receive_time=at.time(),
            receive_seq_no=seq_no,
            receive_node=of.node,
            tx_code=head.tx_code,
            platform_date=head.platform_date or head.send_date,
            platform_time=head.platform_time or head.send_time,
            platform_seq_no=head.platform_seq_no or head.seq_no,
            send_node=head.send_node,
        )
