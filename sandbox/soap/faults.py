"""What the SOAP peer can be told to do wrong. SOAP 故障."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sandbox.scripted import Scripted

FAULTS_FILE = "soap/faults.json"


class SoapFault(StrEnum):
    """One thing wrong with one reply."""

    UNSIGNED = "unsigned"
    UNSIGNED_FAULT = "unsigned_fault"
    SIGNED_FAULT = "signed_fault"
    WRAPPED = "wrapped"
    SECOND_BODY = "second_body"
    STALE = "stale"
    REPLAYED = "replayed"
    OTHERS_SIGNATURE = "others_signature"
    OTHERS_ANSWER = "others_answer"
    WRONG_KEY = "wrong_key"
    DTD = "dtd"
    HTML = "html"


# fmt: off
TITLES: dict[SoapFault, str] = {
    SoapFault.UNSIGNED:         "答复不签名",
    SoapFault.UNSIGNED_FAULT:   "返回未签名的错误报文",
    SoapFault.SIGNED_FAULT:     "返回已签名的错误报文（正常的拒绝）",
    SoapFault.WRAPPED:          "已签名的正文移入报文头，原处放伪造正文",
    SoapFault.SECOND_BODY:      "在已签名的正文之前再放一个正文",
    SoapFault.STALE:            "签名时间是一小时以前",
    SoapFault.REPLAYED:         "把上一份答复原样再发一次",
    SoapFault.OTHERS_SIGNATURE: "用上一份答复的签名值",
    SoapFault.OTHERS_ANSWER:    "签名有效，但确认的是另一请求",
    SoapFault.WRONG_KEY:        "用未登记的密钥签名",
    SoapFault.DTD:              "带 DTD",
    SoapFault.HTML:             "返回代理服务器的 HTML 网页",
}
# fmt: on

_BODY = re.compile(rb"<s:Body .*</s:Body>", re.DOTALL)
_VALUE = re.compile(rb"(<ds:SignatureValue>)[^<]*")


class Script:
    """Faults still to be made, one a reply, null for none; writing the file anew arms it anew."""

    def __init__(self, root: Path) -> None:
        """Remember where the script lies."""
        self._scripted = Scripted(root / FAULTS_FILE, _read)

    def take(self) -> SoapFault | None:
        """Return the fault of the next reply, nothing for an honest one."""
        left = self._scripted.armed()
        return left.pop(0) if left else None


def _read(text: bytes) -> list[SoapFault | None]:
    return [name and SoapFault(name) for name in json.loads(text)]


@dataclass(frozen=True, slots=True)
class Sent:
    """A signed reply that was ready, the one before it, and the same one unsigned."""

    signed: bytes
    previous: bytes
    unsigned: bytes


def forged(sent: Sent) -> bytes:
    """Return the Body the thief would like to be believed."""
    body = _BODY.search(sent.unsigned.replace(b"<s:Body>", b"<s:Body >"))
    if body is None:
        raise ValueError("a reply without a Body")
    return re.sub(rb"<a:amount>[^<]*", b"<a:amount>99999999.00", body[0])


def _wrapped(sent: Sent) -> bytes:
    kept = _BODY.search(sent.signed)
    moved = b'<w:w xmlns:w="urn:w">' + (kept[0] if kept else b"") + b"</w:w></s:Header>"
    return _BODY.sub(lambda _: forged(sent), sent.signed).replace(b"</s:Header>", moved)


def _others(sent: Sent) -> bytes:
    other = _VALUE.search(sent.previous)
    return _VALUE.sub(lambda _: other[0] if other else b"<ds:SignatureValue>AAAA", sent.signed)


# What is done to a reply after it was signed; the other faults are made while signing.
AFTERWARDS: dict[SoapFault, Callable[[Sent], bytes]] = {
    SoapFault.UNSIGNED: lambda sent: sent.unsigned,
    SoapFault.UNSIGNED_FAULT: lambda sent: sent.unsigned,
    SoapFault.WRAPPED: _wrapped,
    SoapFault.SECOND_BODY: lambda sent: sent.signed.replace(
        b"<s:Body ", forged(sent) + b"<s:Body "
    ),
    SoapFault.REPLAYED: lambda sent: sent.previous,
    SoapFault.OTHERS_SIGNATURE: _others,
    SoapFault.DTD: lambda sent: sent.signed.replace(
        b"<s:Envelope", b'<!DOCTYPE s [<!ENTITY e "1">]><s:Envelope', 1
    ),
    SoapFault.HTML: lambda sent: b"<html><body><h1>502 Bad Gateway</h1></body></html>",
}
