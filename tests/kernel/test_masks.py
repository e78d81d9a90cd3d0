"""Masks: what a person may not see is not there, and what they need is. 脱敏"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity import business_id, mask_account, mask_id_card, mask_name, mask_text

ID_CARD, CARD, MOBILE = "11010519491231002X", "6222021234567890123", "13912345678"
DIGEST = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
HANZI = st.text(alphabet="沙箱䶮𬭎的账户是，。（）：", max_size=8)
digits = st.text(alphabet="0123456789", min_size=15, max_size=40)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("沙箱䶮", "沙**"), ("沙箱·阿依古丽", "沙******"), ("沙", "沙"), ("", ""), ("𬭎辉", "𬭎*")],
)
def test_a_name_keeps_its_first_character(name, shown):
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(ID_CARD, "110*************2X"), ("E12345678", "E12****78"), ("12345678", "***"), ("", "***")],
)
def test_a_document_number_keeps_three_and_two_characters(number, shown):
    assert mask_id_card(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(CARD, "****0123"), ("123456789", "****6789"), ("12345678", "****")]
)
def test_an_account_keeps_its_last_four_characters(number, shown):
    assert mask_account(number) == shown


@given(st.text(max_size=40))
def test_masks_never_leak_more_than_they_promise(text):
    assert mask_name(text)[1:].strip("*") == ""
    assert len(mask_account(text).replace("*", "")) <= 4
    assert len(mask_account(text).removeprefix("****")) <= len(text) / 2
    assert len(mask_id_card(text).replace("*", "")) <= 5


@pytest.mark.parametrize(
    "number",
    [
        CARD,
        ID_CARD,
        ID_CARD.lower(),
        MOBILE,
        "86" + MOBILE,
        "+86" + MOBILE,
        "110105491231002",
        "1" * 15,
        "1" * 31,
        "1" * 40,
        "6222 0201 1122 3344",
        "6222 0201 1122 3344 556",
        "6222-0201-1122-3344",
        "138 0013 8000",
        "138-0013-8000",
        "+86 138 0013 8000",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "账号{}户名", "借款人（{}）", "卡号：{}，手机", "x={} y", "acct_{}_", "tel-{}"]
)
def test_numbers_of_people_are_caught_wherever_they_stand(number, around):
    masked = mask_text(around.format(number))
    assert number not in masked
    assert "****" + number[-4:] in masked


@given(HANZI, digits, HANZI)
def test_a_long_run_of_digits_in_chinese_text_is_caught(before, number, after):
    assert mask_text(before + number + after) == f"{before}****{number[-4:]}{after}"


@given(HANZI, st.text(alphabet="0123456789", max_size=10), HANZI)
def test_a_short_run_of_digits_is_left_alone(before, number, after):
    assert mask_text(before + number + after) == before + number + after


@pytest.mark.parametrize(
    "text",
    [
        DIGEST,
        f"digest={DIGEST}",
        "2026-02-28",
        "20260228",
        "2026-03-01T02:00:00.001000+08:00",
        "2026-03-01 02:00:00",
        "DKJG_990001_ZH01_20260228_V01.txt",
        "PLKK20260228001",
        "990001/ZH01/2026-02-28",
        "count=60 fen=12011234",
        "1234 5678 9012 元",
        "第3行第17字节 实扣金额",
        business_id("night", "990001"),
    ],
)
def test_our_ids_digests_and_dates_are_left_alone(text):
    assert mask_text(text) == text


def test_an_id_of_ours_that_is_all_digits_is_left_alone():
    """One id in twelve thousand is."""
    ids = (business_id("file", number) for number in range(100_000))
    unlucky = next(one for one in ids if one.removeprefix("file-").isdigit())
    assert mask_text(f"subject={unlucky}.") == f"subject={unlucky}."
    assert mask_text(unlucky + "1") != unlucky + "1"


def test_numbers_beside_an_id_of_ours_are_still_caught():
    own = business_id("file", 1)
    assert mask_text(f"{own} {CARD}") == f"{own} ****0123"


@given(st.text(max_size=60))
def test_masking_twice_is_masking_once(text):
    assert mask_text(mask_text(text)) == mask_text(text)
