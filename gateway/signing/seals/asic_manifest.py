"""The manifest of an ASiC-E package: names, kinds and SHA-256, in one form only. 材料包清单"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from lxml import etree

from gateway.errors import Code, error_for

MIMETYPE = b"application/vnd.etsi.asic-e+zip"
MANIFEST = "META-INF/ASiCManifest001.xml"
SIGNATURE = "META-INF/signature001.p7s"
_ASIC = "http://uri.etsi.org/02918/v1.2.1#"
_DS = "http://www.w3.org/2000/09/xmldsig#"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_NAMES = {"asic": _ASIC, "ds": _DS}


@dataclass(frozen=True, slots=True)
class Listed:
    """A document as the manifest lists it; `digest` is the SHA-256 of its content."""

    name: str
    mime: str
    digest: bytes


def write_manifest(listed: Sequence[Listed]) -> bytes:
    """The manifest as UTF-8 XML (EN 319 162-1, A.4), always the same for the same list."""
    root = etree.Element(f"{{{_ASIC}}}ASiCManifest", nsmap=_NAMES)
    etree.SubElement(
        root, f"{{{_ASIC}}}SigReference", URI=SIGNATURE, MimeType="application/pkcs7-signature"
    )
    for one in listed:
        reference = etree.SubElement(
            root, f"{{{_ASIC}}}DataObjectReference", URI=quote(one.name), MimeType=one.mime
        )
        etree.SubElement(reference, f"{{{_DS}}}DigestMethod", Algorithm=_SHA256)
        value = etree.SubElement(reference, f"{{{_DS}}}DigestValue")
        value.text = base64.b64encode(one.digest).decode()
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def read_manifest(manifest: bytes) -> tuple[Listed, ...]:
    """What a manifest lists. Raises MalformedMessage PACKAGE_UNREADABLE.

    Whatever we would not have written ourselves to the byte is refused: there is nothing in it
    then that we read otherwise than somebody else does.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(manifest, parser)
        listed = tuple(_reference(one) for one in root[1:])
        same = write_manifest(listed) == manifest
    except (etree.XMLSyntaxError, ValueError, TypeError, KeyError, IndexError) as wrong:
        raise error_for(Code.PACKAGE_UNREADABLE, detail="清单不合格") from wrong
    if not same or len({one.name for one in listed}) != len(listed):
        raise error_for(Code.PACKAGE_UNREADABLE, detail="清单不合格")
    return listed


def _reference(element: etree._Element) -> Listed:
    digest = base64.b64decode(element[1].text or "", validate=True)
    return Listed(unquote(element.attrib["URI"]), element.attrib["MimeType"], digest)
