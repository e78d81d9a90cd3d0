"""What the bank's flows are given: one bank with everything it needs. 流程所需部件"""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.bank.codec import Layout
from connectors.bank.model import FileKind
from connectors.bank.settings import BankProfile
from connectors.core_system.model import Ledger
from gateway.dates import Calendar
from gateway.ports import Clock, FileWire
from gateway.signing.at_rest.tokens import Tokens
from gateway.signing.keys.keyring import KeyRing
from gateway.store.unit_of_work import Store


@dataclass(frozen=True, slots=True)
class Bank:
    """One bank as agreed with it, its wire, and the parts of ours that serve it."""

    profile: BankProfile
    layouts: Mapping[FileKind, Layout]
    wire: FileWire
    ring: KeyRing
    ledger: Ledger
    store: Store
    calendar: Calendar
    clock: Clock
    tokens: Tokens
