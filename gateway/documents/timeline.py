"""The timeline: one case's life as a document that a court, a bank or an auditor reads. 时间线"""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from gateway.dates import SHANGHAI
from gateway.documents.glyphs import SUBSTITUTE, printable_all
from gateway.documents.setting import set_type

_SUBSTITUTED = f"{SUBSTITUTE} 为字体中没有的字符，原文见 timeline.json"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for the evidence, when, and why; it stands at the foot of every page."""

    who: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class PartyLine:
    """One of those who took part."""

    role: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One entry of the journal about the case; `seq` is its number there."""

    seq: int
    at: datetime
    title: str
    about: str
    facts: str
    grade: str


@dataclass(frozen=True, slots=True)
class FileLine:
    """One payload of the case. `state` is empty, or says why its bytes are not here."""

    member: str
    name: str
    role: str
    direction: str
    size: int
    sha256: str
    sm3: str
    signed_by: str
    grade: str
    state: str


@dataclass(frozen=True, slots=True)
class GradeLine:
    """What a grade of proof shows, and what it does not."""

    letter: str
    title: str
    proves: str
    not_proves: str


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One public key that the case's signatures are checked with."""

    kid: str
    holder: str
    use: str
    algorithm: str
    sha256: str


@dataclass(frozen=True, slots=True)
class HeadLine:
    """The signed head of the journal that the steps are proved against."""

    size: int
    root: str
    at: str
    kid: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """A case as it is told. No field holds a person: names and accounts stay in the payloads."""

    title: str
    case: str
    case_id: str
    state: str
    asked: Asked
    proves: tuple[str, ...]
    not_proves: tuple[str, ...]
    parties: tuple[PartyLine, ...]
    particulars: tuple[tuple[str, str], ...]
    results: tuple[tuple[str, str], ...]
    steps: tuple[StepLine, ...]
    files: tuple[FileLine, ...]
    grades: tuple[GradeLine, ...]
    keys: tuple[KeyLine, ...]
    head: HeadLine | None
    checking: tuple[str, ...] = field(default=())


def to_data(timeline: Timeline) -> dict[str, object]:
    """The timeline as JSON knows it, moments as text in Shanghai: the template's data."""
    return {name: _plain(value) for name, value in asdict(timeline).items()}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value


def render(timeline: Timeline, fonts: str | None = None) -> bytes:
    """The timeline as PDF/A-2b, dated by when it was asked for; same input, same bytes.

    A stranger's character that the typeface does not have must not keep evidence in the house: it
    is set as 〓, and the document says so. Raises NotConfigured without the typeface.
    """
    data = to_data(timeline)
    shown = {name: printable_all(value, fonts) for name, value in data.items()}
    note = "" if shown == data else _SUBSTITUTED
    return set_type("timeline", shown | {"substituted": note}, timeline.asked.at, fonts)
