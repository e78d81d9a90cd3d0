"""Verbs over a site: the night without Airflow, and what is asked about it afterwards. 在线命令"""

import io
import json
import re
import shutil
import subprocess

import pytest

from gateway.cli import main
from gateway.money import show_yuan
from sandbox.world import night
from tests.branch import LAST_DAY

NIGHT = ("--bank", "990001", "--date", "2026-02-28")
PEOPLE = [one.loan for one in night("20260228", "990001", LAST_DAY).instructions]


@pytest.fixture
def ask(gateway_command, branch):
    """Runs a verb over the branch."""
    return lambda *words, **how: gateway_command(*words, secrets=branch.options.secrets, **how)


def no_person_in(text: str) -> bool:
    return not any(p.payer_name in text or p.payer_account in text for p in PEOPLE)


def test_check_examines_every_part_and_says_how_much(ask):
    done = ask("check", "--json")
    assert done.code == 0
    checks = done.json()["checks"]
    assert all(check["ok"] for check in checks)
    assert {"流水链", "工作日历", "密钥", "核心系统接口", "银行 沙箱甲银行"} <= {
        c["item"] for c in checks
    }
    (core,) = ask("check", "core_system", "--json").json()["checks"]
    assert core["examined"] == 122


def test_reconcile_runs_the_night_prints_the_sheet_and_nobody_s_name(ask, branch):
    branch.publish("990001")
    done = ask("reconcile", *NIGHT)
    assert done.code == 0
    assert "核平" in done.out
    assert no_person_in(done.out)
    again = ask("reconcile", *NIGHT, "--json").json()
    assert again["sheet"]["proved"]
    assert [stage["stage"] for stage in again["stages"]] == [
        "receive", "check", "match", "post", "prove",
    ]  # fmt: skip


def test_the_night_the_morning_and_the_month_are_written_to_files_and_a_replay_changes_nothing(
    ask, branch, tmp_path
):
    branch.publish("990001")
    assert branch.run("990001") == "PROVED"
    to = [tmp_path / name for name in ("night.pdf", "night.xlsx", "morning.pdf", "month.xlsx")]
    assert ask("proof", *NIGHT, "--format", "pdf", "--to", str(to[0])).code == 0
    assert ask("proof", *NIGHT, "--format", "xlsx", "--to", str(to[1])).code == 0
    assert ask("morning", "--date", "2026-02-28", "--format", "pdf", "--to", str(to[2])).code == 0
    month = ("statement", "monthly", "--bank", "990001", "--month", "2026-02")
    told = ask(*month, "--format", "xlsx", "--to", str(to[3]), "--json").json()["statement"]
    assert told["difference_fen"] == 0
    assert [path.read_bytes()[:4] for path in to] == [b"%PDF", b"PK\x03\x04"] * 2
    assert ask("proof", *NIGHT, "--format", "pdf").code == 2
    assert ask("night", "replay", "--date", "2026-02-28", "--json").json()["differences"] == 0
    tried = ask("night", "replay", "--date", "2026-02-28", "--try", "window=99")
    assert tried.code == 2


def test_reconcile_of_a_bad_night_prints_the_unfinished_sheet_and_why(ask, branch):
    branch.publish("990001", "wrong_total")
    done = ask("reconcile", *NIGHT)
    assert done.code == 3
    assert "未完成" in done.out
    assert "CONTROL_SUM_WRONG" in done.out
    assert "FILE_QUARANTINED" in done.out


def test_reconcile_of_a_bad_night_keeps_the_counts_of_the_stages_that_ran(ask, branch):
    branch.publish("990001", "wrong_total")
    told = ask("reconcile", *NIGHT, "--json").json()
    receive, check, prove = told["stages"]
    assert (receive["stage"], receive["examined"] > 0) == ("receive", True)
    assert check == {"stage": "check", "error": "FILE_QUARANTINED"}
    assert prove == {"stage": "prove", "error": "NIGHT_UNPROVED"}
    assert told["error"]["code"] == "FILE_QUARANTINED"


def test_where_nothing_is_owed_nothing_is_in_order(ask):
    done = ask("reconcile", "--bank", "990001", "--date", "2026-02-22")
    assert done.code == 0
    assert "无应收文件" in done.out


@pytest.mark.parametrize(
    ("words", "detail"),
    [
        (["--bank", "123456"], "没有银行 123456；已配置：990001、990002、990003"),
        (["--bank", "990001", "--account", "ZH77"], "银行 990001 没有专户 ZH77；已配置：ZH01"),
    ],
)
def test_a_bank_or_account_nobody_knows_is_named_with_those_we_know(ask, words, detail):
    done = ask("reconcile", *words, "--date", "2026-02-28", "--json")
    assert (done.code, done.json()["error"]["code"]) == (5, "SETTING_MISSING")
    assert done.json()["error"]["detail"] == detail


def test_proof_masks_people_and_revealing_them_stands_in_the_journal(ask, branch):
    branch.publish("990001")
    ask("reconcile", *NIGHT)
    masked, revealed = (
        ask("proof", *NIGHT, "--json"),
        ask("proof", *NIGHT, "--json", "--reveal", "--reason", "客户投诉 TS-2026-17"),
    )
    assert no_person_in(masked.out)
    names = {line["payer_name"] for line in revealed.json()["sheet"]["breaks"]} - {""}
    assert names
    assert names <= {p.payer_name for p in PEOPLE}
    assert branch.rows("select count(*) from journal where event = 'sheet_revealed'") == [(1,)]


def test_show_tells_the_life_of_a_night_a_file_a_message_and_a_break(ask, branch):
    branch.publish("990001")
    ask("reconcile", *NIGHT)
    night_id = branch.key("990001").night_id
    life = ask("show", night_id[:14], "--json").json()
    assert life["id"] == night_id
    assert life["steps"][0]["event"] == "night_opened"
    kinds = {related["id"].partition("-")[0] for related in life["related"]}
    assert kinds == {"file", "receipt", "postings", "break"}
    for related in life["related"]:
        told = ask("show", related["id"], "--json")
        assert told.code == 0
        assert no_person_in(told.out)
    receipt = next(r["id"] for r in life["related"] if r["id"].startswith("receipt"))
    grades = [step["grade"] for step in ask("show", receipt, "--json").json()["steps"]]
    assert any(grade.startswith("C ") for grade in grades)


def test_show_says_of_a_break_what_money_it_is_about_and_where_it_stands(ask, branch):
    branch.publish("990001")
    ask("reconcile", *NIGHT)
    ((break_id, amount, unbooked, line),) = branch.rows(
        "select break_id, amount_fen, unbooked_fen, line from bank_break"
        " where kind = 'PARTIAL_DEDUCTION' order by 1 limit 1"
    )
    told = ask("show", break_id, "--json").json()
    assert told["state"] == "OPEN"
    particulars = told["particulars"]
    # what was taken in part is booked: its loan is asked for the rest in the next batch
    assert "下一批" not in particulars
    assert particulars.pop("首见")
    assert particulars == {
        "类型": "部分扣款",
        "方向": "短款",
        "金额": f"{show_yuan(amount)} 元",
        "未入账": f"{show_yuan(unbooked)} 元",
        "响应码": "00000",
        "文件行": f"第{line}行",
    }
    assert "  方向 短款\n" in ask("show", break_id).out


def test_show_lists_a_file_s_receipt_among_what_hangs_together_with_it(ask, branch):
    branch.publish("990001")
    ask("reconcile", *NIGHT)
    for (file_id,) in branch.rows("select file_id from bank_file"):
        related = ask("show", file_id, "--json").json()["related"]
        kinds = [each["id"].partition("-")[0] for each in related]
        assert sorted(kinds) == ["night", "receipt"]


def test_show_finds_the_file_nobody_could_place(ask, branch):
    stray = branch.outgoing_file("990001", "hello.txt")
    stray.write_bytes(b"who am I")
    stray.with_name("hello.txt.ok").write_bytes(b"hello.txt|8|00|\n")
    branch.publish("990001")
    ask("reconcile", *NIGHT)
    ((item_id,),) = branch.rows("select item_id from inbox_item where name = 'hello.txt'")
    told = ask("show", item_id, "--json")
    assert told.code == 0
    assert "不认识的文件" in told.json()["state"]


def test_show_names_the_things_a_short_id_could_mean(ask, branch):
    assert ask("show", "file-000000000", "--json").json()["error"]["code"] == "NOT_FOUND"
    branch.publish("990001")
    ask("reconcile", *NIGHT)
    ids = ["file-00000000aa", "file-00000000ab"]
    for item_id in ids:
        branch.do(
            "insert into inbox_item select"
            f" '{item_id}', counterparty, '{item_id}', digest, received_at from inbox_item limit 1"
        )
    told = ask("show", "file-00000000", "--json")
    assert all(item_id in told.json()["error"]["detail"] for item_id in ids)


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ("break-50c7", "break- 之后至少要 5 位"),
        ("file-", "至少要 5 位"),
        ("breaks-1", "编号以 night-、"),
    ],
)
def test_show_says_what_an_id_needs_to_be_looked_for(ask, wanted, why):
    error = ask("show", wanted, "--json").json()["error"]
    assert error["code"] == "NOT_FOUND"
    assert why in error["detail"]


def test_journal_verify_finds_what_was_altered_behind_its_back(ask, branch):
    branch.publish("990003")
    ask("reconcile", "--bank", "990003", "--date", "2026-02-28")
    good = ask("journal", "verify", "--archive", "--json")
    assert good.code == 0
    assert good.json()["payloads"] > 5
    branch.do(
        "update journal set facts = replace(facts, '27', '28') where event = 'postings_decided'"
    )
    bad = ask("journal", "verify", "--json")
    assert (bad.code, bad.json()["error"]["code"]) == (3, "JOURNAL_BROKEN")


def test_a_new_year_is_imported_and_counted_with_and_the_alarm_is_cleared(ask, branch, tmp_path):
    ask("check")
    assert branch.rows("select subject from alarm where cleared_at is null") == [("calendar-2027",)]
    year = tmp_path / "2027.json"
    year.write_text(json.dumps({"years": {"2027": {"off": ["01-01"], "work": []}}}))
    assert ask("calendar", "import", str(year), "--json").json()["imported"] == [2027]
    assert ask("calendar", "import", str(year), "--json").json()["imported"] == []
    assert ask("dates", "add-working-days", "2026-12-31", "1").out == "2027-01-04\n"
    assert not branch.rows("select subject from alarm where cleared_at is null")


def test_a_calendar_with_a_typing_error_is_refused(ask, tmp_path):
    year = tmp_path / "2027.json"
    year.write_text(json.dumps({"years": {"2027": {"off": ["01-02"], "work": []}}}))
    done = ask("calendar", "import", str(year), "--json")
    assert done.json()["error"]["code"] == "SETTING_INVALID"


def test_without_a_database_working_days_are_counted_under_the_shipped_calendar(
    gateway_command, branch, tmp_path
):
    words = ("dates", "add-working-days", "2026-09-29", "5")
    elsewhere = _secrets_without_database(branch, tmp_path)
    told = gateway_command(*words, secrets=elsewhere)
    assert told.code == 0
    assert told.out.startswith("2026-10-12\n注：数据库连不上")
    assert gateway_command(*words, "--json", secrets=elsewhere).json()["shipped_calendar_only"]


def test_without_a_database_check_says_so_in_words(gateway_command, branch, tmp_path):
    elsewhere = _secrets_without_database(branch, tmp_path)
    done = gateway_command("check", secrets=elsewhere)
    assert done.code == 5
    assert "DATABASE_UNREACHABLE" in done.out
    assert "Traceback" not in done.err


def _secrets_without_database(branch, tmp_path):
    """The site's settings, but naming a database that is not there."""
    elsewhere = tmp_path / "secrets"
    shutil.copytree(branch.options.secrets, elsewhere)
    path = elsewhere / "connections.json"
    path.write_text(path.read_text().replace('"schema": "gateway"', '"schema": "elsewhere"'))
    return elsewhere


def test_a_sheet_is_not_revealed_without_a_reason_and_the_reason_is_journaled(ask, branch):
    branch.publish("990001")
    ask("reconcile", *NIGHT)
    assert ask("proof", *NIGHT, "--reveal").code == 2
    assert ask("proof", *NIGHT, "--reveal", "--reason", "x").code == 2
    assert branch.rows("select 1 from journal where event = 'sheet_revealed'") == []
    assert ask("proof", *NIGHT, "--reveal", "--reason", f"案 {PEOPLE[0].payer_account}").code == 0
    ((facts,),) = branch.rows("select facts from journal where event = 'sheet_revealed'")
    assert "案" in facts
    assert PEOPLE[0].payer_account not in facts


def test_a_person_is_found_revealed_and_neither_purged_nor_shredded_too_young(ask, branch):
    branch.publish("990001")
    ask("reconcile", *NIGHT)
    found = ask("find", "--json", typed=PEOPLE[0].payer_account + "\n")
    assert no_person_in(found.out + found.err)
    line = next(one for one in found.json()["lines"] if one["where"] == "扣款结果")
    assert line["token"].startswith("acct-")
    where = (line["file"], str(line["line"]))
    assert ask("reveal", *where, "payer_name").code == 2
    told = ask("reveal", *where, "payer_name", "--reason", "客户投诉 TS-17", "--json").json()
    assert told["value"] == PEOPLE[0].payer_name
    refused = ask("shred", line["file"], "--reason", "erasure_request", "--json")
    assert (refused.code, refused.json()["error"]["code"]) == (4, "RETENTION_FORBIDS")
    assert ask("purge", "--dry-run", "--json").json() == {
        "payloads": 0, "logs": 0, "in_use": 0, "digests": [], "dry_run": True,
    }  # fmt: skip


def test_find_wants_something_to_look_for(ask):
    assert ask("find").code == 2


def test_find_says_that_a_name_in_another_encoding_is_none(monkeypatch):
    """A terminal of GBK; under the C locale the bytes come as lone surrogates."""
    # the log of this process stays as it is
    monkeypatch.setattr(main, "_configure_log", lambda *, verbose: None)
    for errors in ("strict", "surrogateescape"):
        typed = io.TextIOWrapper(io.BytesIO("沙箱甲\n".encode("gbk")), "utf-8", errors)
        monkeypatch.setattr("sys.stdin", typed)
        answered, _ = main.answer(["find"])
        assert answered.exit == 2
        assert "UTF-8" in answered.text(as_json=False)


def test_the_journal_is_put_under_a_head_proved_and_exported_for_others(ask, branch, tmp_path):
    branch.publish("990001")
    assert ask("reconcile", *NIGHT).code == 0
    kept = ask("housekeep", "--json")
    assert (kept.code, kept.json()["ok"]) == (0, True), kept.out
    (head,) = ask("journal", "heads", "--json").json()["heads"]
    assert ask("journal", "verify", "--heads", "--json").json()["heads"] == 1
    proof = ask("journal", "prove", "3", "--json").json()
    assert proof["head"]["root"] == head["root"]
    assert ask("journal", "prove", "99999").code == 5
    subject = json.loads(proof["line"])["subject"]
    for name, words in (("all", ()), ("one", ("--subject", subject))):
        done = ask("journal", "export", "--to", str(tmp_path / name), *words)
        assert done.code == 0, done.out
        assert no_person_in((tmp_path / name / "journal/entries.jsonl").read_text())
    done = ask("journal", "export", "--to", str(tmp_path / "all"), "--json")
    assert (done.code, done.json()["error"]["code"]) == (5, "FILE_IN_THE_WAY")
    assert head["root"] in ask("journal", "heads").out


def test_the_commands_of_an_exported_readme_do_what_it_says(ask, branch, tmp_path, require_peer):
    require_peer(None if shutil.which("openssl") else "openssl")
    ask("reconcile", *NIGHT)
    for _ in range(3):  # on a busy machine the authority may be late: by hand it is asked again
        ask("housekeep")
        if ask("journal", "heads", "--json").json()["heads"][0]["stamped_at"]:
            break
    ask("journal", "export", "--to", str(tmp_path / "pack"))
    authority = branch.options.sandbox / "public" / "ca" / "root.pem"
    (tmp_path / "pack" / "CA.pem").write_bytes(authority.read_bytes())
    readme = (tmp_path / "pack" / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"```\n(.+)\n```", readme)
    assert len(commands) == 3
    for command in commands:
        done = subprocess.run(
            command.split(), cwd=tmp_path / "pack", capture_output=True, text=True
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
