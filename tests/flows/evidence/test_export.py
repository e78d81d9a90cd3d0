"""A night's evidence is whole, sealed and stamped, and holds for us and for strangers. 证据包"""

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.dates import SHANGHAI
from gateway.errors import Code, GatewayError
from gateway.flows.evidence import check_evidence, journal_check
from gateway.flows.evidence import export as export_case
from gateway.store.journal import GENESIS, Entry, canonical, entry_hash
from sandbox.tsa.faults import StampFault
from tests.flows.evidence.conftest import BANK
from tests.signing.sealing import InProcessAuthority

AT = datetime(2026, 3, 1, tzinfo=SHANGHAI)


def test_what_we_export_we_verify_and_say_what_was_checked_and_what_was_not(pack):
    checked = check_evidence(pack.evidence.ring, pack.path, pack.asked.at)
    assert checked.case_id == pack.made.case_id
    assert len(checked.done) >= 8
    assert any("真" in line or "属实" in line for line in checked.undone)


def test_only_its_owner_may_read_the_file(pack):
    assert stat.S_IMODE(pack.path.stat().st_mode) == 0o600


def test_the_journal_says_who_asked_for_which_bytes_and_why(pack, night):
    query = "select subject, facts from journal where event = 'evidence_exported' order by seq"
    found = {json.loads(facts)["digest"]: (subject, facts) for subject, facts in night.rows(query)}
    subject, facts = found[hashlib.sha256(pack.path.read_bytes()).hexdigest()]
    assert subject == pack.made.case_id
    assert json.loads(facts)["user"] == "auditor"
    assert json.loads(facts)["reason"] == "审计抽查第七号"


def test_every_payload_of_the_night_is_in_it_byte_for_byte(pack, night):
    known = {row[0] for row in night.rows("select digest from payload")}
    # the stamp of the journal's head is kept too, and is in the pack under the journal's part
    stamps = {row[0] for row in night.rows("select stamp_digest from journal_head")}
    packed = {name.removeprefix("payloads/"): data for name, data in pack.members().items()
              if name.startswith("payloads/")}  # fmt: skip
    assert known - stamps <= set(packed)
    assert all(hashlib.sha256(data).hexdigest() == name for name, data in packed.items())


def test_every_entry_about_anything_of_the_night_is_in_it(pack, night):
    written = night.rows(
        "select seq from journal where event not like 'head_%' and event not like 'stamp_%'"
        " and event != 'evidence_exported'"
    )
    entries = json.loads(pack.members()["index.json"])["entries"]
    assert {row[0] for row in written} == set(entries)


def test_both_sides_signatures_are_claimed_with_their_keys(pack):
    index = json.loads(pack.members()["index.json"])
    signed = [row for row in index["payloads"] if row["signature"]]
    assert sorted(row["role"] for row in signed) == ["FILE", "FILE", "SENT_FILE", "SENT_FILE"]
    assert {row["signature"]["kid"] for row in signed} == {key["kid"] for key in index["keys"]}


def test_nothing_that_we_sent_ourselves_is_told_as_coming_from_the_counterparty(pack):
    rows = json.loads(pack.members()["index.json"])["payloads"]
    ours = {row["sha256"] for row in rows if row["direction"] == "OUT"}
    assert not [row["title"] for row in rows if row["direction"] == "IN" and row["sha256"] in ours]
    back = [row for row in rows if row["role"] == "READ_BACK"]
    assert {row["sha256"] for row in back} <= {
        row["sha256"] for row in rows if row["role"] == "SENT_FLAG"
    }
    assert back
    # the core system does answer
    assert [row["counterparty"] for row in rows if row["role"] == "REPLY"] == ["core_system"]
    steps = json.loads(pack.members()["timeline.json"])["steps"]
    receipts = [step["title"] for step in steps if step["about"].startswith("receipt-")]
    assert "认定为已发布；对方没有答复" in receipts
    assert not [title for title in receipts if title.startswith(("收到答复", "答复已认定"))]


@pytest.mark.parametrize("kind", ["bank_file", "message", "bank_break"])
def test_any_id_of_the_night_leads_to_its_night(pack, export, night, kind):
    column = {"bank_file": "file_id", "message": "message_id", "bank_break": "break_id"}[kind]
    identity = night.rows(f"select {column} from {kind} limit 1")[0][0]
    assert export(kind, identity[:16], stamped=False).made.case_id == pack.made.case_id


def test_an_id_of_nothing_is_refused_and_leaves_no_file(export, pack):
    with pytest.raises(GatewayError) as refused:
        export("nothing", "night-00000000000000000000")
    assert refused.value.code is Code.NOT_FOUND
    assert not list(pack.path.parent.glob("nothing*"))


def test_without_an_authority_it_is_sealed_all_the_same_and_says_so(export):
    waiting = export("waiting", stamped=False)
    assert not waiting.made.stamped
    checked = check_evidence(waiting.evidence.ring, waiting.path, waiting.asked.at)
    assert any("没有时间戳" in line for line in checked.undone)


@pytest.mark.parametrize("fault", [StampFault.REFUSES, StampFault.OTHER_KEY, StampFault.RUBBISH])
def test_an_authority_that_is_wrong_keeps_no_evidence_in_the_house_and_rings(pack, night, fault):
    wrong = InProcessAuthority(night.gateway().clock.now, fault)
    evidence = replace(pack.evidence, stamping=replace(pack.evidence.stamping, authority=wrong))
    target = pack.path.with_name(f"{fault.value}.asice")
    assert not export_case(evidence, pack.made.case_id, pack.asked, target).stamped
    codes = {code for (code,) in night.rows("select code from alarm where cleared_at is null")}
    expected = {StampFault.REFUSES: "STAMP_REFUSED", StampFault.OTHER_KEY: "STAMP_UNTRUSTED",
                StampFault.RUBBISH: "STAMP_UNREADABLE"}  # fmt: skip
    assert expected[fault] in codes
    kept = {row[0] for row in night.rows("select digest from payload")}
    assert {hashlib.sha256(reply).hexdigest() for reply in wrong.replies} <= kept


def test_a_stamp_is_asked_for_by_the_clock_of_that_moment(pack):
    asked = replace(pack.asked, at=pack.asked.at - timedelta(minutes=20))
    target = pack.path.with_name("slow.asice")
    assert export_case(pack.evidence, pack.made.case_id, asked, target).stamped


def test_a_package_never_takes_another_files_place(pack, tmp_path):
    target = tmp_path / "night.asice"
    target.write_bytes(b"mine")
    dangling = tmp_path / "link.asice"
    dangling.symlink_to(tmp_path / "nothing")
    refusals = {
        target: Code.FILE_IN_THE_WAY,
        dangling: Code.FILE_IN_THE_WAY,
        tmp_path / "nowhere" / "night.asice": Code.FILE_NOT_HERE,
    }
    for place, code in refusals.items():
        with pytest.raises(GatewayError) as refused:
            export_case(pack.evidence, pack.made.case_id, pack.asked, place)
        assert refused.value.code is code
    assert target.read_bytes() == b"mine"
    assert {path.name for path in tmp_path.iterdir()} == {"night.asice", "link.asice"}


def test_an_emoji_in_a_reason_blocks_no_evidence_and_is_kept_as_it_was(pack, tmp_path):
    asked = replace(pack.asked, reason="审计\U0001f600抽查")
    target = tmp_path / "emoji.asice"
    export_case(pack.evidence, pack.made.case_id, asked, target)
    # the reason of this one is in the journal by now, and so in the next one's story
    again = tmp_path / "again.asice"
    export_case(pack.evidence, pack.made.case_id, pack.asked, again)
    with zipfile.ZipFile(again) as archive:
        assert "审计\U0001f600抽查" in archive.read("timeline.json").decode()
    assert check_evidence(pack.evidence.ring, target, pack.asked.at)


def test_a_line_separator_inside_a_fact_ends_no_line():
    facts = canonical({"name": "a\u2028b"})
    chained = entry_hash(GENESIS, 1, AT, ("file_received", "x", facts))
    entry = Entry(1, AT, "file_received", "x", facts, GENESIS, chained)
    assert journal_check._entries(f"{entry.line()}\n".encode()) == [entry]


# ------------------------------------------------------------------ strangers


def test_the_commands_of_the_readme_hold_as_they_stand(pack, tmp_path, openssl, require_peer):
    require_peer(None if shutil.which("unzip") else "unzip")
    place = pack.unpack(tmp_path / "case")
    blocks = re.findall(r"```sh\n(.*?)```", (place / "README.md").read_text("utf-8"), re.S)
    assert len(blocks) == 6
    environ = {**os.environ, "PACK": str(pack.path)}
    for block in blocks:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], cwd=place, env=environ, timeout=60,
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"


def test_the_readme_names_the_stamps_root_as_it_lies_there_to_be_compared_by_telephone(
    pack, tmp_path, openssl
):
    place = pack.unpack(tmp_path / "case")
    text = (place / "README.md").read_text("utf-8")
    assert "根证书.pem" not in text
    assert "逐位核对" in text.partition("\n7. ")[2].partition("\n## ")[0]
    stamp = re.findall(r"```sh\n(.*?)```", text, re.S)[-1]
    done = subprocess.run(["sh", "-ec", stamp], cwd=place, capture_output=True, text=True)
    assert "Verification: OK" in done.stdout
    assert "Fingerprint=" in done.stdout


def test_the_commands_of_the_readme_fail_on_another_byte(pack, tmp_path, openssl):
    place = pack.unpack(tmp_path / "case")
    signature = next((place / "signatures").glob("*.sig"))
    data = signature.read_bytes()
    signature.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    blocks = re.findall(r"```sh\n(.*?)```", (place / "README.md").read_text("utf-8"), re.S)
    environ = {**os.environ, "PACK": str(pack.path)}
    ends = [
        subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], cwd=place, env=environ, capture_output=True
        ).returncode
        for block in blocks
    ]
    # the sums, the signatures, the script; the seal, the head and its stamp are over other bytes
    assert [end != 0 for end in ends] == [True, False, True, False, True, False]


def test_the_script_holds_with_everything_got_from_elsewhere(pack, tmp_path, openssl):
    head = tmp_path / "head.pem"
    head.write_bytes(pack.members()["journal/head.pem"])
    kept = tmp_path / "head.json"
    kept.write_bytes(pack.members()["journal/head.json"])
    words = ["--seal-ca", pack.seal_root, "--key", head, "--ca", pack.tsa_root, "--kept", kept]
    code, out = pack.script(pack.path, *words)
    assert code == 0, out
    assert "封装的时间戳成立" in out
    assert "包内的根" not in out


def test_the_script_tells_a_newer_kept_head_apart_from_one_that_does_not_fit(
    pack, tmp_path, openssl
):
    head, kept = json.loads(pack.members()["journal/head.json"]), tmp_path / "head.json"
    for said, changed in (
        ("✗ 未能比对：包比留存的树根旧", {"size": head["size"] + 1}),
        ("✗ 不成立：与所留树根", {"root": "0" * 64}),
    ):
        kept.write_text(json.dumps(head | changed))
        code, out = pack.script(pack.path, "--kept", kept)
        assert code == 1
        assert said in out


def test_the_script_says_what_it_did_not_check(pack, openssl):
    code, out = pack.script(pack.path)
    assert code == 0, out
    assert "--seal-ca" in out
    assert "--kept" in out


def test_poppler_sees_one_valid_seal_over_the_whole_timeline(pack, tmp_path, require_peer):
    for tool in ("pdfsig", "certutil"):
        require_peer(None if shutil.which(tool) else tool)
    (tmp_path / "timeline.pdf").write_bytes(pack.members()["timeline.pdf"])
    trust = f"sql:{tmp_path}"
    subprocess.run(["certutil", "-N", "-d", trust, "--empty-password"], check=True)
    subprocess.run(
        ["certutil", "-A", "-d", trust, "-n", "root", "-t", "CT,C,C", "-i", pack.seal_root],
        check=True,
    )
    done = subprocess.run(
        ["pdfsig", "-nssdir", trust, tmp_path / "timeline.pdf"], capture_output=True, text=True
    )
    assert "Signature is Valid" in done.stdout
    assert "Certificate is Trusted" in done.stdout
    assert "Total document signed" in done.stdout


def test_the_timeline_tells_its_facts_in_chinese_and_amounts_in_yuan(pack):
    facts = [s["facts"] for s in json.loads(pack.members()["timeline.json"])["steps"]]
    assert not [one for one in facts if re.search(r"\w=|\bNone\b|(^| )[A-Z_]{3,}(；|$)", one)]
    assert [one for one in facts if re.search(r"金额 [\d,]+\.\d\d 元", one)]
    assert [one for one in facts if "状态 已核平" in one]


def test_the_timeline_names_nobody_whose_account_is_in_the_files(
    pack, night, tmp_path, require_peer
):
    require_peer(None if shutil.which("pdftotext") else "pdftotext")
    (tmp_path / "t.pdf").write_bytes(pack.members()["timeline.pdf"])
    done = subprocess.run(["pdftotext", tmp_path / "t.pdf", "-"], capture_output=True, text=True)
    text = (
        done.stdout
        + pack.members()["timeline.json"].decode()
        + pack.members()["README.md"].decode()
    )
    people = night.rows("select distinct payer_name, payer_account, loan_no from instruction")
    assert len(people) > 20
    assert not [one for row in people for one in row if one in text]


def test_member_names_are_plain_ascii_so_that_every_unzip_agrees(pack):
    with zipfile.ZipFile(pack.path) as archive:
        assert all(re.fullmatch(r"[A-Za-z0-9._/-]+", name) for name in archive.namelist())


def test_the_bank_of_the_case_is_named(pack):
    index = json.loads(pack.members()["index.json"])
    assert BANK in {row["counterparty"] for row in index["payloads"]}


# the last one: what is destroyed here stays so
def test_a_destroyed_payload_leaves_its_digest_and_the_rest_still_holds(export, night, openssl):
    digest = night.rows("select digest from bank_file where kind = 'deduction_result'")[0][0]
    night.gateway().store.archive.shred(digest)
    destroyed = export("destroyed")
    assert destroyed.made.destroyed == 1
    assert f"payloads/{digest}" not in destroyed.members()
    assert digest in destroyed.members()["index.json"].decode()
    assert destroyed.verb(destroyed.path) is None
    code, out = destroyed.script(destroyed.path)
    assert code == 0, out
    assert "已销毁 1 件" in out
