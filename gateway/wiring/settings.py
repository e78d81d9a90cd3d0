"""The site's settings: what settings.json says, typed, and what in it cannot be. 站点配置"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from pydantic import TypeAdapter

from connectors.bank.rules.owed import is_decidable
from connectors.bank.settings import BankProfile, SettlementProfile
from gateway.errors import Code, NotConfigured
from gateway.flows.approvals import FourEyes
from gateway.signing.primitives.ciphers import Cipher
from gateway.wiring.places import Places
from gateway.wiring.reading import read_typed

FILE = "settings.json"


class Environment(Enum):
    """Where this gateway runs."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class JournalSettings:
    """The journal's heads: the directory they are published in, for others to copy."""

    publication: Path


@dataclass(frozen=True, slots=True)
class TimeAuthoritySettings:
    """The time-stamping authority: where it answers, and its policies agreed on; none means any.

    Its certificates are the keys of purpose time_stamp in keyring.json.
    """

    url: str
    policies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """The site's settings, settings.json of the secrets directory."""

    name: str
    environment: Environment
    archive: Path
    journal: JournalSettings
    banks: tuple[BankProfile, ...]
    # the data keys of the archive, None for the directory beside it
    archive_keys: Path | None = None
    archive_cipher: Cipher = Cipher.AES_256_GCM
    # the technical logs that the retention rules are applied to, None where others do that
    logs: Path | None = None
    time_authority: TimeAuthoritySettings | None = None
    # the settlement platform, None where the branch exchanges files only
    settlement: SettlementProfile | None = None
    # who releases and who approves; where nobody is named, nothing that needs two people happens
    four_eyes: FourEyes = field(default_factory=FourEyes)


_SITE = TypeAdapter(Site)


def site(places: Places) -> Site:
    """The site's settings alone. Raises NotConfigured naming what is wrong."""
    found = read_typed(places.secrets / FILE, _SITE)
    codes = [bank.code for bank in found.banks]
    if len(set(codes)) != len(codes):
        raise NotConfigured(Code.DUPLICATE_SETTING, detail=f"{FILE}: banks")
    for bank in found.banks:
        for complaint in _unsound(bank):
            raise NotConfigured(Code.SETTING_INVALID, detail=f"{FILE}: {bank.code}: {complaint}")
    return found


def _unsound(bank: BankProfile) -> Iterator[str]:
    """What of a bank's settings contradicts itself."""
    if not is_decidable(bank):
        yield "owes 有结果的日期须有对账单，可扣款的日期须有结果"
    if not bank.matching.is_sound():
        yield "matching window、return_days 超出范围"
    if not bank.ladder.is_sound():
        yield "ladder 各档起点须由轻到重"
