"""The gate: name, flag, bytes, signature and header must tell one story. 文件检查"""

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from connectors.bank.codec import decode, matching_name, read_flag
from connectors.bank.codec.names import Flag
from connectors.bank.model import DecodedFile, FileHeader, FileKind
from connectors.bank.rules.gate import (
    Envelope,
    content_findings,
    envelope_findings,
    grade_of,
    signature_finding,
)
from connectors.bank.settings import BankProfile, Evidence, OwnAccount
from gateway.dates import SHANGHAI
from gateway.errors import Code
from gateway.ports import Algorithm, Grade
from gateway.signing.files.detached import Published, verify_detached
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.primitives.algorithms import load_verifier
from sandbox.files import Fault, files_of, publication, render_result, render_statement, result_name
from sandbox.files.faults import EFFECTS
from sandbox.keys.derived import derived_signer
from sandbox.world import night
from tests.connectors.bank.samples import DAY, LINES_MAX, RESULT, STATEMENT

NIGHT = night("gate", "990001", DAY, 12)
NAME = result_name(NIGHT)
DATA = render_result(NIGHT)
LINES = len(NIGHT.instructions) + 2
OWN, IMPOSTOR = (derived_signer("ed25519", "gate", who) for who in ("990001", "990001-impostor"))
NOW = datetime(2026, 3, 1, tzinfo=SHANGHAI)
PROFILE = BankProfile(
    code="990001",
    name="沙箱甲银行",
    connection="",
    accounts=(OwnAccount("ZH01", NIGHT.account.number),),
    layouts={},
    evidence=Evidence.SIGNATURE,
    owes=(),
)


def ring():
    verifier = load_verifier("990001-01", Algorithm.ED25519, OWN.public_pem.encode())
    window = (NOW - timedelta(1), NOW + timedelta(1), NOW + timedelta(1))
    return KeyRing([Key("990001-01", "990001", Purpose.BANK_FILE, verifier, *window)])


RING = ring()


def examined(files, name=NAME, layout=RESULT):
    """What the gate says of a file and its companions, as the flow asks it; pure parts only."""
    data, flag = files[name], files.get(name + ".ok")
    found = matching_name(layout, name)
    read = read_flag(layout, flag) if flag is not None else None
    envelope = Envelope(found, read, len(data), hashlib.sha256(data).hexdigest())
    there = Published(name, (data,), files.get(name + ".sig"))
    verified = verify_detached(RING, Purpose.BANK_FILE, "990001", there, NOW)
    signed = signature_finding(Evidence.SIGNATURE, verified.code)
    decoded = decode(layout, data, LINES_MAX)
    return [
        *envelope_findings(envelope),
        *([signed] if signed else []),
        *decoded.findings,
        *content_findings(PROFILE, found, decoded),
    ]


def published(*faults):
    told = publication(NAME, render_result(NIGHT, 1, faults), (OWN, IMPOSTOR), faults)
    return files_of(told) if told else {}


def line_of(serial):
    return serial + 1


TAKEN = next(one for one in NIGHT.instructions if one.taken_fen == one.asked_fen)
RARE = next(o for o in NIGHT.instructions if len(o.loan.payer_name[-1].encode("gb18030")) == 4)

# fault of the result file → codes with their lines, in the order a clerk reads them
# fmt: off
FOUND = {
    Fault.NO_SIGNATURE:           [("SIGNATURE_MISSING", 0)],
    Fault.WRONG_SIGNATURE:        [("SIGNATURE_WRONG", 0)],
    Fault.SIGNED_OTHER_BYTES:     [("SIGNATURE_WRONG", 0)],
    Fault.FLIPPED_BYTE:           [("FILE_DIGEST_DIFFERS", 0), ("SIGNATURE_WRONG", 0),
                                   ("CONTROL_SUM_WRONG", LINES)],
    Fault.FLIPPED_BYTE_REFLAGGED: [("SIGNATURE_WRONG", 0), ("CONTROL_SUM_WRONG", LINES)],
    Fault.WRONG_TOTAL:            [("CONTROL_SUM_WRONG", LINES)],
    Fault.WRONG_COUNT:            [("CONTROL_COUNT_WRONG", LINES)],
    Fault.MISSING_TRAILER:        [("TRAILER_MISSING", LINES)],
    Fault.CUT_LINE:               [("LINE_UNFINISHED", LINES - 1), ("FIELD_COUNT_WRONG", LINES - 1),
                                   ("TRAILER_MISSING", LINES)],
    Fault.HALF_CHARACTER:         [("ENCODING_INVALID", line_of(RARE.serial))],
    Fault.WRONG_ACCOUNT:          [("ACCOUNT_DIFFERS", 1)],
    Fault.WRONG_DATE:             [("BUSINESS_DATE_DIFFERS", 1)],
    Fault.DUPLICATE_LINE:         [("SERIAL_REPEATED", line_of(TAKEN.serial) + 1)],
    Fault.AMOUNT_WITH_COMMA:      [("AMOUNT_FORMAT_WRONG", 2)],
    Fault.BOM:                    [("HEADER_MISSING", 1), ("RECORD_UNKNOWN", 1)],
}
# fmt: on
# what a well-formed file says wrongly is for matching to find
BREAKS = {
    Fault.MISSING_LINE,
    Fault.EXTRA_LINE,
    Fault.ALTERED_LOAN,
    Fault.DOUBLE_DEDUCTION,
    Fault.UNKNOWN_CODE,
    Fault.EMPTY_DAY,
    Fault.OTHER_CONTENT_SAME_NAME,
}  # fmt: skip
OF_THE_STATEMENT = {Fault.BROKEN_CHAIN, Fault.STATEMENT_LUMP_OFF, Fault.STATEMENT_FOLLOWS}
NOT_PUBLISHED = {Fault.NO_FLAG, Fault.LATE}


def test_every_fault_of_the_sandbox_is_looked_at():
    assert set(FOUND) | BREAKS | OF_THE_STATEMENT | NOT_PUBLISHED == set(EFFECTS)


def test_an_honest_file_passes():
    assert examined(published()) == []


@pytest.mark.parametrize("fault", FOUND)
def test_a_faulty_file_gets_its_codes_with_their_lines(fault):
    assert [(f.code.name, f.line) for f in examined(published(fault))] == FOUND[fault]


@pytest.mark.parametrize("fault", sorted(BREAKS))
def test_a_sound_file_that_says_something_wrong_passes_the_gate(fault):
    assert examined(published(fault)) == []


@pytest.mark.parametrize("fault", ["statement_lump_off", "statement_follows", "broken_chain"])
def test_only_a_broken_balance_chain_stops_a_statement(fault):
    data = render_statement(NIGHT, fault=["missing_line", fault])
    codes = [f.code for f in decode(STATEMENT, data, LINES_MAX).findings]
    assert codes[:1] == ([Code.BALANCE_CHAIN_BROKEN] if fault == "broken_chain" else [])


def test_every_flipped_byte_of_a_file_is_noticed_even_when_the_flag_was_made_anew():
    data = render_result(night("gate", "990001", DAY, 2))
    signature = OWN.companion(NAME, data)
    flag = flag_line(data)
    assert examined({NAME: data, NAME + ".sig": signature, NAME + ".ok": flag}) == []
    for place in range(len(data)):
        for bit in (0x01, 0x20, 0x80):
            altered = bytearray(data)
            altered[place] ^= bit
            files = {NAME: bytes(altered), NAME + ".sig": signature, NAME + ".ok": flag}
            codes = {f.code for f in examined(files)}
            assert {Code.FILE_DIGEST_DIFFERS, Code.SIGNATURE_WRONG} <= codes
            files[NAME + ".ok"] = flag_line(bytes(altered))
            assert Code.SIGNATURE_WRONG in {f.code for f in examined(files)}


def flag_line(data):
    return f"{NAME}|{len(data)}|{hashlib.sha256(data).hexdigest()}|\n".encode()


def test_every_flipped_byte_of_a_flag_is_noticed():
    files = published()
    flag = files[NAME + ".ok"]
    for place in range(len(flag) - 1):  # its line end may be any
        for bit in (0x01, 0x20, 0x80):
            altered = bytearray(flag)
            altered[place] ^= bit
            assert examined(files | {NAME + ".ok": bytes(altered)}), place


def test_every_digit_of_an_amount_counts_for_the_control_totals():
    rows = DATA.split(b"\n")
    for number in range(1, LINES - 1):
        fields = rows[number].split(b"|")
        if len(fields) != 14:
            continue  # a name with a bar in it
        for place in (6, 7):
            digit = fields[place][-4]
            changed = fields[place][:-4] + bytes([digit ^ 1]) + fields[place][-3:]
            row = b"|".join([*fields[:place], changed, *fields[place + 1 :]])
            data = b"\n".join([*rows[:number], row, *rows[number + 1 :]])
            found = decode(RESULT, data, LINES_MAX)
            taken_for_nothing = place == 7 and fields[9] != b"00000"
            assert found.findings or taken_for_nothing, row


NAMED = matching_name(RESULT, NAME)
FLAG = Flag(NAME, 100, "ab" * 32)
ENVELOPE = Envelope(NAMED, FLAG, 100, "ab" * 32)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"flag": None}, [Code.FLAG_UNREADABLE]),
        ({"flag": replace(FLAG, name="other.txt")}, [Code.FLAG_UNREADABLE]),
        ({"flag": replace(FLAG, name="")}, []),  # a dialect whose flag says no name
        ({"flag": replace(FLAG, size=-1)}, []),  # nor size
        ({"size": 99}, [Code.FILE_SIZE_DIFFERS]),
        ({"sha256": "cd" * 32}, [Code.FILE_DIGEST_DIFFERS]),
        ({"size": 0, "sha256": "cd" * 32}, [Code.FILE_SIZE_DIFFERS, Code.FILE_DIGEST_DIFFERS]),
        ({"name_reused": True}, [Code.NAME_REUSED]),
        ({"name_reused": True, "flag": None}, [Code.NAME_REUSED, Code.FLAG_UNREADABLE]),
    ],
)
def test_name_flag_and_bytes_must_agree(changes, codes):
    assert [f.code for f in envelope_findings(replace(ENVELOPE, **changes))] == codes


HEADER = FileHeader("990001", NIGHT.account.number, DAY)


@pytest.mark.parametrize(
    ("header", "named", "codes"),
    [
        ({}, {}, []),
        ({"bank": "990002"}, {}, [Code.BANK_DIFFERS]),
        ({}, {"bank": "990002"}, [Code.BANK_DIFFERS]),
        ({"account_number": "9900010000000000002"}, {}, [Code.ACCOUNT_DIFFERS]),
        ({}, {"account": "ZH02"}, [Code.ACCOUNT_DIFFERS]),  # an account we do not have
        ({"business_date": date(2026, 2, 27)}, {}, [Code.BUSINESS_DATE_DIFFERS]),
        (
            {"bank": "990002", "account_number": "1", "business_date": date(2026, 1, 1)},
            {},
            [Code.BANK_DIFFERS, Code.ACCOUNT_DIFFERS, Code.BUSINESS_DATE_DIFFERS],
        ),
    ],
)
def test_the_header_is_of_this_bank_our_account_and_the_date_of_the_name(header, named, codes):
    decoded = DecodedFile(FileKind.DEDUCTION_RESULT, replace(HEADER, **header))
    found = list(content_findings(PROFILE, replace(NAMED, **named), decoded))
    assert [f.code for f in found] == codes
    assert all(f.line == 1 for f in found)


def test_of_a_file_that_could_not_be_read_nothing_more_is_said():
    assert not list(content_findings(PROFILE, NAMED, DecodedFile(FileKind.DEDUCTION_RESULT, None)))


SIGNATURE_CODES = [code for code in Code if code.value.branch == "SignatureInvalid"]


@pytest.mark.parametrize("evidence", Evidence)
def test_a_signature_that_is_there_must_hold_and_may_be_missing_only_where_agreed(evidence):
    assert signature_finding(evidence, None) is None
    for code in SIGNATURE_CODES:
        tolerated = code is Code.SIGNATURE_MISSING and evidence is Evidence.CHANNEL
        found = signature_finding(evidence, code)
        assert (found is None) is tolerated
        assert tolerated or found.code is code


def test_only_a_good_signature_is_grade_b():
    assert {grade_of(None, readable=readable) for readable in (True, False)} == {Grade.B}


def test_without_a_signature_the_channel_speaks_for_a_file_that_can_be_read():
    missing = Code.SIGNATURE_MISSING
    assert grade_of(missing, readable=True) is Grade.C
    assert grade_of(missing, readable=False) is Grade.E


def test_a_signature_that_does_not_hold_leaves_no_proof_at_all():
    wrong = set(SIGNATURE_CODES) - {Code.SIGNATURE_MISSING}
    assert wrong
    assert {grade_of(code, readable=True) for code in wrong} == {Grade.E}
