"""What a corrected file asks of a ledger that has booked the older one. 更正后的入账"""

from dataclasses import replace
from datetime import date

from connectors.bank.rules.correcting import booked_of, redone
from connectors.core_system.model import Posting

NONE: frozenset[str] = frozenset()
PLACE = ("B1", 1)
FIRST = Posting(
    bank="990001", account="ZH01", business_date=date(2026, 2, 28), batch_no="B1", serial=1,
    loan_no="L1", instalment_no=1, fen=100, principal_fen=100, interest_fen=0, penalty_fen=0,
    booked_on=date(2026, 2, 28), host_serial="H1",
)  # fmt: skip


def reversal(one: Posting) -> Posting:
    return replace(one, reversal_of=one.key)


def test_booked_for_the_first_time_nothing_is_followed():
    assert redone(booked_of((), NONE, NONE), [FIRST]).postings == [FIRST]


def test_withdrawn_and_brought_back_again_and_again_is_another_posting_each_time():
    made, seen = [FIRST], {FIRST.key}
    for _ in range(3):
        last = made[-1]
        taken = redone(booked_of(made, frozenset({last.key}), NONE), [])
        assert taken.postings == [reversal(last)]
        back = frozenset(one.key for one in made if not one.reversal_of)
        (again,) = redone(booked_of([*made, reversal(last)], NONE, back), [FIRST]).postings
        assert (again.act, again.key in seen) == (last.key, False)
        made, seen = [*made, reversal(last), again], seen | {again.key}


def test_what_people_have_reversed_is_not_reversed_a_second_time():
    key = frozenset({FIRST.key})
    assert redone(booked_of([FIRST], key, key), []).postings == []
    assert redone(booked_of([FIRST], key, key), [FIRST]).kept == {PLACE: FIRST.key}
    (other,) = redone(booked_of([FIRST], key, key), [replace(FIRST, fen=99)]).postings
    assert (other.fen, other.act, other.reversal_of) == (99, FIRST.key, "")


def test_what_the_ledger_refused_is_the_same_when_asked_again_and_another_when_it_differs():
    refused = booked_of([FIRST], NONE, NONE)
    assert redone(refused, [FIRST]).postings == [FIRST]
    (other,) = redone(refused, [replace(FIRST, fen=99, principal_fen=99)]).postings
    assert other.key != FIRST.key
