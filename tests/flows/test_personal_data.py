"""After a night people stand in three tables only; who looks is written down. 个人信息"""

import json

import pytest
from sqlalchemy import text

from connectors.bank.model import NightKey
from gateway.errors import Code, NotConfigured
from gateway.flows.finding import find
from gateway.flows.retention import Material
from gateway.flows.revealing import Asked, reveal
from gateway.flows.shredding import Why, shred
from gateway.store import journal
from gateway.store.database import connect
from gateway.store.unit_of_work import PostgresStore
from gateway.wiring.agreed import load_retention
from gateway.wiring.places import ROOT
from tests.archives import TOKENS
from tests.simulation.history import run
from tests.simulation.parts import Crasher
from tests.simulation.site_of_night import Site, Story


@pytest.fixture
def site(store, clock) -> Site:
    """One bank's proved night over the real store."""
    made = Site(Story(7, "990001", 4, 9, ()), store, clock, Crasher())
    made.publish(1, (), True)
    assert run(made) == "PROVED"
    return made


@pytest.fixture
def people(site) -> list:
    return [one.loan for one in site.told.truth.instructions]


def rows(site, query: str) -> list[tuple]:
    with site.store.begin() as work:
        return [tuple(row) for row in work.connection.execute(text(query))]


def test_no_file_on_disk_names_a_person(site, people, tmp_path):
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 20
    told = "".join(f"{p.payer_name} {p.payer_account} {p.loan_no} " for p in people)
    for encoding in ("utf-8", "gb18030"):
        words = [word.encode(encoding) for word in told.split()]
        assert len(words) == 3 * len(people)
        for path in files:
            raw = path.read_bytes()
            assert not [word for word in words if word in raw], path


def test_neither_the_journal_nor_an_alarm_names_a_person(site, people):
    told = str(rows(site, "select facts from journal") + rows(site, "select * from alarm"))
    assert not [p for p in people if p.payer_name in told or p.payer_account in told]


@pytest.mark.parametrize("by", ["payer_account", "payer_name", "loan_no"])
def test_a_person_is_found_by_account_name_and_loan_and_shown_masked(site, people, by):
    person = people[0]
    found = find(site.store, TOKENS, f" {getattr(person, by)} ")
    assert {line.where for line in found.lines} >= {"扣款结果", "应扣"}
    assert {line.key for line in found.lines} == {site.key}
    assert all(isinstance(line.key, NightKey) and line.fen > 0 for line in found.lines)
    assert getattr(person, by) not in repr(found)


def test_the_desk_finds_the_same_and_cannot_read_whose_it_is(site, people, access, clock):
    desk = connect(access.url("gateway", "gateway_desk"))
    seen = find(PostgresStore(desk, site.store.archive, clock), TOKENS, people[0].payer_name)
    assert seen == find(site.store, TOKENS, people[0].payer_name)
    assert seen.lines


@pytest.mark.parametrize("typed", ["", "   ", "无此人", "0" * 5000, "' or 1=1 --", "\0"])
def test_whatever_else_is_typed_finds_nobody(site, typed):
    assert not find(site.store, TOKENS, typed).lines


def test_what_is_asked_of_the_database_holds_tokens_only(site, people, engine):
    from sqlalchemy import event

    said = []
    event.listen(engine, "before_cursor_execute", lambda *told: said.append(repr(told[2:4])))
    find(PostgresStore(engine, site.store.archive, site.clock), TOKENS, people[0].payer_account)
    assert any("acct-" in each for each in said)
    assert not [each for each in said if people[0].payer_account in each]


# ------------------------------------------------------------------ revealing


def asked(site, field="payer_name", line=None) -> Asked:
    ((file_id, first),) = rows(site, "select file_id, min(line) from deduction_result group by 1")
    return Asked(file_id, line or first, field, "客户投诉 TS-17", "clerk")


def test_a_revealed_field_is_the_banks_own_and_the_journal_knows_who_and_why(site, people):
    name = reveal(site.store, asked(site))
    assert name in {p.payer_name for p in people}
    ((facts,),) = rows(site, "select facts from journal where event = 'field_revealed'")
    assert json.loads(facts) == {
        "line": asked(site).line, "field": "payer_name", "reason": "客户投诉 TS-17",
        "user": "clerk",
    }  # fmt: skip
    assert name not in facts


@pytest.mark.parametrize(("field", "line"), [("payer_name", 999), ("asked_fen", 2), ("nothing", 2)])
def test_what_cannot_be_revealed_is_not_found_and_nothing_is_journaled(site, field, line):
    with pytest.raises(NotConfigured) as missing:
        reveal(site.store, asked(site, field, line))
    assert missing.value.code is Code.NOT_FOUND
    assert not rows(site, "select 1 from journal where event = 'field_revealed'")


def test_a_value_is_only_given_out_when_the_journal_has_it(site, access):
    """The desk's role may read no person and write no journal: it gets neither."""
    desk = connect(access.url("gateway", "gateway_desk"))
    with pytest.raises(NotConfigured):
        reveal(PostgresStore(desk, site.store.archive, site.clock), asked(site))


# ------------------------------------------------------------------ shredding a night's file


def test_a_shredded_file_is_gone_and_the_journal_still_verifies(site):
    rule = load_retention(ROOT / "schemas")[Material.PAYLOAD]
    site.clock.forward(31 * 365 * 86_400)
    ((file_id, digest),) = rows(
        site, "select file_id, digest from bank_file where kind = 'deduction_result'"
    )
    before = len(rows(site, "select 1 from inbox_item"))
    assert shred(site.store, rule, file_id, Why("retention_over", "clerk")) == (digest, 1)
    assert not site.store.archive.holds(digest)
    with site.store.begin() as work:
        journal.verify(work.connection)
    ((subject, facts),) = rows(
        site, "select subject, facts from journal where event = 'payload_shredded'"
    )
    assert (subject, json.loads(facts)["reason"]) == (digest, "retention_over")
    assert len(rows(site, "select 1 from inbox_item")) == before
