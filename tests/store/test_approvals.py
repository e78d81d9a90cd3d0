"""Nothing happens without two people who saw exactly that; not who caused it. 双人复核"""

import pytest
from sqlalchemy import text

from gateway.errors import Code, GatewayError
from gateway.store import approvals
from gateway.store.approval_states import APPROVAL_STATES, ApprovalState
from gateway.store.approvals import Ask

KIND, SUBJECT = "bank.batch", "batch-1"
A, B = "a" * 64, "b" * 64


@pytest.fixture
def asked(store):
    """Asks for the batch to be approved; returns the approval's id."""

    def ask(digest: str = A, barred: frozenset[str] = frozenset()) -> str:
        with store.begin() as work:
            return approvals.ask(work, Ask(KIND, SUBJECT, digest, "扣款批次", ("笔数 3",), barred))

    return ask


@pytest.fixture
def act(store):
    """Does one act in a transaction of its own; the code it was refused with, None when done."""

    def do(what, *how: str) -> Code | None:
        try:
            with store.begin() as work:
                what(work, *how)
        except GatewayError as error:
            return error.code
        return None

    return do


@pytest.fixture
def required(act):
    """Whether the effect would go ahead: None, or why not."""
    return lambda digest=A: act(approvals.require, KIND, SUBJECT, digest)


def two_people(act, approval_id: str, digest: str = A) -> None:
    assert act(approvals.release, approval_id, "li", digest) is None
    assert act(approvals.approve, approval_id, "wang", digest) is None


def test_the_table_of_approvals_is_sound():
    assert list(APPROVAL_STATES.faults()) == []


def test_only_a_release_and_an_approval_of_two_people_let_it_go_ahead(asked, act, required):
    assert required() is Code.APPROVAL_MISSING
    approval_id = asked()
    assert required() is Code.APPROVAL_MISSING
    assert act(approvals.approve, approval_id, "wang", A) is Code.APPROVAL_NOT_OPEN
    assert act(approvals.release, approval_id, "li", A) is None
    assert required() is Code.APPROVAL_MISSING
    assert act(approvals.approve, approval_id, "wang", A) is None
    assert required() is None


@pytest.mark.parametrize("same", ["li", "LI", " li ", "ｌｉ"])
def test_nobody_releases_and_approves_however_the_name_is_written(same, asked, act, required):
    approval_id = asked()
    assert act(approvals.release, approval_id, "li", A) is None
    assert act(approvals.approve, approval_id, same, A) is Code.SAME_PERSON
    assert required() is Code.APPROVAL_MISSING


def test_x12_who_caused_it_may_neither_release_nor_approve(asked, act, required):
    approval_id = asked(barred=frozenset({"Zhao"}))
    assert act(approvals.release, approval_id, "zhao", A) is Code.PERSON_BARRED
    assert act(approvals.release, approval_id, "li", A) is None
    assert act(approvals.approve, approval_id, "ZHAO", A) is Code.PERSON_BARRED
    assert act(approvals.approve, approval_id, " ", A) is Code.PERSON_BARRED
    assert required() is Code.APPROVAL_MISSING


def test_x12_who_is_found_to_have_caused_it_later_does_not_count(asked, act, required):
    approval_id = asked()
    two_people(act, approval_id)
    assert asked(barred=frozenset({"wang"})) == approval_id
    assert required() is Code.APPROVAL_MISSING


def test_another_content_is_another_approval_and_ends_the_first(asked, act, required):
    first = asked()
    two_people(act, first)
    second = asked(B)
    assert second != first
    assert required(A) is Code.APPROVAL_DIGEST_DIFFERS
    assert required(B) is Code.APPROVAL_MISSING
    assert act(approvals.approve, first, "sun", A) is Code.APPROVAL_NOT_OPEN


def test_a_content_that_comes_back_needs_two_people_anew(asked, act, required):
    first = asked()
    two_people(act, first)
    asked(B)
    assert asked(A) == first
    assert required(A) is Code.APPROVAL_MISSING
    two_people(act, first)
    assert required(A) is None


def test_the_same_content_asked_for_again_changes_nothing(asked, act, required, entries):
    approval_id = asked()
    two_people(act, approval_id)
    before = entries()
    assert asked() == approval_id
    assert (required(), entries()) == (None, before)


def test_what_was_shown_is_what_is_approved(asked, act):
    approval_id = asked()
    assert act(approvals.release, approval_id, "li", B) is Code.APPROVAL_DIGEST_DIFFERS


def test_a_refusal_says_why_and_stays(asked, act, required, store):
    approval_id = asked()
    assert act(approvals.release, approval_id, "li", A) is None
    said = "合计不对，见 6222020200011122233"
    assert act(approvals.refuse, approval_id, "wang", A, said) is None
    assert required() is Code.APPROVAL_REFUSED
    assert asked() == approval_id
    assert act(approvals.approve, approval_id, "wang", A) is Code.APPROVAL_NOT_OPEN
    with store.begin() as work:
        found = approvals.find(work, approval_id)
    assert found.state is ApprovalState.REFUSED
    assert found.acts[-1].reason == "合计不对，见 ****2233"


def test_a_second_click_changes_nothing(asked, act, entries):
    approval_id = asked()
    two_people(act, approval_id)
    before = entries()
    assert act(approvals.release, approval_id, "li", A) is None
    assert act(approvals.approve, approval_id, "wang", A) is None
    assert entries() == before


def test_of_two_who_approve_at_the_same_moment_one_does(asked, act, at_once, rows):
    approval_id = asked()
    assert act(approvals.release, approval_id, "li", A) is None
    ends = at_once(
        lambda: act(approvals.approve, approval_id, "wang", A),
        lambda: act(approvals.approve, approval_id, "sun", A),
    )
    assert sorted(map(str, ends)) == sorted(map(str, [None, Code.APPROVAL_NOT_OPEN]))
    assert rows("select count(*) from approval_act where act = 'APPROVED'") == [(1,)]


def test_of_two_contents_asked_for_at_the_same_moment_one_stands(asked, at_once, rows):
    at_once(lambda: asked(A), lambda: asked(B))
    assert rows("select count(*) from approval where state <> 'SUPERSEDED'") == [(1,)]


def test_what_waits_is_listed_with_the_longest_waiting_first(asked, act, store):
    approval_id = asked()
    with store.begin() as work:
        found = approvals.waiting(work, 10)
    assert [one.approval_id for one in found] == [approval_id]
    assert found[0].lines == ("笔数 3",)
    two_people(act, approval_id)
    with store.begin() as work:
        assert approvals.waiting(work, 10) == []


def test_a_kind_nobody_named_is_our_own_bug(store):
    with pytest.raises(GatewayError, match="TRANSITION_MISSING"), store.begin() as work:
        approvals.ask(work, Ask("bank.anything", SUBJECT, A, "", ()))


@pytest.mark.parametrize(
    "forged",
    [
        # the same person in the second act
        "insert into approval_act select approval_id, round, 'APPROVED', person, digest, at, '' "
        "from approval_act",
        # a refusal without a word
        "insert into approval_act select approval_id, round, 'REFUSED', 'x', digest, at, '' "
        "from approval_act",
        "update approval_act set person = 'x'",
        "delete from approval_act",
        "update approval set digest = repeat('b', 64)",
        "delete from approval",
    ],
)
def test_the_database_takes_no_forged_act(forged, asked, act, owner):
    approval_id = asked()
    assert act(approvals.release, approval_id, "li", A) is None
    with pytest.raises(Exception, match=r"append-only|violates"), owner.begin() as connection:
        connection.execute(text(forged))
