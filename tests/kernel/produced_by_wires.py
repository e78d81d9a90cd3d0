"""Codes of the watched folder and of the push port, each from something really wrong. 错误目录"""

from connectors.bank.flows.listening import PushDesk
from connectors.bank.transport import FolderWire
from gateway.errors import Code
from tests.kernel.ground import Ground, raised
from tests.transports.settlement.ground import strange_platform


def a_link(ground: Ground) -> Code | None:
    """Reads a link that somebody has put into the watched folder."""
    (ground.place / "outgoing").mkdir()
    (ground.place / "secret").write_text("not theirs to read")
    (ground.place / "outgoing" / "a.txt").symlink_to(ground.place / "secret")
    return raised(lambda: FolderWire(ground.place, 10).read("/outgoing", "a.txt", 100))


def a_stranger(ground: Ground) -> Code | None:
    """Knocks at the push port without a frame of the platform's."""
    PushDesk(strange_platform(ground.store, ground.request.getfixturevalue("clock"))).refuse("试")
    return Code.PUSH_REJECTED if Code.PUSH_REJECTED in ground.rung() else None


PRODUCERS = {
    Code.FILE_NOT_PLAIN: a_link,
    Code.PUSH_REJECTED: a_stranger,
}
