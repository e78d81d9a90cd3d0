"""The desk on breaks and days: who may act, what is shown, that nobody is named. 对账台账项"""

import os
from dataclasses import dataclass
from datetime import date

import pytest

from connectors.bank.model import BreakKind, Direction
from connectors.bank.model.items import FoundBreak, item_of
from connectors.bank.rules.break_states import BreakState
from connectors.bank.rules.breaks import Resolution
from gateway.dates import Calendar
from gateway.store.database import connect
from gateway.store.unit_of_work import PostgresStore
from gateway.wiring.agreed import load_years
from gateway.wiring.places import ROOT
from tests.archives import TOKENS
from tests.workflow.world import LOAN, World, credit, item

CREDIT = credit().break_id("990001", "ZH01")
PARTIAL = FoundBreak(
    BreakKind.PARTIAL_DEDUCTION, Direction.SHORT, True, item_of("B20260228", 12), 113_508,
    unbooked_fen=100_000, batch_no="B20260228", serial=12, loan_no=LOAN,
)  # fmt: skip
SITE = "http://desk"


@dataclass
class Manager:
    """Grants what it is told to, by method."""

    granted: frozenset[tuple[str, str]]

    def is_authorized_custom_view(self, *, method, resource_name, user) -> bool:
        return (method, resource_name) in self.granted


@dataclass
class Person:
    """Somebody who is signed in."""

    name: str

    def get_name(self) -> str:
        return self.name


class Acts:
    """The parts of a gateway that the desk acts with."""

    def __init__(self, world: World) -> None:
        self.store, self.clock, self.calendar = world.store, world.clock, world.bank.calendar
        self.handlings = {"990001": world.handling}

    def bank(self, code: str):
        return self.handlings[code].bank


@pytest.fixture(scope="module")
def airflow_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("airflow")
    (home / "airflow.cfg").write_text("[core]\nload_examples = False\n", encoding="ascii")
    nowhere = "postgresql+psycopg://nobody@/nowhere"
    os.environ.setdefault("AIRFLOW_HOME", str(home))
    os.environ.setdefault("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", nowhere)
    os.environ.setdefault("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC", nowhere)


class Desk:
    """A visitor of the desk over a world of breaks."""

    def __init__(self, world: World, access) -> None:
        from airflow.api_fastapi.app import get_auth_manager
        from airflow.api_fastapi.core_api.security import get_user
        from fastapi import FastAPI
        from fastapi.testclient import TestClient

        from plugins.exchange_desk.acting import the_gateway
        from plugins.exchange_desk.app import build
        from plugins.exchange_desk.desk import Desk as Parts
        from plugins.exchange_desk.desk import the_desk

        looking = connect(access.url("gateway", "gateway_desk"))
        store = PostgresStore(looking, world.store.archive, world.clock)
        years = load_years(ROOT / "schemas")
        parts = Parts(store, TOKENS, "测试管理部", True, {"990001": "沙箱银行甲"}, years)
        self.app, self.world, self.granted = build(), world, frozenset()
        self.app.dependency_overrides |= {
            the_desk: lambda: parts,
            the_gateway: lambda: Acts(world),
            get_user: lambda: Person("wang"),
            get_auth_manager: lambda: Manager(self.granted),
        }
        airflow = FastAPI()
        airflow.mount("/exchange-desk", self.app)
        self.client = TestClient(
            airflow, SITE, raise_server_exceptions=False, follow_redirects=False
        )
        self.may("GET")

    def may(self, *methods: str) -> None:
        self.granted = frozenset((method, "Exchange Desk") for method in methods)

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(f"/exchange-desk{path}")
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, path: str, status: int = 303, document: bytes = b"", **typed) -> str:
        files = {name: (None, value) for name, value in typed.items()}
        if document:
            files["document"] = ("a.pdf", document)
        answer = self.client.post(f"/exchange-desk{path}", files=files)
        assert answer.status_code == status, answer.text
        return answer.text


@pytest.fixture
def desk(world, access, airflow_home) -> Desk:
    """A desk with a credit nobody claimed and a partial deduction."""
    world.finds(credit(loan_no=""), PARTIAL)
    world.leaves_open(item())
    return Desk(world, access)


def test_the_list_shows_kind_direction_money_age_owner_and_what_blocks(desk):
    shown = desk.get("/breaks")
    for word in (
        "对账单待认领",
        "部分扣款",
        "长款",
        "2,135.08",
        "停扣",
        "资金结算岗",
        "2026-02-28",
    ):
        assert word in shown
    assert LOAN not in shown
    assert LOAN[-4:] in shown


@pytest.mark.parametrize(
    ("query", "there", "absent"),
    [
        ("kind=PARTIAL_DEDUCTION", PARTIAL.item.split("/")[0], CREDIT),
        ("owner=LOANS", PARTIAL.item.split("/")[0], CREDIT),
        ("bank=990002", "没有符合条件", CREDIT),
        ("age=9999", "没有符合条件", CREDIT),
        ("kind=NO_SUCH_KIND", CREDIT, "没有符合条件"),
    ],
)
def test_the_list_is_narrowed(desk, query, there, absent):
    shown = desk.get(f"/breaks?{query}")
    assert there in shown
    assert absent not in shown


@pytest.mark.parametrize("query", ["age=x", "age=-1", "kind=" + "x" * 99, "bank=%00" * 50])
def test_what_is_no_filter_is_refused(desk, query):
    desk.get(f"/breaks?{query}", 400)


def test_one_break_shows_its_life_and_only_what_is_lawful(desk):
    shown = desk.get(f"/breaks/{CREDIT}")
    assert "认领到贷款" in shown
    assert "文件免收" not in shown
    assert "<button" not in shown.split('id="lawful"')[1]
    desk.may("GET", "PUT")
    assert "<button" in desk.get(f"/breaks/{CREDIT}").split('id="lawful"')[1]


@pytest.mark.parametrize("wanted", ["break-0", "night-00000000000000000000", "x" * 99, "%00"])
def test_what_is_no_break_is_not_found(desk, wanted):
    desk.get(f"/breaks/{wanted}", 404)


def test_who_may_only_look_cannot_act(desk):
    desk.post(f"/breaks/{CREDIT}/take", 403, reason="试试")
    assert desk.world.now(CREDIT).state is BreakState.OPEN


def test_another_sites_form_does_nothing(desk):
    desk.may("GET", "PUT")
    answer = desk.client.post(
        f"/exchange-desk/breaks/{CREDIT}/take",
        files={"reason": (None, "x")},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403
    assert desk.world.now(CREDIT).state is BreakState.OPEN


def test_a_clerk_takes_claims_and_two_agree(desk):
    desk.may("GET", "PUT")
    desk.post(f"/breaks/{CREDIT}/take", reason="我来办")
    desk.post(f"/breaks/{CREDIT}/resolve", how="ASSIGN", loan=LOAN, instalment="7", reason="附言")
    assert "待两人" in desk.get(f"/breaks/{CREDIT}")
    desk.world.two_agree(CREDIT)
    assert desk.world.carried_out(CREDIT).state is BreakState.RESOLVED
    assert "提出撤销" in desk.get(f"/breaks/{CREDIT}")
    assert desk.world.core.net(LOAN) == 213_508


def test_a_document_goes_into_the_archive_and_its_digest_into_the_life(desk):
    desk.may("GET", "PUT")
    desk.post(f"/breaks/{CREDIT}/resolve", how="REFUND", reason="本人申请", document=b"%PDF-1")
    (act,) = [act for act in desk.world.acts(CREDIT) if act.how is Resolution.REFUND]
    assert desk.world.store.archive.get(act.document) == b"%PDF-1"
    assert act.document[:12] in desk.get(f"/breaks/{CREDIT}")


def test_the_letter_to_the_bank_is_shown_once_it_was_asked_for(desk):
    desk.may("GET", "PUT")
    assert "查 询 书" not in desk.get(f"/breaks/{CREDIT}")
    desk.post(f"/breaks/{CREDIT}/resolve", how="ASK_BANK", reason="问来源")
    assert "查 询 书" in desk.get(f"/breaks/{CREDIT}")


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"how": "ASSIGN", "reason": "无贷款"}, 409),
        ({"how": "EXCUSE", "reason": "不合法"}, 409),
        ({"how": "NO_SUCH"}, 400),
        ({"how": "ASSIGN", "loan": LOAN, "instalment": "-1", "reason": "x"}, 400),
        ({"how": "MATCH", "other": "nobody", "reason": "x"}, 404),
        ({"how": "ASSIGN", "reason": "长" * 5000}, 400),
        ({f"f{n}": "x" for n in range(30)}, 400),
    ],
)  # fmt: skip
def test_a_form_that_is_wrong_changes_nothing(desk, typed, status):
    desk.may("GET", "PUT")
    desk.post(f"/breaks/{CREDIT}/resolve", status, **typed)
    assert desk.world.now(CREDIT).state is BreakState.OPEN


def test_a_body_that_is_no_form_or_too_large_is_refused(desk):
    desk.may("GET", "PUT")
    at = f"/exchange-desk/breaks/{CREDIT}/resolve"
    assert desk.client.post(at, content=b"how=ASSIGN").status_code == 400
    large = {"document": ("a.pdf", b"x" * (20 * 1024 * 1024 + 1))}
    assert desk.client.post(at, files=large).status_code == 400


def test_what_somebody_wrote_is_shown_as_text(desk):
    desk.may("GET", "PUT")
    desk.post(f"/breaks/{CREDIT}/take", reason="<script>alert(1)</script> 6222020200012345678")
    shown = desk.get(f"/breaks/{CREDIT}")
    assert "<script>" not in shown
    assert "6222020200012345678" not in shown


def test_the_days_say_what_they_lack(desk):
    shown = desk.get("/days")
    assert "未日结" in shown
    assert "应收文件未采用且未免收" in shown


def test_ages_on_the_page_are_those_of_the_calendar(desk):
    from plugins.exchange_desk.desk import the_desk

    parts = desk.app.dependency_overrides[the_desk]()
    assert isinstance(parts.calendar(), Calendar)
    assert parts.today() >= date(2026, 2, 28)
