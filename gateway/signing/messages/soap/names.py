"""The names on the wire: namespaces, algorithm URIs, forms of a signature. 命名空间与算法标识"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from gateway.ports import Algorithm
from gateway.signing.primitives.digests import DigestName

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP = frozenset({SOAP_11, SOAP_12})
_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{_OASIS}wssecurity-secext-1.0.xsd"
WSU = f"{_OASIS}wssecurity-utility-1.0.xsd"
WSSE_11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
# Exclusive XML Canonicalization 1.0 without comments: namespace and algorithm in one.
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
X509 = f"{_OASIS}x509-token-profile-1.0#X509v3"
BASE64 = f"{_OASIS}soap-message-security-1.0#Base64Binary"

# The namespaces of security; outside the one Security header nothing may be of them.
SECURITY = frozenset({WSSE, WSU, WSSE_11, DS, EXCLUSIVE})
_PREFIXES = {"wsse": WSSE, "wsu": WSU, "wsse11": WSSE_11, "ds": DS, "ec": EXCLUSIVE}
WSU_ID = f"{{{WSU}}}Id"


class Form(Enum):
    """The octets of an elliptic signature: DER, or r‖s (RFC 6931 §2.3.6). RSA has one form."""

    DER = "der"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class Method:
    """What one algorithm is called in XML, which digest goes with it, and its signature's form."""

    signature: str
    digest: str
    digest_name: DigestName
    form: Form


_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
# What a peer may sign with, unless it is agreed otherwise. SM2 and SM3 have no registered URI (IANA
# xml-security-uris): the default is their OID (GM/T 0006) as a URN (RFC 3061), the signature is DER
# (GM/T 0009).
METHODS: Mapping[Algorithm, Method] = {
    Algorithm.RSA_V15_SHA256: Method(f"{_MORE}rsa-sha256", _SHA256, DigestName.SHA256, Form.DER),
    Algorithm.ECDSA_P256_SHA256: Method(
        f"{_MORE}ecdsa-sha256", _SHA256, DigestName.SHA256, Form.RAW
    ),
    Algorithm.SM2_SM3: Method(
        "urn:oid:1.2.156.10197.1.501", "urn:oid:1.2.156.10197.1.401", DigestName.SM3, Form.DER
    ),
}


def qualified(namespace: str, name: str) -> str:
    """A name as lxml writes it: `{namespace}name`."""
    return f"{{{namespace}}}{name}"


def split(name: str) -> tuple[str, str]:
    """Namespace (empty where there is none) and local name of a qualified name."""
    namespace, _, local = name[1:].partition("}") if name.startswith("{") else ("", "", name)
    return namespace, local


def expanded(name: str, soap: str) -> str:
    """The qualified name of one as the shapes write it: `ds:Signature`, `soap:Body`, `Id`."""
    prefix, colon, local = name.partition(":")
    return qualified({**_PREFIXES, "soap": soap}[prefix], local) if colon else name
