"""Each fault does what its name says, and nothing else. 每个故障名副其实."""

import hashlib
from datetime import date

import pytest

from sandbox.files import (
    EFFECTS,
    Fault,
    faults_of,
    files_of,
    publication,
    render_result,
    render_statement,
)
from sandbox.keys.derived import derived_signer
from sandbox.keys.signer import read_companion
from sandbox.world import night

FIRST = date(2026, 2, 24)
SEEDS = ["one", "two", "three"]
STATEMENT_FAULTS = {Fault.BROKEN_CHAIN, Fault.STATEMENT_LUMP_OFF, Fault.STATEMENT_FOLLOWS}
PUBLISHING = {
    Fault.NO_FLAG,
    Fault.NO_SIGNATURE,
    Fault.WRONG_SIGNATURE,
    Fault.SIGNED_OTHER_BYTES,
    Fault.FLIPPED_BYTE,
    Fault.FLIPPED_BYTE_REFLAGGED,
    Fault.LATE,
}
# What a reader of the layout has to complain about; nothing means the lie is a consistent one.
COMPLAINTS = {
    Fault.WRONG_TOTAL: {"taken_total"},
    Fault.WRONG_COUNT: {"total_count"},
    Fault.MISSING_TRAILER: {"order"},
    Fault.CUT_LINE: {"newline"},
    Fault.HALF_CHARACTER: {"encoding"},
    Fault.WRONG_ACCOUNT: set(),
    Fault.WRONG_DATE: set(),
    Fault.DUPLICATE_LINE: {"unique"},
    Fault.MISSING_LINE: set(),
    Fault.EXTRA_LINE: set(),
    Fault.ALTERED_LOAN: set(),
    Fault.DOUBLE_DEDUCTION: set(),
    Fault.UNKNOWN_CODE: set(),
    Fault.AMOUNT_WITH_COMMA: {"asked"},
    Fault.EMPTY_DAY: set(),
    Fault.OTHER_CONTENT_SAME_NAME: set(),
}
OWN = derived_signer("ed25519", "own", "990001")
IMPOSTOR = derived_signer("ed25519", "impostor", "990001")


def told(seed="one", bank="990001"):
    return night(seed, bank, FIRST)


def lines_of(result_layout, fault, seed="one"):
    honest = result_layout.values(render_result(told(seed)))
    faulty = result_layout.values(render_result(told(seed), fault=fault))
    return honest[1], faulty[1]


def published(*faults, signers=(OWN, IMPOSTOR)):
    planned = publication("X.txt", render_result(told()), signers, faults_of(faults))
    return files_of(planned) if planned else {}


def flag_agrees(files):
    name, size, digest, _ = files["X.txt.ok"].decode().split("|")
    data = files["X.txt"]
    return (name, size, digest) == ("X.txt", str(len(data)), hashlib.sha256(data).hexdigest())


def test_every_fault_has_a_chinese_title_and_acts_in_one_place():
    for fault in Fault:
        effect = EFFECTS[fault]
        acts = [effect.on_result, effect.on_bytes, effect.on_statement]
        assert effect.title
        assert sum(act is not None for act in acts) == (fault not in PUBLISHING)


def test_the_readme_lists_every_fault_with_its_title(request):
    readme = (request.config.rootpath / "sandbox" / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{fault}` | {EFFECTS[fault].title} |" in readme for fault in Fault)


def test_an_unknown_fault_is_refused():
    with pytest.raises(ValueError, match="not_a_fault"):
        faults_of("not_a_fault")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("fault", COMPLAINTS, ids=str)
def test_a_fault_of_content_shows_where_it_should(fault, seed, result_layout):
    data = render_result(told(seed), fault=fault)
    assert data != render_result(told(seed))
    assert result_layout.complaints(data) == COMPLAINTS[fault]


@pytest.mark.parametrize("fault", COMPLAINTS, ids=str)
@pytest.mark.parametrize("bank", ["990001", "990002", "990003"])
def test_a_fault_of_content_is_possible_in_the_smallest_night(fault, bank):
    for count in (1, 2):
        tiny = night("one", bank, FIRST, count)
        assert render_result(tiny, fault=fault) != render_result(tiny)


@pytest.mark.parametrize("fault", sorted(set(COMPLAINTS) | PUBLISHING), ids=str)
def test_a_fault_of_the_result_leaves_the_statement_alone(fault):
    assert render_statement(told(), fault=fault) == render_statement(told())


@pytest.mark.parametrize("fault", sorted(STATEMENT_FAULTS), ids=str)
def test_a_fault_of_the_statement_leaves_the_result_alone(fault):
    assert render_result(told(), fault=fault) == render_result(told())


def test_a_byte_order_mark_comes_first():
    assert render_result(told(), fault="bom") == b"\xef\xbb\xbf" + render_result(told())


def test_a_cut_line_ends_inside_the_last_detail():
    data = render_result(told(), fault="cut_line")
    assert render_result(told()).startswith(data)
    assert data.count(b"\nD|") == 60
    assert not data.endswith(b"|\n")


def test_a_missing_trailer_ends_at_the_end_of_a_line():
    data = render_result(told(), fault="missing_trailer")
    assert data.endswith(b"|\n")
    assert b"\nT|" not in data


def test_half_a_character_leaves_the_other_names_whole():
    data = render_result(told(), fault="half_character")
    assert len(render_result(told())) - len(data) == 2
    broken = []
    for line in data.splitlines():
        try:
            line.decode("gb18030")
        except UnicodeDecodeError:
            broken.append(line)
    assert len(broken) == 1
    assert broken[0].startswith(b"D|")


def test_half_of_a_two_byte_character_swallows_the_pipe(result_layout):
    data = render_result(night("one", "990003", FIRST, 1), fault="half_character")
    assert result_layout.complaints(data) in ({"fields"}, {"encoding"})


def test_a_wrong_account_is_another_of_the_same_length(result_layout):
    account = result_layout.values(render_result(told(), fault="wrong_account"))[0][
        "account_number"
    ]
    assert account != told().account.number
    assert len(account) == 19


def test_a_wrong_date_is_the_day_before(result_layout):
    head, _, _ = result_layout.values(render_result(told(), fault="wrong_date"))
    assert head["business_date"] == "20260223"


def test_a_duplicate_line_is_the_same_line_twice(result_layout):
    honest, faulty = lines_of(result_layout, "duplicate_line")
    assert len(faulty) == len(honest) + 1
    assert all(line in honest for line in faulty)


def test_a_missing_line_leaves_a_gap(result_layout):
    honest, faulty = lines_of(result_layout, "missing_line")
    gone = [line for line in honest if line not in faulty]
    assert len(gone) == 1
    assert gone[0]["code"] == "00000"


def test_an_extra_line_is_for_a_loan_nobody_has(result_layout):
    honest, faulty = lines_of(result_layout, "extra_line")
    assert faulty[:-1] == honest
    assert faulty[-1]["loan_no"] not in {line["loan_no"] for line in honest}
    assert faulty[-1]["serial"] == str(len(honest) + 1)
    assert faulty[-1]["host_serial"] not in {line["host_serial"] for line in honest}


def test_an_altered_loan_is_one_line_with_another_loan(result_layout):
    honest, faulty = lines_of(result_layout, "altered_loan")
    changed = [(h, f) for h, f in zip(honest, faulty, strict=True) if h != f]
    assert len(changed) == 1
    before, after = changed[0]
    assert {name for name in before if before[name] != after[name]} == {"loan_no"}


def test_a_double_deduction_is_the_same_instalment_under_a_new_serial(result_layout):
    honest, faulty = lines_of(result_layout, "double_deduction")
    twin = faulty[-1]
    key = ("loan_no", "instalment_no", "asked", "taken", "code")
    same = [line for line in honest if all(line[name] == twin[name] for name in key)]
    assert faulty[:-1] == honest
    assert len(same) == 1
    assert twin["code"] == "00000"
    assert twin["serial"] != same[0]["serial"]
    assert twin["host_serial"] != same[0]["host_serial"]


def test_an_unknown_code_is_one_line_that_took_nothing(result_layout):
    _, faulty = lines_of(result_layout, "unknown_code")
    strange = [line for line in faulty if line["code"] == "07777"]
    assert [line["taken"] for line in strange] == ["0.00"]


def test_a_comma_stands_before_the_thousands(result_layout):
    _, faulty = lines_of(result_layout, "amount_with_comma")
    honest, _ = lines_of(result_layout, "amount_with_comma")
    assert faulty[0]["asked"].replace(",", "") == honest[0]["asked"]
    assert faulty[0]["asked"][-7] == ","


def test_an_empty_day_is_a_head_and_a_trailer_of_zeros():
    lines = render_result(told(), fault="empty_day").decode("gb18030").splitlines()
    assert len(lines) == 2
    assert lines[1] == "T|0|0.00|0|0.00|0|"


def test_other_content_turns_one_success_into_a_refusal(result_layout):
    honest, faulty = lines_of(result_layout, "other_content_same_name")
    changed = [f for h, f in zip(honest, faulty, strict=True) if h != f]
    assert [line["code"] for line in changed] == ["03008"]


def test_a_broken_chain_is_a_booking_left_out(statement_layout):
    data = render_statement(told(), fault="broken_chain")
    assert statement_layout.complaints(data) == {"balance"}
    assert data.count(b"\nD|") == render_statement(told()).count(b"\nD|") - 1


def test_a_lump_that_is_off_is_off_by_one_yuan_with_balances_that_agree(statement_layout):
    data = render_statement(told(), fault="statement_lump_off")
    assert statement_layout.complaints(data) == set()
    honest, faulty = (statement_layout.values(d)[1] for d in (render_statement(told()), data))
    off = [
        int(f["amount"].replace(".", "")) - int(h["amount"].replace(".", ""))
        for h, f in zip(honest, faulty, strict=True)
    ]
    assert sorted(off) == [0, 0, 0, 100]


def test_a_statement_that_follows_agrees_with_the_faulty_result(result_layout, statement_layout):
    both = ["double_deduction", "statement_follows"]
    claimed = result_layout.values(render_result(told(), fault=both))[2]["taken_total"]
    data = render_statement(told(), fault=both)
    lump = [line for line in statement_layout.values(data)[1] if "批量扣款" in line["summary"]]
    assert [line["amount"] for line in lump] == [claimed]
    assert statement_layout.complaints(data) == set()


def test_without_fault_the_publication_is_the_honest_one():
    files = published()
    assert files["X.txt"] == render_result(told())
    assert flag_agrees(files)
    assert OWN.made(files["X.txt.sig"], "X.txt", files["X.txt"])


def test_no_flag_and_no_signature_leave_out_just_that():
    assert list(published("no_flag")) == ["X.txt", "X.txt.sig"]
    assert list(published("no_signature")) == ["X.txt", "X.txt.ok"]


def test_late_publishes_nothing():
    assert published("late") == {}


def test_a_wrong_signature_is_anothers_under_the_banks_name():
    files = published("wrong_signature")
    assert not OWN.made(files["X.txt.sig"], "X.txt", files["X.txt"])
    assert IMPOSTOR.made(files["X.txt.sig"], "X.txt", files["X.txt"])
    assert read_companion(files["X.txt.sig"]).kid == OWN.kid
    assert flag_agrees(files)


def test_a_signature_over_other_bytes_is_by_the_right_key():
    files = published("signed_other_bytes")
    assert not OWN.made(files["X.txt.sig"], "X.txt", files["X.txt"])
    assert OWN.made(files["X.txt.sig"], "X.txt", files["X.txt"] + b"\n")
    assert flag_agrees(files)


@pytest.mark.parametrize(
    ("fault", "agrees"), [("flipped_byte", False), ("flipped_byte_reflagged", True)]
)
def test_a_flipped_byte_is_one_digit_of_an_amount(fault, agrees, result_layout):
    files = published(fault)
    honest = render_result(told())
    assert sum(a != b for a, b in zip(honest, files["X.txt"], strict=True)) == 1
    assert result_layout.complaints(files["X.txt"]) == {"taken_total"}
    assert flag_agrees(files) is agrees
    assert not OWN.made(files["X.txt.sig"], "X.txt", files["X.txt"])
    assert OWN.made(files["X.txt.sig"], "X.txt", honest)


@pytest.mark.parametrize("fault", ["no_signature", "wrong_signature", "signed_other_bytes"])
def test_a_bank_that_does_not_sign_cannot_sign_wrongly(fault):
    with pytest.raises(ValueError, match="does not sign"):
        published(fault, signers=(None, None))
