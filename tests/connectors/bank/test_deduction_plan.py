"""Each due is in the next batch or has its reason; nobody is asked twice; E5 holds. 扣款计划"""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from connectors.bank.model.deductions import Exclusion, LastFailure
from connectors.bank.rules.deduction.planning import (
    batches_of,
    digest_of,
    equation,
    plan,
    sum_of,
)
from connectors.bank.rules.proof import Sum
from connectors.core_system.model import Hold, LoanKind, LoanStatus, MandateState
from gateway.dates import SHANGHAI
from gateway.errors import Code, GatewayError
from tests.connectors.bank.dues import (
    ACCOUNT,
    AT,
    BANK,
    DAY,
    LONG_AGO,
    account,
    due,
    given,
    known,
    mandate,
    payer,
)

PLACE = (BANK, ACCOUNT)
ONE = due()
KEY = (ONE.loan_no, ONE.instalment_no)
AFTERNOON = datetime(2026, 2, 27, 15, 0, tzinfo=SHANGHAI)
NEW = replace(ONE, payer_account=payer(77))


def reason(one, **facts: object) -> Exclusion | None:
    """Why this due is not asked for; `facts` go into what is known."""
    planned = plan(PLACE, [one], given(known=replace(known(one), **facts)))
    return planned.excluded[0].reason if planned.excluded else None


def failed(meaning: str, **other: object) -> dict[str, LastFailure]:
    last = LastFailure(meaning, ONE.payer_account, ONE.payer_name, ONE.mandate_no)
    return {ONE.loan_no: replace(last, **other)}


def test_what_is_in_order_is_asked_for():
    assert reason(ONE) is None


@pytest.mark.parametrize(
    ("expected", "one"),
    [
        (Exclusion.LOAN_SETTLED, replace(ONE, status=LoanStatus.SETTLED)),
        (Exclusion.LOAN_SETTLED, replace(ONE, status=LoanStatus.WRITTEN_OFF)),
        (
            Exclusion.AMOUNT_NOT_POSITIVE,
            replace(ONE, principal_fen=0, interest_fen=0, penalty_fen=0),
        ),
        (Exclusion.AMOUNT_NOT_POSITIVE, replace(ONE, interest_fen=-1)),
        (Exclusion.NOT_DUE_YET, replace(ONE, due_on=DAY + timedelta(days=1))),
        (Exclusion.OFFSET_RUNNING, replace(ONE, hold=Hold.OFFSET_RUNNING)),
        (Exclusion.COURT_HOLD, replace(ONE, hold=Hold.COURT)),
        (Exclusion.MANUAL_HOLD, replace(ONE, hold=Hold.MANUAL)),
        (Exclusion.RETRIES_OVER, replace(ONE, due_on=date(2026, 2, 11))),
    ],
)  # fmt: skip
def test_each_reason_of_the_due_itself_is_named(expected, one):
    assert reason(one) is expected


@pytest.mark.parametrize(
    ("expected", "facts"),
    [
        (Exclusion.IN_FLIGHT, {"in_flight": {KEY: False}}),
        (Exclusion.OUTCOME_UNKNOWN, {"in_flight": {KEY: True}}),
        (Exclusion.ASKED_TODAY, {"asked_today": frozenset({KEY})}),
        (Exclusion.BLOCKING_BREAK, {"blocked": frozenset({ONE.loan_no})}),
        (Exclusion.ACCOUNT_UNKNOWN, {"accounts": {}}),
        (Exclusion.MANDATE_MISSING, {"mandates": {}}),
    ],
)
def test_each_reason_of_what_is_known_is_named(expected, facts):
    assert reason(ONE, **facts) is expected


def test_b27_an_account_that_is_not_effective_yet_is_not_used():
    later = account(NEW, effective_at=AFTERNOON)
    facts = {"accounts": {ONE.loan_no: [account(ONE), later]}}
    assert reason(NEW, **facts) is Exclusion.ACCOUNT_NOT_YET
    # the old one is still in force, and used today
    assert reason(ONE, **facts) is None


def test_b27_from_its_effective_instant_the_new_account_is_used_and_the_old_one_not():
    now = account(NEW, effective_at=AT - timedelta(hours=1))
    facts = {
        "accounts": {ONE.loan_no: [account(ONE), now]},
        "mandates": {ONE.loan_no: [mandate(NEW)]},
    }
    assert reason(NEW, **facts) is None
    assert reason(ONE, **facts) is Exclusion.ACCOUNT_UNKNOWN


@pytest.mark.parametrize("approver", ["", "zhao"])
def test_a_change_of_account_that_nobody_else_checked_is_not_used(approver):
    facts = {"accounts": {ONE.loan_no: [account(ONE, approved_by=approver)]}}
    assert reason(ONE, **facts) is Exclusion.ACCOUNT_UNCHECKED


@pytest.mark.parametrize(
    ("expected", "other"),
    [
        (Exclusion.MANDATE_NOT_YET, {"effective_at": AFTERNOON}),
        (Exclusion.MANDATE_NOT_YET, {"state": MandateState.PENDING}),
        (Exclusion.MANDATE_ENDED, {"state": MandateState.REVOKED}),
        (Exclusion.MANDATE_ENDED, {"ended_at": AT}),
        (Exclusion.MANDATE_MISSING, {"payer_account": payer(5)}),
        (Exclusion.MANDATE_MISSING, {"mandate_no": "WT-OTHER"}),
    ],
)
def test_b13_without_a_mandate_in_force_nothing_is_debited(expected, other):
    assert reason(ONE, mandates={ONE.loan_no: [mandate(ONE, **other)]}) is expected


def test_b13_a_new_mandate_counts_beside_a_revoked_one():
    old = mandate(ONE, state=MandateState.REVOKED, ended_at=LONG_AGO)
    assert reason(ONE, mandates={ONE.loan_no: [old, mandate(ONE)]}) is None


def test_b09_insufficient_funds_are_asked_for_again():
    assert reason(ONE, failures=failed("INSUFFICIENT")) is None


def test_b11_a_name_that_differs_is_not_asked_again_until_it_changes():
    assert reason(ONE, failures=failed("IDENTITY")) is Exclusion.IDENTITY_FAILED
    assert reason(ONE, failures=failed("IDENTITY", payer_name="沙箱旧名")) is None


def test_b12_a_closed_account_is_not_asked_again_until_another_is_registered():
    assert reason(ONE, failures=failed("ACCOUNT_STATE")) is Exclusion.ACCOUNT_FAILED
    assert reason(ONE, failures=failed("ACCOUNT_STATE", payer_account=payer(9))) is None


def test_b13_a_failed_mandate_is_not_asked_again_until_another_is_signed():
    assert reason(ONE, failures=failed("MANDATE")) is Exclusion.MANDATE_FAILED
    assert reason(ONE, failures=failed("MANDATE", mandate_no="WT-OLD")) is None


@pytest.mark.parametrize(
    ("expected", "name"),
    [
        (None, "沙" * 30),
        (Exclusion.NAME_TOO_LONG, "沙" * 31),
        (None, "沙箱䶮"),
        (Exclusion.NAME_UNWRITABLE, "沙箱\ud842"),
        (Exclusion.UNFIT, "沙|箱"),
    ],
)
def test_a_name_the_bank_s_file_cannot_say_whole_is_left_out_never_cut(expected, name):
    assert reason(replace(ONE, payer_name=name)) is expected


def test_b29_of_a_combined_loan_only_our_part_is_asked_for():
    ours = replace(ONE, kind=LoanKind.COMBINED)
    planned = plan(PLACE, [ours], given(ours))
    assert sum_of(planned.chosen) == Sum(1, ours.fen)


def test_what_the_core_gives_twice_is_asked_for_not_at_all():
    planned = plan(PLACE, [ONE, replace(ONE, penalty_fen=999)], given(ONE))
    assert [one.reason for one in planned.excluded] == [Exclusion.DUE_TWICE] * 2


def test_x11_amounts_of_another_business_date_are_refused():
    with pytest.raises(GatewayError) as refused:
        plan(PLACE, [replace(ONE, business_date=DAY - timedelta(days=1))], given(ONE))
    assert refused.value.code is Code.CORE_DATE_DIFFERS


def test_x12_who_changed_an_account_lately_is_barred_and_nobody_else():
    two, three = due(2), due(3)
    accounts = {
        ONE.loan_no: [account(ONE)],
        two.loan_no: [account(two, changed_by="sun", effective_at=AT - timedelta(days=3))],
        three.loan_no: [account(three, changed_by="li", effective_at=AT - timedelta(days=3))],
    }
    left_out = replace(three, hold=Hold.COURT)
    all_known = replace(known(ONE, two, left_out), accounts=accounts)
    planned = plan(PLACE, [ONE, two, left_out], given(known=all_known))
    assert planned.barred == {"sun"}


def test_the_batches_are_the_same_in_whatever_order_the_core_answers():
    dues = [due(n) for n in range(1, 8)]
    forward, backward = (plan(PLACE, some, given(*dues)) for some in (dues, dues[::-1]))
    assert forward == backward
    cut = list(batches_of(forward, 3))
    assert [len(lines) for lines in cut] == [3, 3, 1]
    assert [[line.serial for line in lines] for lines in cut] == [[1, 2, 3], [1, 2, 3], [1]]


def test_the_digest_binds_every_word_of_every_line():
    (lines,) = batches_of(plan(PLACE, [ONE], given(ONE)), 10)
    place = (*PLACE, DAY.isoformat())
    changes = dict.fromkeys(type(lines[0]).__dataclass_fields__, "x")
    digests = {
        digest_of(place, [replace(lines[0], **{name: new})]) for name, new in changes.items()
    }
    assert len(digests | {digest_of(place, lines)}) == len(changes) + 1
    assert digest_of((*PLACE, "2026-02-28"), lines) != digest_of(place, lines)


HOLDS = st.sampled_from([*Hold])
STATUSES = st.sampled_from([*LoanStatus])


@st.composite
def a_due(draw):
    amounts = st.integers(min_value=-5, max_value=10**9)
    return due(
        draw(st.integers(1, 6)),
        principal_fen=draw(amounts),
        hold=draw(HOLDS),
        status=draw(STATUSES),
        due_on=DAY - timedelta(days=draw(st.integers(-3, 70))),
        payer_name=draw(st.sampled_from(["沙箱", "沙" * 40, "", "a|b"])),
    )


@examples(st.lists(a_due(), max_size=12), st.data())
def test_e5_every_due_is_in_the_next_batch_or_has_one_reason_to_the_fen(dues, data):
    flying = data.draw(st.lists(st.sampled_from(dues), max_size=4)) if dues else []
    flags = {(d.loan_no, d.instalment_no): data.draw(st.booleans()) for d in flying}
    planned = plan(PLACE, dues, given(known=known(*dues, in_flight=flags)))
    proof = equation(planned, Sum(len(dues), sum(one.fen for one in dues)))
    assert proof.holds
    chosen = [(one.loan_no, one.instalment_no) for one in planned.chosen]
    assert len(chosen) == len(set(chosen))
    assert not set(chosen) & set(flags)
    assert all(one.fen > 0 for one in planned.chosen)


def test_e5_that_does_not_hold_stops_everything():
    planned = plan(PLACE, [ONE], given(ONE))
    with pytest.raises(GatewayError, match="PROOF_UNEQUAL"):
        equation(planned, Sum(1, ONE.fen + 1))
