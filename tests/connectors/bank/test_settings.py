"""A bank's settings as a site writes them: what comes of them, and what is refused. 银行设置"""

import json

import pytest

from connectors.bank.flows.filling import policy_in_force
from connectors.bank.model.books import CreditForm
from gateway.errors import Code, NotConfigured
from gateway.wiring.places import Places
from gateway.wiring.settings import site

OWED = {"due_time": "08:00", "due_days_after": 1, "first": "2026-02-01"}
RESULTS = OWED | {"kind": "deduction_result", "days": "working_days"}
STATEMENTS = OWED | {"kind": "account_statement", "days": "working_days"}


@pytest.fixture
def bank_of(tmp_path):
    """The bank of a site with these terms."""

    def read(**terms):
        bank = {
            "code": "990001", "name": "沙箱甲银行", "connection": "folder",
            "accounts": [{"id": "ZH01", "number": "9900010000000000001"}],
            "layouts": {}, "evidence": "channel", "owes": [RESULTS, STATEMENTS], **terms,
        }  # fmt: skip
        settings = {
            "name": "沙箱", "environment": "sandbox", "archive": str(tmp_path / "archive"),
            "journal": {"publication": str(tmp_path / "publication")}, "banks": [bank],
        }  # fmt: skip
        (tmp_path / "settings.json").write_text(json.dumps(settings))
        return site(Places(tmp_path)).banks[0]

    return read


def test_b38_a_night_is_decided_by_what_is_agreed_with_its_bank(bank_of):
    agreed = {
        "credits": "line", "window": 5, "padded_serials": True, "return_days": 15,
        "fee_summaries": ["账户管理费"],
    }  # fmt: skip
    policy = policy_in_force(bank_of(matching=agreed))
    assert (policy.credits, policy.window, policy.return_days) == (CreditForm.LINE, 5, 15)
    assert (policy.padded_serials, policy.fee_summaries) == (True, {"账户管理费"})


def test_a_bank_of_which_nothing_is_said_credits_in_lumps(bank_of):
    policy = policy_in_force(bank_of())
    assert (policy.credits, policy.window, policy.return_days) == (CreditForm.LUMP, 3, 10)
    assert (policy.padded_serials, policy.fee_summaries) == (False, {"手续费", "结息"})


@pytest.mark.parametrize(
    "terms",
    [
        {"matching": {"window": -1}},
        {"matching": {"window": 31}},
        {"matching": {"return_days": 61}},
        {"matching": {"credits": "both"}},
        {"ladder": {"letter_from": 7}},
        {"ladder": {"rate_from": 0}},
        {"owes": [RESULTS]},
    ],
)
def test_terms_by_which_money_is_guessed_or_a_night_waits_for_ever_are_refused(bank_of, terms):
    with pytest.raises(NotConfigured) as refused:
        bank_of(**terms)
    assert refused.value.code is Code.SETTING_INVALID
