"""What the platform does with a request: one function a transaction. 结算平台业务."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sandbox.bank.record import SHANGHAI
from sandbox.circle.day import take_batch
from sandbox.settlement.faults import PlatformFault
from sandbox.settlement.messages import Message
from sandbox.settlement.sessions import KEY_BYTES, hand_key
from sandbox.settlement.state import Batch, State, installed_key
from sandbox.settlement.truth import details, fen_of, moment, read_lines, result_file
from sandbox.world.banks import PLATFORM_BANK

OK, FAILED, OPEN = "0", "1", "2"
# the first enquiry finds it working, the second partly done, from the third on it is done
_STATUS_BY_ASKED = ("0", "2", "1")
_FORCED: dict[PlatformFault | None, str] = {
    PlatformFault.WORKING: "0",
    PlatformFault.PARTLY: "2",
    PlatformFault.BATCH_FAILED: "3",
}


@dataclass(slots=True)
class Desk:
    """The platform's desk: its state, and how many bookings an account has a day."""

    root: Path
    state: State
    rows: int

    def answer(self, asked: Message, fault: PlatformFault | None) -> Message:
        """Do what is asked and return the reply."""
        act = _ACTS.get(asked.head["TxCode"])
        status, code, text = (FAILED, "10001", "业务不支持")
        told = Message({})
        if act is not None:
            status, code, text = act(self, asked, told, fault)
        if fault is PlatformFault.OPEN:
            status, code, text, told = OPEN, "10000", "状态不明", Message({})
        now = datetime.now(SHANGHAI)
        seq_no = asked.head["SendSeqNo"]
        told.head = {
            "TxStatus": status, "RtnCode": code, "RtnMessage": text,
            "SendSeqNo": "0" if fault is PlatformFault.OTHER_REQUEST else seq_no,
            "ReceiveDate": f"{now:%Y%m%d}", "ReceiveTime": f"{now:%H%M%S}",
            "ReceiveSeqNo": f"R{seq_no}"[:32], "ReceiveNode": asked.head["ReceiveNode"],
            "TxCode": asked.head["TxCode"], "BDCDate": f"{now:%Y%m%d}",
            "BDCTime": f"{now:%H%M%S}", "BDCSeqNo": f"P{seq_no}"[:32],
            "SendNode": asked.head["SendNode"],
        }  # fmt: skip
        return told


Said = tuple[str, str, str]
_DONE: Said = (OK, "00000", "成功")


def _probe(desk: Desk, asked: Message, told: Message, fault: PlatformFault | None) -> Said:
    return _DONE


def _sign_in(desk: Desk, asked: Message, told: Message, fault: PlatformFault | None) -> Said:
    session = os.urandom(KEY_BYTES)
    desk.state.session = session.hex()
    told.body["HandKey"] = hand_key(installed_key(desk.root), session)
    return _DONE


def _sign_out(desk: Desk, asked: Message, told: Message, fault: PlatformFault | None) -> Said:
    desk.state.session = ""
    return _DONE


def _deduct(desk: Desk, asked: Message, told: Message, fault: PlatformFault | None) -> Said:
    name, data = asked.files[0]
    lines, seq_no = read_lines(data), asked.head["SendSeqNo"]
    said = _checked(desk, name, (len(lines), sum(line.fen for line in lines)), asked)
    if said is _DONE:
        day = asked.head["SendDate"]
        batch = Batch(f"LOAN{day}{len(desk.state.batches) + 1:04}", day, data.hex())
        desk.state.batches[batch.batch_no] = batch
        desk.state.file_names.append(name)
        if asked.body["CrAcctNo"] == PLATFORM_BANK.account.number:
            on = moment(day + "000000").date()
            take_batch(desk.root, PLATFORM_BANK, on, batch.batch_no, lines)
        told.body["BatchNo"] = batch.batch_no
    desk.state.taken[seq_no] = [said[0], said[1], told.body.get("BatchNo", "")]
    return said


def _checked(desk: Desk, name: str, totals: tuple[int, int], asked: Message) -> Said:
    if name in desk.state.file_names or asked.head["SendSeqNo"] in desk.state.taken:
        return FAILED, "10015", "文件名或流水号重复"
    if int(asked.body["BatchTotalNum"]) != totals[0]:
        return FAILED, "10018", "总笔数与明细不符"
    if fen_of(asked.body["BatchTotalAmt"]) != totals[1]:
        return FAILED, "10019", "总金额与明细不符"
    return _DONE


def _split(desk: Desk, asked: Message, told: Message, fault: PlatformFault | None) -> Said:
    """Split the cash of a batch; refused before the batch is done, with another sum, and twice."""
    batch = desk.state.batches.get(asked.body["BatchNo"])
    parts = sum(fen_of(asked.body[f"Loan{part}Amt"]) for part in ("Cap", "Int", "Pen", "Fine"))
    if batch is None or batch.asked < len(_STATUS_BY_ASKED) or batch.split:
        said = (FAILED, "10022", "批量未完成、不存在或已分解")
    elif parts != fen_of(asked.body["BkAmt"]):
        said = (FAILED, "10019", "总金额与明细不符")
    else:
        batch.split, said = True, _DONE
    desk.state.taken[asked.head["SendSeqNo"]] = [said[0], said[1], asked.body["BatchNo"]]
    return said


def _status(desk: Desk, asked: Message, told: Message, fault: PlatformFault | None) -> Said:
    batch = desk.state.batches.get(asked.body["BatchNo"])
    if batch is None:
        return FAILED, "10021", "查询无结果"
    told.body["BatchNo"] = batch.batch_no
    status = _STATUS_BY_ASKED[min(batch.asked, len(_STATUS_BY_ASKED) - 1)]
    batch.asked += fault not in _FORCED
    told.body["BatchTxStatus"] = _FORCED.get(fault, status)
    return _DONE


def _result(desk: Desk, asked: Message, told: Message, fault: PlatformFault | None) -> Said:
    batch = desk.state.batches.get(asked.body["BatchNo"])
    if batch is None:
        return FAILED, "10021", "查询无结果"
    if batch.asked < len(_STATUS_BY_ASKED):
        return FAILED, "10023", "批量正在处理中"
    day = moment(batch.day + "000000").date()
    lines = read_lines(bytes.fromhex(batch.data))
    data = result_file(batch.batch_no, day, lines, asked.body["TxCodeSub"])
    told.files.append((f"BANK_BAT_{batch.batch_no}_RST.DAT", data))
    return _DONE


def _transaction(desk: Desk, asked: Message, told: Message, fault: PlatformFault | None) -> Said:
    taken = desk.state.taken.get(asked.body["OldSendSeqNo"])
    if taken is None:
        return FAILED, "10021", "查询无结果"
    told.body |= {"OldTxStatus": taken[0], "OldRtnCode": taken[1], "OldRtnMessage": "原交易"}
    if taken[2]:
        told.body["BatchNo"] = taken[2]
    return _DONE


def _details(desk: Desk, asked: Message, told: Message, fault: PlatformFault | None) -> Said:
    first, last = (
        moment(asked.body[f"{end}Date"] + asked.body[f"{end}Time"]) for end in ("Begin", "End")
    )
    data = details(asked.body["AcctNo"], first, last, desk.rows)
    if not data:
        return FAILED, "10021", "查询无结果"
    told.files.append((f"BDC_BAL_NTF_{asked.head['SendSeqNo']}.act", data))
    return _DONE


_Act = Callable[[Desk, Message, Message, PlatformFault | None], Said]
_ACTS: dict[str, _Act] = {
    "SYS600": _probe,
    "BDC001": _sign_in,
    "BDC002": _sign_out,
    "BDC105": _deduct,
    "BDC106": _split,
    "BDC107": _status,
    "BDC108": _result,
    "BDC110": _transaction,
    "BDC113": _details,
}
