"""Field 86: who and why, free or structured. 附言解析"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# ?20… of the German banks; others write the same with another mark
_SUBFIELDS = re.compile(r"[0-9]{0,3}([?<>~^|@])(?=[0-9]{2})")
# /EREF/… of the SEPA banks: only known words, a slash may stand in any text
_WORDS = re.compile(
    r"/(TRTP|IBAN|BIC|CSID|NAME|MARF|REMI|EREF|ORDP|BENM|PREF|PRCD|RTRN|ISDT|CNTP|PURP|ULTC|ULTD"
    r"|ID|ADDR|SVCL|CDTRREFTP|CDTRREF|OCMT|EXCH|CHGS)/"
)
_PURPOSE = frozenset({*(f"{n}" for n in range(20, 30)), *(f"{n}" for n in range(60, 64))})
_WIDTH = 65


@dataclass(frozen=True, slots=True)
class Details:
    """What field 86 says; "" where it does not say."""

    account: str = ""
    name: str = ""
    summary: str = ""
    remark: str = ""


def read_details(lines: Sequence[str]) -> Details:
    """Read a field 86. It is free text, so nothing in it is wrong; it decides no money."""
    text = _joined(lines)
    mark = _SUBFIELDS.match(text)
    if mark is not None:
        return _structured("".join(lines), mark[1])
    words = _words(text)
    if not words:
        return Details(remark=text)
    party = words.get("CNTP", "").split("/")
    return Details(
        account=words.get("IBAN") or party[0],
        name=words.get("NAME") or (party[2] if len(party) > 2 else ""),
        summary=words.get("TRTP", ""),
        remark=" ".join(words[word] for word in ("EREF", "REMI") if words.get(word)),
    )


def _joined(lines: Sequence[str]) -> str:
    """Lines filled to the brim were cut in the middle of a word; others end with one."""
    text = "".join(line if len(line) == _WIDTH else f"{line} " for line in lines)
    return " ".join(text.split())


def _structured(text: str, mark: str) -> Details:
    parts = re.split(rf"{re.escape(mark)}([0-9]{{2}})", text)
    found = list(zip(parts[1::2], parts[2::2], strict=True))
    fields = dict(found)
    return Details(
        account=(fields.get("31") or fields.get("38") or "").strip(),
        name=(fields.get("32", "") + fields.get("33", "")).strip(),
        summary=fields.get("00", "").strip(),
        remark="".join(value for number, value in found if number in _PURPOSE).strip(),
    )


def _words(text: str) -> dict[str, str]:
    """What stands behind each word; the first one counts where it stands twice."""
    parts = _WORDS.split(text)
    found: dict[str, str] = {}
    for word, value in zip(parts[1::2], parts[2::2], strict=True):
        found.setdefault(word, value.strip(" /"))
    return found
