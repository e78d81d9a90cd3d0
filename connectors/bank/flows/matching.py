"""Matching: the night is decided on one extract of the ledger, in one transaction. 勾对"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import polars as pl

from connectors.bank.codec.frames import Kept, encode_books, encode_decided
from connectors.bank.flows import in_flight
from connectors.bank.flows.filling import Extract, base_again, base_of, extract, fill
from connectors.bank.flows.missing import found_again, missed
from connectors.bank.flows.parts import Bank
from connectors.bank.model import BreakKind, FileKind, NightKey, Outcome
from connectors.bank.model.books import Decided, Side
from connectors.bank.model.items import FoundBreak
from connectors.bank.rules.booking import postings, receipt_no, receipts
from connectors.bank.rules.correcting import Booked, Redone, booked_of, redone
from connectors.bank.rules.owed import DECIDED_ON, unanswered
from connectors.bank.rules.proof import Equation
from connectors.bank.rules.recon.deciding import decide
from connectors.bank.rules.recon.equations import Balances, equations
from connectors.bank.rules.statement import closing_break, opening_break
from connectors.bank.rules.states import FileEvent, FileState, NightEvent, NightState
from connectors.bank.rules.telling import (
    Filled,
    answered,
    clearings,
    found_breaks,
    left_open,
    linked,
)
from connectors.bank.store import break_evidence, breaks, decisions, files, nights, open_items, sums
from connectors.bank.store.files import FileRow
from connectors.bank.store.nights import NightRow
from connectors.core_system import codec as core_codec
from connectors.core_system import store as core_store
from connectors.core_system.flows import KIND as POSTINGS
from connectors.core_system.flows import READ_BACK, draft_postings
from connectors.core_system.model import Posting
from gateway.errors import Code, RefusedHere
from gateway.grades import SUFFICIENT
from gateway.log import Log
from gateway.ports import StageCount
from gateway.store import alarms, outbox
from gateway.store.unit_of_work import UnitOfWork, keep_bytes

_LOG = Log("bank.matching")


def match(bank: Bank, key: NightKey) -> StageCount:
    """Decide the night if it is ready and undecided; what is decided is never decided again.

    Raises RefusedHere when not all owed files are accepted, or a batch of the night has no result.
    """
    with bank.store.begin() as work:
        undecided = _is_undecided(nights.lock(work, key))
        before = nights.decided(work, key.night_id)
    if undecided:
        read = None if before else _extract(bank, key)
        base = base_of(bank, key, read) if read else base_again(bank, before[-1].books_digest)
        _require_answers(bank, key, base)
        with bank.store.begin() as work:
            night = nights.lock(work, key)
            if _is_undecided(night):
                if read is not None:
                    _keep_extract(bank, work, night, read)
                decide_night(bank, work, night, base)
    counts = _counts(bank, key)
    _LOG.info("night_matched", night=key.label, **counts)
    return StageCount("match", counts["instructions"], counts)


def _extract(bank: Bank, key: NightKey) -> Extract:
    read = extract(bank.ledger, key, in_flight.asked_of(bank, key))
    return in_flight.of_this_night(bank, key, read)


def _require_answers(bank: Bank, key: NightKey, base: Kept) -> None:
    """Raise RefusedHere while a batch of this date has no usable result file."""
    today = base.books.instructions.filter(pl.col("business_date") == key.business_date)
    with bank.store.begin() as work:
        here = files.usable(files.of_night(work, key.night_id))
        parts = [file.part for file in here if file.kind is FileKind.DEDUCTION_RESULT]
        missing = unanswered(today.get_column("batch_no").unique(), parts)
        owed = nights.owed(work, key)
        # a batch on a date without results is waited for until the last file of the night is due
        due_at = owed.get(FileKind.DEDUCTION_RESULT, max(owed.values()))
        late = missing and due_at <= work.now
        if late:
            missed(work, key, FileKind.DEDUCTION_RESULT, "、".join(missing))
    if missing:
        code = Code.FILE_OVERDUE if late else Code.FILE_NOT_YET
        detail = f"{key.label} {FileKind.DEDUCTION_RESULT.title} {'、'.join(missing)}"
        raise RefusedHere(code, detail=detail, subject=key.night_id)


def _is_undecided(night: NightRow) -> bool:
    if night.state is NightState.OPEN:
        raise RefusedHere(Code.NIGHT_NOT_READY, detail=night.key.label, subject=night.night_id)
    return night.state is NightState.RECEIVED


def decide_night(bank: Bank, work: UnitOfWork, night: NightRow, base: Kept) -> None:
    """Decide a locked night that is ready, on these books; everything it finds becomes rows.

    Raises RefusedHere when a file it needs is not usable.
    """
    used = _use_files(work, night)
    filled = fill(bank, work, night.key, used, base)
    decided = decide(filled.books)
    with ThreadPoolExecutor(1) as beside:
        # what the night was decided on becomes bytes while its rows are written
        books = beside.submit(encode_books, replace(base, books=filled.books))
        _keep_rows(bank, work, night, (base, filled, decided))
    found = [*found_breaks(filled, decided, night.key), *_balance_breaks(work, night, used)]
    _keep_breaks(work, night, found)
    ended = clearings(filled, decided, night.key)
    open_items.keep(work, night.key, left_open(filled, decided), ended)
    breaks.explained(work, night.key, [clearing.key for clearing in ended])
    shown = list(equations(filled.books, decided, _balances(work, filled, used)))
    _keep_basis(bank, work, night, books.result(), (decided, shown))
    found_again(work, night.key, DECIDED_ON)
    nights.advance(work, night, NightEvent.DECIDED)


def _keep_rows(
    bank: Bank, work: UnitOfWork, night: NightRow, basis: tuple[Kept, Filled, Decided]
) -> None:
    """Answers and links as rows; what they want booked is asked of the ledger."""
    key, (base, filled, decided) = night.key, basis
    answers = answered(filled, decided)
    received = receipts(key, base.parts, filled, decided)
    wanted = [*postings(key, answers, filled.books.dues), *received]
    booked = _booked(bank, work, key)
    asked = redone(booked, _without_people(work, key, booked, wanted))
    anew = night.revision > 1
    decisions.keep_answers(work, key.night_id, _with_keys(answers, asked), anew=anew)
    links = _with_receipts(key, linked(filled, decided), asked)
    decisions.keep_links(work, key.night_id, night.revision, links)
    in_flight.settle(bank, work, key, answers)
    draft_postings(bank.store, work, key.night_id, asked.postings, night.revision)


def _keep_extract(bank: Bank, work: UnitOfWork, night: NightRow, read: Extract) -> None:
    """The ledger's words as they came: kept once, also when a correction is decided later."""
    decisions.keep_instructions(work, night.night_id, read.instructions, bank.tokens)
    words = keep_bytes(bank.store, work, core_codec.encode_instructions(read.instructions))
    nights.keep_extract(work, night, words, READ_BACK)


def _without_people(
    work: UnitOfWork, key: NightKey, booked: Booked, wanted: Sequence[Posting]
) -> Sequence[Posting]:
    """What is to be booked besides what people have had booked while evidence was lacking.

    A correction that explains it after all is told by the break it takes away.
    """
    theirs = break_evidence.booked_by_people(work, key)
    numbers = {receipt_no(key, item) for item in theirs.items}
    places = [(one.batch_no, one.serial) for one in wanted]
    done = {at for at in places if at in theirs.places or at[0] in numbers} - set(booked.standing)
    return [one for one, at in zip(wanted, places, strict=True) if at not in done]


def _booked(bank: Bank, work: UnitOfWork, key: NightKey) -> Booked:
    """What the night's earlier decisions have asked the ledger to book, and what became of it."""
    made = [
        posting
        for message in outbox.of_subject(work, key.night_id)
        if message.kind == POSTINGS
        for posting in core_codec.decode(bank.store.archive.get(message.digest))
    ]
    standing = core_store.standing(work, key.night_id)
    return booked_of(made, standing, core_store.taken_back(work, key.night_id))


def _with_keys(answers: pl.DataFrame, asked: Redone) -> pl.DataFrame:
    """The answers, each with the posting that books it: one that stands, or one asked for now."""
    keys = pl.DataFrame(
        [(*place, key) for place, key in _keys(asked).items()],
        schema={"batch_no": pl.String, "serial": pl.Int32, "posting_key": pl.String},
        orient="row",
    )
    return answers.join(keys, on=["batch_no", "serial"], how="left")


def _keys(asked: Redone) -> dict[tuple[str, int], str]:
    """The posting of each place: one that stands, or one asked for now."""
    now = {(p.batch_no, p.serial): p.key for p in asked.postings if not p.reversal_of}
    return {**asked.kept, **now}


def _with_receipts(key: NightKey, links: pl.DataFrame, asked: Redone) -> pl.DataFrame:
    """The links, each booking that posts by itself with its posting."""
    keys = {batch: posting for (batch, _), posting in _keys(asked).items()}
    return links.with_columns(
        pl.when("automatic", pl.col("side") == Side.STATEMENT.value)
        .then(pl.col("item").map_elements(lambda i: keys.get(receipt_no(key, i)), pl.String))
        .alias("posting_key")
    )


def _keep_breaks(work: UnitOfWork, night: NightRow, found: Sequence[FoundBreak]) -> None:
    """Store the breaks; a wrong lump rings."""
    breaks.keep(work, night.key, night.revision, found)
    if any(item.kind is BreakKind.LUMP_DIFFERS for item in found):
        alarms.ring(work, Code.LUMP_DIFFERS, night.night_id, night.key.label)


def _use_files(work: UnitOfWork, night: NightRow) -> Sequence[FileRow]:
    """Take the accepted files: of each batch one; from now on a newer version waits for people."""
    here = files.of_night(work, night.night_id)
    good = [file for file in files.usable(here) if file.grade in SUFFICIENT]
    parts = [(file.kind, file.part) for file in good]
    needed = {FileKind.ACCOUNT_STATEMENT, *nights.owed(work, night.key)}
    for kind in DECIDED_ON:
        # two sound files of one batch must not be: which one counts is not for us to choose
        mine = [part for part in parts if part[0] is kind]
        if (kind in needed and not mine) or len(set(mine)) != len(mine):
            raise RefusedHere(Code.NIGHT_NOT_READY, detail=f"{night.key.label} {kind.title}")
    for file in good:
        if file.state is FileState.ACCEPTED:
            files.advance(work, file, FileEvent.TAKEN)
    return good


def _balance_breaks(
    work: UnitOfWork, night: NightRow, used: Sequence[FileRow]
) -> Sequence[FoundBreak]:
    """The statement's balances against those of its neighbours."""
    day = night.key.business_date
    closing_before = _balance(work, nights.before(work, night.key), "closing")
    opening_after = _balance(work, nights.after(work, night.key), "opening")
    own = [files.controls(work, f.file_id) for f in used if f.kind is FileKind.ACCOUNT_STATEMENT]
    found: list[FoundBreak | None] = []
    for balance in own:
        if closing_before is not None and "opening" in balance:
            found.append(opening_break(day, closing_before, balance["opening"]))
        if opening_after is not None and "closing" in balance:
            found.append(closing_break(day, balance["closing"], opening_after))
    return [one for one in found if one is not None]


def _balances(work: UnitOfWork, filled: Filled, used: Sequence[FileRow]) -> Balances:
    lines, day = filled.books.statement, filled.books.business_date
    moved = lines.filter(pl.col("first_seen") == day).get_column("fen").sum()
    ids = [file.file_id for file in used if file.kind is FileKind.ACCOUNT_STATEMENT]
    return Balances(*sums.balances(work, ids, int(moved)))


def _balance(work: UnitOfWork, neighbour: NightRow | None, which: str) -> int | None:
    """A balance of the statement a neighbouring night was decided on, None while it was not.

    An undecided neighbour is not skipped for a farther one: what moved on its day is unknown.
    """
    if neighbour is None:
        return None
    return next(
        (
            files.controls(work, file.file_id).get(which)
            for file in files.of_night(work, neighbour.night_id)
            if file.kind is FileKind.ACCOUNT_STATEMENT and file.state is FileState.USED
        ),
        None,
    )


def _keep_basis(
    bank: Bank,
    work: UnitOfWork,
    night: NightRow,
    books: bytes,
    decision: tuple[Decided, Sequence[Equation]],
) -> None:
    """Archive what the night was decided on and what was decided; the journal holds the digests."""
    basis = keep_bytes(bank.store, work, books)
    outcome = keep_bytes(bank.store, work, encode_decided(*decision))
    nights.keep_decision(work, night, basis, outcome)
    work.note(
        "night_decided",
        night.night_id,
        revision=night.revision,
        ledger=nights.extract_of(work, night),
        grade=READ_BACK.name,
        books=basis,
        decision=outcome,
        matches=decision[0].answers.height,
        breaks=decision[0].breaks.height,
    )


def _counts(bank: Bank, key: NightKey) -> dict[str, int]:
    with bank.store.begin() as work:
        by_outcome = decisions.outcome_counts(work, key.night_id)
        found = decisions.break_sum(work, key.night_id).count
    counts = {outcome.name.lower(): by_outcome.get(outcome, 0) for outcome in Outcome}
    return {"instructions": sum(counts.values()), **counts, "breaks": found}
