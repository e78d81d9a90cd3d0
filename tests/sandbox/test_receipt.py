"""The bank's reader of receipts takes what the layout says and nothing else. 收件回执."""

import hashlib

import pytest

from sandbox.bank.receipt import Answer, Flag, Unreadable, read_flag, read_receipt

DIGEST = "ab" * 32
FILE = "DKJG_990001_ZH01_20260224_V01.txt"
ANSWERED = hashlib.sha256(f"{FILE}|{DIGEST}".encode()).hexdigest()[:16]
NAME = f"SJHZ_990001_ZH01_20260224_{ANSWERED}.txt"
HEAD = "H|01|990001|9900010000000000001|20260224|"
LINE = f"D|1|{FILE}|{DIGEST}|Q|control_total|7|成功金额与明细不符|"


def receipt(*lines):
    return "".join(f"{line}\n" for line in lines).encode("gb18030")


def test_a_receipt_is_read_as_written():
    told = read_receipt(NAME, receipt(HEAD, LINE, "T|1|"))
    assert (told.bank, told.business_date) == ("990001", "20260224")
    assert told.answers == (Answer(FILE, DIGEST, "Q", "control_total", 7, "成功金额与明细不符"),)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        receipt(HEAD),
        receipt(HEAD, LINE),
        receipt(HEAD, LINE, "T|2|"),
        receipt(HEAD, LINE, LINE, "T|2|"),
        receipt(LINE, HEAD, "T|1|"),
        receipt(HEAD, LINE, "T|1|", ""),
        receipt(HEAD, LINE.replace("|Q|", "|X|"), "T|1|"),
        receipt(HEAD, LINE.replace("|7|", "|07|"), "T|1|"),
        receipt(HEAD, LINE.replace("|7|", "||"), "T|1|"),
        receipt(HEAD, LINE + "more|", "T|1|"),
        receipt(HEAD, LINE.removesuffix("|"), "T|1|"),
        receipt(HEAD.replace("|01|", "|02|"), LINE, "T|1|"),
        receipt(HEAD.replace("|990001|", "|990002|"), LINE, "T|1|"),
        receipt(HEAD.replace("0224", "0225"), LINE, "T|1|"),
        receipt(HEAD, LINE.replace("ab", "cd"), "T|1|"),
        receipt(HEAD, LINE, "T|1|")[:-1],
        receipt(HEAD, LINE, "T|1|").replace("成".encode("gb18030"), b"\xff"),
    ],
)
def test_anything_else_is_unreadable(data):
    with pytest.raises(Unreadable):
        read_receipt(NAME, data)


@pytest.mark.parametrize("name", [FILE, NAME.replace(".txt", ".TXT"), "../" + NAME])
def test_another_name_is_no_receipt(name):
    with pytest.raises(Unreadable, match="name"):
        read_receipt(name, receipt(HEAD, LINE, "T|1|"))


def test_a_flag_is_read_as_written():
    assert read_flag(f"{NAME}|12|{DIGEST}|\n".encode()) == Flag(NAME, 12, DIGEST)


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", f"{NAME}|12|{DIGEST}\n".encode(), f"{NAME}|x|{DIGEST}|\n".encode(),
     f"{NAME}|12|{DIGEST.upper()}|\n".encode(), f"{NAME}|12|{DIGEST}|more\n".encode(),
     b"\xff|1|2|"],
)  # fmt: skip
def test_any_other_flag_is_unreadable(data):
    with pytest.raises(Unreadable):
        read_flag(data)
