"""Messages as the platform writes and reads them, both generations. 结算平台报文."""

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.sax.saxutils import escape

V1, V2 = "v1", "v2"
GENERATIONS = (V1, V2)
FILE_LIST = "FILE_LIST"


@dataclass(slots=True)
class Message:
    """A message: head and body fields by their names of the first generation, and files."""

    head: dict[str, str]
    body: dict[str, str] = field(default_factory=dict)
    files: list[tuple[str, bytes]] = field(default_factory=list)


def read_message(data: bytes, generation: str) -> Message:
    """Read a request or a reply to a push."""
    text = data.decode("gb18030" if generation == V1 else "utf-8")
    root = ElementTree.fromstring(re.sub(r"^<\?xml[^>]*\?>", "", text))
    head, body = root.find("head"), root.find("body")
    if head is None or body is None:
        raise ValueError("no head or no body")
    told = Message(_fields(head, generation), _fields(body, generation))
    for listed in body.findall("field-list"):
        told.files += [_file(one, generation) for one in listed.findall("field-list")]
    told.head["TxCode"] = told.head["TxCode"].ljust(6)[: 7 if _is_push(told) else 6]
    return told


def _is_push(told: Message) -> bool:
    return told.head["TxCode"].startswith("SBDC")


def _fields(group: ElementTree.Element, generation: str) -> dict[str, str]:
    found = {each.get("name", ""): (each.text or "").strip() for each in group.findall("field")}
    return found if generation == V1 else {n[:1].upper() + n[1:]: t for n, t in found.items()}


def _file(group: ElementTree.Element, generation: str) -> tuple[str, bytes]:
    fields = {name.upper(): text for name, text in _fields(group, generation).items()}
    return fields["NAME"], bytes.fromhex(fields["DATA"])


def write_message(told: Message, generation: str, label: str = "") -> bytes:
    """Write a reply or a push; `label` is what it says its encoding is, if not the truth."""
    label = label or ("GBK" if generation == V1 else "UTF-8")
    head = dict(told.head)
    if generation == V2:
        head["TxCode"] = head["TxCode"].ljust(7, "0")
    files = "".join(
        f'<field-list name="{number}">{_written({"NAME": name, "DATA": data.hex()}, generation)}'
        "</field-list>"
        for number, (name, data) in enumerate(told.files)
    )
    listed = f'<field-list name="{_name(FILE_LIST, generation)}">{files}</field-list>'
    text = (
        f'<?xml version="1.0" encoding="{label}"?>\n<message>\n<head>'
        f"{_written(head, generation)}</head>\n<body>{_written(told.body, generation)}"
        f"{listed if files else ''}</body>\n</message>\n"
    )
    return text.encode("gb18030" if generation == V1 else "utf-8")


def _written(fields: dict[str, str], generation: str) -> str:
    return "".join(
        f'<field name="{_name(name, generation)}">{escape(text)}</field>'
        for name, text in fields.items()
    )


def _name(name: str, generation: str) -> str:
    if generation == V1:
        return name
    if name.isupper():
        first, *more = name.lower().split("_")
        return first + "".join(word.capitalize() for word in more)
    return name[:1].lower() + name[1:]
