"""Sign an envelope: Timestamp, token and Body under one signature. 签发报文"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lxml import etree

from gateway.errors import Code, NotConfigured
from gateway.ports import Algorithm, Signer
from gateway.signing.messages.soap.names import (
    BASE64,
    DS,
    EXCLUSIVE,
    METHODS,
    SOAP,
    WSSE,
    WSSE_11,
    WSU,
    WSU_ID,
    X509,
    Form,
    Method,
    qualified,
    split,
)
from gateway.signing.messages.soap.reading import canonical, decoded, misshapen, parsed, unreadable
from gateway.signing.messages.soap.shape import parts_of
from gateway.signing.messages.soap.verifying import SIZE_MAX
from gateway.signing.primitives.digests import digest_of
from gateway.signing.primitives.forms import raw

LIFETIME = timedelta(minutes=5)
_ID_BYTES = 16
# Explicit prefixes always: those a library makes up (ns0, ns1) have collided.
_PREFIXES = {"wsse": WSSE, "wsu": WSU}
_DS, _WSSE_11 = {"ds": DS}, {"wsse11": WSSE_11}


@dataclass(frozen=True, slots=True)
class Sender:
    """Whoever signs: the key, its certificate in DER, and what is agreed with the receiver."""

    signer: Signer = field(repr=False)
    certificate: bytes = field(repr=False)
    lifetime: timedelta = LIFETIME
    methods: Mapping[Algorithm, Method] = field(default_factory=lambda: METHODS)

    def method(self) -> Method:
        """How the key's algorithm is written. NotConfigured when that is not agreed."""
        method = self.methods.get(self.signer.algorithm)
        if method is None:
            raise NotConfigured(Code.KEY_MISSING, detail=f"{self.signer.algorithm.value}：SOAP")
        return method


def sign_envelope(
    envelope: bytes, sender: Sender, at: datetime, confirms: bytes | None = None
) -> bytes:
    """The exact bytes to send: the envelope with a Security header that signs all it says.

    Covered are Timestamp, token, Body and every header block given. `confirms` is the signature of
    the request this answers (`signature_of`). Raises MalformedMessage or SignatureInvalid for an
    envelope that the profile itself would refuse.
    """
    method = sender.method()
    root = _prefixed(parsed(envelope, SIZE_MAX))
    header, body = _two_parts(root)
    blocks = list(header)
    security = _security(header, root)
    token = _token(security, sender.certificate)
    timestamp = _timestamp(security, at, sender.lifetime)
    covered = [body, timestamp, token, *blocks, *_confirmation(security, confirms)]
    for element in covered:
        element.set(WSU_ID, f"id-{secrets.token_hex(_ID_BYTES)}")
    _sign(security, covered, sender.signer, method)
    # what they would refuse does not leave
    parts_of(root, frozenset(str(block.tag) for block in blocks))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def signature_of(data: bytes) -> bytes:
    """The signature of a signed envelope, by which its reply confirms it; `data` are our own bytes.

    Raises MalformedMessage or SignatureInvalid when there is not exactly one.
    """
    values = list(parsed(data, SIZE_MAX).iter(qualified(DS, "SignatureValue")))
    if len(values) != 1:
        raise misshapen("ds:SignatureValue")
    return decoded(values[0])


def _prefixed(root: etree._Element) -> etree._Element:
    """The envelope again under a root that declares our prefixes."""
    declared: dict[str | None, str] = dict(root.nsmap)
    declared.update(_PREFIXES)
    if any(uri != declared[prefix] for prefix, uri in root.nsmap.items()):
        raise misshapen("前缀 wsse、wsu 已另作他用")
    fresh = etree.Element(root.tag, dict(root.attrib), nsmap=declared)
    fresh.text = root.text
    fresh.extend(list(root))
    return fresh


def _two_parts(root: etree._Element) -> tuple[etree._Element, etree._Element]:
    """Header and Body; a Header that is not there is made."""
    soap, local = split(str(root.tag))
    if soap not in SOAP or local != "Envelope":
        raise unreadable("不是 SOAP 信封")
    if root.find(qualified(soap, "Header")) is None:
        root.insert(0, etree.Element(qualified(soap, "Header")))
    if [child.tag for child in root] != [qualified(soap, name) for name in ("Header", "Body")]:
        raise misshapen("soap:Envelope 的内容")
    return root[0], root[1]


def _security(header: etree._Element, root: etree._Element) -> etree._Element:
    security = etree.SubElement(header, qualified(WSSE, "Security"))
    security.set(qualified(split(str(root.tag))[0], "mustUnderstand"), "1")
    return security


def _token(security: etree._Element, certificate: bytes) -> etree._Element:
    token = etree.SubElement(security, qualified(WSSE, "BinarySecurityToken"))
    token.set("EncodingType", BASE64)
    token.set("ValueType", X509)
    token.text = base64.b64encode(certificate).decode()
    return token


def _timestamp(security: etree._Element, at: datetime, lifetime: timedelta) -> etree._Element:
    timestamp = etree.SubElement(security, qualified(WSU, "Timestamp"))
    for name, moment in (("Created", at), ("Expires", at + lifetime)):
        text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
        etree.SubElement(timestamp, qualified(WSU, name)).text = text.replace("+00:00", "Z")
    return timestamp


def _confirmation(security: etree._Element, confirms: bytes | None) -> list[etree._Element]:
    if confirms is None:
        return []
    element = etree.SubElement(
        security, qualified(WSSE_11, "SignatureConfirmation"), nsmap=_WSSE_11
    )
    element.set("Value", base64.b64encode(confirms).decode())
    return [element]


def _sign(
    security: etree._Element, covered: list[etree._Element], signer: Signer, method: Method
) -> None:
    signature = etree.SubElement(security, qualified(DS, "Signature"), nsmap=_DS)
    signed_info = _child(signature, "SignedInfo")
    _child(signed_info, "CanonicalizationMethod", Algorithm=EXCLUSIVE)
    _child(signed_info, "SignatureMethod", Algorithm=method.signature)
    for element in covered:
        _refer(signed_info, element, method)
    value = signer.sign((canonical(signed_info),))
    if method.form is Form.RAW:
        value = raw(signer.algorithm, value)
    _child(signature, "SignatureValue").text = base64.b64encode(value).decode()
    _point(_child(signature, "KeyInfo"), covered[2])


def _refer(signed_info: etree._Element, element: etree._Element, method: Method) -> None:
    reference = _child(signed_info, "Reference", URI=f"#{element.get(WSU_ID)}")
    _child(_child(reference, "Transforms"), "Transform", Algorithm=EXCLUSIVE)
    _child(reference, "DigestMethod", Algorithm=method.digest)
    digest = digest_of(method.digest_name, (canonical(element),))
    _child(reference, "DigestValue").text = base64.b64encode(digest).decode()


def _point(key_info: etree._Element, token: etree._Element) -> None:
    where = etree.SubElement(key_info, qualified(WSSE, "SecurityTokenReference"))
    pointer = etree.SubElement(where, qualified(WSSE, "Reference"))
    pointer.set("URI", f"#{token.get(WSU_ID)}")
    pointer.set("ValueType", X509)


def _child(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, qualified(DS, name), attributes)
