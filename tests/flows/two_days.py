"""One bank over two business dates, everything else in memory but the store. 连续两日的测试场景"""

from dataclasses import replace
from datetime import date

from sqlalchemy import text

from connectors.bank.flows import proving
from connectors.bank.flows.receiving import open_nights
from connectors.bank.model import NightKey
from gateway.errors import GatewayError
from gateway.flows import bank_night
from sandbox.files import companions, render_result, render_statement, result_name, statement_name
from sandbox.keys.derived import derived_signer
from sandbox.world import business_days, night
from sandbox.world.statement import chained
from tests.simulation.parts import Crasher
from tests.simulation.site_of_night import Site, Story

BANK, FIRST, SECOND = "990001", business_days()[3], business_days()[4]


class Days:
    """One bank over two business dates, on one store, its files published as a test wants."""

    def __init__(self, store, clock) -> None:
        self.store = store
        self.sites = {
            day: Site(Story(7, BANK, number, 6, ()), store, clock, Crasher())
            for number, day in ((3, FIRST), (4, SECOND))
        }
        for site in self.sites.values():
            site.wire = self.sites[FIRST].wire
            site.bank = replace(site.bank, wire=site.wire)
        first = self.sites[FIRST]
        owes = tuple(replace(owed, first=FIRST) for owed in first.bank.profile.owes)
        for site in self.sites.values():
            site.bank = replace(site.bank, profile=replace(site.bank.profile, owes=owes))

    def truth(self, day: date):
        return night(7, BANK, day, 6)

    def publish(self, name: str, data: bytes) -> None:
        signer = derived_signer("ed25519", 7, BANK)
        self.sites[FIRST].wire.directories["/outgoing"] |= companions(name, data, signer)

    def result(self, truth, version: int = 1) -> None:
        self.publish(result_name(truth, version), render_result(truth))

    def statement(self, truth, bookings=None) -> None:
        told = truth
        if bookings is not None:
            told = replace(truth, statement=chained(truth.statement.opening_fen, bookings))
        self.publish(statement_name(told), render_statement(told))

    def run(self, day: date) -> str:
        site = self.sites[day]
        open_nights(site.bank, day)
        try:
            bank_night.run(site.night())
        except GatewayError as error:
            return error.code.name
        return "PROVED"

    def rows(self, query: str):
        with self.store.begin() as work:
            return [tuple(row) for row in work.connection.execute(text(query))]

    def sheet(self, day: date):
        return proving.sheet_of(self.sites[day].bank, NightKey(BANK, "ZH01", day))

    def is_equal(self, day: date) -> bool:
        return all(line.holds for line in self.sheet(day).equations)
