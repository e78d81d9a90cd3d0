"""Fonts: where the one Chinese typeface lies that every document is set in. 字体"""

import os
from pathlib import Path

from gateway.errors import Code, NotConfigured

# Rare name characters (䶮, 𬱖) are in it, and its glyphs have the mainland's shapes.
FAMILY = "Noto Serif CJK SC"
PACKAGE = "fonts-noto-cjk"
VARIABLE = "GATEWAY_FONTS"
_FILES = ("NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc")
# Debian and Ubuntu, Fedora and openEuler, Arch, by hand
_DIRECTORIES = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/google-noto-serif-cjk-fonts",
    "/usr/share/fonts/noto-cjk",
    "/usr/local/share/fonts",
)


def font_directory(fonts: str | None = None) -> Path:
    """The directory that holds the typeface: `fonts`, else GATEWAY_FONTS, else a standard one.

    Raises NotConfigured, naming the package to install, when it is in none of them.
    """
    wanted = fonts or os.environ.get(VARIABLE)
    for directory in map(Path, (wanted,) if wanted else _DIRECTORIES):
        if all((directory / name).is_file() for name in _FILES):
            return directory
    where = f"{wanted} 中没有 {FAMILY}" if wanted else f"{FAMILY}，Debian 软件包 {PACKAGE}"
    raise NotConfigured(Code.FONT_MISSING, detail=where)
