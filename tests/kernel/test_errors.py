"""The error tree and its catalogue: every code has one branch, two texts and nobody in it. 错误"""

import pickle
import re

import pytest

from gateway.errors import BRANCHES, Code, Finding, GatewayError, Money, error_for
from gateway.identity import mask_text

codes = pytest.mark.parametrize("code", Code, ids=lambda code: code.name)


def test_no_two_codes_are_the_same_row():
    """Two equal rows would silently be one code with two names."""
    assert len(Code.__members__) == len(list(Code))


@codes
def test_every_code_builds_the_error_of_its_branch(code):
    error = error_for(code, detail="settings.json", subject="file-1")
    assert type(error) is BRANCHES[code.value.branch]
    assert (error.code, error.detail, error.subject) == (code, "settings.json", "file-1")


@codes
def test_every_error_passes_whole_from_one_process_to_another(code):
    error = error_for(code, detail="settings.json", subject="file-1")
    there = pickle.loads(pickle.dumps(error))
    assert (type(there), vars(there), str(there)) == (type(error), vars(error), str(error))


@codes
def test_a_code_given_to_another_branch_is_refused(code):
    for name, branch in BRANCHES.items():
        if name != code.value.branch:
            with pytest.raises(TypeError, match=code.name):
                branch(code)


@codes
def test_the_root_of_the_tree_is_no_branch(code):
    with pytest.raises(TypeError):
        GatewayError(code)


@codes
def test_both_texts_and_the_safe_action_say_something(code):
    entry = code.value
    assert re.search("[一-鿿]", entry.zh)
    assert re.fullmatch(r"[ -~→]+", entry.en)
    assert re.search("[一-鿿]", entry.act)
    assert len(entry.zh) >= 4
    assert len(entry.en) >= 8
    assert re.fullmatch(r"runbooks/[a-z_]+\.md", entry.runbook)


@codes
def test_no_text_of_the_catalogue_looks_like_a_person(code):
    entry = code.value
    assert mask_text(f"{entry.zh} {entry.en} {entry.act}") == f"{entry.zh} {entry.en} {entry.act}"


@codes
def test_an_errors_text_is_its_row_and_its_detail_and_not_its_subject(code):
    text = str(error_for(code, detail="第3行", subject="file-1"))
    assert text.startswith(f"{code.name} {code.value.zh}（第3行）")
    assert code.value.en in text
    assert code.value.act in text
    assert "file-1" not in text
    assert "（" not in str(error_for(code)).removeprefix(f"{code.name} {code.value.zh}")[:1]


def test_every_branch_has_a_code_but_only_where_money_may_move_it_says_so():
    by_branch = {name: {c.value.money for c in Code if c.value.branch == name} for name in BRANCHES}
    assert all(by_branch.values())
    assert by_branch["TransportError"] == {Money.NO}  # nothing reached them
    assert by_branch["OutcomeUnknown"] == {Money.MAYBE}
    assert by_branch["RefusedHere"] == {Money.NO}
    # a file that cannot be read has moved nothing; of a reply on the wire nobody knows
    messages = {Code.MESSAGE_UNREADABLE, Code.MESSAGE_WITH_DTD}
    malformed = {code for code in Code if code.value.branch == "MalformedMessage"}
    assert {code for code in malformed if code.value.money is Money.MAYBE} == messages


def test_there_are_eight_branches_under_one_root():
    assert len(BRANCHES) == 8
    assert all(branch.__base__ is GatewayError for branch in BRANCHES.values())
    assert all((branch.__doc__ or "").strip() for branch in BRANCHES.values())


@pytest.mark.parametrize(
    ("finding", "place"),
    [
        (Finding(Code.FILE_SIZE_DIFFERS), "整个文件"),
        (Finding(Code.TRAILER_MISSING, 62), "第62行"),
        (Finding(Code.ENCODING_INVALID, 3, 17), "第3行第17字节"),
        (Finding(Code.AMOUNT_FORMAT_WRONG, 3, 17, "实扣金额"), "第3行第17字节 实扣金额"),
        (Finding(Code.CONTROL_SUM_WRONG, 62, field="成功金额"), "第62行 成功金额"),
    ],
)
def test_a_finding_says_where_it_is_as_a_clerk_does(finding, place):
    assert finding.place() == place
    assert str(finding) == f"{finding.code.name} {finding.code.value.zh}（{place}）"
