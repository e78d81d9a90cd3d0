"""Setting type: a template and data become PDF/A-2b bytes, the same for the same input. 排版"""

import json
from datetime import datetime
from pathlib import Path
from typing import Final

import typst

from gateway.documents.fonts import font_directory
from gateway.errors import Code, IllegalTransition

_TEMPLATES = Path(__file__).parent / "templates"
# ISO 19005-2, level b: what archives and courts ask for
_STANDARD: Final = "a-2b"


def set_type(template: str, data: object, at: datetime, fonts: str | None = None) -> bytes:
    """The document as PDF/A-2b. `at` is its date; `data` is JSON to the template, never markup.

    PDF/A forbids a glyph that is not there, so texts of others go through `glyphs.printable` first.
    Raises NotConfigured without the typeface, IllegalTransition for what cannot be set.
    """
    compiler = typst.Compiler(
        _TEMPLATES / f"{template}.typ",
        root=_TEMPLATES,
        font_paths=[font_directory(fonts)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    try:
        made = compiler.compile(
            format="pdf", pdf_standards=[_STANDARD], timestamp=int(at.timestamp())
        )
    except typst.TypstError:
        # its message holds the text that could not be set
        raise IllegalTransition(Code.OUR_BUG, detail=f"{template}.typ") from None
    if not isinstance(made, bytes):
        raise IllegalTransition(Code.OUR_BUG, detail=template)
    return made
