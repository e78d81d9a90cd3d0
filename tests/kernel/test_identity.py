"""Identity: keys from business facts, check digits, names as they are compared. 标识"""

import ast
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity import business_id, fold_name, idempotency_key, is_id_card, is_uscc

ROOT = Path(__file__).parents[2]
ID_CARD = "11010519491231002X"
USCC = "9144030071526726XG"
USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
parts = st.lists(st.text(max_size=6) | st.integers(), max_size=4)


def test_parts_that_read_alike_together_are_different_keys():
    assert idempotency_key("k", "ab", "c") != idempotency_key("k", "a", "bc")
    assert idempotency_key("k", "a") != idempotency_key("ka")
    assert idempotency_key("k", "1:a") != idempotency_key("k", "", "a")
    assert idempotency_key("k", "a", "") != idempotency_key("k", "a")


def test_a_key_is_the_same_for_ever():
    """The core system keeps our keys: one that changed would be posted a second time."""
    kept = "7797314c75c4a2d967d0f31727de818a4a6ee5eace3a6a65d09153a8a5586961"
    assert idempotency_key("posting", "990001", "ZH01", "PLKK20260228001", 7) == kept
    assert business_id("night", "990001", "ZH01", "2026-02-28") == "night-3974ad602c9ff7a0a28d"


def test_a_number_is_the_same_part_as_its_digits():
    assert idempotency_key("k", 7) == idempotency_key("k", "7")


@given(parts, parts)
def test_different_parts_are_different_keys(one, other):
    same = list(map(str, one)) == list(map(str, other))
    assert (idempotency_key("k", *one) == idempotency_key("k", *other)) is same


@given(parts)
def test_an_id_is_its_kind_and_twenty_hex_digits(found):
    assert re.fullmatch(r"file-[0-9a-f]{20}", business_id("file", *found))


@pytest.mark.parametrize(
    "number",
    [ID_CARD, "440524188001010014", "11010120000229000X"],  # the last one on a 29 February
)
def test_a_sound_citizen_number_passes(number):
    assert is_id_card(number)


@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002x",  # lower case
        "110105194912310021",  # check digit
        "11010519491331002X",  # month 13
        "11010520230229002X",  # no 29 February in 2023
        "01010519491231002X",  # no such division
        "91010519491231002X",
        "110105491231002",  # the old 15 digits (T14)
        "1101051949123100２X",  # a full-width digit
        "11010519491231002X ",
        "11010519491231002X\n",
        "",
    ],
)
def test_t14_an_unsound_citizen_number_is_refused(number):
    assert not is_id_card(number)


def test_an_invented_citizen_number_passes_in_the_sandbox_only():
    body = "99105519491231002"
    sound = [body + check for check in "0123456789X" if is_id_card(body + check, sandbox=True)]
    assert len(sound) == 1
    assert not is_id_card(sound[0])


@given(st.dates(date(1850, 1, 2), date(2099, 12, 31)), st.integers(0, 999))
def test_a_body_has_exactly_one_check_digit(born, order):
    body = f"110105{born:%Y%m%d}{order:03d}"
    assert sum(is_id_card(body + check) for check in "0123456789X") == 1


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_in_a_citizen_number_is_noticed(place, change):
    wrong = str((int(ID_CARD[place]) + change) % 10)
    assert not is_id_card(ID_CARD[:place] + wrong + ID_CARD[place + 1 :])


def test_somebody_born_before_anybody_alive_is_no_citizen():
    born = date(1850, 1, 1)
    for day in (born, born - timedelta(days=1)):
        assert not any(is_id_card(f"110105{day:%Y%m%d}002{c}") for c in "0123456789X")


@pytest.mark.parametrize("code", [USCC, "91330100799655058B"])
def test_a_sound_credit_code_passes(code):
    assert is_uscc(code)


@pytest.mark.parametrize(
    "code",
    [
        "9144030071526726XH",  # its own check character
        "9144030071526726YG",  # the organisation's
        "9144030071526726XI",  # not in the alphabet
        "9144030071526726xg",
        "9144030071526726X",
        "9144030071526726XG ",
        "91440300715267２6XG",
        "",
    ],
)
def test_an_unsound_credit_code_is_refused(code):
    assert not is_uscc(code)


def test_a_wrong_organisation_code_inside_is_noticed_whatever_the_last_character():
    """GB 32100 holds GB 11714: 71526726 has the check character X and no other."""
    for letter in set(USCC_LETTERS) - {"X"}:
        assert not any(is_uscc(USCC[:16] + letter + last) for last in USCC_LETTERS)
    assert sum(is_uscc(USCC[:17] + last) for last in USCC_LETTERS) == 1


@given(st.integers(0, 17), st.sampled_from(USCC_LETTERS))
def test_one_wrong_character_in_a_credit_code_is_noticed(place, letter):
    altered = USCC[:place] + letter + USCC[place + 1 :]
    assert is_uscc(altered) is (altered == USCC)


@pytest.mark.parametrize("dot", "··•・．‧∙⋅")
def test_b33_the_middle_dots_of_a_name_are_one_dot(dot):
    assert fold_name(f"沙箱{dot}阿依古丽") == fold_name("沙箱·阿依古丽")


@pytest.mark.parametrize("blank", [" ", "\u3000", "\t", "\u00a0"])
def test_b33_blanks_in_a_name_do_not_count(blank):
    assert fold_name(f"{blank}沙箱{blank}䶮{blank}") == "沙箱䶮"


@pytest.mark.parametrize(
    ("one", "other"), [("沙箱䶮", "沙箱?"), ("沙箱东", "沙箱東"), ("沙", "沙箱")]
)
def test_b33_what_is_another_character_is_another_name(one, other):
    assert fold_name(one) != fold_name(other)


@given(st.text(max_size=20))
def test_folding_twice_is_folding_once(name):
    assert fold_name(fold_name(name)) == fold_name(name)


def test_the_kinds_of_ids_we_make_are_those_the_mask_leaves_alone():
    from gateway.identity import _PERSONAL
    from gateway.signing.at_rest.tokens import Kind

    made = {kind.value for kind in Kind}
    for folder in ("gateway", "connectors"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "business_id":
                    made.add(node.args[0].value)
    listed = re.search(r"\(\?:([a-z|]+)\)-", _PERSONAL.pattern)
    assert made == set(listed[1].split("|"))
