"""Who may see the desk, and what every answer carries. 访问与响应头"""

import pytest

PAGES = (
    "/",
    "/morning",
    "/morning/2026-02-24/sheet.pdf",
    "/nights/990001/ZH01/2026-02-24",
    "/nights/990001/ZH01/2026-02-24/sheet.pdf",
    "/things",
    "/things/night-000000",
    "/overdue",
    "/breaks",
    "/breaks/night-000000",
    "/days",
    "/people",
    "/breaks",
    "/breaks/night-000000",
    "/days",
    "/approvals",
    "/approvals/approval-00000000000000000000",
    "/codes",
    "/codes/FILE_OVERDUE",
    "/runbooks/bank_reconciliation",
    "/runs?dag_id=bank_reconciliation&run_id=some",
)
ASSETS = ("/desk.css", "/icon.svg", "/icon-dark.svg")
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "frame-ancestors 'self'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


def carried(answer):
    return {name: answer.headers.get(name) for name in HEADERS}


@pytest.mark.parametrize("path", PAGES + ASSETS)
def test_a_stranger_gets_nothing(client, path):
    answer = client.get(f"/exchange-desk{path}")
    assert answer.status_code == 401
    assert "尚未登录" in answer.text
    assert carried(answer) == HEADERS


def test_a_strangers_browser_is_sent_to_the_sign_in_and_comes_back(client):
    answer = client.get("/exchange-desk/codes?a=b", headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == (
        "/api/v2/auth/login?next=%2Fexchange-desk%2Fcodes%3Fa%3Db"
    )


@pytest.mark.parametrize("path", PAGES)
def test_without_the_permission_every_page_is_refused(client, sign_in, path):
    sign_in("Something Else")
    answer = client.get(f"/exchange-desk{path}")
    assert answer.status_code == 403
    assert "没有查看对账台的权限" in answer.text
    assert carried(answer) == HEADERS


def test_no_page_was_forgotten(app):
    assert {path.split("?")[0] for path in PAGES + ASSETS} == {
        route.path.format(
            bank="990001",
            account="ZH01",
            day="2026-02-24",
            form="pdf",
            wanted="night-000000",
            name=name,
            approval_id="approval-00000000000000000000",
        )
        for route in app.routes
        if "GET" in route.methods
        for name in [{"/codes/{name}": "FILE_OVERDUE"}.get(route.path, "bank_reconciliation")]
    }


def test_a_run_needs_the_right_to_read_its_results(client, sign_in, app):
    from plugins.exchange_desk.pages.runs import labels_of_run

    app.dependency_overrides[labels_of_run] = lambda: ["990001/ZH01/2026-02-24"]
    path = "/exchange-desk/runs?dag_id=bank_reconciliation&run_id=some"
    sign_in("Exchange Desk")
    assert client.get(path).status_code == 403
    sign_in("Exchange Desk", "XCOM bank_reconciliation")
    answer = client.get(path)
    assert "/exchange-desk/nights/990001/ZH01/2026-02-24" in answer.text
    assert "990003" not in answer.text


@pytest.mark.parametrize("labels", [None, [], "[]", "{}", ["no label", "../x", 7], "[[]]"])
def test_a_run_without_nights_says_so(client, sign_in, app, labels):
    from plugins.exchange_desk.pages.runs import labels_of_run

    app.dependency_overrides[labels_of_run] = lambda: labels
    sign_in("Exchange Desk", "XCOM other")
    answer = client.get("/exchange-desk/runs?dag_id=other&run_id=some")
    assert (answer.status_code, "没有开立任何一晚" in answer.text) == (200, True)


def test_the_desk_only_looks(client, sign_in):
    sign_in("Exchange Desk")
    for method in ("post", "put", "delete", "patch"):
        answer = client.request(method, "/exchange-desk/")
        assert (answer.status_code, carried(answer)) == (405, HEADERS)


def test_its_database_role_can_neither_write_nor_read_the_instructions(app):
    from sqlalchemy import text

    from gateway.errors import GatewayError
    from plugins.exchange_desk.desk import the_desk

    desk = app.dependency_overrides[the_desk]()
    for statement in (
        "update bank_night set state = 'PROVED'",
        "insert into alarm values ('a', 'b', 'c', 'd', now(), now(), 1)",
        "select payer_name from deduction_result",
        "select payer_account from instruction",
    ):
        for first in ("select 1", "set transaction read write"):
            with pytest.raises(GatewayError), desk.store.begin() as work:
                work.connection.execute(text(first))
                work.connection.execute(text(statement))
