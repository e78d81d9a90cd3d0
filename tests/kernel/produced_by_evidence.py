"""Codes of documents and evidence packs. 文书与证据包"""

from datetime import datetime

from gateway.dates import SHANGHAI
from gateway.documents.fonts import font_directory
from gateway.errors import Code
from gateway.flows.evidence.index import Index, Row
from gateway.flows.evidence.journal_check import require_bound
from gateway.store.journal import Entry
from tests.kernel.ground import Ground, raised

AT = datetime(2026, 3, 1, tzinfo=SHANGHAI)


def font_missing(ground: Ground) -> Code | None:
    return raised(lambda: font_directory(str(ground.place)))


def evidence_contradicts(ground: Ground) -> Code | None:
    row = Row(
        member="", role="SHEET", title="", direction="OWN", counterparty="", subject="", name="",
        sha256="0" * 64, sm3="", bytes=0, at="", grade="", seq=1, inside="", signature=None,
        state="",
    )  # fmt: skip
    index = Index("", "", "", "", "", "", "", "", (1,), (row,), ())
    entry = Entry(1, AT, "night_opened", "night-1", "{}", "", "")
    return raised(lambda: require_bound(index, [entry]))


PRODUCERS = {
    Code.EVIDENCE_CONTRADICTS: evidence_contradicts,
    Code.FONT_MISSING: font_missing,
}
