"""File names and flag files: what they say, and what says nothing. 文件名与标志文件"""

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank.codec import flag_of, matching_name, read_flag, receipt_name
from connectors.bank.codec.names import Flag
from connectors.bank.model import FileKind, NightKey
from sandbox.files import companions, result_name, statement_name
from sandbox.world import BANKS, night
from tests.connectors.bank.samples import DAY, RECEIPT, RESULT, STATEMENT, altered, parsed

NAME = "DKJG_990001_ZH01_20260228_V01.txt"
DIGEST = hashlib.sha256(b"data").hexdigest()


def test_a_name_says_kind_bank_account_date_and_version():
    found = matching_name(RESULT, NAME)
    assert (found.kind, found.bank, found.account) == (FileKind.DEDUCTION_RESULT, "990001", "ZH01")
    assert (found.business_date, found.version, found.name) == (DAY, 1, NAME)
    assert matching_name(RESULT, NAME.replace("V01", "V99")).version == 99


@pytest.mark.parametrize(
    "name",
    [
        NAME.replace("DKJG", "ZHDZ"), NAME.lower(), NAME + ".ok", NAME + "\n", " " + NAME,
        "x/" + NAME, "../" + NAME, NAME.replace("V01", "V00"), NAME.replace("V01", "V1"),
        NAME.replace("V01", "V001"), NAME.replace("20260228", "20260230"),
        NAME.replace("20260228", "00000101"), NAME.replace("20260228", "２０２６0228"),
        NAME.replace("990001", "99001"), NAME.replace("ZH01", "zh01"), NAME.replace("ZH01", "Z"),
        NAME.replace("ZH01", "ZH0000001"), NAME.replace("_ZH01", ""), NAME.replace(".txt", "xtxt"),
        "", "DKJG",
    ],
)  # fmt: skip
def test_any_other_name_is_nobodys(name):
    assert matching_name(RESULT, name) is None


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.code)
def test_the_names_the_sandbox_gives_are_read(bank):
    told = night("names", bank, DAY)
    for layout, name in ((RESULT, result_name(told, 7)), (STATEMENT, statement_name(told, 7))):
        found = matching_name(layout, name)
        assert (found.bank, found.account, found.version) == (bank.code, "ZH01", 7)
        other = STATEMENT if layout is RESULT else RESULT
        assert matching_name(other, name) is None


def test_a_bank_that_never_corrects_sends_version_one():
    layout = altered("result", lambda data: data.update(file_name="R{bank}{account}-{date}.txt"))
    assert matching_name(layout, "R990001ZH01-20260228.txt").version == 1


def test_a_receipt_is_named_after_the_file_it_answers():
    key = NightKey("990001", "ZH01", DAY)
    name = receipt_name(RECEIPT, key, NAME, DIGEST)
    answered = hashlib.sha256(f"{NAME}|{DIGEST}".encode()).hexdigest()[:16]
    assert name == f"SJHZ_990001_ZH01_20260228_{answered}.txt"
    assert receipt_name(RECEIPT, key, NAME.replace("V01", "V02"), DIGEST) != name
    assert matching_name(RECEIPT, name).kind is FileKind.FILE_RECEIPT


names = st.from_regex(r"[A-Za-z0-9_.-]{1,120}", fullmatch=True)


@given(names, st.integers(0, 10**12 - 1), st.binary(max_size=9))
def test_a_flag_is_read_as_it_is_written(name, size, data):
    flag = Flag(name, size, hashlib.sha256(data).hexdigest())
    assert read_flag(RESULT, flag_of(RESULT, flag)) == flag


def test_the_sandboxs_flags_are_read():
    flag = read_flag(RESULT, companions(NAME, b"data", None)[NAME + ".ok"])
    assert flag == Flag(NAME, 4, DIGEST)


GOOD = f"{NAME}|4|{DIGEST}|\n".encode()


@pytest.mark.parametrize("data", [GOOD, GOOD.replace(b"\n", b"\r\n"), GOOD.rstrip(b"\n")])
def test_a_flag_may_end_with_any_usual_line_end_or_none(data):
    assert read_flag(RESULT, data) == Flag(NAME, 4, DIGEST)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n", GOOD * 2, GOOD + b"x", b" " + GOOD, GOOD.replace(b"|4|", b"|-4|"),
        GOOD.replace(b"|4|", b"|4.0|"), GOOD.replace(b"|4|", "|４|".encode()),
        GOOD.replace(b"|4|", b"|" + b"9" * 13 + b"|"), GOOD.upper(), GOOD.replace(b"|\n", b"\n"),
        GOOD.replace(DIGEST.encode(), DIGEST[:-1].encode()), GOOD.replace(b"|", b","),
        GOOD.replace(NAME.encode(), "文件".encode()), GOOD.replace(NAME.encode(), b"../x/y"),
        GOOD.replace(NAME.encode(), b""), GOOD.replace(NAME.encode(), b"a" * 121), b"\xff\xfe",
    ],
)  # fmt: skip
def test_any_other_flag_says_nothing(data):
    assert read_flag(RESULT, data) is None


@given(st.binary(max_size=200))
def test_no_bytes_make_reading_a_flag_raise(data):
    assert read_flag(RESULT, data) is None


def test_a_dialect_whose_flag_is_only_a_digest_says_no_name_and_no_size():
    def only_digest(data):
        data["flag"]["fields"] = ["sha256"]

    layout = altered("result", only_digest)
    assert read_flag(layout, f"{DIGEST}|\n".encode()) == Flag("", -1, DIGEST)
    assert flag_of(layout, Flag(NAME, 4, DIGEST)) == f"{DIGEST}|\n".encode()
    assert parsed("result")["flag"]["fields"] == ["name", "size", "sha256"]


@given(st.dates(date(1, 1, 1)), st.integers(1, 99))
def test_every_date_and_version_comes_back(day, version):
    name = f"DKJG_990001_ZH01_{day.year:04d}{day:%m%d}_V{version:02d}.txt"
    found = matching_name(RESULT, name)
    assert (found.business_date, found.version) == (day, version)
