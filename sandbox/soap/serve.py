"""The SOAP peer's listener, on this machine only. SOAP 服务."""

import asyncio
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from lxml import etree
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from sandbox.soap.faults import AFTERWARDS, Script, Sent, SoapFault
from sandbox.soap.places import IMPOSTOR, OWN, Identity, identity, partner
from sandbox.soap.security import RefusedRequest, Request, sign, verify

HOST = "127.0.0.1"
REQUEST_BYTES_MAX = 4 * 1024 * 1024
AGREED = Path(__file__).resolve().parents[2] / "schemas" / "soap_profile"
NAMESPACE = "urn:example:soap-profile"
XML = "text/xml; charset=utf-8"
_FAULTY = {SoapFault.UNSIGNED_FAULT, SoapFault.SIGNED_FAULT}


@dataclass(slots=True)
class Desk:
    """Answers requests; what it has seen, it remembers as long as it lives."""

    root: Path
    script: Script
    own: Identity
    impostor: Identity
    schema: etree.XMLSchema
    seen: set[bytes] = field(default_factory=set)
    previous: bytes = b""

    def answer(self, data: bytes, now: datetime) -> tuple[int, bytes]:
        """Return status and bytes of the reply, with the fault whose turn it is."""
        fault = self.script.take()
        confirms = None
        try:
            request = self._verified(data, now)
            confirms = request.signature
            content = _fault("Server", "told to") if fault in _FAULTY else self._content(request)
        except RefusedRequest as refused:
            content = _fault("Client", str(refused))
        return self._sent(content, confirms, now, fault)

    def _verified(self, data: bytes, now: datetime) -> Request:
        request = verify(data, partner(self.root), now)
        if request.signature in self.seen:
            raise RefusedRequest("seen before")
        self.seen.add(request.signature)
        return request

    def _content(self, request: Request) -> str:
        asked = etree.fromstring(request.content)
        if asked.tag != f"{{{NAMESPACE}}}ask" or not self.schema.validate(asked):
            raise RefusedRequest("not as the schema says")
        reference, amount = (asked.findtext(f"{{{NAMESPACE}}}{n}") for n in ("reference", "amount"))
        return (
            f'<a:answer xmlns:a="{NAMESPACE}"><a:reference>{reference}</a:reference>'
            f"<a:code>0000</a:code><a:amount>{amount}</a:amount></a:answer>"
        )

    def _sent(
        self, content: str, confirms: bytes | None, now: datetime, fault: SoapFault | None
    ) -> tuple[int, bytes]:
        unsigned = _envelope(content)
        moment = now - timedelta(hours=1) if fault is SoapFault.STALE else now
        who = self.impostor if fault is SoapFault.WRONG_KEY else self.own
        bound = b"another's" if fault is SoapFault.OTHERS_ANSWER else confirms
        signed = sign(unsigned, who, moment, bound)
        made = AFTERWARDS.get(fault) if fault else None
        data = made(Sent(signed, self.previous, unsigned)) if made else signed
        self.previous = signed
        failed = "<s:Fault>" in content or fault is SoapFault.HTML
        return (500 if failed else 200), data


def _envelope(content: str) -> bytes:
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
    return (
        f'<s:Envelope xmlns:s="{soap}" xmlns:wsu="{wsu}"><s:Header></s:Header>'
        f"<s:Body>{content}</s:Body></s:Envelope>"
    ).encode()


def _fault(side: str, why: str) -> str:
    return f"<s:Fault><faultcode>s:{side}</faultcode><faultstring>{why}</faultstring></s:Fault>"


def desk_of(root: Path) -> Desk:
    """Return the desk of what ``soap prepare`` has made."""
    schema = etree.XMLSchema(file=str(AGREED / "ask.xsd"))
    return Desk(root, Script(root), identity(root, OWN), identity(root, IMPOSTOR), schema)


def application(desk: Desk) -> Starlette:
    """Return the HTTP application: POST /soap, GET /soap/ask.wsdl and ask.xsd."""

    async def soap(http: HttpRequest) -> Response:
        data = await http.body()
        if len(data) > REQUEST_BYTES_MAX:
            return Response(status_code=413)
        status, reply = await asyncio.to_thread(desk.answer, data, datetime.now(UTC))
        kind = "text/html" if reply.startswith(b"<html") else XML
        return Response(reply, status, media_type=kind)

    async def agreed(http: HttpRequest) -> Response:
        return Response((AGREED / Path(http.url.path).name).read_bytes(), media_type=XML)

    names = ("ask.wsdl", "ask.xsd")
    files = [Route(f"/soap/{name}", agreed, methods=["GET"]) for name in names]
    return Starlette(routes=[Route("/soap", soap, methods=["POST"]), *files])


def serve(root: Path, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        config = uvicorn.Config(application(desk_of(root)), log_level="error", lifespan="off")
        listening.listen()
        print(f"sandbox soap ready on {HOST}:{listening.getsockname()[1]}", flush=True)
        uvicorn.Server(config).run(sockets=[listening])
