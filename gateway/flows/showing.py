"""Showing: the life of one thing, a line a step, with the strength of each proof. 经过"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from connectors.bank.model import BreakKind, Direction
from gateway.errors import Code, NotConfigured
from gateway.events import JOURNAL_EVENTS
from gateway.flows.fact_words import facts_in_words, state_in_words
from gateway.grades import legend_lines
from gateway.identity import business_id, mask_text
from gateway.money import show_yuan
from gateway.ports import Grade
from gateway.store import journal
from gateway.store.unit_of_work import Store, UnitOfWork

# Fewer digits after the hyphen are too easily another thing's.
_DIGITS_MIN, _MATCHES_MAX, _NAMED_MAX = 5, 20, 5


@dataclass(frozen=True, slots=True)
class LifeStep:
    """One step: when, what, the facts beside it, and the grade of proof where there is one."""

    seq: int
    at: datetime
    event: str
    title: str
    facts: str
    grade: Grade | None

    @property
    def grade_text(self) -> str:
        """The grade and its name; nothing where a step is no exchange."""
        return f"{self.grade.name} {self.grade.value}" if self.grade else ""


@dataclass(frozen=True, slots=True)
class Life:
    """One thing's life, and the ids of what hangs together with it.

    `particulars` are what it is besides its state, as title and text; none holds a person.
    """

    id: str
    title: str
    state: str
    steps: tuple[LifeStep, ...]
    related: tuple[tuple[str, str], ...]
    particulars: tuple[tuple[str, str], ...] = ()

    @property
    def grades(self) -> frozenset[Grade]:
        """The grades of proof that appear in it."""
        return frozenset(step.grade for step in self.steps if step.grade)


# What an id can be: where it stands, and what to call it. Columns are of our own tables.
_KINDS: dict[str, tuple[str, str]] = {
    "night": (
        "夜间对账",
        "select night_id, bank || '/' || account || '/' || business_date, state from bank_night",
    ),
    "file": (
        "银行来文",
        "select item_id, name, coalesce(known.state, case pushed.state"
        " when 'RECEIVED' then '推送已签收，待处理' when 'TAKEN' then '推送已采用'"
        " when 'QUARANTINED' then '推送已隔离' end,"
        " case when name like 'BDC113 %' then '查询所得明细' end, '不认识的文件，已存档待人查看')"
        " from (select item_id, name from inbox_item) as seen"
        " left join (select file_id, state from bank_file) as known on file_id = item_id"
        " left join (select item_id, state from push_inbox) as pushed using (item_id)",
    ),
    "receipt": ("收件回执", "select message_id, name, state from message"),
    "postings": ("入账请求", "select message_id, kind, state from message"),
    "break": (
        "不平账项",
        "select break_id, kind || ' ' || batch_no || '-' || coalesce(serial::text, ''),"
        " state from bank_break",
    ),
    "approval": ("双人复核", "select approval_id, title, state from approval"),
    "alarm": (
        "告警",
        "select alarm_id, code || ' ' || detail,"
        " case when cleared_at is null then '未解除' else '已解除' end from alarm",
    ),
}
_BEGINNINGS = "、".join(f"{kind}-" for kind in _KINDS)
_RELATED = """
    select file_id, name from bank_file where night_id = :id
    union all select message_id, kind || ' ' || name from message
        where subject = :id or message_id = :receipt
    union all select break_id, kind from bank_break where night_id = :id
    union all select night_id, 'night' from bank_file where file_id = :id
    union all select subject, 'night' from message where message_id = :id
    union all select night_id, 'night' from bank_break where break_id = :id
    union all select subject, code from alarm where alarm_id = :id
    union all select file_id, name from bank_file where file_id =
        (select file_id from bank_break where break_id = :id)
    order by 2, 1 limit 200
"""
_BREAK = """
    select b.kind, b.direction, b.amount_fen, b.unbooked_fen, b.line, b.first_seen, b.blocking,
        b.held, b.person, r.code
    from bank_break b
    left join deduction_result r on r.file_id = b.file_id and r.line = b.line
    where break_id = :id
"""


def show(store: Store, wanted: str) -> Life:
    """The life of the thing whose id is, or begins with, `wanted`.

    Raises NotConfigured when nothing, or more than one thing, has such an id.
    """
    with store.begin() as work:
        kind, found = find(work, wanted)
        identity, name, state = found
        # a file's receipt has its id from the file's, so it is found though no column names it
        ids = {"id": identity, "receipt": business_id("receipt", identity)}
        related = work.connection.execute(text(_RELATED), ids).all()
        particulars = _of_break(work, identity) if kind == "break" else ()
        steps = tuple(step_of(entry) for entry in journal.read(work.connection, identity))
    title = f"{_KINDS[kind][0]} {mask_text(name)}"
    others = tuple((row[0], row[1]) for row in related)
    return Life(identity, title, state, steps, others, particulars)


def _of_break(work: UnitOfWork, break_id: str) -> tuple[tuple[str, str], ...]:
    """What a break is about, without the person: kind, money, and where it stands in the file."""
    row = work.connection.execute(text(_BREAK), {"id": break_id}).one()
    told = {
        "类型": BreakKind[row.kind].value,
        "方向": Direction[row.direction].value,
        "金额": f"{show_yuan(row.amount_fen)} 元",
        "未入账": f"{show_yuan(row.unbooked_fen)} 元",
        "响应码": row.code or "",
        "文件行": f"第{row.line}行" if row.line is not None else "",
        "首见": row.first_seen.isoformat(),
        "下一批": "贷款不进下一批" if row.blocking or row.held else "",
        "承办": row.person,
    }
    return tuple((title, value) for title, value in told.items() if value)


def find(work: UnitOfWork, wanted: str) -> tuple[str, tuple[str, str, str]]:
    """What kind of thing has this id, or one that begins so, and its (id, name, state).

    Raises NotConfigured when nothing, or more than one thing, has such an id.
    """
    kind, _, digits = wanted.partition("-")
    if kind not in _KINDS:
        raise NotConfigured(Code.NOT_FOUND, detail=f"{wanted}：编号以 {_BEGINNINGS} 开头")
    if len(digits) < _DIGITS_MIN:
        raise NotConfigured(
            Code.NOT_FOUND, detail=f"{wanted}：前缀太短，{kind}- 之后至少要 {_DIGITS_MIN} 位"
        )
    query = f"select * from ({_KINDS[kind][1]}) as found(id, name, state)"  # noqa: S608 - ours
    rows = work.connection.execute(
        text(query + " where starts_with(id, :wanted) order by id limit :most"),
        {"wanted": wanted, "most": _MATCHES_MAX},
    ).all()
    if len(rows) != 1:
        raise NotConfigured(Code.NOT_FOUND, detail=_candidates(wanted, [row[0] for row in rows]))
    return kind, (rows[0][0], rows[0][1], rows[0][2])


def _candidates(wanted: str, ids: Sequence[str]) -> str:
    """What to say of a prefix that is nobody's, or several things'."""
    if not ids:
        return wanted
    more = "…" if len(ids) > _NAMED_MAX else ""
    return f"{wanted} 不止一个：{'、'.join(ids[:_NAMED_MAX])}{more}"


def step_of(entry: journal.Entry) -> LifeStep:
    """An entry of the journal as a person reads it, masked."""
    facts: Mapping[str, object] = json.loads(entry.facts)
    grade = str(facts.get("grade", ""))
    return LifeStep(
        entry.seq,
        entry.at,
        entry.event,
        JOURNAL_EVENTS.get(entry.event, entry.event),
        mask_text(facts_in_words(entry.subject, facts)),
        Grade[grade] if grade in Grade.__members__ else None,
    )


def lines(life: Life) -> Sequence[str]:
    """A life as text."""
    head = [f"{life.id}  {life.title}", f"状态 {state_in_words(life.id, life.state)}"]
    particulars = [f"  {title} {value}" for title, value in life.particulars]
    steps = [
        f"  {step.seq:>6}  {step.at:%m-%d %H:%M:%S}  {step.title}  {step.facts}"
        + (f"  【{step.grade_text}】" if step.grade else "")
        for step in life.steps
    ]
    related = [f"  {identity}  {title}" for identity, title in life.related]
    proofs = legend_lines(life.grades)
    titled = (("凭据等级：", proofs), ("相关：", related))
    more = [line for title, under in titled if under for line in (title, *under)]
    return [*head, *particulars, *steps, *more]
