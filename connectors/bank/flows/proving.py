"""Proving: the ledger's answers settle the night, the equations prove it. 核对"""

from connectors.bank import sheets
from connectors.bank.flows.parts import Bank
from connectors.bank.flows.sheet_making import sheet_of_night
from connectors.bank.model import BreakKind, Direction, NightKey
from connectors.bank.model.books import Side
from connectors.bank.model.items import FoundBreak, item_of
from connectors.bank.rules.states import NightEvent, NightState
from connectors.bank.sheets import ProofSheet
from connectors.bank.store import breaks, decisions, nights
from connectors.bank.store import sheets as sheet_store
from connectors.bank.store.nights import NightRow
from connectors.core_system import store as core_store
from connectors.core_system.flows import KIND as POSTINGS
from gateway.errors import Code, GatewayError, IllegalTransition, RefusedHere
from gateway.log import Log
from gateway.ports import StageCount
from gateway.store import alarms, outbox
from gateway.store.messages import MESSAGE_STATES
from gateway.store.unit_of_work import UnitOfWork, keep_bytes

_LOG = Log("bank.proving")


def settle(bank: Bank, key: NightKey) -> StageCount:
    """Take the night to POSTED when the ledger has answered every posting.

    Raises RefusedHere while a posting message is still open.
    """
    with bank.store.begin() as work:
        night = nights.lock(work, key)
        if night.state is NightState.MATCHED:
            _settle(work, night)
        counts = core_store.counts(work, key.night_id)
    _LOG.info("night_posted", night=key.label, **counts)
    return StageCount("post", sum(counts.values()), counts)


def _settle(work: UnitOfWork, night: NightRow) -> None:
    messages = outbox.of_subject(work, night.night_id)
    postings = [m for m in messages if m.kind == POSTINGS]
    open_messages = [m for m in postings if m.state not in MESSAGE_STATES.finals]
    if open_messages:
        raise RefusedHere(
            Code.NIGHT_NOT_READY, detail=night.key.label, subject=open_messages[0].message_id
        )
    refused = [_refused(*row) for row in decisions.refused_postings(work, night.night_id)]
    turned = decisions.refused_receipts(work, night.night_id, night.revision)
    found = [*refused, *(_refused_receipt(*row) for row in turned)]
    breaks.add(work, night.key, night.revision, found)
    nights.advance(work, night, NightEvent.SETTLED)


def _refused(batch_no: str, serial: int, fen: int) -> FoundBreak:
    """The bank took it and the ledger would not book it: money without an owner (长款)."""
    return FoundBreak(
        kind=BreakKind.POSTING_REFUSED,
        direction=Direction.LONG,
        blocking=True,
        item=item_of(batch_no, serial),
        amount_fen=fen,
        unbooked_fen=fen,
        signed_fen=fen,
        side=Side.INSTRUCTION,
        batch_no=batch_no,
        serial=serial,
    )


def _refused_receipt(item: str, file_id: str | None, line: int | None, fen: int) -> FoundBreak:
    """Money that came with a loan's own key, and the ledger would not have it."""
    return FoundBreak(
        kind=BreakKind.POSTING_REFUSED,
        direction=Direction.LONG,
        blocking=True,
        item=item,
        amount_fen=fen,
        signed_fen=fen,
        side=Side.STATEMENT,
        file_id=file_id,
        line=line,
    )


def prove(bank: Bank, key: NightKey) -> StageCount:
    """Make the night's sheet and, when every equation holds, prove the night.

    A proved night keeps its sheet: proving it again changes nothing. For an unfinished night a
    sheet is made too; it says what is missing.
    """
    with bank.store.begin() as work:
        night = nights.lock(work, key)
        if night.state is not NightState.PROVED:
            sheet, proved = sheet_of_night(bank, work, night)
            digest = keep_bytes(bank.store, work, sheets.to_json(sheet))
            sheet_store.keep(work, night.night_id, digest, proved=proved)
            if proved:
                nights.advance(work, night, NightEvent.PROVED_EQUAL)
                alarms.clear(work, Code.PROOF_UNEQUAL, night.night_id, "已核平")
            elif night.state is NightState.POSTED:
                alarms.ring(work, Code.PROOF_UNEQUAL, night.night_id, key.label)
    sheet = sheet_of(bank, key)
    counts = {"equations": len(sheet.equations), "breaks": len(sheet.breaks)}
    _LOG.info("night_proved", night=key.label, proved=sheet.proved, **counts)
    return StageCount("prove", counts["equations"], counts | {"proved": int(sheet.proved)})


def require_proved(bank: Bank, key: NightKey) -> None:
    """Raise RefusedHere for an unfinished night, IllegalTransition for one that does not prove."""
    with bank.store.begin() as work:
        night = nights.lock(work, key)
    error: GatewayError | None = {
        NightState.PROVED: None,
        NightState.POSTED: IllegalTransition(Code.PROOF_UNEQUAL, detail=key.label),
    }.get(night.state, RefusedHere(Code.NIGHT_UNPROVED, detail=key.label))
    if error is not None:
        raise error


def sheet_of(bank: Bank, key: NightKey) -> ProofSheet:
    """The night's newest sheet. Raises RefusedHere before the first one."""
    with bank.store.begin() as work:
        kept = sheet_store.newest(work, key.night_id)
    if kept is None:
        raise RefusedHere(Code.NIGHT_UNPROVED, detail=key.label)
    return sheets.from_json(bank.store.archive.get(kept.digest))
