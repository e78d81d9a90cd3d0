"""No page shows a person, nor runs what somebody wrote into a name. 脱敏与转义"""

import re
from datetime import date, datetime
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from connectors.bank import sheets
from connectors.bank.model import NightKey
from connectors.bank.rules.proof import Sum
from connectors.bank.sheets import (
    BreakLine,
    EquationLine,
    FailureLine,
    FileLine,
    ProofSheet,
)
from connectors.bank.store import nights
from connectors.bank.store import sheets as sheet_store
from connectors.bank.store.tables import INSTRUCTION, RESULT
from gateway.dates import SHANGHAI
from gateway.errors import Code
from gateway.store import alarms
from gateway.store.unit_of_work import keep_bytes
from plugins.exchange_desk.labels import night_path
from tests.desk.test_access import HEADERS, carried

PAGES_MAX = 400
NO_PAGES = (".css", ".pdf", ".xlsx")
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 191*7 }}"
NAME, ACCOUNT, LOAN, CARD = (
    "欧阳示例",
    "6222020200012345678",
    "DK990000012345",
    "110101199001011234",
)


def crawled(get) -> dict[str, str]:
    """Every page that can be reached by links from the first, by path."""
    found, waiting = {}, ["/"]
    while waiting and len(found) < PAGES_MAX:
        path = waiting.pop()
        answer = get(path)
        assert carried(answer) == HEADERS
        found[path] = answer.text
        links = re.findall(r'href="/exchange-desk([^"]*)"', answer.text)
        pages = {link for link in links if not link.endswith(NO_PAGES)}
        waiting += pages - found.keys() - {*waiting}
    return found


class Seen(HTMLParser):
    """The tags and the attributes that a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.attributes = set(), set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


# what runs or loads something; of drawings, all but lines and words
BANNED = {
    "script", "style", "img", "iframe", "object", "embed", "foreignobject", "use", "image", "set",
    "animate", "animatetransform",
}  # fmt: skip


def require_inert(page: str) -> None:
    """Nothing in the page runs, loads from elsewhere, or styles itself."""
    seen = Seen(page)
    assert not seen.tags & BANNED
    assert not [name for name in seen.attributes if name.startswith("on") or name == "style"]
    assert "1337" not in page


def people(site) -> set[str]:
    """Everybody the gateway knows: names, accounts, loans."""
    tables = (INSTRUCTION, RESULT)
    with site.gateway.store.begin() as work:
        rows = [
            row
            for table in tables
            for row in work.connection.execute(
                select(table.c.payer_name, table.c.payer_account, table.c.loan_no)
            )
        ]
    return {value for row in rows for value in row}


def test_no_page_that_can_be_reached_names_a_person(get, site):
    pages = crawled(get)
    assert len(pages) > 60
    known = people(site)
    assert len(known) > 100
    for path, text in pages.items():
        require_inert(text)
        assert not [person for person in known if person in text], path


@pytest.mark.parametrize("column", ["payer_name", "payer_account", "loan_no"])
def test_a_person_is_found_by_a_form_and_neither_shown_nor_written_down(
    client, sign_in, site, column, caplog
):
    sign_in("Exchange Desk")
    with site.gateway.store.begin() as work:
        person = work.connection.execute(select(RESULT.c[column]).limit(1)).scalar_one()
    caplog.set_level(0)
    answer = client.post("/exchange-desk/people", data={"q": f" {person}　"})
    assert answer.status_code == 200
    assert "扣款结果" in answer.text
    assert re.search(r"/exchange-desk/nights/99000[13]/ZH01/2026-02-24", answer.text)
    assert not [known for known in people(site) if known in answer.text]
    require_inert(answer.text)
    assert carried(answer) == HEADERS
    assert person not in caplog.text


@pytest.mark.parametrize("body", [b"", b"q=", b"q=" + b"%E6%9F%90" * 30, b"\xff\x00", b"p=1"])
def test_a_form_that_names_nobody_finds_nobody(client, sign_in, body):
    sign_in("Exchange Desk")
    answer = client.post("/exchange-desk/people", content=body)
    assert (answer.status_code, "没有查到" in answer.text) == (200, True)


def test_a_form_without_end_is_refused(client, sign_in):
    sign_in("Exchange Desk")
    answer = client.post("/exchange-desk/people", content=b"q=" + b"1" * 100_000)
    assert answer.status_code == 400


def test_who_may_not_see_the_desk_finds_nobody(client, sign_in):
    assert client.post("/exchange-desk/people", data={"q": "x"}).status_code == 401
    sign_in("Something Else")
    assert client.post("/exchange-desk/people", data={"q": "x"}).status_code == 403


@pytest.fixture
def hostile_night(site):
    """A night whose every text is hostile, and whose people have real-looking numbers."""
    key = NightKey("990009", "ZH09", date(2026, 3, 2))
    store = site.gateway.store
    with store.begin() as work:
        nights.open_night(work, key, [])
        digest = keep_bytes(store, work, sheets.to_json(_hostile_sheet(key)))
        sheet_store.keep(work, key.night_id, digest, proved=False)
        alarms.ring(work, Code.FILE_ABSENT, key.night_id, f"{HOSTILE} {CARD}")
        alarms.ring(work, Code.FILE_ABSENT, f"{HOSTILE} {CARD}", HOSTILE)
    return key


def _hostile_sheet(key: NightKey) -> ProofSheet:
    total = Sum(1, 1)
    line = BreakLine(
        break_id=HOSTILE,
        kind=HOSTILE,
        direction=HOSTILE,
        blocking=True,
        amount_fen=1,
        unbooked_fen=1,
        batch_no=HOSTILE,
        serial=1,
        line=1,
        code=HOSTILE,
        first_seen=key.business_date,
        loan_no=LOAN,
        payer_account=ACCOUNT,
        payer_name=NAME,
    )
    return ProofSheet(
        bank=key.bank,
        bank_name=HOSTILE,
        account=key.account,
        business_date=key.business_date,
        working_day=True,
        made_at=datetime(2026, 3, 3, tzinfo=SHANGHAI),
        proved=False,
        conclusion=HOSTILE,
        files=(FileLine(HOSTILE, HOSTILE + ACCOUNT, HOSTILE, HOSTILE, 1, "a" * 64, HOSTILE),),
        equations=(EquationLine(HOSTILE, False, HOSTILE, total, ((HOSTILE, Sum()),)),),
        failures=(FailureLine(HOSTILE, HOSTILE, total),),
        breaks=(line,),
    )


def test_what_others_wrote_is_shown_as_text_and_never_run(get, hostile_night):
    for path in ("/", night_path(hostile_night), f"/things/{hostile_night.night_id}"):
        page = get(path).text
        require_inert(page)
        assert all(secret not in page for secret in (NAME, ACCOUNT, LOAN, CARD))
    assert "&lt;script&gt;" in get(night_path(hostile_night)).text


def test_people_on_the_sheet_are_masked_as_the_printed_sheet_masks_them(get, hostile_night):
    page = get(night_path(hostile_night)).text
    assert "欧*** ****5678" in page
    assert "贷款 ****2345" in page


@pytest.mark.parametrize("path", ["/things/{}", "/things?q={}", "/codes/{}", "/runbooks/{}", "/{}"])
def test_what_a_visitor_types_is_not_run_either(client, sign_in, path):
    sign_in("Exchange Desk")
    answer = client.get("/exchange-desk" + path.format("%3Cscript%3Ealert(1)%3C%2Fscript%3E"))
    assert answer.status_code in (400, 404)
    require_inert(answer.text)
