"""A case told: from entries and payloads to the timeline that people read. 叙述"""

from collections.abc import Mapping, Sequence

from gateway.documents.timeline import (
    Asked,
    FileLine,
    GradeLine,
    HeadLine,
    KeyLine,
    PartyLine,
    StepLine,
    Timeline,
)
from gateway.flows import showing
from gateway.flows.evidence import words
from gateway.flows.evidence.case import Case, Role
from gateway.flows.evidence.keeping import Kept
from gateway.flows.evidence.keys import PackedKey
from gateway.grades import MEANINGS
from gateway.identity import mask_text
from gateway.store.journal import Entry


def tell(
    case: Case,
    kept: Sequence[Kept],
    keys: Sequence[PackedKey],
    head: HeadLine | None,
    asked: Asked,
) -> Timeline:
    """The timeline of a case; it names no person, whatever its payloads hold."""
    return Timeline(
        title=f"{case.title}证据",
        case=case.label,
        case_id=case.case_id,
        state=case.state,
        asked=asked,
        proves=words.PROVES,
        not_proves=words.NOT_PROVES,
        parties=tuple(PartyLine(p.role, p.name, p.about) for p in case.parties),
        particulars=_particulars(case, asked),
        results=tuple((title, mask_text(found)) for title, found in case.results),
        steps=tuple(_step(case, entry) for entry in case.entries),
        files=tuple(_file(case, one) for one in kept),
        grades=tuple(
            GradeLine(m.grade.name, m.grade.value, f"{m.proves}。", f"{m.proves_not}。")
            for m in MEANINGS
        ),
        keys=tuple(KeyLine(k.kid, k.holder, k.use, k.algorithm, k.sha256) for k in keys),
        head=head,
        checking=words.CHECKING,
    )


def _particulars(case: Case, asked: Asked) -> tuple[tuple[str, str], ...]:
    return (
        ("案件编号", case.case_id),
        ("当前状态", case.state),
        ("导出人", asked.who),
        ("导出时间", f"{asked.at:%Y-%m-%d %H:%M:%S}"),
        ("导出事由", asked.reason),
        ("流水记录", f"{len(case.entries)} 条"),
    )


def _step(case: Case, entry: Entry) -> StepLine:
    step = showing.step_of(entry)
    title = words.PUBLISHED.get(entry.event) if entry.subject in _published(case) else None
    about = "" if entry.subject == case.case_id else mask_text(entry.subject)
    grade = step.grade.name if step.grade else ""
    return StepLine(step.seq, step.at, title or step.title, about, step.facts, grade)


def _published(case: Case) -> frozenset[str]:
    """The messages that nobody answers: they are published, and our own flag is read back."""
    return frozenset(piece.subject for piece in case.pieces if piece.role is Role.READ_BACK)


def _file(case: Case, one: Kept) -> FileLine:
    piece = one.piece
    names: Mapping[str, str] = {party.code: party.name for party in case.parties}
    other = names.get(piece.counterparty, piece.counterparty)
    return FileLine(
        member=one.member,
        name=mask_text(piece.name),
        role=piece.role.value,
        direction=f"{piece.direction.value} {other}".strip(),
        size=one.size,
        sha256=piece.digest,
        sm3=one.sm3,
        signed_by=piece.kid,
        grade=piece.grade.name if piece.grade else "",
        state=one.state,
    )
