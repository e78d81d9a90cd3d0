"""The platform's messages: both generations to the byte, everything else refused. 平台报文"""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank.codec.settlement import (
    Bare,
    BatchAsked,
    BatchTxStatus,
    Deduct,
    DetailsAsked,
    Dialect,
    Generation,
    HexFields,
    NamedFile,
    ReplyHead,
    ResultAsked,
    Sender,
    Split,
    SplitCredit,
    TransactionAsked,
    Tx,
    TxStatus,
    frame,
    read_header,
    read_push,
    read_push_head,
    read_reply,
    read_request_head,
    request_head,
    write_reply,
    write_request,
)
from connectors.bank.rules.settlement import Fate, fate_of, verdict_of
from connectors.bank.rules.windows import Window, halves
from gateway.dates import SHANGHAI
from gateway.errors import Code, GatewayError, MalformedMessage
from gateway.ports import Verdict
from sandbox.settlement.messages import Message, write_message

GOLDEN = Path(__file__).parent / "golden_settlement"
AT = datetime(2026, 2, 28, 20, 30, tzinfo=SHANGHAI)
SENDER = Sender("C99010", "990100000000000", "990001", "", "0001")
SEQ = "99010260228000000123"
CREDIT = SplitCredit("99000100000000000001", "沙箱中心本金户", "2", "沙箱甲银行", 150_000)
FILE = NamedFile("BDC_BAT_1.DAT", "1@|$100.00@|$6217@|$沙箱䶮@|$0@|$@|$\n".encode("gb18030"))
ASKED = {
    Tx.PROBE: Bare(),
    Tx.SIGN_IN: Bare(),
    Tx.SIGN_OUT: Bare(),
    Tx.DEDUCT: Deduct(
        "1", CREDIT.account, "沙箱中心", "2", 1, 10_000, (FILE,), remark="二月<还款>"
    ),
    Tx.SPLIT: Split(
        "LOAN202602280001", 1, 180_000, 180_000, "2620", CREDIT, replace(CREDIT, fen=30_000),
        replace(CREDIT, fen=0), replace(CREDIT, fen=0), (FILE,),
    ),
    Tx.BATCH_STATUS: BatchAsked("LOAN202602280001"),
    Tx.BATCH_RESULT: ResultAsked("LOAN202602280001"),
    Tx.TRANSACTION: TransactionAsked(AT.date(), SEQ, "BDC105"),
    Tx.DETAILS: DetailsAsked(CREDIT.account, AT.date(), AT.time(), AT.date(), AT.time()),
}  # fmt: skip
REPLY_HEAD = {
    "TxStatus": "0", "RtnCode": "00000", "RtnMessage": "成功䶮", "SendSeqNo": SEQ,
    "ReceiveDate": "20260228", "ReceiveTime": "203001", "ReceiveSeqNo": "R1",
    "ReceiveNode": "990001", "TxCode": "BDC107", "BDCDate": "20260228", "BDCTime": "203001",
    "BDCSeqNo": "P1", "SendNode": "C99010",
}  # fmt: skip
PUSH_HEAD = {
    "SendDate": "20260228", "SendTime": "233000", "SendSeqNo": "7", "SendNode": "D00000",
    "TxCode": "SBDC100", "ReceiveNode": "C99010",
}  # fmt: skip
generations = pytest.mark.parametrize("generation", Generation, ids=lambda one: one.value)


def dialect(generation) -> Dialect:
    return Dialect(generation, HexFields())


def written(generation, tx, asked=None) -> bytes:
    asked = ASKED[tx] if asked is None else asked
    return write_request(dialect(generation), request_head(tx, SEQ, AT, SENDER), asked)


def head_of(generation, tx):
    return read_request_head(dialect(generation), written(generation, tx))


def reply(generation, body=None, files=(), **head) -> bytes:
    told = Message({**REPLY_HEAD, **head}, body or {}, list(files))
    return write_message(told, generation.value)


def code_of(call) -> Code:
    with pytest.raises(GatewayError) as raised:
        call()
    return raised.value.code


def golden(name: str, data: bytes) -> bytes:
    path = GOLDEN / name
    if os.environ.get("GATEWAY_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return path.read_bytes()


@generations
@pytest.mark.parametrize("tx", ASKED, ids=lambda tx: tx.value)
def test_every_request_is_written_to_the_byte(generation, tx):
    data = written(generation, tx)
    assert data == golden(f"{generation.value}-{tx.value}.xml", data)


@generations
@pytest.mark.parametrize("tx", ASKED, ids=lambda tx: tx.value)
def test_the_head_of_every_request_is_read_back(generation, tx):
    head = request_head(tx, SEQ, AT, SENDER)
    assert head_of(generation, tx) == replace(head, send_time=AT.time().replace(microsecond=0))


@generations
def test_a_reply_of_the_platforms_own_hand_is_read(generation):
    body = {"BatchNo": "LOAN202602280001", "BatchTxStatus": "2"}
    data = golden(
        f"{generation.value}-reply.xml", reply(generation, body, [("R.DAT", b"\xb0\xa1|")])
    )
    answered = read_reply(dialect(generation), head_of(generation, Tx.BATCH_STATUS), data)
    assert answered.told.status is BatchTxStatus.PARTLY
    assert answered.head.rtn_message == "成功䶮"
    assert answered.files == [NamedFile("R.DAT", b"\xb0\xa1|")]


@generations
def test_a_push_of_the_platforms_own_hand_is_read(generation):
    made = write_message(Message(dict(PUSH_HEAD), {}, [("N.act", b"1|")]), generation.value)
    data = golden(f"{generation.value}-push.xml", made)
    pushed = read_push(dialect(generation), data)
    assert (pushed.head.seq_no, pushed.head.tx_code) == ("7", "SBDC100")
    assert pushed.files == [NamedFile("N.act", b"1|")]


@generations
def test_our_answer_to_a_push_is_written_to_the_byte(generation):
    of = read_push_head(
        dialect(generation), write_message(Message(dict(PUSH_HEAD)), generation.value)
    )
    head = ReplyHead(
        "0", "00000", "OK", of.seq_no, AT.date(), AT.time(), "A1", "C99010", of.tx_code,
        of.send_date, of.send_time, of.seq_no, of.send_node,
    )  # fmt: skip
    data = write_reply(dialect(generation), head)
    assert data == golden(f"{generation.value}-acknowledgement.xml", data)


def test_a_transaction_nobody_here_knows_is_still_somebodys_push():
    head = {**PUSH_HEAD, "TxCode": "BDC901"}
    found = read_push_head(dialect(Generation.V1), write_message(Message(head), "v1"))
    assert found.tx_code == "BDC901"


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        ("0", "00000", Verdict.ACCEPTED),
        ("1", "10018", Verdict.REJECTED),
        ("1", "10000", Verdict.REJECTED),
        ("1", "10023", Verdict.PENDING),
        ("2", "00000", Verdict.PENDING),
        ("2", "10000", Verdict.PENDING),
        ("0", "10019", Verdict.PENDING),
        ("1", "00000", Verdict.PENDING),
        ("9", "00000", Verdict.PENDING),
    ],
)
def test_status_and_code_must_agree_or_nobody_knows(status, code, verdict):
    data = reply(
        Generation.V1, {"BatchNo": "B", "BatchTxStatus": "0"}, TxStatus=status, RtnCode=code
    )
    head = head_of(Generation.V1, Tx.BATCH_STATUS)
    assert verdict_of(read_reply(dialect(Generation.V1), head, data).head) is verdict


@pytest.mark.parametrize(
    ("old", "fate"),
    [
        (("0", "00000"), Fate.ACCEPTED),
        (("1", "10018"), Fate.REFUSED),
        (("2", "10000"), Fate.OPEN),
        (("7", "00000"), Fate.OPEN),
        (("0", "10018"), Fate.OPEN),
    ],
)
def test_b05_what_the_enquiry_tells_of_the_old_request(old, fate):
    body = {"OldTxStatus": old[0], "OldRtnCode": old[1]}
    data = reply(Generation.V1, body, TxCode="BDC110")
    answered = read_reply(dialect(Generation.V1), head_of(Generation.V1, Tx.TRANSACTION), data)
    assert fate_of(answered) is fate


@pytest.mark.parametrize(
    ("status", "code", "fate"),
    [("1", "10021", Fate.NEVER_SEEN), ("2", "10021", Fate.OPEN), ("1", "10000", Fate.OPEN)],
)
def test_b05_never_seen_is_said_by_no_result_alone(status, code, fate):
    data = reply(Generation.V1, {}, TxCode="BDC110", TxStatus=status, RtnCode=code)
    answered = read_reply(dialect(Generation.V1), head_of(Generation.V1, Tx.TRANSACTION), data)
    assert answered.head.status is (TxStatus.FAILED if status == "1" else TxStatus.OPEN)
    assert fate_of(answered) is fate


@pytest.mark.parametrize("other", [{"TxCode": "BDC108"}, {"SendSeqNo": "1"}])
def test_a_reply_to_another_request_is_not_taken(other):
    data = reply(Generation.V1, {"BatchNo": "B", "BatchTxStatus": "1"}, **other)
    head = head_of(Generation.V1, Tx.BATCH_STATUS)
    assert code_of(lambda: read_reply(dialect(Generation.V1), head, data)) is Code.REPLY_NOT_BOUND


GOOD = reply(Generation.V1, {"BatchNo": "B", "BatchTxStatus": "1"})
BROKEN = {
    "empty": b"",
    "no declaration": GOOD.split(b"\n", 1)[1],
    "other label": GOOD.replace(b'"GBK"', b'"UTF-8"'),
    "utf-8 labelled gbk": GOOD.decode("gb18030").encode("utf-8"),
    "half a character": GOOD.replace("功".encode("gbk"), "功".encode("gbk")[:1]),
    "cut": GOOD[:-20],
    "two messages": GOOD + GOOD.split(b"\n", 1)[1],
    "comment": GOOD.replace(b"<head>", b"<!-- x --><head>"),
    "processing instruction": GOOD.replace(b"<head>", b"<?x y?><head>"),
    "foreign element": GOOD.replace(b"<head>", b"<head><note/>"),
    "attribute": GOOD.replace(b"<head>", b'<head a="b">'),
    "field without a name": GOOD.replace(b'<field name="TxCode">', b"<field>"),
    "field twice": GOOD.replace(b"<head>", b'<head><field name="TxCode">BDC107</field>'),
    "text between": GOOD.replace(b"<head>", b"<head>x"),
    "head twice": GOOD.replace(b"<body>", b"<head></head><body>"),
    "no body": GOOD[: GOOD.index(b"<body>")] + b"</message>",
    "missing": GOOD.replace(b"RtnCode", b"RtnCodf"),
    "too long": GOOD.replace(b"00000<", b"000000<"),
    "no date": GOOD.replace(b"20260228", b"20260230"),
    "date in words": GOOD.replace(b"20260228", b"2026-2-3"),
    "unknown code": GOOD.replace(b"BDC107", b"BDC999"),
    "zero byte": GOOD.replace(b"BDC107", b"BDC\x00107"),
    "entity": GOOD.replace(b"BDC107", b"&name;"),
    "deep": GOOD.replace(
        b"</body>", b'<field-list name="a">' * 9 + b"</field-list>" * 9 + b"</body>"
    ),
    "odd hex": reply(Generation.V1, {"BatchNo": "B", "BatchTxStatus": "1"}, [("a", b"x")]).replace(
        b">78<", b">7<"
    ),
    "path as a name": reply(
        Generation.V1, {"BatchNo": "B", "BatchTxStatus": "1"}, [("../a", b"x")]
    ),
}  # fmt: skip


def test_the_message_that_is_broken_below_is_good_before():
    head = head_of(Generation.V1, Tx.BATCH_STATUS)
    assert read_reply(dialect(Generation.V1), head, GOOD).told.batch_no == "B"


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_not_exactly_a_message_is_refused(data):
    head = head_of(Generation.V1, Tx.BATCH_STATUS)
    assert (
        code_of(lambda: read_reply(dialect(Generation.V1), head, data)) is Code.MESSAGE_UNREADABLE
    )


@pytest.mark.parametrize(
    "doctype",
    [
        b"<!DOCTYPE message>",
        b'<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        b'<!DOCTYPE m SYSTEM "file:///etc/passwd">',
    ],
)
@pytest.mark.parametrize("with_head", [True, False])
def test_x10_a_document_type_is_refused_wherever_a_message_is_read(doctype, with_head):
    data = GOOD.replace(b"<message>", doctype + b"<message>")
    of, head = dialect(Generation.V1), head_of(Generation.V1, Tx.BATCH_STATUS)
    reads = (lambda: read_reply(of, head, data)) if with_head else (lambda: read_push(of, data))
    assert code_of(reads) is Code.MESSAGE_WITH_DTD


def test_many_parts_are_refused_before_they_are_kept():
    many = b'<field name="a"></field>' * 30_000
    data = GOOD.replace(b"</body>", many + b"</body>")
    assert code_of(lambda: read_push(dialect(Generation.V1), data)) is Code.MESSAGE_UNREADABLE


@pytest.mark.parametrize(
    "asked",
    [
        replace(ASKED[Tx.DEDUCT], credit_name="沙" * 31),
        replace(ASKED[Tx.DEDUCT], total_fen=-1),
        replace(ASKED[Tx.DEDUCT], credit_account=""),
        replace(ASKED[Tx.DEDUCT], credit_name="\ud800"),
    ],
    ids=["too long in bytes", "negative", "empty", "half a character"],
)
def test_what_does_not_fit_its_field_is_not_sent_cut_off(asked):
    call = lambda: written(Generation.V1, Tx.DEDUCT, asked)  # noqa: E731
    assert code_of(call) is Code.MESSAGE_UNREADABLE


def test_a_name_of_sixty_bytes_fits():
    assert written(Generation.V1, Tx.DEDUCT, replace(ASKED[Tx.DEDUCT], credit_name="沙" * 30))


def test_the_refusal_names_a_field_and_never_a_value():
    with pytest.raises(MalformedMessage) as raised:
        written(Generation.V1, Tx.DEDUCT, replace(ASKED[Tx.DEDUCT], credit_name="沙" * 31))
    assert "CrAcctName" in str(raised.value)
    assert "沙沙" not in str(raised.value)


@given(st.binary(max_size=400))
def test_no_bytes_at_all_end_otherwise_than_as_an_error_of_ours(data):
    for generation in Generation:
        for bytes_ in (data, GOOD[:60] + data + GOOD[60:]):
            try:
                read_push(dialect(generation), bytes_)
            except MalformedMessage as refused:
                assert refused.code in {Code.MESSAGE_UNREADABLE, Code.MESSAGE_WITH_DTD}


@given(st.binary(min_size=1, max_size=300), st.booleans())
def test_a_frame_is_its_header_and_its_body(body, clear):
    data = frame("C99010", body, clear=clear)
    header = read_header(data[:20], 1000)
    assert (header.node, header.clear, header.length) == ("C99010", clear, len(body))
    assert data[20:] == body


@given(st.binary(max_size=40))
def test_no_bytes_are_taken_for_a_header_by_mistake(data):
    try:
        header = read_header(data, 1000)
    except MalformedMessage:
        return
    assert len(data) == 20
    assert 0 < header.length <= 1000


@given(st.integers(0, 500_000), st.integers(0, 3))
def test_b39_two_halves_are_the_whole_without_a_second_twice_or_missing(seconds, micro):
    whole = Window(AT, AT + timedelta(seconds=seconds, microseconds=micro))
    parts = halves(whole)
    if seconds == 0:
        assert parts == ()
        return
    one, two = parts
    assert (one.first, two.last) == (whole.first, whole.last)
    assert two.first - one.last == timedelta(seconds=1)
    assert one.first <= one.last < two.first <= two.last
