"""The real gateway over months: its database, SFTP banks, the core. 管理部影子运行"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from sqlalchemy import URL, text

from connectors.bank.flows.balancing import draw_up
from connectors.bank.flows.receiving import open_nights
from connectors.bank.flows.replaying import Asking, replay
from connectors.bank.model import NightKey
from connectors.bank.store.breaks import blocked_loans
from gateway.clock import SystemClock
from gateway.errors import GatewayError
from gateway.flows import bank_night
from gateway.launcher import counterparties, sandbox_site
from gateway.launcher.databases import Access
from gateway.launcher.options import Options
from gateway.launcher.secret_files import provide_secrets
from gateway.signing.at_rest.tokens import Kind
from gateway.store import approvals
from gateway.store.database import connect
from gateway.wiring import Gateway, Places, build
from sandbox.core.acts import Acts
from sandbox.months import ledger
from sandbox.months.bank import MonthBank
from sandbox.months.files import LATE
from sandbox.months.replay import put_out
from sandbox.months.truth import Asked, BankNight, Origin, Planted

ACCOUNT = "ZH01"
CORRECTION = "bank.correction"


class MonthsAccess(Access):
    """The usual databases, but a core system of the months' own."""

    CORE = "core_of_months"

    def url(self, database: str, role: str) -> URL:
        found = Access.url(self, database, role)
        return found.set(database=self.CORE) if database == "core_system" else found


@dataclass(frozen=True)
class Site:
    """The site's secrets and servers."""

    options: Options
    access: MonthsAccess

    @cached_property
    def gateway(self) -> Gateway:
        return build(Places(self.options.secrets))

    def rows(self, database: str, query: str) -> Sequence[tuple]:
        """What stands in a database, as its administrator sees it."""
        name = MonthsAccess.CORE if database == "core_system" else database
        with connect(self.access.server.admin(name)).connect() as admin:
            return [tuple(row) for row in admin.execute(text(query))]

    @property
    def owner_dsn(self) -> str:
        url = self.access.url("core_system", "core_owner").set(drivername="postgresql")
        return url.render_as_string(hide_password=False)


def prepare(options: Options, access: Access, banks: Sequence[MonthBank]) -> Site:
    """Make a site whose banks owe files for the months, and a core with their loans."""
    site = Site(options, MonthsAccess(access.server, access.passwords))
    admin = connect(access.server.admin()).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {MonthsAccess.CORE} owner core_owner"))
    provide_secrets(options.secrets)
    counterparties.prepare_banks(options)
    counterparties.prepare_time_authority(options)
    sandbox_site.write_site(options, site.access, SystemClock().now())
    _owe(options.secrets / "settings.json", banks[0].days)
    ledger.fill(site.owner_dsn, "core_exchange", tuple(banks))
    return site


def _owe(path: Path, days: Sequence[date]) -> None:
    settings = json.loads(path.read_text(encoding="utf-8"))
    for bank in settings["banks"]:
        for owed in bank["owes"]:
            owed |= {"first": days[0].isoformat(), "last": days[-1].isoformat()}
    path.write_text(json.dumps(settings), encoding="utf-8")


@dataclass
class BranchAccount:
    """One account at the real gateway, night by night."""

    site: Site
    bank: MonthBank
    lived: list[BankNight]
    planted: list[Planted]
    sent: dict[date, list[Asked]] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.bank.bank.code

    def key(self, day: date) -> NightKey:
        return NightKey(self.code, ACCOUNT, day)

    def live(self, day: date) -> None:
        """The core's morning, the batch, the bank's evening; the bank puts down its files."""
        acts = Acts(self.site.owner_dsn)
        self.planted += ledger.morning(acts, self.bank, day)
        acts.instruct(self.code, ACCOUNT, f"PLKK{day:%Y%m%d}001", list(self._blocked()))
        core = self.site.gateway.bank(self.code).ledger
        sent = [_asked(one) for one in core.instructions(self.code, ACCOUNT, day)]
        self.sent[day] = sent
        ledger.evening(acts, self.bank, day, sent)
        self.lived.append(self.bank.night(day, sent))
        self.planted += self.lived[-1].planted
        put_out(self.site.options.sandbox, self.bank, self.lived)

    def _blocked(self) -> Iterator[str]:
        """What an open break keeps out, and what is still in the bank's hands."""
        proved = {day for day, state in self.states().items() if state == "PROVED"}
        running = (sent for day, sent in self.sent.items() if day not in proved)
        yield from {one.loan_no for sent in running for one in sent}
        gateway = self.site.gateway
        bank = gateway.bank(self.code)
        with bank.store.begin() as work:
            blocked = blocked_loans(work)
        for loan in self.bank.loans:
            if loan in blocked or bank.tokens.of(Kind.LOAN, loan) in blocked:
                yield loan

    def advance(self, day: date) -> None:
        """The core opens its next business date."""
        Acts(self.site.owner_dsn).advance(day)

    def run(self) -> dict[date, str]:
        """Run every night that is not proved, oldest first, again where people have agreed."""
        ended = {}
        for night in self.lived:
            if self.states().get(night.day) != "PROVED":
                ended[night.day] = self._run(night.day)
        if self._agree():
            ended |= {night.day: self._run(night.day) for night in self.lived[-3:]}
        return ended

    def states(self) -> dict[date, str]:
        """The state of each night."""
        query = f"select business_date, state from bank_night where bank = '{self.code}'"
        return dict(self.site.rows("gateway", query))

    def truth(self) -> dict[tuple[str, int], tuple[str, int]]:
        """What really became of each line of each batch: the last word of the bank's files."""
        return {
            (one.batch_no, one.line.serial): (one.outcome, one.line.taken_fen)
            for night in self.lived
            for one in (*night.answers, *night.late)
        }

    def wrong_postings(self, truth: dict[tuple[str, int], tuple[str, int]]) -> list[str]:
        """Entries of the ledger that no truth stands behind, and takings it does not have."""
        entries = self.site.rows(
            "core_system",
            "select pch, xh, (fse * 100)::bigint from exchange.ledger_entry "
            f"where yhdm = '{self.code}' and xh > 0 and czbz = '01' and pch not like 'SK%'",
        )
        booked = {(batch, serial): fen for batch, serial, fen in entries}
        taken = {
            place: fen for place, (outcome, fen) in truth.items() if outcome in ("EXACT", "PARTIAL")
        }
        places = sorted(booked.keys() | taken.keys())
        return [
            f"{place}: booked {booked.get(place)}, taken {taken.get(place)}, {truth.get(place)}"
            for place in places
            if booked.get(place) != taken.get(place)
        ]

    def wrong_receipts(self) -> list[tuple[object, ...]]:
        """Transfers booked without a batch that are not what their payer meant, or not as much."""
        entries = self.site.rows(
            "core_system",
            "select yhjslsh, dkzh, dqqc, (fse * 100)::bigint from exchange.ledger_entry "
            f"where yhdm = '{self.code}' and czbz = '01' and pch like 'SK%'",
        )
        meant = {
            (one.booking.host_serial, one.loan_no, one.instalment_no, one.booking.effect_fen)
            for night in self.lived
            for one in night.moved
            if one.origin is Origin.TRANSFER
        }
        return [entry for entry in entries if entry not in meant]

    def missing_breaks(self) -> Counter[tuple[str, date]]:
        """The planted breaks, by type and the night they must appear, that nobody has found."""
        query = (
            "select b.kind, b.first_seen, count(*) from bank_break b join bank_night n "
            f"using (night_id) where n.bank = '{self.code}' group by 1, 2"
        )
        found = Counter({(kind, day): n for kind, day, n in self.site.rows("gateway", query)})
        grown, last = self._grown(), self.lived[-1].day
        due = (one for one in self.planted if one.appears <= last)
        wanted = (one for one in due if one.host_serial not in grown)
        return Counter((one.kind, one.appears) for one in wanted) - found

    def _grown(self) -> set[str]:
        """Transfers of nights whose files were late: by then penalty is due, and they fit none."""
        late = {number for code, number in LATE if code == self.code}
        nights = [night for number, night in enumerate(self.lived) if number in late]
        moved = (one for night in nights for one in night.moved)
        return {one.booking.host_serial for one in moved if one.origin is Origin.TRANSFER}

    def off_balance(self) -> list[str]:
        """The months whose bank balance and books, adjusted, are not equal, and by how much."""
        bank = self.site.gateway.bank(self.code)
        months = sorted({night.day.replace(day=1) for night in self.lived})
        drawn = [draw_up(bank, ACCOUNT, month) for month in months]
        return [f"{one.label}: {one.difference_fen}" for one in drawn if not one.balanced]

    def otherwise(self) -> list[str]:
        """What a replay of every night under the rules it was decided by would change."""
        bank = self.site.gateway.bank(self.code)
        done = [replay(bank, self.key(night.day), Asking("test")) for night in self.lived]
        return [f"{each.key.label}: {one}" for each in done for one in each.differences]

    def _run(self, day: date) -> str:
        gateway = self.site.gateway
        open_nights(gateway.bank(self.code), day)
        try:
            bank_night.run(gateway.night(self.key(day)))
        except GatewayError as error:
            return error.code.name
        return "PROVED"

    def _agree(self) -> int:
        """Two people agree to every corrected file that waits."""
        gateway = self.site.gateway
        asked = self.site.rows(
            "gateway",
            f"select approval_id, digest from approval where kind = '{CORRECTION}' "
            "and state not in ('APPROVED', 'REFUSED', 'SUPERSEDED', 'SPENT')",
        )
        for approval_id, digest in asked:
            with gateway.bank(self.code).store.begin() as work:
                approvals.release(work, approval_id, "经办甲", digest)
            with gateway.bank(self.code).store.begin() as work:
                approvals.approve(work, approval_id, "复核乙", digest)
        return len(asked)


def _asked(one) -> Asked:
    return Asked(
        one.batch_no, one.serial, one.loan_no, one.instalment_no, one.payer_account,
        one.payer_name, one.asked_fen, one.full_flag,
    )  # fmt: skip
