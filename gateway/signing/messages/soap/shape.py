"""The one shape a signed envelope has; everything else is refused. 报文结构"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from gateway.errors import Code, SignatureInvalid
from gateway.signing.messages.soap import names
from gateway.signing.messages.soap.names import expanded, qualified, split
from gateway.signing.messages.soap.reading import ATTRIBUTES_MAX, blank, misshapen, unreadable

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")
_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")
PREFIXES_MAX = 16
REFERENCES_MAX = 16
# Attributes that some program or other takes for an id, in small letters, in any namespace.
_IDS = frozenset({"id", "assertionid", "requestid", "responseid"})
_WRAPPERS = frozenset({"Envelope", "Header", "Body"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand in an element: children by short name, in this order, attributes, text."""

    children: str = ""
    attributes: frozenset[str] = frozenset()
    text: bool = False
    any_order: bool = False


def _shape(children: str, *attributes: str, text: bool = False) -> Shape:
    return Shape(children, frozenset(attributes), text)


# Children are a pattern over short names, each followed by a blank. Security's may stand in any
# order: they are sorted before they are compared.
SHAPES: dict[str, Shape] = {
    "soap:Envelope": _shape("soap:Header soap:Body "),
    "wsse:Security": Shape(
        "ds:Signature (wsse11:SignatureConfirmation )?wsse:BinarySecurityToken wsu:Timestamp ",
        frozenset({"soap:mustUnderstand"}),
        any_order=True,
    ),
    "wsse:BinarySecurityToken": _shape("", "wsu:Id", "Id", "ValueType", "EncodingType", text=True),
    "wsu:Timestamp": _shape("wsu:Created wsu:Expires ", "wsu:Id", "Id"),
    "wsu:Created": _shape("", text=True),
    "wsu:Expires": _shape("", text=True),
    "wsse11:SignatureConfirmation": _shape("", "wsu:Id", "Id", "Value"),
    "ds:Signature": _shape("ds:SignedInfo ds:SignatureValue ds:KeyInfo ", "Id"),
    "ds:SignedInfo": _shape(
        f"ds:CanonicalizationMethod ds:SignatureMethod (ds:Reference ){{1,{REFERENCES_MAX}}}", "Id"
    ),
    "ds:CanonicalizationMethod": _shape("(ec:InclusiveNamespaces )?", "Algorithm"),
    "ds:SignatureMethod": _shape("", "Algorithm"),
    "ds:Reference": _shape("ds:Transforms ds:DigestMethod ds:DigestValue ", "Id", "URI"),
    "ds:Transforms": _shape("ds:Transform "),
    "ds:Transform": _shape("(ec:InclusiveNamespaces )?", "Algorithm"),
    "ec:InclusiveNamespaces": _shape("", "PrefixList"),
    "ds:DigestMethod": _shape("", "Algorithm"),
    "ds:DigestValue": _shape("", text=True),
    "ds:SignatureValue": _shape("", "Id", text=True),
    "ds:KeyInfo": _shape("wsse:SecurityTokenReference ", "Id"),
    "wsse:SecurityTokenReference": _shape("wsse:Reference ", "wsu:Id", "Id"),
    "wsse:Reference": _shape("", "URI", "ValueType"),
}
# Attributes that must be there, and what they may say: what a signature leaves open, this does not.
_VALUES: dict[str, dict[str, frozenset[str]]] = {
    "wsse:Security": {"soap:mustUnderstand": frozenset({"1", "true"})},
    "wsse:BinarySecurityToken": {
        "ValueType": frozenset({names.X509}),
        "EncodingType": frozenset({names.BASE64}),
    },
    "wsse:Reference": {"ValueType": frozenset({names.X509})},
    "ds:CanonicalizationMethod": {"Algorithm": frozenset({names.EXCLUSIVE})},
    "ds:Transform": {"Algorithm": frozenset({names.EXCLUSIVE})},
}
_PATTERNS = {name: re.compile(shape.children) for name, shape in SHAPES.items()}
_ATTRIBUTES = frozenset(name for shape in SHAPES.values() for name in shape.attributes)
_NAMES = {*SHAPES, *_ATTRIBUTES, "soap:Header", "soap:Body"}
# By SOAP version, the name in the shapes of each qualified name they know.
_SHORT = {soap: {expanded(name, soap): name for name in _NAMES} for soap in names.SOAP}


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of an envelope that has the shape: the very elements, never looked up again."""

    body: etree._Element
    content: etree._Element
    token: etree._Element
    timestamp: etree._Element
    confirmation: etree._Element | None
    blocks: tuple[etree._Element, ...]
    signed_info: etree._Element
    signature_value: etree._Element
    is_fault: bool

    def covered(self) -> tuple[etree._Element, ...]:
        """What the signature must cover: all of it, and nothing else."""
        confirmation = () if self.confirmation is None else (self.confirmation,)
        return (self.body, self.timestamp, self.token, *confirmation, *self.blocks)

    def references(self) -> list[etree._Element]:
        """The signature's references."""
        return list(self.signed_info)[2:]


def parts_of(root: etree._Element, allowed_blocks: frozenset[str]) -> Parts:
    """The parts of a signed envelope (SOAP 1.1 or 1.2), its header blocks only those allowed.

    Raises MalformedMessage when it is no envelope, SignatureInvalid when it is not signed or has
    another shape.
    """
    soap, local = split(str(root.tag))
    if soap not in names.SOAP or local != "Envelope":
        raise unreadable("不是 SOAP 信封")
    _survey(root)
    _require_signed(root, soap)
    _require_shape(root, soap)
    header, body = root
    blocks = _blocks(header, soap, allowed_blocks)
    security = _security(header)
    for element in (body, *blocks):
        _require_no_wrapping(element)
    return _parts(soap, body, security, blocks)


def _parts(
    soap: str, body: etree._Element, security: etree._Element, blocks: tuple[etree._Element, ...]
) -> Parts:
    _require_shape_below(security, soap)
    by_name = {_short(child.tag, soap): child for child in security}
    signature, token = by_name["ds:Signature"], by_name["wsse:BinarySecurityToken"]
    signed_info, value, key_info = signature
    if key_info[0][0].get("URI") != f"#{id_of(token)}":
        raise misshapen("KeyInfo")
    content = _content(body)
    return Parts(
        body=body,
        content=content,
        token=token,
        timestamp=by_name["wsu:Timestamp"],
        confirmation=by_name.get("wsse11:SignatureConfirmation"),
        blocks=blocks,
        signed_info=signed_info,
        signature_value=value,
        is_fault=content.tag == qualified(soap, "Fault"),
    )


def _survey(root: etree._Element) -> None:
    """Look at every node once: no comments, no processing instructions, no id twice."""
    seen: set[str] = set()
    if root.getprevious() is not None or root.getnext() is not None:
        raise misshapen("信封之外有注释或处理指令")
    for node in root.iter():
        if not isinstance(node.tag, str):
            raise misshapen("注释或处理指令")
        for value in _ids(node):
            if value in seen:
                raise misshapen("重复的标识 Id")
            seen.add(value)


def _ids(node: etree._Element) -> Iterator[str]:
    # counted before they are read: lxml looks for each from the first one on
    if len(node.attrib) > ATTRIBUTES_MAX:
        raise unreadable(f"一个元素的属性超过 {ATTRIBUTES_MAX} 个")
    for name, value in node.items():
        if name.rpartition("}")[2].lower() in _IDS:
            yield value.strip()


def _require_signed(root: etree._Element, soap: str) -> None:
    """A message without any signature is told from one whose signature is wrong."""
    if next(root.iter(qualified(names.DS, "Signature")), None) is not None:
        return
    body = root.find(qualified(soap, "Body"))
    faulty = body is not None and body.find(qualified(soap, "Fault")) is not None
    raise SignatureInvalid(Code.FAULT_UNSIGNED if faulty else Code.MESSAGE_UNSIGNED)


def _require_shape_below(top: etree._Element, soap: str) -> None:
    for element in top.iter(etree.Element):
        _require_shape(element, soap)


def _require_shape(element: etree._Element, soap: str) -> None:
    name = _short(element.tag, soap)
    shape = SHAPES.get(name)
    if shape is None:
        raise misshapen("安全头中有约定之外的元素")
    children = [_short(child.tag, soap) for child in element]
    ordered = sorted(children) if shape.any_order else children
    if not _PATTERNS[name].fullmatch("".join(f"{child} " for child in ordered)):
        raise misshapen(f"{name} 的内容")
    if not shape.text and not _only_elements(element):
        raise misshapen(f"{name} 中的文字")
    _require_attributes(element, name, soap)


def _require_attributes(element: etree._Element, name: str, soap: str) -> None:
    stated = {_short(attribute, soap): value for attribute, value in element.items()}
    if not stated.keys() <= SHAPES[name].attributes:
        raise misshapen(f"{name} 的属性")
    for attribute, allowed in _VALUES.get(name, {}).items():
        if stated.get(attribute) not in allowed:
            raise misshapen(f"{name}/{attribute}")


def _short(name: object, soap: str) -> str:
    """The name as the shapes write it; one they do not know fits none of them."""
    return _SHORT[soap].get(str(name), "?")


def _only_elements(element: etree._Element) -> bool:
    return blank("".join([element.text or "", *(child.tail or "" for child in element)]))


def _blocks(
    header: etree._Element, soap: str, allowed: frozenset[str]
) -> tuple[etree._Element, ...]:
    """The header blocks besides Security, each allowed and there once only."""
    if header.attrib or not _only_elements(header):
        raise misshapen("soap:Header 的内容")
    tags = [child.tag for child in header]
    others = [tag for tag in tags if tag != qualified(names.WSSE, "Security")]
    if len(others) != len(tags) - 1 or len(set(others)) != len(others):
        raise misshapen("安全头或报文头重复、缺失")
    if not set(others) <= allowed:
        raise misshapen("约定之外的报文头")
    return tuple(child for child in header if child.tag in allowed)


def _security(header: etree._Element) -> etree._Element:
    (security,) = header.findall(qualified(names.WSSE, "Security"))
    return security


def _content(body: etree._Element) -> etree._Element:
    if len(body) != 1 or not _only_elements(body):
        raise misshapen("soap:Body 应恰有一个子元素")
    id_of(body)
    if len(body.attrib) != 1:
        raise misshapen("soap:Body 的属性")
    return body[0]


def _require_no_wrapping(element: etree._Element) -> None:
    """Nothing of security, and no second envelope, inside what is content."""
    for node in element.iter():
        namespace, local = split(str(node.tag))
        if node is not element and namespace in names.SOAP and local in _WRAPPERS:
            raise misshapen("正文中嵌有另一个信封")
        attributes = () if node is element else node.attrib
        if {namespace, *(split(str(name))[0] for name in attributes)} & names.SECURITY:
            raise misshapen("安全头之外有安全元素或属性")


def id_of(element: etree._Element) -> str:
    """The element's one id: `wsu:Id`, or the plain `Id` that npm's soap writes."""
    found = [element.get(name) for name in (names.WSU_ID, "Id")]
    given = [value for value in found if value is not None]
    if len(given) != 1 or not _ID.fullmatch(given[0]):
        raise misshapen("标识 Id")
    return given[0]


def prefixes_of(element: etree._Element) -> tuple[str, ...]:
    """The PrefixList of a transform or canonicalization method; empty without one.

    `#default` is refused: the library does not honour it.
    """
    if not len(element):
        return ()
    listed = (element[0].get("PrefixList") or "").split()
    if len(listed) > PREFIXES_MAX or not all(map(_PREFIX.fullmatch, listed)):
        raise misshapen("PrefixList")
    return tuple(listed)
