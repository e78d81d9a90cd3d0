"""Verbs that need no site: dates and try. 离线命令"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.cli.output import Exit
from gateway.wiring.places import ROOT
from sandbox.files import companions, render_result, result_name
from sandbox.world import night
from tests.branch import LAST_DAY

PERSON = "甲某某 6222020200112233445"
NIGHT = night("20260228", "990001", LAST_DAY)


@pytest.fixture
def a_file(tmp_path):
    """Puts a result file, with its flag, into a directory; returns its path."""

    def put(fault=None):
        name, data = result_name(NIGHT), render_result(NIGHT, fault=fault)
        for each, content in companions(name, data, None).items():
            (tmp_path / each).write_bytes(content)
        return tmp_path / name

    return put


def try_bank(gateway_command, path, *more):
    return gateway_command("try", "bank", "--layout", "generic-pipe-result", str(path), *more)


def test_no_verb_imports_airflow():
    code = (
        "import sys; import gateway.cli.main as m; m.parser();"
        "sys.exit(any(n.split('.')[0] == 'airflow' for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_every_verb_takes_json():
    for words in (
        ["check"],
        ["show", "night-1"],
        ["journal", "verify"],
        ["try", "bank", "--layout", "x", "f"],
        ["reconcile", "--bank", "1", "--date", "2026-02-28"],
        ["proof", "--bank", "1", "--date", "2026-02-28"],
        ["dates", "add-working-days", "2026-02-28", "1"],
        ["calendar", "import", "f"],
        ["docs"],
    ):
        assert main.parser().parse_args([*words, "--json"]).json


def test_working_days_are_counted_under_the_shipped_calendar(gateway_command):
    assert gateway_command("dates", "add-working-days", "2026-09-29", "5").out == "2026-10-12\n"


def test_b40_a_year_without_data_is_refused_and_a_legal_clock_says_provisional(gateway_command):
    refused = gateway_command("dates", "add-working-days", "2026-12-29", "5", "--json")
    assert refused.code == 5
    assert refused.json()["error"]["code"] == "CALENDAR_YEAR_MISSING"
    legal = gateway_command("dates", "add-working-days", "2026-12-29", "5", "--legal", "--json")
    assert legal.json() == {
        "day": "2027-01-05", "from": "2026-12-29", "provisional": True, "working_days": 5,
        "shipped_calendar_only": False,
    }  # fmt: skip


def test_try_accepts_a_good_file_with_its_control_totals(gateway_command, a_file):
    done = try_bank(gateway_command, a_file(), "--json")
    assert done.code == 0
    told = done.json()["files"][0]
    assert (told["verdict"], told["lines"], told["errors"]) == ("accepted", 60, [])
    assert told["controls"]["taken_total"] == NIGHT.batch.taken_fen


def test_try_quarantines_a_bad_file_with_line_and_column_and_exit_3(gateway_command, a_file):
    done = try_bank(gateway_command, a_file("amount_with_comma"), "--json")
    assert done.code == 3
    error = done.json()["files"][0]["errors"][0]
    assert error["code"] == "AMOUNT_FORMAT_WRONG"
    assert error["line"] > 1
    assert error["column"] > 1
    assert error["field"] == "应扣金额"


def test_try_says_the_same_to_a_person(gateway_command, a_file):
    done = try_bank(gateway_command, a_file("missing_trailer"))
    assert done.code == 3
    assert "隔离 quarantined" in done.out
    assert "TRAILER_MISSING" in done.out
    assert "第62行" in done.out


def test_try_notices_a_flag_that_is_for_other_bytes(gateway_command, a_file):
    path = a_file()
    path.write_bytes(path.read_bytes().replace(b"|00000|", b"|00001|", 1))
    done = try_bank(gateway_command, path, "--json")
    codes = [error["code"] for error in done.json()["files"][0]["errors"]]
    assert codes[0] == "FILE_DIGEST_DIFFERS"


def test_try_says_that_a_flag_that_is_not_there_and_a_signature_were_not_checked(
    gateway_command, a_file
):
    path = a_file()
    assert try_bank(gateway_command, path, "--json").json()["files"][0]["unchecked"] == [
        "signature"
    ]
    assert "未检查：签名\n" in try_bank(gateway_command, path).out
    path.with_name(path.name + ".ok").unlink()
    alone = try_bank(gateway_command, path)
    assert alone.code == 0
    assert "未检查：标志文件、签名\n" in alone.out


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["directory", "pipe"])
def test_try_reads_nothing_but_a_regular_file(gateway_command, tmp_path, make):
    make(tmp_path / "strange")
    done = try_bank(gateway_command, tmp_path / "strange", "--json")
    assert (done.code, done.json()["error"]["code"]) == (5, "FILE_NOT_HERE")


def test_try_reads_no_more_than_was_agreed(gateway_command, tmp_path):
    with (tmp_path / "large").open("wb") as sparse:
        sparse.truncate(64 * 1024 * 1024 + 1)
    done = try_bank(gateway_command, tmp_path / "large", "--json")
    assert (done.code, done.json()["error"]["code"]) == (3, "FILE_TOO_LARGE")


def test_try_never_prints_a_person(gateway_command, a_file):
    for fault in (None, "half_character", "wrong_total"):
        done = try_bank(gateway_command, a_file(fault))
        for one in NIGHT.instructions:
            assert one.loan.payer_name not in done.out
            assert one.loan.payer_account not in done.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["try", "bank", "--layout", "no-such", "x"], "SETTING_MISSING"),
        (["try", "bank", "--layout", "generic-pipe-result", "no-such-file"], "FILE_NOT_HERE"),
        (["check"], "SETTING_MISSING"),
        (["show", "night-123456"], "SETTING_MISSING"),
        (["calendar", "import", "no-such-file"], "SETTING_MISSING"),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(gateway_command, words, code):
    done = gateway_command(*words, "--json")
    assert done.code == 5
    assert code in done.out
    if words[0] != "check":
        assert set(json.loads(done.out)["error"]) >= {"zh", "en", "act", "runbook"}


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        [],
        ["dates", "add-working-days", "2026-02-30", "1"],
        ["dates", "add-working-days", "2026-09-29", "0"],
        ["dates", "add-working-days", "2026-09-29", "-5"],
        ["dates", "add-working-days", "2026-09-29", "100000000"],
        ["dates", "add-working-days", "9999-12-31", "5"],
        ["dates", "add-working-days", "9999-12-31", "5", "--legal"],
    ],
)
def test_wrong_words_are_a_usage_error_in_one_sentence_and_in_json(gateway_command, words):
    told = gateway_command(*words)
    assert (told.code, told.out) == (2, "")
    assert re.fullmatch(r"✗ USAGE [^\n]+\n", told.err)
    as_json = gateway_command(*words, "--json")
    assert (as_json.code, as_json.err) == (2, "")
    assert as_json.json()["error"]["code"] == "USAGE"


def test_a_bug_is_told_as_json_and_its_place_on_stderr_without_any_value(monkeypatch, capsys):
    def broken(parsed):
        raise ValueError(PERSON)

    monkeypatch.setattr("gateway.cli.verbs.docs.run", broken)
    monkeypatch.setattr(main, "_configure_log", lambda *, verbose: None)
    answered, as_json = main.answer(["docs", "--json"])
    told = json.loads(answered.text(as_json=as_json))["error"]
    assert (answered.exit, told["code"], told["detail"]) == (Exit.OUR_BUG, "OUR_BUG", "ValueError")
    err = capsys.readouterr().err
    assert "in broken" in err
    assert "甲某某" not in err + str(told)
    assert "6222" not in err + str(told)


@pytest.mark.parametrize("name", ["\x1b[31mred.txt", "a\n✓ b.txt", "倒\u202e序.txt"])
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_file_name_steers_no_terminal_and_writes_no_line_of_ours(
    gateway_command, tmp_path, name, more
):
    path = tmp_path / name
    path.write_bytes(b"x")
    done = try_bank(gateway_command, path, *more)
    assert done.code == Exit.QUARANTINED
    assert not set(done.out) & set("\x1b\u202e")
    assert not any(line.startswith("✓") for line in done.out.splitlines())
