"""Money: what is read is exact, and what is not exactly yuan is refused. 金额"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.money import fen_of, format_yuan, parse_yuan, show_yuan, yuan_of

FEN_MAX = 10**15 - 1  # thirteen digits of yuan
amounts = st.integers(0, FEN_MAX)
signed = st.integers(-FEN_MAX, FEN_MAX)


@pytest.mark.parametrize(
    ("text", "fen"),
    [("0.00", 0), ("0.01", 1), ("0.10", 10), ("1.00", 100), ("2001.70", 200_170),
     ("9999999999999.99", FEN_MAX)],
)  # fmt: skip
def test_yuan_are_read_as_fen(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    ["1,234.50", "12.345", "-1.00", "+1.00", "1", "1.", ".50", "1.5", "01.00", "00.00", "1.00 ",
     " 1.00", "1.00\n", "\t1.00", "1e2", "1E2.00", "1.0O", "１.００", "1．00", "¥1.00", "NaN",
     "Infinity", "0x1.00", "1_000.00", "", "-0.00", "10000000000000.00", "٣.٠٠", "1.00\x00",
     "1２.00", "1.0０"],
)  # fmt: skip
def test_b35_what_is_not_yuan_with_two_decimals_is_refused(text):
    with pytest.raises(ValueError, match="two decimals"):
        parse_yuan(text)


def test_a_refused_amount_is_not_repeated_in_the_error():
    with pytest.raises(ValueError) as refused:
        parse_yuan("6222021234567890123")
    assert "6222" not in str(refused.value)


@given(amounts)
def test_writing_and_reading_yuan_is_a_round_trip(fen):
    assert parse_yuan(format_yuan(fen)) == fen


@given(st.text(alphabet="0123456789.-+,eE _１二", max_size=20))
def test_whatever_is_read_is_written_the_same_way(text):
    try:
        fen = parse_yuan(text)
    except ValueError:
        return
    assert format_yuan(fen) == text


@given(st.integers(1, FEN_MAX))
def test_a_negative_amount_keeps_its_sign_and_its_digits(fen):
    assert format_yuan(-fen) == "-" + format_yuan(fen)
    assert show_yuan(-fen) == "-" + show_yuan(fen)


@given(signed)
def test_an_amount_for_people_differs_by_its_commas_only(fen):
    assert show_yuan(fen).replace(",", "") == format_yuan(fen)


@pytest.mark.parametrize(
    ("fen", "shown"),
    [(0, "0.00"), (99_999, "999.99"), (100_000, "1,000.00"), (-123_456_789, "-1,234,567.89"),
     (-1, "-0.01"), (-99, "-0.99")],
)  # fmt: skip
def test_an_amount_for_people_has_a_comma_every_three_digits(fen, shown):
    assert show_yuan(fen) == shown


@given(signed)
def test_a_database_amount_comes_back_as_the_same_fen(fen):
    assert fen_of(yuan_of(fen)) == fen
    assert yuan_of(fen).as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("amount", "fen"), [("0", 0), ("12", 1_200), ("-3", -300), ("0.00", 0), ("-0.01", -1)]
)
def test_a_decimal_with_no_or_two_decimals_is_fen(amount, fen):
    assert fen_of(Decimal(amount)) == fen


@pytest.mark.parametrize(
    "amount", ["0.001", "1.5", "1.000", "NaN", "Infinity", "-Infinity", "1E+2"]
)
def test_a_decimal_of_another_form_is_refused(amount):
    with pytest.raises(ValueError, match="two decimals"):
        fen_of(Decimal(amount))
