"""Two people decide at the desk: signed in, named, on what was shown, from our own page. 复核页"""

from types import SimpleNamespace

import pytest

from gateway.identity import business_id
from gateway.store import approvals, journal
from gateway.store.approval_states import ApprovalState
from gateway.store.approvals import Ask

OURS = {"origin": "http://desk"}
MAY_ACT = ("Exchange Desk", "PUT Exchange Desk")


@pytest.fixture
def asked(site, request):
    """Something to approve, of this test alone; it names nobody."""
    subject, digest = business_id("batch", request.node.name), "a" * 64
    lines = ("本批 3 笔 6,005.10 元", "<b>=</b> 下一批 3 笔")
    with site.gateway.store.begin() as work:
        return approvals.ask(work, Ask("bank.batch", subject, digest, "扣款批次 D1", lines))


@pytest.fixture
def visit(client, app, site, sign_in):
    """Posts a decision as a user of that name."""
    from airflow.api_fastapi.core_api.security import get_user

    from plugins.exchange_desk.acting import the_gateway

    app.dependency_overrides[the_gateway] = lambda: site.gateway
    sign_in(*MAY_ACT)

    def post(person: str, approval_id: str, act: str, headers=OURS, **form: str):
        app.dependency_overrides[get_user] = lambda: SimpleNamespace(get_name=lambda: person)
        data = {"digest": "a" * 64} | form
        path = f"/exchange-desk/approvals/{approval_id}/{act}"
        parts = {name: (None, value) for name, value in data.items()}
        return client.post(path, files=parts, headers=headers)

    return post


def state(site, approval_id: str) -> ApprovalState:
    with site.gateway.store.begin() as work:
        return approvals.find(work, approval_id).state


def test_the_list_and_the_page_show_totals_and_the_act_that_is_open(get, sign_in, asked):
    sign_in(*MAY_ACT)
    assert "扣款批次 D1" in get("/approvals").text
    shown = get(f"/approvals/{asked}").text
    assert "本批 3 笔 6,005.10 元" in shown
    assert "经办：放行" in shown
    assert "&lt;b&gt;=" in shown


def test_the_operator_releases_and_the_approver_approves(visit, asked, site):
    answer = visit("operator", asked, "release")
    assert (answer.status_code, state(site, asked)) == (303, ApprovalState.RELEASED)
    answer = visit("approver", asked, "approve")
    assert (answer.status_code, state(site, asked)) == (303, ApprovalState.APPROVED)


@pytest.mark.parametrize(
    ("person", "act", "form", "code"),
    [
        ("approver", "release", {}, "PERSON_NOT_NAMED"),
        ("auditor", "release", {}, "PERSON_NOT_NAMED"),
        ("operator", "release", {"digest": "b" * 64}, "APPROVAL_DIGEST_DIFFERS"),
        ("approver", "approve", {}, "APPROVAL_NOT_OPEN"),
        ("operator", "approve", {}, "PERSON_NOT_NAMED"),
    ],
)
def test_what_may_not_be_is_refused_in_words_and_journaled(
    person, act, form, code, visit, asked, site
):
    answer = visit(person, asked, act, **form)
    assert answer.status_code == 409
    assert code in answer.text
    assert state(site, asked) is ApprovalState.AWAITING
    with site.gateway.store.begin() as work:
        last = list(journal.read(work.connection, asked))[-1]
    assert (last.event, person in last.facts) == ("approval_denied", True)


def test_a_refusal_needs_a_reason(visit, asked, site):
    assert visit("approver", asked, "refuse", reason="不").status_code == 400
    assert visit("approver", asked, "refuse", reason="合计与台账不符").status_code == 303
    assert state(site, asked) is ApprovalState.REFUSED


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://elsewhere"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
)
def test_a_form_from_another_server_decides_nothing(headers, visit, asked, site):
    assert visit("operator", asked, "release", headers=headers).status_code == 403
    assert state(site, asked) is ApprovalState.AWAITING


def test_neither_an_unknown_act_nor_a_flood_of_words_does_anything(visit, asked, site):
    assert visit("operator", asked, "delete").status_code == 404
    assert visit("operator", asked, "refuse", reason="x" * 50_000).status_code == 400
    assert state(site, asked) is ApprovalState.AWAITING


def test_a_stranger_and_who_may_only_look_decide_nothing(client, sign_in, asked, site):
    path, form = f"/exchange-desk/approvals/{asked}/release", {"digest": (None, "a" * 64)}
    assert client.post(path, files=form, headers=OURS).status_code == 401
    for permission in ("Something Else", "Exchange Desk"):
        sign_in(permission)
        assert client.post(path, files=form, headers=OURS).status_code == 403
    shown = client.get(f"/exchange-desk/approvals/{asked}").text.split("<main")[1]
    assert "<form" not in shown
    assert state(site, asked) is ApprovalState.AWAITING
