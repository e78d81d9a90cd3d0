"""A counterparty with a real key that signs whatever it likes, profile or not. 不守约的签名者"""

import base64
import hashlib
import re

from lxml import etree

from gateway.signing.primitives.forms import raw
from tests.signing.messages.soap.ground import ECDSA
from tests.signing.pairs import signer_of


def canonical(element: etree._Element, prefixes: tuple[str, ...] = ()) -> bytes:
    listed = list(prefixes) or None
    return etree.tostring(element, method="c14n", exclusive=True, inclusive_ns_prefixes=listed)


def sign_carelessly(
    text: str,
    only: tuple[str, ...],
    uri: str | None,
    transform: str | None,
    swap: tuple[str, str] | None,
    prefixes: tuple[str, ...] = (),
) -> str:
    """The message with its references and its signature made anew, by the real key."""
    if swap:
        assert swap[0] in text
        text = text.replace(*swap)
    template = re.search(r"<ds:Reference .*?</ds:Reference>", text, re.S)[0]
    references = "".join(
        _reference(text, template, name, uri, transform, prefixes) for name in only
    )
    text = re.sub(r"<ds:Reference .*</ds:Reference>", lambda _: references, text, flags=re.S)
    return _signed_again(text)


def _reference(
    text: str,
    template: str,
    name: str,
    uri: str | None,
    transform: str | None,
    prefixes: tuple[str, ...],
) -> str:
    element = _element(text, name)
    identity = next(value for key, value in element.attrib.items() if key.endswith("}Id"))
    stated = f'URI="#{identity}"' if uri is None or name != "s:Body" else uri
    digest = base64.b64encode(hashlib.sha256(canonical(element, prefixes)).digest()).decode()
    made = re.sub(r'URI="[^"]*"', stated, template)
    if transform:
        made = re.sub(
            r'<ds:Transform Algorithm="[^"]*"', f'<ds:Transform Algorithm="{transform}"', made
        )
    return re.sub("<ds:DigestValue>[^<]*", f"<ds:DigestValue>{digest}", made)


def _element(text: str, name: str) -> etree._Element:
    root = etree.fromstring(text.encode())
    found = re.search(rf"<{name}[ >]", text)
    assert found, name
    prefix, local = name.split(":")
    return next(
        one for one in root.iter() if one.prefix == prefix and one.tag.endswith(f"}}{local}")
    )


def _signed_again(text: str) -> str:
    signed_info = _element(text, "ds:SignedInfo")
    value = raw(ECDSA, signer_of(ECDSA).sign((canonical(signed_info),)))
    encoded = base64.b64encode(value).decode()
    return re.sub("<ds:SignatureValue>[^<]*", f"<ds:SignatureValue>{encoded}", text)
