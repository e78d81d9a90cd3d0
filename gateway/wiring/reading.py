"""Reading the settings' JSON files; whatever is missing or unsound is named. 读取配置"""

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from gateway.errors import Code, NotConfigured

T = TypeVar("T")


def read_json(path: Path) -> Any:  # noqa: ANN401 - typed by whoever asks
    """A JSON file's content. Raises NotConfigured when it is missing or no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise NotConfigured(Code.SETTING_MISSING, detail=path.name) from missing
    # the decoders' errors carry the whole document, passwords included
    except (OSError, ValueError, RecursionError):
        raise NotConfigured(Code.SETTING_INVALID, detail=path.name) from None


def read_typed(path: Path, adapter: TypeAdapter[T]) -> T:
    """A JSON file as a typed value. Raises NotConfigured naming file and field, never the value."""
    try:
        return adapter.validate_python(read_json(path))
    except ValidationError as wrong:
        first = wrong.errors(include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise NotConfigured(
            Code.SETTING_INVALID, detail=f"{path.name}: {place}: {first['msg']}"
        ) from None


def read_secret(path: Path) -> str:
    """A secret file's text without its line end.

    Raises NotConfigured when it is missing or no text; what it holds is told to nobody.
    """
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as missing:
        raise NotConfigured(Code.SETTING_MISSING, detail=path.name) from missing
    except UnicodeDecodeError:
        # the error itself carries the secret
        raise NotConfigured(Code.SETTING_INVALID, detail=path.name) from None
