"""Bytes to an element tree and back to canonical bytes; nothing is fetched, expanded. 安全解析"""

import base64
import binascii
import re

from lxml import etree

from gateway.errors import Code, MalformedMessage, SignatureInvalid

# Brackets of one message, two an element: what is done for each is done before anybody is trusted.
BRACKETS_MAX = 400_000
# Declarations of namespaces in one message: canonicalisation looks through them again and again.
NAMESPACES_MAX = 2_000
ATTRIBUTES_MAX = 64
# libxml2 refuses deeper nesting and longer texts by itself (huge_tree is off); named to be tested.
DEPTH_MAX = 256
TEXT_BYTES_MAX = 10_000_000

_DECLARATION = re.compile(
    rb"""<\?xml\ version=("1\.0"|'1\.0')"""
    rb"""(\ encoding=("UTF-8"|'UTF-8'|"utf-8"|'utf-8'))?(\ standalone=("(yes|no)"|'(yes|no)'))?"""
    rb"""\ ?\?>""",
    re.VERBOSE,
)
_HTML = re.compile(rb"\s*<(!doctype\s+html|html)\b", re.IGNORECASE)
_DTD = re.compile(rb"<!(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)")
_BLANK = " \t\r\n"
_NO_BLANKS = str.maketrans("", "", _BLANK)


def parsed(data: bytes, size_max: int) -> etree._Element:
    """The root element of one UTF-8 document without a document type.

    Raises MalformedMessage: too large, another encoding, HTML, not well-formed, or with a DTD,
    which is refused by its bytes, before a parser sees it.
    """
    if len(data) > size_max:
        raise unreadable(f"超过 {size_max} 字节")
    _require_utf8(data)
    if _HTML.match(data):
        raise unreadable("是 HTML 网页，不是报文")
    if _DTD.search(data):
        raise MalformedMessage(Code.MESSAGE_WITH_DTD)
    for what, most in ((b"<", BRACKETS_MAX), (b"xmlns", NAMESPACES_MAX)):
        if data.count(what) > most:
            raise unreadable(f"{what.decode()} 超过 {most} 个")
    return _root(data)


def _require_utf8(data: bytes) -> None:
    """One encoding only: what a byte check has passed cannot mean something else to the parser."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise unreadable("不是 UTF-8") from None
    if data.startswith(b"\xef\xbb\xbf"):
        raise unreadable("有字节序标记（BOM）")
    if data.startswith(b"<?xml") and not _DECLARATION.match(data):
        raise unreadable("XML 声明不符合约定，只收 1.0 与 UTF-8")


def _root(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=False,
        remove_pis=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        # the parser's text quotes the message: it stays out of ours
        raise unreadable("不是格式良好的 XML") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise MalformedMessage(Code.MESSAGE_WITH_DTD)
    return root


def canonical(element: etree._Element, prefixes: tuple[str, ...] = ()) -> bytes:
    """The element's exclusive canonical form without comments (XML-EXC-C14N).

    `prefixes` are the InclusiveNamespaces' PrefixList. Raises SignatureInvalid where the standard
    knows no canonical form (relative namespace names).
    """
    try:
        return etree.tostring(
            element,
            method="c14n",
            exclusive=True,
            with_comments=False,
            inclusive_ns_prefixes=list(prefixes) or None,
        )
    except etree.LxmlError:
        raise misshapen("无规范形式") from None


def decoded(element: etree._Element) -> bytes:
    """The bytes of a base64 text, blanks between them allowed, no other way to write them."""
    text = (element.text or "").translate(_NO_BLANKS)
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise misshapen("base64") from None
    if not value or base64.b64encode(value).decode() != text:
        raise misshapen("base64")
    return value


def blank(text: str) -> bool:
    """Whether a text is nothing but XML's own white space."""
    return not text.strip(_BLANK)


def unreadable(what: str) -> MalformedMessage:
    """The refusal of something that is no message at all; `what` names it, and quotes nothing."""
    return MalformedMessage(Code.MESSAGE_UNREADABLE, detail=what)


def misshapen(what: str) -> SignatureInvalid:
    """The refusal of a message whose parts are not the profile's; `what` names the part."""
    return SignatureInvalid(Code.MESSAGE_MISSHAPEN, detail=what)
