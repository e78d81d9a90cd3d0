"""Matching: the night is decided once, on one extract of the ledger, in one transaction. 勾对"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict

from connectors.bank.flows.parts import Bank
from connectors.bank.model import (
    Break,
    BreakKind,
    Decision,
    DeductionResult,
    FileKind,
    Match,
    NightKey,
    Outcome,
)
from connectors.bank.rules.matching import decide
from connectors.bank.rules.owed import DECIDED_ON
from connectors.bank.rules.statement import (
    closing_break,
    lump_break,
    opening_break,
    read_statement,
    unclaimed_break,
)
from connectors.bank.rules.states import FileEvent, FileState, NightEvent, NightState
from connectors.bank.store import decisions, files, nights
from connectors.bank.store.files import FileRow
from connectors.bank.store.nights import NightRow
from connectors.core_system import codec as core_codec
from connectors.core_system.flows import READ_BACK, draft_postings
from connectors.core_system.model import Instruction, Posting
from gateway.errors import Code, RefusedHere
from gateway.grades import SUFFICIENT
from gateway.log import Log
from gateway.ports import StageCount
from gateway.store import alarms
from gateway.store.unit_of_work import UnitOfWork, keep_bytes

_LOG = Log("bank.matching")


def match(bank: Bank, key: NightKey) -> StageCount:
    """Decide the night if it is ready and undecided; what is decided is never decided again.

    Raises RefusedHere when not all owed files are accepted.
    """
    with bank.store.begin() as work:
        undecided = _is_undecided(nights.lock(work, key))
    if undecided:
        instructions = bank.ledger.instructions(key.bank, key.account, key.business_date)
        with bank.store.begin() as work:
            night = nights.lock(work, key)
            if _is_undecided(night):
                _decide(bank, work, night, instructions)
    counts = _counts(bank, key)
    _LOG.info("night_matched", night=key.label, **counts)
    return StageCount("match", counts["instructions"], counts)


def _is_undecided(night: NightRow) -> bool:
    if night.state is NightState.OPEN:
        raise RefusedHere(Code.NIGHT_NOT_READY, detail=night.key.label, subject=night.night_id)
    return night.state is NightState.RECEIVED


def _decide(
    bank: Bank, work: UnitOfWork, night: NightRow, instructions: Sequence[Instruction]
) -> None:
    used = _use_files(work, night)
    results_file = used[FileKind.DEDUCTION_RESULT]
    results = files.results(work, results_file.file_id)
    decision = decide(instructions, results)
    decisions.keep_instructions(work, night.night_id, instructions, bank.tokens)
    postings = _postings(night.key, instructions, results, decision.matches)
    keys = {(posting.batch_no, posting.serial): posting.key for posting in postings}
    decisions.keep_matches(work, night.night_id, results_file.file_id, decision.matches, keys)
    batches = {item.batch_no for item in instructions} | {line.batch_no for line in results}
    of_statement = _statement_breaks(bank, work, night, (used, batches))
    _keep_breaks(work, night, used, (decision.breaks, of_statement))
    draft_postings(bank.store, work, night.night_id, postings)
    decided = Decision(decision.matches, [*decision.breaks, *of_statement])
    _keep_basis(bank, work, night, (instructions, decided))
    nights.advance(work, night, NightEvent.DECIDED)


def _keep_breaks(
    work: UnitOfWork,
    night: NightRow,
    used: Mapping[FileKind, FileRow],
    found: tuple[Sequence[Break], Sequence[Break]],
) -> None:
    """Store the breaks, each with the file its line stands in; a wrong lump rings."""
    for kind, breaks in zip(DECIDED_ON, found, strict=True):
        decisions.keep_breaks(work, night.night_id, used[kind].file_id, breaks)
    if any(item.kind is BreakKind.LUMP_DIFFERS for item in found[1]):
        alarms.ring(work, Code.LUMP_DIFFERS, night.night_id, night.key.label)


def _use_files(work: UnitOfWork, night: NightRow) -> dict[FileKind, FileRow]:
    """Take the accepted file of each kind; from now on a newer version waits for a person."""
    here = files.of_night(work, night.night_id)
    accepted = [
        file
        for file in files.usable(here)
        if file.state is FileState.ACCEPTED and file.grade in SUFFICIENT
    ]
    for kind in DECIDED_ON:
        # two sound files of one kind must not be: which one counts is not for us to choose
        if sum(file.kind is kind for file in accepted) != 1:
            raise RefusedHere(Code.NIGHT_NOT_READY, detail=f"{night.key.label} {kind.title}")
    for file in accepted:
        files.advance(work, file, FileEvent.TAKEN)
    return {file.kind: file for file in accepted}


def _postings(
    key: NightKey,
    instructions: Sequence[Instruction],
    results: Sequence[DeductionResult],
    matches: Sequence[Match],
) -> Sequence[Posting]:
    """One posting for each instruction that was taken in full; everything else is a break."""
    exact = {(m.batch_no, m.serial) for m in matches if m.outcome is Outcome.EXACT}
    answers = {(result.batch_no, result.serial): result for result in results}
    return [
        _posting(item, answers[(item.batch_no, item.serial)])
        for item in sorted(instructions, key=lambda item: (item.batch_no, item.serial))
        if (item.batch_no, item.serial) in exact
    ]


def _posting(item: Instruction, result: DeductionResult) -> Posting:
    return Posting(
        bank=item.bank,
        account=item.account,
        business_date=item.business_date,
        batch_no=item.batch_no,
        serial=item.serial,
        loan_no=item.loan_no,
        instalment_no=item.instalment_no,
        fen=result.taken_fen,
        principal_fen=item.principal_fen,
        interest_fen=item.interest_fen,
        penalty_fen=item.penalty_fen,
        booked_on=result.host_date or item.business_date,
        host_serial=result.host_serial,
    )


def _statement_breaks(
    bank: Bank,
    work: UnitOfWork,
    night: NightRow,
    of: tuple[Mapping[FileKind, FileRow], Set[str]],
) -> Sequence[Break]:
    """The statement line by line, against the results' sum, and against its neighbours' balances.

    `of` are the used files and the night's batch numbers.
    """
    used, batches = of
    statement = used[FileKind.ACCOUNT_STATEMENT].file_id
    reading = read_statement(files.statement(work, statement), batches, bank.profile.lump_summary)
    taken = files.controls(work, used[FileKind.DEDUCTION_RESULT].file_id)["taken_total"]
    balance = files.controls(work, statement)
    closing_before = _balance(work, nights.before(work, night.key), "closing")
    opening_after = _balance(work, nights.after(work, night.key), "opening")
    found = [
        lump_break(taken, reading.lump_fen),
        None if closing_before is None else opening_break(closing_before, balance["opening"]),
        None if opening_after is None else closing_break(balance["closing"], opening_after),
        *(unclaimed_break(line) for line in reading.unclaimed),
    ]
    return [item for item in found if item is not None]


def _balance(work: UnitOfWork, neighbour: NightRow | None, which: str) -> int | None:
    """A balance of the statement a neighbouring night was decided on, None while it was not.

    An undecided neighbour is not skipped for a farther one: what moved on its day is unknown.
    """
    if neighbour is None:
        return None
    return next(
        (
            files.controls(work, file.file_id)[which]
            for file in files.of_night(work, neighbour.night_id)
            if file.kind is FileKind.ACCOUNT_STATEMENT and file.state is FileState.USED
        ),
        None,
    )


def _keep_basis(
    bank: Bank,
    work: UnitOfWork,
    night: NightRow,
    basis: tuple[Sequence[Instruction], Decision],
) -> None:
    """Archive what the night was decided on and what was decided; the journal holds the digests."""
    instructions, decision = basis
    ledger = keep_bytes(bank.store, work, core_codec.encode_instructions(instructions))
    decided = keep_bytes(bank.store, work, _encode(decision))
    nights.keep_basis(work, night, (ledger, READ_BACK), decided)
    work.note(
        "night_decided",
        night.night_id,
        ledger=ledger,
        grade=READ_BACK.name,
        decision=decided,
        matches=len(decision.matches),
        breaks=len(decision.breaks),
    )


def _encode(decision: Decision) -> bytes:
    lines: list[Match | Break] = [*decision.matches, *decision.breaks]
    return "".join(
        json.dumps(asdict(line), default=lambda item: item.name, sort_keys=True) + "\n"
        for line in lines
    ).encode()


def _counts(bank: Bank, key: NightKey) -> dict[str, int]:
    with bank.store.begin() as work:
        by_outcome = decisions.outcome_counts(work, key.night_id)
        found = len(decisions.breaks(work, key.night_id))
    counts = {outcome.name.lower(): by_outcome.get(outcome, 0) for outcome in Outcome}
    return {"instructions": sum(counts.values()), **counts, "breaks": found}
