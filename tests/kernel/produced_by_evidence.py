"""Codes of documents and evidence packs. 文书与证据包"""

from datetime import datetime

from gateway.dates import SHANGHAI
from gateway.documents.fonts import font_directory
from gateway.documents.setting import set_type
from gateway.errors import Code
from tests.kernel.ground import Ground, raised

AT = datetime(2026, 3, 1, tzinfo=SHANGHAI)


def font_missing(ground: Ground) -> Code | None:
    return raised(lambda: font_directory(str(ground.place)))


def glyph_missing(ground: Ground) -> Code | None:
    asked = {"who": "\U0001f600", "at": AT.isoformat(), "reason": ""}
    lists = (
        "proves",
        "not_proves",
        "parties",
        "particulars",
        "results",
        "steps",
        "files",
        "grades",
        "keys",
    )
    data = {"title": "", "case": "", "case_id": "", "head": None, "checking": [], "asked": asked}
    return raised(lambda: set_type("timeline", data | {name: [] for name in lists}, AT))


PRODUCERS = {
    Code.FONT_MISSING: font_missing,
    Code.GLYPH_MISSING: glyph_missing,
}
