"""What the bank does when a flag is renamed into ``incoming``. 银行收件."""

from dataclasses import dataclass
from pathlib import Path

from sandbox.bank.places import incoming
from sandbox.bank.receipt import (
    Flag,
    Receipt,
    Unreadable,
    check_flag,
    read_flag,
    read_receipt,
)
from sandbox.bank.record import Record
from sandbox.circle.day import take_batch
from sandbox.circle.request import Request, read_request
from sandbox.keys.ring import partner_signed
from sandbox.keys.signer import read_companion
from sandbox.world import bank_of

FLAG_SUFFIX, SIGNATURE_SUFFIX = ".ok", ".sig"
GOOD, BAD, MISSING = "ok", "bad", "missing"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A flagged data file with the verdict on its signature."""

    flag: Flag
    data: bytes
    signature: str


def take_in(root: Path, bank: str, flag_name: str, record: Record) -> None:
    """Read what a flag vouches for, a receipt or a batch, and write down what it was."""
    if flag_name.startswith("DKQQ_"):
        _take_batch(root, bank, flag_name, record)
        return
    try:
        parcel = _parcel(root, bank, flag_name)
        receipt = _receipt_for(bank, parcel)
    except (Unreadable, OSError) as error:
        why = "the data file is not there" if isinstance(error, OSError) else str(error)
        record.add("receipt_refused", name=flag_name, reason=why)
        return
    for answer in receipt.answers:
        record.add(
            "receipt",
            name=parcel.flag.name,
            digest=parcel.flag.sha256,
            signature=parcel.signature,
            conclusion=answer.conclusion,
            error_code=answer.error_code,
            error_line=answer.error_line,
            reason=answer.reason,
            file_name=answer.file_name,
            file_digest=answer.file_digest,
        )


def _take_batch(root: Path, bank: str, flag_name: str, record: Record) -> None:
    """Take a batch and answer it at once: its results and the day's statement are put down."""
    try:
        parcel = _parcel(root, bank, flag_name)
        asked = _request_for(bank, parcel)
    except (Unreadable, OSError) as error:
        record.add("batch_refused", name=flag_name, reason=str(error))
        return
    record.add(
        "batch", name=parcel.flag.name, digest=parcel.flag.sha256, signature=parcel.signature,
        batch_no=asked.batch_no, count=len(asked.lines),
    )  # fmt: skip
    take_batch(root, bank_of(bank), asked.day, asked.batch_no, asked.lines)


def _parcel(root: Path, bank: str, flag_name: str) -> Parcel:
    place = incoming(root, bank)
    flag = read_flag((place / flag_name).read_bytes())
    if flag.name + FLAG_SUFFIX != flag_name:
        raise Unreadable("the flag vouches for a file of another name")
    data = (place / flag.name).read_bytes()
    check_flag(flag, data)
    return Parcel(flag, data, _signature_verdict(root, bank, place / flag.name, data))


def _request_for(bank: str, parcel: Parcel) -> Request:
    request = read_request(parcel.flag.name, parcel.data)
    if request.bank != bank or parcel.signature != GOOD:
        raise Unreadable("the batch is not for this bank, or not signed by the partner")
    return request


def _receipt_for(bank: str, parcel: Parcel) -> Receipt:
    receipt = read_receipt(parcel.flag.name, parcel.data)
    if receipt.bank != bank:
        raise Unreadable("the receipt is for another bank")
    return receipt


def _signature_verdict(root: Path, bank: str, path: Path, data: bytes) -> str:
    companion = path.with_name(path.name + SIGNATURE_SUFFIX)
    if not companion.exists():
        return MISSING
    said = read_companion(companion.read_bytes())
    good = said and said.speaks_of(path.name, data) and partner_signed(root, bank, said)
    return GOOD if good else BAD
