"""Publishing: whole files, flag last, the same again changes nothing. 发布."""

import json
from datetime import date

import pytest

from sandbox.bank.publish import NameTaken, order_of, publish, put_down
from sandbox.files import Publication, render_result, render_statement
from sandbox.files.publication import flag_of
from sandbox.keys.ring import bank_signer
from sandbox.world import night

FIRST = date(2026, 2, 24)
RESULT, STATEMENT = "DKJG_990001_ZH01_20260224_V01.txt", "ZHDZ_990001_ZH01_20260224_V01.txt"


@pytest.fixture
def bank(root):
    """Publish for a bank, and look at what lies there."""

    class Bank:
        def publish(self, *faults, version=1, only=None, code="990001"):
            told = night("test", code, FIRST)
            return publish(root, "test", told, order_of(version, list(faults), only))

        def lying(self, code="990001"):
            place = root / "homes" / code / "outgoing"
            return {path.name: path.read_bytes() for path in place.iterdir()}

    return Bank()


def test_a_night_is_two_files_with_their_companions(bank):
    written = bank.publish()
    suffixes = ("", ".sig", ".ok")
    assert written == [name + suffix for name in (RESULT, STATEMENT) for suffix in suffixes]
    assert bank.lying()[RESULT] == render_result(night("test", "990001", FIRST))
    assert bank.lying()[STATEMENT] == render_statement(night("test", "990001", FIRST))
    assert set(bank.lying()) == set(written)


@pytest.mark.parametrize("code", ["990001", "990002", "990003"])
@pytest.mark.parametrize(
    "faults", [(), ("no_flag",), ("flipped_byte",), ("wrong_total", "broken_chain")]
)
def test_publishing_again_changes_nothing(bank, code, faults):
    bank.publish(*faults, code=code)
    before = bank.lying(code)
    assert bank.publish(*faults, code=code) == []
    assert bank.lying(code) == before


@pytest.mark.parametrize("fault", ["wrong_signature", "signed_other_bytes"])
def test_publishing_a_wrong_signature_again_changes_nothing(bank, fault):
    bank.publish(fault)
    assert bank.publish(fault) == []


def test_a_corrected_file_has_the_next_version_and_the_first_stays(bank):
    bank.publish("wrong_total")
    before = bank.lying()
    bank.publish(version=2, only="result")
    corrected = RESULT.replace("V01", "V02")
    assert bank.lying()[corrected] == render_result(night("test", "990001", FIRST))
    assert before.items() <= bank.lying().items()


def test_other_bytes_under_the_same_name_are_refused(bank):
    bank.publish("wrong_total")
    before = bank.lying()
    with pytest.raises(NameTaken, match="--version"):
        bank.publish()
    assert bank.lying() == before


def test_a_bank_gone_wrong_replaces_a_file_and_signs_it(bank, root):
    bank.publish()
    assert bank.publish("other_content_same_name") == [RESULT, RESULT + ".sig", RESULT + ".ok"]
    lying = bank.lying()
    assert lying[RESULT] != render_result(night("test", "990001", FIRST))
    assert lying[RESULT + ".ok"] == flag_of(RESULT, lying[RESULT])
    assert bank_signer(root, "990001").made(lying[RESULT + ".sig"], RESULT, lying[RESULT])


@pytest.mark.parametrize("fault", ["no_flag", "no_signature", "wrong_signature"])
def test_what_was_missing_or_wrongly_signed_can_be_put_right_under_the_same_name(bank, root, fault):
    bank.publish(fault)
    bank.publish()
    lying = bank.lying()
    assert lying[RESULT + ".ok"] == flag_of(RESULT, lying[RESULT])
    assert bank_signer(root, "990001").made(lying[RESULT + ".sig"], RESULT, lying[RESULT])


def test_a_late_result_leaves_the_statement_alone_on_the_table(bank):
    bank.publish("late")
    assert set(bank.lying()) == {STATEMENT, STATEMENT + ".sig", STATEMENT + ".ok"}


@pytest.mark.parametrize(("only", "name"), [("result", RESULT), ("statement", STATEMENT)])
def test_only_one_of_the_two_can_be_published(bank, only, name):
    bank.publish(only=only)
    assert {part for part in bank.lying() if part.endswith(".txt")} == {name}


def test_faults_of_publishing_do_not_touch_the_statement(bank, root):
    bank.publish("wrong_signature", "no_flag")
    lying = bank.lying()
    assert bank_signer(root, "990001").made(lying[STATEMENT + ".sig"], STATEMENT, lying[STATEMENT])
    assert STATEMENT + ".ok" in lying
    assert RESULT + ".ok" not in lying


def test_no_flag_vouches_for_bytes_that_are_changing(tmp_path):
    def planned(data):
        return Publication("X.txt", data, data, flag_of("X.txt", data), None, replaces=True)

    put_down(tmp_path, planned(b"one"))
    (tmp_path / "X.txt.tmp").mkdir()  # the disk fails in the middle of the replacement
    with pytest.raises(OSError, match=r"X\.txt"):
        put_down(tmp_path, planned(b"two"))
    assert not (tmp_path / "X.txt.ok").exists()
    assert (tmp_path / "X.txt").read_bytes() == b"one"


def test_the_verb_prints_what_it_wrote_and_then_nothing(run_verb, root):
    arguments = ("bank", "publish", "--root", root, "--seed", "test", "--date", FIRST)
    first = run_verb(*arguments, "--bank", "990003", "--scale", 3).stdout.decode().splitlines()
    assert first[0] == "990003 DKJG_990003_ZH01_20260224_V01.txt"
    assert len(first) == 4
    assert run_verb(*arguments, "--bank", "990003", "--scale", 3).stdout == b""
    refused = run_verb(*arguments, "--bank", "990003", "--scale", 4, check=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith(b"sandbox: DKJG_990003")


def test_the_truth_is_what_the_file_says(run_verb, result_layout):
    told = json.loads(run_verb("truth", "--seed", "t", "--date", FIRST, "--bank", "990001").stdout)
    (truth,) = told["banks"]
    _, lines, trailer = result_layout.values(render_result(night("t", "990001", FIRST)))
    assert [one["loan_no"] for one in truth["instructions"]] == [line["loan_no"] for line in lines]
    assert [one["full_flag"] for one in truth["instructions"]] == [
        line["full_flag"] for line in lines
    ]
    assert str(truth["totals"]["taken_count"]) == trailer["taken_count"]
    assert str(truth["totals"]["failed_count"]) == trailer["failed_count"]
    assert truth["totals"]["taken_fen"] == int(trailer["taken_total"].replace(".", ""))
