"""The wires to banks: SFTP, a watched folder, the settlement platform's frames. 银行线路"""

from connectors.bank.transport.folder import FolderWire
from connectors.bank.transport.listener import Door, Listener
from connectors.bank.transport.settlement import (
    Bounds,
    Frames,
    PlatformAddress,
    SessionParts,
    SettlementLine,
)
from connectors.bank.transport.sftp import Patience, SftpAddress, SftpWire

__all__ = [
    "Bounds",
    "Door",
    "FolderWire",
    "Frames",
    "Listener",
    "Patience",
    "PlatformAddress",
    "SessionParts",
    "SettlementLine",
    "SftpAddress",
    "SftpWire",
]
