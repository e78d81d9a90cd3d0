"""Fonts: where the one Chinese typeface lies that every document is set in. 字体"""

import os
from pathlib import Path

from gateway.errors import Code, NotConfigured

FAMILY = "Noto Serif CJK SC"
VARIABLE = "GATEWAY_FONTS"
_SHIPPED = Path(__file__).parent / "typeface"
_FORMS = (".otf", ".ttf", ".ttc")


def font_directory(fonts: str | None = None) -> Path:
    """The directory that holds the typeface: `fonts`, else GATEWAY_FONTS, else the one shipped.

    Raises NotConfigured when no font lies there.
    """
    directory = Path(fonts or os.environ.get(VARIABLE) or _SHIPPED)
    if not directory.is_dir() or not any(f.suffix in _FORMS for f in directory.iterdir()):
        raise NotConfigured(Code.FONT_MISSING, detail=f"{directory.name}: {FAMILY}")
    return directory
