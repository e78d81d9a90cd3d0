"""Each page over a real reconciled site. 各页"""

import io
import re

import openpyxl
import pytest

from connectors.bank.flows import proving
from gateway.errors import Code
from plugins.exchange_desk.labels import night_path
from tests.desk.world import BAD, EMPTY, OTHER, OVERDUE, PROVED

_ID = r"[a-z]+-[0-9a-f]{20}"


def row_of(page: str, key) -> str:
    """The overview's row of one night."""
    rows = re.findall(r"<tr class=.*?</tr>", page, re.DOTALL)
    return next(row for row in rows if f'{night_path(key)}">{key.business_date}' in row)


def numbers_of(row: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r'<td class="n.*?</td>', row)]


BANKS_SHOWN = ("沙箱甲银行", "沙箱乙银行", "沙箱丙银行")


def test_the_overview_shows_each_night_with_what_was_counted(get):
    row = row_of(get("/").text, PROVED)
    files, examined, outcomes = numbers_of(row)[:3], numbers_of(row)[3], numbers_of(row)[4:10]
    assert (files, examined) == (["2", "2", "0"], "60")
    assert sum(map(int, outcomes)) == 60
    assert "已核平" in row


def test_a_night_that_examined_nothing_is_amber_though_it_is_proved(get):
    row = row_of(get("/").text, EMPTY)
    assert row.startswith('<tr class="warn">')
    assert "已核平" in row
    assert "未检查任何指令" in row
    assert "说明任何问题" in get(night_path(EMPTY)).text


@pytest.mark.parametrize(("key", "text"), [(BAD, "来文被隔离"), (OVERDUE, "有告警")])
def test_a_night_that_stopped_is_red(get, key, text):
    row = row_of(get("/").text, key)
    assert row.startswith('<tr class="bad">')
    assert text in row


def test_the_newest_night_comes_first(get):
    dates = re.findall(r'">(2026-02-\d\d)</a>', get("/").text)
    assert dates == sorted(dates, reverse=True)


def test_an_alarm_says_what_to_do_and_leads_to_its_night(get):
    page = get("/").text
    code = Code.CONTROL_SUM_WRONG
    assert f"/exchange-desk/codes/{code.name}" in page
    assert code.value.zh in page
    assert code.value.act in page
    assert f'/exchange-desk{night_path(BAD)}">{BAD.label}</a>' in page
    assert "/exchange-desk/runbooks/bank_reconciliation" in page


def test_fewer_nights_on_demand_and_never_too_many(get):
    assert get("/?most=1").text.count('scope="row"><a') == 1
    assert "列出最近 300 晚" in get("/?most=1").text
    get("/?most=0", 400)
    get("/?most=1000000", 400)


def test_a_proved_nights_page_is_its_sheet(get):
    page = get(night_path(PROVED)).text
    assert "等式全部成立，核平" in page
    for title in ("扣款指令全部有下落", "对账单逐笔有归属", "扣款失败", "不平账项", "报文"):
        assert title in page
    assert "✕" not in page
    assert len(set(re.findall(rf"/things/({_ID})", page))) >= 6


def test_a_stopped_nights_page_says_what_is_wrong_and_where(get):
    page = get(night_path(BAD)).text
    assert Code.CONTROL_SUM_WRONG.value.zh in page
    assert "检查结果" in page
    assert "尚未勾对" in page


def test_an_overdue_nights_page_says_which_file_is_missing(get):
    page = get(night_path(OVERDUE)).text
    assert "未到" in page
    assert Code.FILE_OVERDUE.value.act in page


def test_a_night_that_never_was(get):
    assert "查无此编号" in get("/nights/990001/ZH01/2031-01-01", 404).text
    get("/nights/990001/ZH01/2031-13-01", 400)
    get("/nights/99%270001/ZH01/2031-01-01", 400)


def test_every_id_of_a_night_has_a_life(get):
    ids = set(re.findall(rf"/things/({_ID})", get(night_path(PROVED)).text))
    for identity in ids:
        assert identity in get(f"/things/{identity}").text
    assert {identity.partition("-")[0] for identity in ids} >= {"night", "file", "receipt"}


def test_a_life_is_told_step_by_step_with_its_proof(get):
    page = get(f"/things/{PROVED.night_id}").text
    assert "开立夜间对账" in page
    assert "因 等式全部成立；状态 已核平" in page
    assert night_path(PROVED) in page
    file = re.search(r"/things/(file-[0-9a-f]{20})", get(night_path(BAD)).text).group(1)
    assert (
        f"原因 {Code.CONTROL_SUM_WRONG.value.zh}（CONTROL_SUM_WRONG）"
        in get(f"/things/{file}").text
    )
    receipt = re.search(r"/things/(receipt-[0-9a-f]{20})", page).group(1)
    life = get(f"/things/{receipt}").text
    assert "C 经认证通道，内容可读" in life
    assert "本方也能造出同样的字节" in life  # what it does not prove


def test_a_night_says_what_the_grades_on_its_page_prove_and_what_not(get):
    page = get(night_path(PROVED)).text
    assert '<abbr class="grade" title="对方签名">B</abbr>' in page
    assert "可证明内容出自对方且未被改动" in page
    assert "无凭据" not in page


def test_the_overview_counts_each_counterpartys_proofs(get):
    table = re.search(r'<table class="strengths">.*?</table>', get("/").text, re.DOTALL).group()
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</th>(.*?)</tr>", table, re.DOTALL)
    counted = {name: list(map(int, numbers_of(cells))) for name, cells in rows}
    assert "核心系统" in counted
    for numbers in counted.values():
        assert sum(numbers[:-1]) == numbers[-1] > 0
        assert numbers[3:5] == [0, 0]  # the sandbox proves what it says


def test_the_search_leads_to_a_thing_or_a_night(get):
    def led(typed: str) -> str:
        return get(f"/things?q={typed}", 303).headers["location"]

    assert led(OTHER.night_id.upper()) == f"/exchange-desk/things/{OTHER.night_id}"
    assert led("night-3974ad") == "/exchange-desk/things/night-3974ad"
    assert led(OTHER.label) == f"/exchange-desk{night_path(OTHER)}"


def test_the_beginning_of_an_id_is_enough(get):
    assert PROVED.night_id in get(f"/things/{PROVED.night_id[:14]}").text


@pytest.mark.parametrize(
    "wanted",
    ["file-ffffffffff", "night-", "rubbish", "night-3974ad%00", "%27; drop table--", "a" * 300],
)
def test_an_unknown_id_is_answered_with_what_to_do(get, wanted):
    page = get(f"/things/{wanted}", 404).text
    assert "查无此编号" in page
    assert 'action="/exchange-desk/things"' in page


def test_every_code_has_its_page(get):
    listed = get("/codes").text
    for code in Code:
        page = get(f"/codes/{code.name}").text
        entry = code.value
        assert f"/codes/{code.name}" in listed
        assert all(text in page for text in (entry.zh, entry.act, entry.runbook, entry.money.value))
    get("/codes/NO_SUCH_CODE", 404)


def test_a_runbook_is_shown_and_nothing_else_of_the_disk(get):
    for runbook in {code.value.runbook for code in Code}:
        page = get("/" + runbook.removesuffix(".md")).text
        assert f"docs/{runbook}" in page
        assert ">处理 Act</h2>" in page
    for name in ("nothing", "..%2F..%2Fpyproject", "%2Fetc%2Fpasswd"):
        get(f"/runbooks/{name}", 404)


def test_the_morning_tells_every_account_and_what_needs_a_person_first(get):
    text = get("/morning").text
    for name in BANKS_SHOWN:
        assert name in text
    assert "未核平" in text
    assert Code.CONTROL_SUM_WRONG.value.act in text
    assert text.index("先办") < text.index("各行各专户")


def test_a_night_and_the_morning_are_downloaded_without_their_people(client, sign_in, site):
    sign_in("Exchange Desk")
    sheet = proving.sheet_of(site.gateway.bank(PROVED.bank), PROVED)
    known = {line.payer_account for line in sheet.breaks if line.payer_account}
    assert known
    answer = client.get(f"/exchange-desk{night_path(PROVED)}/sheet.xlsx")
    assert answer.headers["content-disposition"].endswith('.xlsx"')
    shown = workbook_text(answer.content)
    assert not any(account in shown for account in known)
    assert client.get("/exchange-desk/morning/2026-02-24/sheet.pdf").content[:5] == b"%PDF-"
    assert client.get(f"/exchange-desk{night_path(PROVED)}/sheet.docx").status_code == 400


def workbook_text(data: bytes) -> str:
    """Every cell of a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return " ".join(str(cell.value) for page in book for row in page for cell in row)


def test_the_overdue_rate_is_charted_for_every_account_that_was_assessed(get):
    text = get("/overdue").text
    assert text.count("<svg") == len(BANKS_SHOWN)
    assert text.count("<polyline") == 2 * len(BANKS_SHOWN)
    for name in BANKS_SHOWN:
        assert name in text
    assert "按逾期本金" in text and "‰" in text
