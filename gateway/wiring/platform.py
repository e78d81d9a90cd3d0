"""The settlement platform put together: address, key file, cipher, layouts. 结算平台组装"""

from collections.abc import Mapping

from connectors.bank.codec import Layout
from connectors.bank.codec.settlement import Dialect, HexFields
from connectors.bank.flows.parts import Bank
from connectors.bank.flows.platform import Platform
from connectors.bank.model import FileKind
from connectors.bank.settings import SettlementProfile
from connectors.bank.store.sessions import SessionMemory
from connectors.bank.transport import Frames, SessionParts, SettlementLine
from gateway.errors import Code, NotConfigured
from gateway.signing.messages.sessions import session_cipher
from gateway.wiring.agreed import load_layout
from gateway.wiring.connections import Connections
from gateway.wiring.places import Places


def open_platform(
    places: Places,
    connections: Connections,
    profile: SettlementProfile | None,
    banks: Mapping[str, Bank],
) -> Platform | None:
    """The platform as the site has it; None for a site without.

    Raises NotConfigured for a key file that is missing, a cipher nobody installed, a layout of
    another kind, or a platform without a bank.
    """
    if profile is None:
        return None
    if not banks:
        raise NotConfigured(Code.SETTING_MISSING, detail="settings.json: banks")
    layout = load_layout(places.schemas, profile.details_layout)
    if layout.kind is not FileKind.ACCOUNT_DETAILS:
        raise NotConfigured(Code.SETTING_INVALID, detail="settlement.details_layout")
    of = next(iter(banks.values()))
    memory = SessionMemory(of.store, profile.platform, profile.node)
    cipher = session_cipher(profile.cipher, _key_file(places, profile.key_file))
    dialect = Dialect(profile.generation, HexFields())
    frames = Frames(connections.platform(profile.connection, profile.platform), profile.node)
    session = SessionParts(cipher, memory, of.clock.now)
    return Platform(
        profile=profile,
        dialect=dialect,
        line=SettlementLine(frames, dialect, profile.sender(), session),
        cipher=cipher,
        memory=memory,
        details=layout,
        details_of=_own_layouts(banks),
        accounts=_accounts(banks),
        store=of.store,
        clock=of.clock,
        tokens=of.tokens,
    )


def _own_layouts(banks: Mapping[str, Bank]) -> Mapping[str, Layout]:
    """The layouts of banks that write bookings with habits of their own."""
    kind = FileKind.ACCOUNT_DETAILS
    return {code: bank.layouts[kind] for code, bank in banks.items() if kind in bank.layouts}


def _accounts(banks: Mapping[str, Bank]) -> Mapping[str, tuple[str, str]]:
    """Bank and short id of each special account, by its number.

    Raises NotConfigured when two banks claim one number.
    """
    owned = [(own.number, code, own.id) for code, b in banks.items() for own in b.profile.accounts]
    accounts = {number: (code, account) for number, code, account in owned}
    if len(accounts) != len(owned):
        raise NotConfigured(Code.DUPLICATE_SETTING, detail="settings.json: accounts")
    return accounts


def _key_file(places: Places, name: str) -> bytes:
    """The installed key's file; what it holds is told to nobody."""
    try:
        return (places.secrets / name).read_bytes()
    except OSError as missing:
        raise NotConfigured(Code.KEY_MISSING, detail=name) from missing
