"""WS-Security by other code: xmlsec for RSA and ECDSA, gmalg for SM2. 报文签名与验签."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import xmlsec
from cryptography.hazmat.primitives import hashes
from lxml import etree

from sandbox.keys import sm2
from sandbox.keys.algorithms import ECDSA_P256, RSA_V1_5, SM2_SM3
from sandbox.soap.places import Identity, Partner

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
DS = "http://www.w3.org/2000/09/xmldsig#"
OASIS = "http://docs.oasis-open.org/wss/"
WSSE = f"{OASIS}2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSSE_11 = f"{OASIS}oasis-wss-wssecurity-secext-1.1.xsd"
WSU = f"{OASIS}2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
X509 = f"{OASIS}2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
BASE64 = f"{OASIS}2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
# Signature and digest by algorithm; SM2's are agreed, not registered.
URIS = {
    RSA_V1_5: ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", SHA256),
    ECDSA_P256: ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", SHA256),
    SM2_SM3: ("urn:oid:1.2.156.10197.1.501", "urn:oid:1.2.156.10197.1.401"),
}
LIFETIME = timedelta(minutes=5)
SKEW = timedelta(minutes=1)
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


class RefusedRequest(ValueError):
    """The request is not the partner's, or not as agreed."""


@dataclass(frozen=True, slots=True)
class Request:
    """A verified request: the Body's one child, and the signature a reply has to confirm."""

    content: bytes
    signature: bytes


def sign(envelope: bytes, who: Identity, moment: datetime, confirms: bytes | None) -> bytes:
    """Return the envelope with a Security header over Timestamp, token, Body and confirmation."""
    root = etree.fromstring(envelope, _PARSER)
    header, body = root.find(f"{{{SOAP}}}Header"), root.find(f"{{{SOAP}}}Body")
    if header is None or body is None:
        raise ValueError("an envelope of ours has Header and Body")
    names = {"wsse": WSSE, "wsu": WSU, "ds": DS, "wsse11": WSSE_11}
    security = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap=names)
    security.set(f"{{{SOAP}}}mustUnderstand", "1")
    covered = [_timestamp(security, moment), _token(security, who.certificate), body]
    if confirms is not None:
        confirmation = etree.SubElement(security, f"{{{WSSE_11}}}SignatureConfirmation")
        confirmation.set("Value", base64.b64encode(confirms).decode("ascii"))
        covered.append(confirmation)
    for element in covered:
        element.set(f"{{{WSU}}}Id", f"sb-{secrets.token_hex(12)}")
    signature = _template(security, covered, who.alg)
    (_with_gmalg if who.alg == SM2_SM3 else _with_xmlsec)(signature, covered, who)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def verify(data: bytes, whose: Partner, now: datetime) -> Request:
    """Return what the partner has signed; RefusedRequest says why not."""
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError:
        raise RefusedRequest("no XML") from None
    body, stamp, token, signature = (
        _only(root, name)
        for name in (
            f"{{{SOAP}}}Body",
            f"{{{WSU}}}Timestamp",
            f"{{{WSSE}}}BinarySecurityToken",
            f"{{{DS}}}Signature",
        )
    )
    if body.getparent() is not root or token.text != whose.token():
        raise RefusedRequest("another place, or another certificate")
    covered = [body, stamp, token]
    uris = [one.get("URI") for one in signature.iter(f"{{{DS}}}Reference")]
    if sorted(map(str, uris)) != sorted(f"#{one.get(f'{{{WSU}}}Id')}" for one in covered):
        raise RefusedRequest("other elements signed than agreed")
    holds = _holds_by_gmalg if whose.alg == SM2_SM3 else _holds_by_xmlsec
    if not holds(signature, covered, whose):
        raise RefusedRequest("the signature is wrong")
    _require_fresh(stamp, now)
    value = base64.b64decode(_only(signature, f"{{{DS}}}SignatureValue").text or "")
    return Request(etree.tostring(body[0], method="c14n", exclusive=True), value)


# ------------------------------------------------------------------ putting together


def _timestamp(security: etree._Element, moment: datetime) -> etree._Element:
    stamp = etree.SubElement(security, f"{{{WSU}}}Timestamp")
    for name, when in (("Created", moment), ("Expires", moment + LIFETIME)):
        text = when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        etree.SubElement(stamp, f"{{{WSU}}}{name}").text = text
    return stamp


def _token(security: etree._Element, certificate: bytes) -> etree._Element:
    kinds = {"ValueType": X509, "EncodingType": BASE64}
    token = etree.SubElement(security, f"{{{WSSE}}}BinarySecurityToken", kinds)
    token.text = base64.b64encode(certificate).decode("ascii")
    return token


def _template(
    security: etree._Element, covered: Sequence[etree._Element], alg: str
) -> etree._Element:
    """The signature with its digests and value still empty."""
    how, digest = URIS[alg]
    signature = etree.SubElement(security, f"{{{DS}}}Signature")
    info = etree.SubElement(signature, f"{{{DS}}}SignedInfo")
    etree.SubElement(info, f"{{{DS}}}CanonicalizationMethod", Algorithm=EXCLUSIVE)
    etree.SubElement(info, f"{{{DS}}}SignatureMethod", Algorithm=how)
    for element in covered:
        where = f"#{element.get(f'{{{WSU}}}Id')}"
        reference = etree.SubElement(info, f"{{{DS}}}Reference", URI=where)
        transforms = etree.SubElement(reference, f"{{{DS}}}Transforms")
        etree.SubElement(transforms, f"{{{DS}}}Transform", Algorithm=EXCLUSIVE)
        etree.SubElement(reference, f"{{{DS}}}DigestMethod", Algorithm=digest)
        etree.SubElement(reference, f"{{{DS}}}DigestValue")
    etree.SubElement(signature, f"{{{DS}}}SignatureValue")
    info = etree.SubElement(signature, f"{{{DS}}}KeyInfo")
    pointer = etree.SubElement(info, f"{{{WSSE}}}SecurityTokenReference")
    uri = f"#{covered[1].get(f'{{{WSU}}}Id')}"
    etree.SubElement(pointer, f"{{{WSSE}}}Reference", {"URI": uri, "ValueType": X509})
    return signature


# ------------------------------------------------------------------ xmlsec


def _with_xmlsec(
    signature: etree._Element, covered: Sequence[etree._Element], who: Identity
) -> None:
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(
        who.private.encode("ascii"), xmlsec.constants.KeyDataFormatPem
    )
    for element in covered:
        context.register_id(element, "Id", WSU)
    context.sign(signature)


def _holds_by_xmlsec(
    signature: etree._Element, covered: Sequence[etree._Element], whose: Partner
) -> bool:
    context = xmlsec.SignatureContext()
    pem = whose.certificate_pem()
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem)
    for element in covered:
        context.register_id(element, "Id", WSU)
    try:
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


# ------------------------------------------------------------------ gmalg


def _sm3(element: etree._Element) -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(etree.tostring(element, method="c14n", exclusive=True))
    return base64.b64encode(digest.finalize()).decode("ascii")


def _with_gmalg(
    signature: etree._Element, covered: Sequence[etree._Element], who: Identity
) -> None:
    places = signature.iter(f"{{{DS}}}DigestValue")
    for place, element in zip(places, covered, strict=True):
        place.text = _sm3(element)
    signed = etree.tostring(signature[0], method="c14n", exclusive=True)
    signature[1].text = base64.b64encode(sm2.sign(who.private, signed)).decode("ascii")


def _holds_by_gmalg(
    signature: etree._Element, covered: Sequence[etree._Element], whose: Partner
) -> bool:
    by_uri = {f"#{one.get(f'{{{WSU}}}Id')}": one for one in covered}
    for reference in signature.iter(f"{{{DS}}}Reference"):
        stated = _only(reference, f"{{{DS}}}DigestValue").text
        if stated != _sm3(by_uri[str(reference.get("URI"))]):
            return False
    signed = etree.tostring(signature[0], method="c14n", exclusive=True)
    try:
        value = base64.b64decode(signature[1].text or "", validate=True)
        return sm2.verify(whose.public_pem(), value, signed)
    except ValueError:
        return False


# ------------------------------------------------------------------ reading


def _only(root: etree._Element, name: str) -> etree._Element:
    found = list(root.iter(name))
    if len(found) != 1:
        raise RefusedRequest(f"{len(found)} of {name.rpartition('}')[2]}")
    return found[0]


def _require_fresh(stamp: etree._Element, now: datetime) -> None:
    try:
        created, expires = (datetime.fromisoformat(one.text or "") for one in stamp)
        fresh = created - SKEW <= now <= expires + SKEW
    except (ValueError, TypeError):
        raise RefusedRequest("no times") from None
    if not fresh:
        raise RefusedRequest("stale")
