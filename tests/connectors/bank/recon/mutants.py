"""The engine with one thing wrong: its own source, altered at one place. 变异引擎"""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from connectors.bank.model.books import Books, Decided
from connectors.bank.rules import recon

Decide = Callable[[Books], Decided]
Part = Callable[[str], ModuleType]

_PACKAGE = recon.__name__
_SOURCE = Path(recon.__path__[0])


@dataclass(frozen=True, slots=True)
class Mutant:
    """One alteration: in this module this text, found once, becomes that one."""

    module: str
    text: str
    instead: str


@contextmanager
def altered(mutant: Mutant, folder: Path) -> Iterator[Part]:
    """The modules of the engine so altered, a package of its own in this folder.

    Raises ValueError when the source does not have the text exactly once.
    """
    package = folder.name
    for source in _SOURCE.glob("*.py"):
        text = source.read_text(encoding="utf-8")
        if source.stem == mutant.module:
            if text.count(mutant.text) != 1:
                raise ValueError(mutant.module, mutant.text)
            text = text.replace(mutant.text, mutant.instead)
        (folder / source.name).write_text(text.replace(_PACKAGE, package), encoding="utf-8")
    sys.path.insert(0, str(folder.parent))
    importlib.invalidate_caches()
    try:
        yield lambda module: importlib.import_module(f"{package}.{module}")
    finally:
        sys.path.remove(str(folder.parent))
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[name]
