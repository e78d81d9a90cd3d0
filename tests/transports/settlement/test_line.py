"""Asking the platform: accepted is not settled, lost is unknown, nothing is guessed. 平台线路"""

import socket

import pytest

from connectors.bank.codec import decode
from connectors.bank.codec.settlement import (
    BatchAsked,
    BatchTxStatus,
    NamedFile,
    ResultAsked,
    Split,
    SplitCredit,
    TransactionAsked,
    Tx,
    read_request_head,
)
from connectors.bank.flows.platform import read, reply_of
from connectors.bank.flows.platform import request as request_of
from connectors.bank.rules.settlement import Fate, fate_of
from gateway.errors import Code, GatewayError, NotConfigured, OutcomeUnknown, TransportError
from gateway.ports import Grade, Verdict
from gateway.wiring.agreed import load_layout
from gateway.wiring.places import ROOT
from tests.transports.line import Line
from tests.transports.settlement.ground import ACCOUNT, BANK, LINES, ask, batch, deduct, our_side


def ended(call) -> Code:
    with pytest.raises(GatewayError) as raised:
        call()
    return raised.value.code


def old(platform, request: bytes) -> TransactionAsked:
    head = read_request_head(platform.dialect, request)
    return TransactionAsked(head.send_date, head.seq_no, platform.dialect.tx_code(head.tx_code))


def test_the_first_request_signs_in_and_later_ones_use_the_same_session(platform, stranger):
    request, raw = deduct(platform, batch())
    assert reply_of(platform, request, raw).verdict is Verdict.ACCEPTED
    ask(platform, Tx.BATCH_STATUS, BatchAsked("LOAN1"))
    assert stranger.taken() == ["BDC001", "BDC105", "BDC107"]
    assert [one["clear"] for one in stranger.noted("taken")] == [True, False, False]


def test_a_probe_needs_no_session(platform, stranger):
    assert platform.line.check().endswith(" 00000")
    assert stranger.taken() == ["SYS600"]


def test_a_batch_goes_from_accepted_over_working_and_partly_to_its_results(platform):
    """B02, B03: neither 0 nor 2 is an end."""
    request, raw = deduct(platform, batch())
    batch_no = read(platform, request, raw).told.batch_no
    stands = [ask(platform, Tx.BATCH_STATUS, BatchAsked(batch_no)).told.status for _ in range(4)]
    status = BatchTxStatus
    assert stands == [status.WORKING, status.PARTLY, status.DONE, status.DONE]
    (file,) = ask(platform, Tx.BATCH_RESULT, ResultAsked(batch_no)).files
    results = decode(load_layout(ROOT / "schemas", "settlement-108"), file.data, 1000)
    assert results.findings == ()
    assert [one.payer_name for one in results.results] == [name for _, _, _, name, _ in LINES]
    assert results.header.batch_no == batch_no


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("working", BatchTxStatus.WORKING),
        ("partly", BatchTxStatus.PARTLY),
        ("batch_failed", BatchTxStatus.FAILED),
    ],
)
def test_b02_b03_b04_how_a_batch_stands_is_told_as_it_is(platform, stranger, fault, status):
    request, raw = deduct(platform, batch())
    asked = BatchAsked(read(platform, request, raw).told.batch_no)
    stranger.arm(fault)
    for _ in range(4):
        assert ask(platform, Tx.BATCH_STATUS, asked).told.status is status


def test_b37_a_split_is_taken_once_and_only_when_its_batch_is_done(platform):
    request, raw = deduct(platform, batch())
    batch_no = read(platform, request, raw).told.batch_no
    assert _split(platform, "LOAN0").verdict is Verdict.REJECTED
    assert _split(platform, batch_no).verdict is Verdict.REJECTED
    for _ in range(3):
        ask(platform, Tx.BATCH_STATUS, BatchAsked(batch_no))
    assert _split(platform, batch_no, more_fen=1).reason.startswith("10019")
    assert _split(platform, batch_no).verdict is Verdict.ACCEPTED
    assert _split(platform, batch_no).verdict is Verdict.REJECTED


def _split(platform, batch_no: str, more_fen: int = 0):
    parts = [SplitCredit(ACCOUNT, "沙箱中心", "2", "沙箱甲银行", fen) for fen in (90, 10, 0, 0)]
    file = NamedFile("BDC_SPL_1.DAT", b"1@|$\n")
    asked = Split(batch_no, 1, 100, 100 + more_fen, "2620", *parts, files=(file,))
    sent = request_of(platform, Tx.SPLIT, BANK, asked)
    return reply_of(platform, sent, platform.line.ask(sent))


def test_results_asked_for_too_early_are_no_refusal_for_good(platform):
    request, raw = deduct(platform, batch())
    batch_no = read(platform, request, raw).told.batch_no
    early = ask(platform, Tx.BATCH_RESULT, ResultAsked(batch_no))
    assert early.head.rtn_code == "10023"
    assert early.files == ()


@pytest.mark.parametrize(("wrong", "code"), [({"count": 29}, "10018"), ({"more_fen": 1}, "10019")])
def test_totals_that_are_not_the_lines_are_rejected_whole(platform, wrong, code):
    request, raw = deduct(platform, batch(**wrong))
    reply = reply_of(platform, request, raw)
    assert (reply.verdict, reply.grade) == (Verdict.REJECTED, Grade.C)
    assert reply.reason.startswith(code)


def test_the_same_file_name_again_is_rejected(platform):
    deduct(platform, batch())
    request, raw = deduct(platform, batch())
    assert reply_of(platform, request, raw).verdict is Verdict.REJECTED


def test_b05_a_reply_lost_after_acceptance_is_unknown_and_found_by_asking(platform, stranger):
    stranger.arm("lost")
    with pytest.raises(OutcomeUnknown):
        deduct(platform, batch())
    stranger.arm()
    assert stranger.taken()[-1] == "BDC105"
    seq_no = stranger.noted("taken")[-1]["seq_no"]
    found = ask(
        platform, Tx.TRANSACTION, TransactionAsked(platform.clock.today(), seq_no, "BDC105")
    )
    assert fate_of(found) is Fate.ACCEPTED
    assert found.told.batch_no.startswith("LOAN")


def test_b05_only_no_result_says_that_it_was_never_seen(platform, stranger):
    request, _ = deduct(platform, batch())
    assert fate_of(ask(platform, Tx.TRANSACTION, old(platform, request))) is Fate.ACCEPTED
    stranger.forget()
    assert fate_of(ask(platform, Tx.TRANSACTION, old(platform, request))) is Fate.NEVER_SEEN


def test_an_open_status_is_pending_and_the_same_bytes_may_be_asked_for(platform, stranger):
    platform.line.ask(_question(platform))
    stranger.arm("open")
    request, raw = deduct(platform, batch())
    assert reply_of(platform, request, raw).verdict is Verdict.PENDING
    stranger.arm()
    assert fate_of(ask(platform, Tx.TRANSACTION, old(platform, request))) is Fate.ACCEPTED


@pytest.mark.parametrize("fault", ["garbage", "wrong_length", "slow"])
def test_no_whole_reply_is_unknown_for_money_and_nothing_for_a_question(platform, stranger, fault):
    platform.line.ask(_question(platform))
    stranger.arm(fault)
    assert ended(lambda: deduct(platform, batch())) is Code.SEND_OUTCOME_UNKNOWN
    assert ended(lambda: platform.line.ask(_question(platform))) is Code.CONNECTION_LOST


def _question(platform) -> bytes:
    return request_of(platform, Tx.BATCH_STATUS, "990001", BatchAsked("LOAN1"))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("other_request", Code.REPLY_NOT_BOUND),
        ("wrong_label", Code.MESSAGE_UNREADABLE),
        ("doctype", Code.MESSAGE_WITH_DTD),
    ],
)
def test_a_reply_that_is_none_to_this_request_is_kept_and_proves_nothing(
    platform, stranger, fault, code
):
    """X10; trap 6: a success with the wrong body is no success."""
    platform.line.ask(_question(platform))
    stranger.arm(fault)
    request, raw = deduct(platform, batch())
    reply = reply_of(platform, request, raw)
    assert (reply.verdict, reply.grade, reply.raw) == (Verdict.PENDING, Grade.E, raw)
    assert reply.reason.startswith(code.name)


def test_nobody_there_is_before_the_first_byte(store, clock, first):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    nobody = our_side(first, store, clock, port=port)
    assert ended(lambda: deduct(nobody, batch())) is Code.NO_CONNECTION
    assert first.taken() == []


def test_a_platform_that_hangs_up_at_sign_in_has_got_nothing_of_the_batch(platform, stranger):
    stranger.arm("refuse_before")
    with pytest.raises(TransportError):
        deduct(platform, batch())
    assert stranger.taken() == []


def test_a_line_cut_while_sending_is_unknown(store, clock, first):
    ours = our_side(first, store, clock)
    ours.line.ask(_question(ours))

    def dial():
        return socket.create_connection(("127.0.0.1", first.port))

    line = Line(dial, cut_at=lambda data: True).open()
    through = our_side(first, store, clock, port=line.port)
    assert ended(lambda: deduct(through, batch())) is Code.SEND_OUTCOME_UNKNOWN
    line.close()


def test_another_workers_sign_in_is_met_by_signing_in_again_for_questions(
    platform, stranger, store, clock
):
    platform.line.ask(_question(platform))
    platform.memory.keep("00" * 44)  # a HandKey that is not for our key file
    assert ended(lambda: platform.line.ask(_question(platform))) is Code.KEY_MISSING
    platform.line.ask(_question(platform))
    assert stranger.taken() == ["BDC001", "BDC107", "BDC001", "BDC107"]


def test_a_refused_session_key_is_dropped_and_money_is_not_sent_twice(platform, stranger):
    """Anybody on the line could say in clear that the key is refused."""
    platform.line.ask(_question(platform))
    stranger.arm("session_forgotten")
    assert ended(lambda: deduct(platform, batch())) is Code.SEND_OUTCOME_UNKNOWN
    assert platform.memory.hand_key() is None
    stranger.arm()
    request, raw = deduct(platform, batch())
    assert reply_of(platform, request, raw).verdict is Verdict.ACCEPTED
    assert stranger.taken() == ["BDC001", "BDC107", "BDC001", "BDC105"]


def test_a_platform_that_refuses_every_session_waits_for_a_person(platform, stranger):
    stranger.arm("session_forgotten")
    with pytest.raises(NotConfigured) as raised:
        platform.line.ask(_question(platform))
    assert raised.value.code is Code.LOGIN_REFUSED


def test_serials_are_twenty_digits_and_never_the_same(platform):
    now = platform.clock.now()
    serials = [platform.memory.next_seq_no(now) for _ in range(20)]
    assert len(set(serials)) == 20
    assert all(len(one) == 20 and one.startswith("99010260301") for one in serials)


def test_no_key_of_a_session_is_in_any_text(platform, stranger):
    platform.line.ask(_question(platform))
    hand_key = platform.memory.hand_key()
    session = platform.cipher.open_session(hand_key)
    stranger.arm("session_forgotten")
    with pytest.raises(GatewayError) as raised:
        deduct(platform, batch())
    told = f"{raised.value} {session!r} {platform.cipher!r} {raised.value.__cause__!r}"
    secrets = (hand_key, (stranger.root / "settlement" / "installed.key").read_text().strip())
    assert not [one for one in secrets if one in told]
    assert "b'" not in repr(session)
