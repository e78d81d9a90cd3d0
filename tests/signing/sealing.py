"""Seals, an authority and documents for tests: certified by the sandbox's own CA. 测试签章"""

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import typst

from gateway.dates import SHANGHAI
from gateway.ports import Algorithm
from gateway.signing.keys.anchors import Anchors, Trust
from gateway.signing.keys.certificates import chain_of_pem, request_for
from gateway.signing.seals.cms import Seal
from gateway.signing.seals.documents import About
from gateway.signing.seals.timestamps import Imprint, Stamp, Terms, take_stamp
from sandbox.keys.authority import BEGIN, issue, prepare_authority
from sandbox.tsa.authority import POLICY, reply
from sandbox.tsa.credentials import Credentials, credentials_of
from sandbox.tsa.faults import StampFault
from tests.signing.pairs import pair_of, signer_of

AT = datetime(2026, 3, 1, 2, 0, tzinfo=SHANGHAI)
ABOUT = About("存证", "沙箱市住房公积金管理部")
SEALING = (Algorithm.RSA_V15_SHA256, Algorithm.RSA_PSS_SHA256, Algorithm.ECDSA_P256_SHA256)
P256 = Algorithm.ECDSA_P256_SHA256


@cache
def world() -> Path:
    """A sandbox's root with its CA; it lives as long as this process's temporary files."""
    root = Path(tempfile.mkdtemp(prefix="seals-"))
    prepare_authority(root)
    return root


@cache
def credentials() -> Credentials:
    """The authority's key and certificates."""
    return credentials_of(world())


@cache
def certified(algorithm: Algorithm, number: int, usage: str, days: int) -> Seal:
    """A seal with a chain of that usage, in force for so many days from the sandbox's begin."""
    signer, public = signer_of(algorithm, number), pair_of(algorithm, number).public_pem
    request = request_for(signer, public, "沙箱市住房公积金管理部")
    return Seal(signer, chain_of_pem(issue(world(), request, usage, BEGIN, days)))


def seal(
    algorithm: Algorithm = P256, number: int = 1, *, usage: str = "seal", days: int = 3650
) -> Seal:
    """A seal; another number is another key."""
    return certified(algorithm, number, usage, days)


def root_pem() -> Path:
    """The root that everybody trusts."""
    return world() / "public" / "ca" / "root.pem"


def pinned(chain: tuple[bytes, ...]) -> Anchors:
    """The root of a chain, and its own certificate alone below it."""
    return Anchors((chain[-1],), frozenset({hashlib.sha256(chain[0]).hexdigest()}))


def authority_anchors() -> Anchors:
    """What the ring would say of the authority."""
    return pinned(tuple(one.dump() for one in credentials().chain))


def terms() -> Terms:
    """What is agreed with the authority."""
    return Terms(authority_anchors(), frozenset({POLICY}))


def trust(own: Seal | None = None) -> Trust:
    """Trust in one seal and the authority."""
    return Trust(pinned((own or seal()).chain), authority_anchors())


@dataclass
class InProcessAuthority:
    """The sandbox's authority without a wire, with a clock of the test."""

    now: Callable[[], datetime] = lambda: AT
    fault: StampFault | None = None
    asked: list[bytes] = field(default_factory=list)
    replies: list[bytes] = field(default_factory=list)

    def ask(self, request: bytes) -> bytes:
        self.asked.append(request)
        answer = reply(request, credentials(), self.now().astimezone(UTC), self.fault)
        self.replies.append(answer)
        return answer


def stamped(imprint: Imprint, later: timedelta = timedelta()) -> Stamp:
    """A stamp over an imprint, some time after the moment."""
    moment = AT + later
    return take_stamp(InProcessAuthority(lambda: moment), imprint, terms(), moment)


@cache
def pdf() -> bytes:
    """A small PDF/A-2b of two pages."""
    compiler = typst.Compiler(b"Statement #pagebreak() Total 1.00", ignore_system_fonts=True)
    return compiler.compile(format="pdf", pdf_standards=["a-2b"])
