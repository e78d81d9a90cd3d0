"""Codes of seals, packages and time-stamps. 签章与时间戳错误"""

import zipfile

from gateway.errors import Code
from gateway.flows.stamping import Stamping, stamp_or_wait, stamp_waiting
from gateway.signing.keys.keyring import KeyRing
from gateway.signing.seals.documents import check_document, sign_document
from gateway.signing.seals.packages import Document, check_package, write_package
from gateway.signing.seals.timestamps import Imprint, take_stamp
from gateway.web.time_authority import HttpTimeAuthority, NoTimeAuthority
from sandbox.tsa.faults import StampFault
from tests.branch import free_port
from tests.kernel.ground import Ground, raised
from tests.signing.sealing import ABOUT, AT, InProcessAuthority, pdf, seal, terms, trust

IMPRINT = Imprint(bytes(32))


def document_unreadable(ground: Ground) -> Code | None:
    return raised(lambda: sign_document(b"no document", seal(), ABOUT, AT))


def document_altered(ground: Ground) -> Code | None:
    altered = sign_document(pdf(), seal(), ABOUT, AT) + b"\n"
    return raised(lambda: check_document(altered, trust(), AT))


def package_unreadable(ground: Ground) -> Code | None:
    path = ground.place / "p.asice"
    path.write_bytes(b"no package")
    return raised(lambda: check_package(path, trust(), AT))


def package_altered(ground: Ground) -> Code | None:
    """A document is exchanged in a package, archive and checksums being made anew."""
    path, other = ground.place / "p.asice", ground.place / "q.asice"
    write_package(path, [Document("a.txt", "text/plain", b"taken 100")], seal(), AT)
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(other, "w") as two:
        for info in one.infolist():
            content = b"taken 900" if info.filename == "a.txt" else one.read(info)
            two.writestr(info, content)
    return raised(lambda: check_package(other, trust(), AT))


def faulty(fault: StampFault) -> Code | None:
    authority = InProcessAuthority(fault=fault)
    return raised(lambda: take_stamp(authority, IMPRINT, terms(), AT))


def stamp_unreachable(ground: Ground) -> Code | None:
    url = f"http://127.0.0.1:{free_port()}/"
    return raised(lambda: HttpTimeAuthority(url).ask(b""))


def stamp_waiting_long(ground: Ground) -> Code | None:
    stamping = Stamping(ground.store, KeyRing([]), NoTimeAuthority())
    stamp_or_wait(stamping, "head-1", IMPRINT)
    ground.wait(25 * 3600)
    stamp_waiting(stamping)
    return Code.STAMP_WAITING if Code.STAMP_WAITING in ground.rung() else None


PRODUCERS = {
    Code.DOCUMENT_UNREADABLE: document_unreadable,
    Code.DOCUMENT_ALTERED: document_altered,
    Code.PACKAGE_UNREADABLE: package_unreadable,
    Code.PACKAGE_ALTERED: package_altered,
    Code.STAMP_UNREACHABLE: stamp_unreachable,
    Code.STAMP_REFUSED: lambda ground: faulty(StampFault.REFUSES),
    Code.STAMP_UNREADABLE: lambda ground: faulty(StampFault.RUBBISH),
    Code.STAMP_NOT_OURS: lambda ground: faulty(StampFault.WRONG_NONCE),
    Code.STAMP_UNTRUSTED: lambda ground: faulty(StampFault.OTHER_KEY),
    Code.STAMP_CLOCK_WRONG: lambda ground: faulty(StampFault.HOUR_OFF),
    Code.STAMP_WAITING: stamp_waiting_long,
}
