"""The gateway put together: from the settings to everything the flows need. 组装入口"""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from connectors.bank.flows.handling import Handling
from connectors.bank.flows.parts import Bank
from connectors.bank.flows.platform import Platform
from connectors.bank.model import NightKey
from connectors.core_system.settings import CONNECTION as CORE
from connectors.core_system.settings import Interface
from connectors.core_system.transport import CoreDatabase
from gateway.clock import SystemClock
from gateway.dates import Calendar
from gateway.errors import Code, NotConfigured
from gateway.flows.anchoring import Anchoring
from gateway.flows.bank_deductions import Circle
from gateway.flows.bank_night import Night
from gateway.flows.checks import Checked
from gateway.flows.evidence import Evidence
from gateway.flows.housekeeping import House
from gateway.flows.key_parts import Keys
from gateway.flows.purging import Purging
from gateway.flows.retention import Retention
from gateway.flows.sending import Sending
from gateway.flows.stamping import Stamping
from gateway.ports import Clock
from gateway.retrying import pause
from gateway.signing.at_rest.tokens import Tokens
from gateway.signing.keys.keyring import KeyRing
from gateway.signing.primitives.selftest import require_sound_algorithms
from gateway.store import calendars
from gateway.store.archive import Archive
from gateway.store.database import connect, require_current
from gateway.store.publication import Publication
from gateway.store.unit_of_work import PostgresStore
from gateway.web.time_authority import HttpTimeAuthority, NoTimeAuthority
from gateway.wiring.agreed import (
    load_interface,
    load_layouts,
    load_lending,
    load_retention,
    load_years,
)
from gateway.wiring.archives import open_archive, open_tokens
from gateway.wiring.connections import GATEWAY, Connections
from gateway.wiring.couriers import couriers
from gateway.wiring.keyring_file import KeyringFile
from gateway.wiring.keys import load_ring
from gateway.wiring.places import Places
from gateway.wiring.platform import open_platform
from gateway.wiring.settings import (
    FILE,
    Site,
    TimeAuthoritySettings,
    site,
)

# who purges when nobody asks for it
_HOUSEKEEPING = "housekeeping"


@dataclass(frozen=True, slots=True)
class Gateway:
    """Everything, put together."""

    site: Site
    tokens: Tokens
    retention: Retention
    store: PostgresStore
    calendar: Calendar
    ring: KeyRing
    files: KeyringFile
    clock: Clock
    core: CoreDatabase
    interface: Interface
    banks: Mapping[str, Bank]
    sending: Sending
    stamping: Stamping
    handlings: Mapping[str, Handling]
    settlement: Platform | None

    def platform(self) -> Platform:
        """The settlement platform. Raises NotConfigured when the site has none."""
        if self.settlement is None:
            raise NotConfigured(Code.SETTING_MISSING, detail=f"{FILE}: settlement")
        return self.settlement

    def bank(self, code: str) -> Bank:
        """The bank of that node number. Raises NotConfigured when there is none."""
        if code not in self.banks:
            raise NotConfigured(Code.SETTING_MISSING, detail=f"{FILE}: bank {code}")
        return self.banks[code]

    def checked(self) -> Checked:
        """The parts that a self-check looks at."""
        return Checked(
            self.store,
            self.calendar,
            self.ring,
            self.files,
            self.clock,
            self.banks,
            self.core,
            self.interface,
            self.stamping,
            self.settlement,
        )

    def anchoring(self) -> Anchoring:
        """The journal's heads: whose keys sign them and where they are published."""
        publication = Publication(self.site.journal.publication)
        return Anchoring(self.store, self.ring, publication, self.stamping)

    def house(self) -> House:
        """Everything that housekeeping looks after."""
        purging = self.purging(_HOUSEKEEPING)
        return House(
            self.checked(), self.sending, purging, self.anchoring(), self.handlings, self.tokens
        )

    def purging(self, user: str) -> Purging:
        """What the retention rules are applied to, for whoever asks for it."""
        return Purging(self.store, self.retention, self.site.logs, user)

    def evidence(self) -> Evidence:
        """What exporting a case's evidence needs."""
        return Evidence(self.store, self.ring, self.anchoring(), self.site.name, self.stamping)

    def circle(self, code: str) -> Circle:
        """One bank's deduction circle. Raises NotConfigured when there is no such bank."""
        return Circle(self.bank(code), self.settlement, self.sending)

    def night(self, key: NightKey) -> Night:
        """One night with everything it needs."""
        return Night(self.bank(key.bank), self.sending, key)


def archive_of(places: Places, settings: Site) -> Archive:
    """The site's archive. Raises NotConfigured when there is no key to open it with."""
    return open_archive(
        places.secrets, settings.archive, settings.archive_keys, settings.archive_cipher
    )


def build(places: Places | None = None) -> Gateway:
    """Put the gateway together from the settings.

    Raises NotConfigured for anything missing, TransportError when our own database is away.
    """
    require_sound_algorithms()
    places = places or Places.from_environment()
    settings, connections, clock = site(places), Connections(places.secrets), SystemClock()
    store, tokens = _store(connections, places, settings), open_tokens(places.secrets)
    with store.begin() as work:
        calendar = calendars.load(work, load_years(places.schemas))
    ring = load_ring(places.secrets)
    core = CoreDatabase(connect(connections.database(CORE)))
    bank_of = partial(
        Bank, ring=ring, ledger=core, store=store, calendar=calendar, clock=clock, tokens=tokens
    )
    banks = {
        profile.code: bank_of(
            profile=profile,
            layouts=load_layouts(places.schemas, profile),
            wire=connections.files(profile.connection, profile.limits.listing_max),
        )
        for profile in settings.banks
    }
    agreed = load_lending(places.schemas)
    platform = open_platform(places, connections, settings.settlement, banks)
    sending = Sending(store, couriers(banks, core, ring, platform), clock, pause, _owner())
    return Gateway(
        site=settings,
        tokens=tokens,
        retention=load_retention(places.schemas),
        store=store,
        calendar=calendar,
        ring=ring,
        files=KeyringFile(places.secrets),
        clock=clock,
        core=core,
        interface=load_interface(places.schemas),
        banks=banks,
        sending=sending,
        stamping=stamping_with(settings.time_authority, store, ring),
        handlings={code: Handling(bank, agreed) for code, bank in banks.items()},
        settlement=platform,
    )


def stamping_with(
    settings: TimeAuthoritySettings | None, store: PostgresStore, ring: KeyRing
) -> Stamping:
    """How stamps are taken at this site."""
    if settings is None:
        return Stamping(store, ring, NoTimeAuthority())
    authority = HttpTimeAuthority(settings.url)
    return Stamping(store, ring, authority, frozenset(settings.policies))


def build_keys(user: str, places: Places | None = None) -> Keys:
    """The key ring's file and the store alone: also when a key of it cannot be opened.

    `user` is who will have changed it.

    Raises like `build`.
    """
    require_sound_algorithms()
    places = places or Places.from_environment()
    store = _store(Connections(places.secrets), places, site(places))
    return Keys(store, KeyringFile(places.secrets), user)


def _store(connections: Connections, places: Places, settings: Site) -> PostgresStore:
    engine = connect(connections.database(GATEWAY))
    require_current(engine)
    return PostgresStore(engine, archive_of(places, settings), SystemClock())


def _owner() -> str:
    """Who holds a lease, for a person who looks: machine and process."""
    return f"{socket.gethostname()}:{os.getpid()}"
