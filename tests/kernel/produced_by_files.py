"""Codes that a bank's file, flag or signature produces, from real bad bytes. 来文错误"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from connectors.bank.codec import decode
from connectors.bank.codec.names import Flag, matching_name
from connectors.bank.model import DecodedFile, FileHeader, FileKind
from connectors.bank.rules.gate import Envelope, content_findings, envelope_findings
from connectors.bank.settings import BankProfile, Evidence, OwnAccount
from gateway.dates import SHANGHAI
from gateway.errors import Code
from gateway.ports import Algorithm
from gateway.signing.files.detached import Published, sign_detached, verify_detached
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from tests.connectors.bank.samples import DAY, LINES_MAX, RESULT, STATEMENT
from tests.kernel.ground import Ground
from tests.signing.pairs import signer_of, verifier_of

GOLDEN = Path(__file__).parents[1] / "connectors" / "bank" / "golden"
NAME = "DKJG_990001_ZH01_20260228_V01.txt"
NAMED = matching_name(RESULT, NAME)
NOW = datetime(2026, 3, 1, tzinfo=SHANGHAI)
ED25519 = Algorithm.ED25519
DATA = b"data"


def line(code_name: str) -> Callable[[Ground], Code]:
    """Reads the golden file of that fault."""

    def produce(ground: Ground) -> Code:
        path = min(GOLDEN.glob(f"*fault_{code_name}*.txt"))
        layout = STATEMENT if path.stem.startswith("statement") else RESULT
        return decode(layout, path.read_bytes(), LINES_MAX).findings[0].code

    return produce


def envelope(**changes: object) -> Callable[[Ground], Code]:
    """Holds name, flag and bytes together."""
    good = Envelope(NAMED, Flag(NAME, 4, "ab" * 32), 4, "ab" * 32)

    def produce(ground: Ground) -> Code:
        (found,) = envelope_findings(replace(good, **changes))
        return found.code

    return produce


def content(**changes: object) -> Callable[[Ground], Code]:
    """Holds the header against the name and the profile."""
    account = OwnAccount("ZH01", "9900010000000000001")
    profile = BankProfile("990001", "沙箱甲银行", "", (account,), {}, Evidence.SIGNATURE, ())
    header = replace(FileHeader("990001", account.number, DAY), **changes)

    def produce(ground: Ground) -> Code:
        decoded = DecodedFile(FileKind.DEDUCTION_RESULT, header)
        (found,) = content_findings(profile, NAMED, decoded)
        return found.code

    return produce


def signature(
    change: Callable[[bytes], bytes | None], at: datetime = NOW, **of_the_key: object
) -> Callable[[Ground], Code]:
    """Verifies a changed signature file with a changed key."""
    window = (NOW - timedelta(1), NOW + timedelta(1), NOW + timedelta(2))
    key = replace(
        Key("k1", "990001", Purpose.BANK_FILE, verifier_of(ED25519), *window), **of_the_key
    )

    def produce(ground: Ground) -> Code | None:
        found = Published(NAME, (DATA,), change(signed()))
        return verify_detached(KeyRing([key]), Purpose.BANK_FILE, "990001", found, at).code

    return produce


def signed(name: str = NAME, data: bytes = DATA) -> bytes:
    return sign_detached(signer_of(ED25519), name, (data,), NOW)


def too_many_lines(ground: Ground) -> Code:
    return decode(RESULT, (GOLDEN / "result_full.txt").read_bytes(), 5).findings[0].code


def as_it_is(made: bytes) -> bytes:
    return made


LINES_AND_TOTALS = [
    "ENCODING_INVALID", "LINE_END_WRONG", "LINE_UNFINISHED", "FIELD_COUNT_WRONG", "RECORD_UNKNOWN",
    "HEADER_MISSING", "TRAILER_MISSING", "DATA_AFTER_TRAILER", "FIELD_EMPTY", "FIELD_TOO_LONG",
    "FIELD_FORMAT_WRONG", "AMOUNT_FORMAT_WRONG", "DATE_FORMAT_WRONG", "VALUE_NOT_ALLOWED",
    "CONTROL_COUNT_WRONG", "CONTROL_SUM_WRONG", "SEQUENCE_BROKEN", "SERIAL_REPEATED",
    "BALANCE_CHAIN_BROKEN",
]  # fmt: skip

PRODUCERS = {
    **{Code[name]: line(name) for name in LINES_AND_TOTALS},
    Code.TOO_MANY_LINES: too_many_lines,
    Code.FLAG_UNREADABLE: envelope(flag=None),
    Code.FILE_SIZE_DIFFERS: envelope(size=5),
    Code.FILE_DIGEST_DIFFERS: envelope(sha256="cd" * 32),
    Code.NAME_REUSED: envelope(name_reused=True),
    Code.CONTENT_REPEATED: envelope(content_repeated=True),
    Code.BANK_DIFFERS: content(bank="990002"),
    Code.ACCOUNT_DIFFERS: content(account_number="1"),
    Code.BUSINESS_DATE_DIFFERS: content(business_date=date(2026, 2, 27)),
    Code.SIGNATURE_MISSING: signature(lambda made: None),
    Code.SIGNATURE_UNREADABLE: signature(lambda made: made[:-5]),
    Code.SIGNATURE_WRONG: signature(lambda made: signed(data=b"dat4")),
    Code.SIGNED_NAME_DIFFERS: signature(lambda made: signed(name="Y.txt")),
    Code.KEY_UNKNOWN: signature(as_it_is, holder="990002"),
    Code.KEY_NOT_IN_FORCE: signature(as_it_is, at=NOW + timedelta(3)),
    Code.KEY_REVOKED: signature(as_it_is, revoked_at=NOW),
    Code.ALGORITHM_NOT_ALLOWED: signature(lambda made: made.replace(b"ed25519", b"sm2-sm3")),
}
