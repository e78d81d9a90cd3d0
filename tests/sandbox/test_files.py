"""The bank's files against the layouts, which its own writer never reads. 文件与格式一致."""

import hashlib
import json
from datetime import date

import pytest

from sandbox.files import companions, render_result, render_statement, result_name, statement_name
from sandbox.keys.derived import derived_signer
from sandbox.world import BANKS, business_days, night

FIRST = date(2026, 2, 24)
NIGHTS = [(bank.code, day) for bank in BANKS for day in business_days()]


def fen(yuan):
    return int(yuan.replace(".", ""))


@pytest.mark.parametrize(("bank", "day"), NIGHTS)
def test_every_file_is_as_its_layout_says(bank, day, result_layout, statement_layout):
    told = night("files", bank, day)
    assert result_layout.complaints(render_result(told)) == set()
    assert statement_layout.complaints(render_statement(told)) == set()


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.code)
def test_the_smallest_nights_too_are_as_their_layouts_say(
    bank, count, result_layout, statement_layout
):
    told = night("small", bank, FIRST, count)
    assert result_layout.complaints(render_result(told)) == set()
    assert statement_layout.complaints(render_statement(told)) == set()


def test_a_result_line_says_what_is_true(result_layout):
    told = night("files", "990001", FIRST)
    head, lines, trailer = result_layout.values(render_result(told))
    assert head["account_number"] == told.account.number
    assert head["business_date"] == "20260224"
    assert head["batch_no"] == told.batch.batch_no
    for line, one in zip(lines, told.instructions, strict=True):
        assert line["loan_no"] == one.loan.loan_no
        assert line["payer_name"] == one.loan.payer_name
        assert (fen(line["asked"]), fen(line["taken"])) == (one.asked_fen, one.taken_fen)
        assert (line["code"], line["host_serial"]) == (one.code, one.host_serial)
        assert line["host_date"] == ("20260224" if one.host_serial else "")
    assert fen(trailer["taken_total"]) == told.batch.taken_fen


def test_a_statement_says_what_is_true(statement_layout):
    told = night("files", "990002", date(2026, 2, 25))
    head, lines, trailer = statement_layout.values(render_statement(told))
    assert fen(head["opening"]) == told.statement.opening_fen
    assert fen(trailer["closing"]) == told.statement.closing_fen
    assert "Y" in {line["reversal"] for line in lines}
    assert [line["booked_time"] for line in lines] == sorted(line["booked_time"] for line in lines)


def test_names_carry_bank_account_date_and_version():
    told = night("files", "990001", FIRST)
    assert result_name(told) == "DKJG_990001_ZH01_20260224_V01.txt"
    assert statement_name(told, 2) == "ZHDZ_990001_ZH01_20260224_V02.txt"


@pytest.mark.parametrize("version", [0, 100])
def test_a_version_has_two_digits(version):
    with pytest.raises(ValueError, match="version"):
        result_name(night("files", "990001", FIRST), version)


def test_companions_are_data_signature_and_flag_in_this_order():
    signer = derived_signer("ed25519", "files", "990001")
    put = companions("X.txt", b"data", signer)
    assert list(put) == ["X.txt", "X.txt.sig", "X.txt.ok"]
    assert put["X.txt"] == b"data"
    digest = hashlib.sha256(b"data").hexdigest()
    assert put["X.txt.ok"] == f"X.txt|4|{digest}|\n".encode()
    told = json.loads(put["X.txt.sig"])
    assert set(told) == {"manifest", "signature"}
    manifest = told["manifest"]
    assert (manifest["name"], manifest["size"], manifest["sha256"]) == ("X.txt", 4, digest)
    assert (manifest["kid"], manifest["alg"]) == ("990001-01", "ed25519")
    assert signer.made(put["X.txt.sig"], "X.txt", b"data")
    assert not signer.made(put["X.txt.sig"], "Y.txt", b"data")


def test_a_bank_that_does_not_sign_has_no_signature_companion():
    assert list(companions("X.txt", b"data", None)) == ["X.txt", "X.txt.ok"]


def test_twenty_thousand_lines_are_as_the_layout_says(result_layout):
    data = render_result(night("files", "990003", FIRST, 20_000))
    assert result_layout.complaints(data) == set()
