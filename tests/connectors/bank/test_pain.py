"""Direct debits in ISO 20022: what goes out can be read, accepted is not taken. pain"""

from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bank.codec import decode, encode_lines, unfit
from connectors.bank.codec.pain.reports import STANDINGS, Standing
from connectors.bank.model import DeductionRequestLine, SplitLine
from connectors.bank.verdicts import FAILURES, RESULT_CODES, CodeClass
from gateway.errors import Code
from tests.connectors.bank.samples import LINES_MAX, shipped

GOLDEN = Path(__file__).with_name("golden_statements")
REQUESTS = {version: shipped(f"iso-pain-request-{version}") for version in ("02", "08")}
REPORT = shipped("iso-pain-report")
BATCH = "D9900012602280ZH0001"
HEADER = {
    "bank": "990001", "account_number": "990001088800000001",
    "business_date": date(2026, 2, 28), "batch_no": BATCH,
}  # fmt: skip
ONE = DeductionRequestLine(1, 200_170, "9900016204000000001", "沙箱䶮", "0", "还款")
MUCH = [replace(ONE, serial=serial, asked_fen=10**15 - 1) for serial in (1, 2)]
each_version = pytest.mark.parametrize("version", REQUESTS)

told = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"])


def words(most: int, least: int = 0):
    texts = st.text(told, min_size=least, max_size=most) | st.sampled_from(["䶮<&>𬭎", "a  b"])
    return texts.filter(lambda text: text == text.strip(" "))


line = st.builds(
    DeductionRequestLine, st.integers(1, 99_999_999), st.integers(1, 10**14), words(34, 1),
    words(140, 1), st.sampled_from("01"), words(140), words(35), words(35), words(70), words(35),
)  # fmt: skip
batch = st.lists(line, min_size=1, max_size=5, unique_by=lambda one: one.serial)


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.dat").read_bytes()


def report(**changed: str) -> bytes:
    """The answer to one line, its parts exchanged."""
    parts = {
        "status": "ACSC", "reason": "", "settled": "", "asked": "2001.70", "count": "1",
    } | changed  # fmt: skip
    settled = f'<IntrBkSttlmAmt Ccy="CNY">{parts["settled"]}</IntrBkSttlmAmt>'
    return f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>
<GrpHdr><MsgId>R1</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{BATCH}</OrgnlMsgId>
<OrgnlMsgNmId>pain.008.001.02</OrgnlMsgNmId><OrgnlNbOfTxs>{parts["count"]}</OrgnlNbOfTxs>
</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{BATCH}</OrgnlPmtInfId>
<TxInfAndSts><OrgnlEndToEndId>{BATCH}00000001</OrgnlEndToEndId><TxSts>{parts["status"]}</TxSts>
{f"<StsRsnInf><Rsn><Cd>{parts['reason']}</Cd></Rsn></StsRsnInf>" if parts["reason"] else ""}
<OrgnlTxRef>{settled if parts["settled"] else ""}
<Amt><InstdAmt Ccy="CNY">{parts["asked"]}</InstdAmt></Amt><Dbtr><Nm>沙箱</Nm></Dbtr>
<DbtrAcct><Id><Othr><Id>1</Id></Othr></Id></DbtrAcct></OrgnlTxRef></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>""".encode()


def answer(**changed: str):
    decoded = decode(REPORT, report(**changed), LINES_MAX)
    assert decoded.findings == ()
    return decoded.results[0]


# ------------------------------------------------------------------ out


@each_version
@settings(max_examples=40)
@given(lines=batch)
def test_what_is_written_is_read_as_it_was(version, lines):
    assert [unfit(REQUESTS[version], one) for one in lines] == [None] * len(lines)
    data = encode_lines(REQUESTS[version], lines, HEADER)
    decoded = decode(REQUESTS[version], data, LINES_MAX)
    assert decoded.findings == ()
    assert decoded.requests == tuple(lines)
    header = decoded.header
    assert (header.bank, header.account_number) == (HEADER["bank"], HEADER["account_number"])
    assert (header.business_date, header.batch_no) == (HEADER["business_date"], BATCH)
    assert decoded.controls == {
        "total_count": len(lines), "asked_total": sum(one.asked_fen for one in lines),
    }  # fmt: skip


@pytest.mark.parametrize("version", REQUESTS)
def test_a_batch_is_the_same_bytes_each_time_and_the_golden_ones(version):
    layout, data = REQUESTS[version], golden(f"iso-pain-request-{version}__honest_batch")
    lines = decode(layout, data, LINES_MAX).requests
    assert encode_lines(layout, lines, HEADER) == data


def test_elements_stand_in_the_order_of_the_schema():
    data = golden("iso-pain-request-02__honest_batch")
    space = "{urn:iso:std:iso:20022:tech:xsd:pain.008.001.02}"
    for element in ElementTree.fromstring(data).iter():
        known = ORDER.get(element.tag.removeprefix(space))
        if known:
            places = [known.index(child.tag.removeprefix(space)) for child in element]
            assert places == sorted(places)


# ISO 20022 pain.008.001.02, the elements that we write
ORDER = {
    "CstmrDrctDbtInitn": ["GrpHdr", "PmtInf"],
    "GrpHdr": ["MsgId", "CreDtTm", "Authstn", "NbOfTxs", "CtrlSum", "InitgPty", "FwdgAgt"],
    "PmtInf": [
        "PmtInfId",
        "PmtMtd",
        "BtchBookg",
        "NbOfTxs",
        "CtrlSum",
        "PmtTpInf",
        "ReqdColltnDt",
        "Cdtr",
        "CdtrAcct",
        "CdtrAgt",
        "CdtrAgtAcct",
        "UltmtCdtr",
        "ChrgBr",
        "ChrgsAcct",
        "ChrgsAcctAgt",
        "CdtrSchmeId",
        "DrctDbtTxInf",
    ],
    "DrctDbtTxInf": [
        "PmtId",
        "PmtTpInf",
        "InstdAmt",
        "ChrgBr",
        "DrctDbtTx",
        "UltmtCdtr",
        "DbtrAgt",
        "DbtrAgtAcct",
        "Dbtr",
        "DbtrAcct",
        "UltmtDbtr",
        "InstrForCdtrAgt",
        "Purp",
        "RgltryRptg",
        "Tax",
        "RltdRmtInf",
        "RmtInf",
        "SplmtryData",
    ],
    "DbtrAgt": ["FinInstnId", "BrnchId"],
    "Dbtr": ["Nm", "PstlAdr", "Id", "CtryOfRes", "CtctDtls"],
}


@pytest.mark.parametrize(
    ("changed", "code", "title"),
    [
        ({"payer_name": "沙" * 141}, Code.FIELD_TOO_LONG, "付方户名"),
        ({"payer_name": ""}, Code.FIELD_EMPTY, "付方户名"),
        ({"payer_name": "沙\x07箱"}, Code.FIELD_FORMAT_WRONG, "付方户名"),
        ({"payer_name": "沙\ud800"}, Code.FIELD_FORMAT_WRONG, "付方户名"),
        ({"payer_name": " 沙箱"}, Code.FIELD_FORMAT_WRONG, "付方户名"),
        ({"payer_account": "1" * 35}, Code.FIELD_TOO_LONG, "付方账号"),
        ({"summary": "还\n款"}, Code.FIELD_FORMAT_WRONG, "摘要"),
        ({"asked_fen": 0}, Code.AMOUNT_FORMAT_WRONG, "金额"),
        ({"asked_fen": 10**15}, Code.AMOUNT_FORMAT_WRONG, "金额"),
        ({"serial": 0}, Code.FIELD_FORMAT_WRONG, "序号"),
        ({"serial": 10**8}, Code.FIELD_FORMAT_WRONG, "序号"),
        ({"full_flag": ""}, Code.VALUE_NOT_ALLOWED, "足额标志"),
    ],
)
def test_a_line_that_does_not_fit_is_named_and_never_cut(changed, code, title):
    wrong = replace(ONE, **changed)
    found = unfit(REQUESTS["02"], wrong)
    assert (found.code, found.field) == (code, title)
    with pytest.raises(ValueError, match=code.name):
        encode_lines(REQUESTS["02"], [wrong], HEADER)


def test_a_batch_of_nothing_of_nobody_or_of_too_much_and_a_split_are_not_written():
    for lines, header in (
        ([], HEADER),
        ([ONE], {**HEADER, "batch_no": ""}),
        ([ONE], {}),
        (MUCH, HEADER),
    ):
        with pytest.raises(ValueError):
            encode_lines(REQUESTS["02"], lines, header)
    with pytest.raises(TypeError):
        encode_lines(REQUESTS["02"], [SplitLine(1, "", "", "", "", "", 0, 0, 0, 0, 0)], HEADER)


# ------------------------------------------------------------------ in


@pytest.mark.parametrize("status", [s for s, of in STANDINGS.items() if of is Standing.PENDING])
def test_b01_b20_accepted_or_pending_is_never_taken(status):
    found = answer(status=status)
    assert (found.taken_fen, RESULT_CODES[found.code].meaning) == (0, CodeClass.UNKNOWN)


@pytest.mark.parametrize("status", [s for s, of in STANDINGS.items() if of is Standing.TAKEN])
def test_b01_settled_is_taken_whole_where_nothing_else_is_said(status):
    found = answer(status=status)
    assert (found.taken_fen, found.asked_fen, found.code) == (200_170, 200_170, "00000")


def test_b07_of_a_part_what_was_settled_is_what_was_taken():
    assert answer(status="PART", settled="1500.00").taken_fen == 150_000


def test_b08_settled_and_yet_less_than_asked_is_refused():
    found = decode(REPORT, report(settled="1500.00"), LINES_MAX)
    assert found.findings[0].code is Code.VALUE_NOT_ALLOWED


@pytest.mark.parametrize("settled", ["", "0.00", "2001.70", "2001.71"])
def test_b07_a_part_that_is_no_part_is_refused(settled):
    found = decode(REPORT, report(status="PART", settled=settled), LINES_MAX)
    assert found.findings[0].code is Code.VALUE_NOT_ALLOWED


@pytest.mark.parametrize(("iso", "code"), REPORT.options["reasons"].items())
def test_b09_b11_b12_b13_a_reason_is_a_known_code_that_took_nothing(iso, code):
    found = answer(status="RJCT", reason=iso)
    assert (found.code, found.taken_fen) == (code, 0)
    meaning = RESULT_CODES[code].meaning
    assert meaning in FAILURES | {CodeClass.DUPLICATE, CodeClass.TRANSIENT}


def test_a_reason_that_nobody_agreed_stays_a_code_that_nobody_knows():
    assert answer(status="RJCT", reason="ZZ99").code == "ZZ99"
    assert "ZZ99" not in RESULT_CODES


def test_more_lines_than_allowed_are_refused_while_reading():
    data = golden("iso-pain-report__honest_all_settled")
    assert decode(REPORT, data, 2).findings[0].code is Code.TOO_MANY_LINES


def test_no_digit_altered_alone_changes_what_was_taken():
    """Amount, count and sum hold each other; whose line it is, our own rows say."""
    data = golden("iso-pain-report__honest_b07_b09_v03")
    meant = decode(REPORT, data, LINES_MAX)
    settled = data.index(b">1000.00<")  # the part taken is said once: the statement proves it
    for at, byte in enumerate(data):
        if not chr(byte).isdigit() or settled < at < settled + 8:
            continue
        other = b"1" if byte != ord("1") else b"2"
        found = decode(REPORT, data[:at] + other + data[at + 1 :], LINES_MAX)
        assert found.findings or _money(found) == _money(meant)


def _money(decoded):
    return [(one.asked_fen, one.taken_fen) for one in decoded.results]
