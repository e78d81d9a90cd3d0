"""The gate: may anything in this file be believed? 文件检查"""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.bank.codec.names import Flag
from connectors.bank.model import DecodedFile, FileName
from connectors.bank.rules.accounts import is_own
from connectors.bank.settings import BankProfile, Evidence
from gateway import grades
from gateway.errors import Code, Finding
from gateway.grades import Fact
from gateway.ports import Grade


@dataclass(frozen=True, slots=True)
class Envelope:
    """What surrounds a file: its name, its flag, the facts of its bytes."""

    name: FileName
    flag: Flag | None
    size: int
    sha256: str
    name_reused: bool = False
    content_repeated: bool = False


def envelope_findings(envelope: Envelope) -> Iterator[Finding]:
    """Name, flag and bytes must tell one story, as far as the flag tells one."""
    if envelope.name_reused:
        yield Finding(Code.NAME_REUSED)
    if envelope.content_repeated:
        yield Finding(Code.CONTENT_REPEATED)
    flag = envelope.flag
    if flag is None or (flag.name and flag.name != envelope.name.name):
        yield Finding(Code.FLAG_UNREADABLE)
        return
    if flag.size not in (-1, envelope.size):
        yield Finding(Code.FILE_SIZE_DIFFERS)
    if flag.sha256 not in ("", envelope.sha256):
        yield Finding(Code.FILE_DIGEST_DIFFERS)


def signature_finding(evidence: Evidence, code: Code | None) -> Finding | None:
    """A signature that is there must hold; one that is missing is a fault only where required."""
    if code is None:
        return None
    if code is Code.SIGNATURE_MISSING and evidence is Evidence.CHANNEL:
        return None
    return Finding(code)


def grade_of(code: Code | None, *, readable: bool) -> Grade:
    """How well a file is proved to be the bank's; `code` is what its signature was found to be.

    Without a signature the authenticated channel speaks for it. A signature that does not hold
    speaks against it, and nothing else counts then.
    """
    if code is None:
        return grades.grade_of(Fact.SIGNED)
    if code is not Code.SIGNATURE_MISSING:
        return grades.grade_of()
    return grades.grade_of(Fact.CHANNEL, *((Fact.READABLE,) if readable else ()))


def content_findings(
    profile: BankProfile, name: FileName, decoded: DecodedFile
) -> Iterator[Finding]:
    """The header must be of this bank, our account and the date of the name.

    A dialect whose header does not say bank or account leaves them to the name; a masked account
    must show enough of ours.
    """
    header = decoded.header
    if header is None:
        return
    own = profile.account(name.account)
    if header.bank not in ("", profile.code) or name.bank != profile.code:
        yield Finding(Code.BANK_DIFFERS, line=1)
    ours = [each.number for each in profile.accounts]
    if own is None or not is_own(header.account_number or own.number, own.number, ours):
        yield Finding(Code.ACCOUNT_DIFFERS, line=1)
    if header.business_date != name.business_date:
        yield Finding(Code.BUSINESS_DATE_DIFFERS, line=1)


def part_of(decoded: DecodedFile) -> str:
    """The batch that a result file answers: its header's, else the only one its lines name.

    A bank answers each batch of a day in a file of its own; a newer version replaces the file of
    its own batch and no other.
    """
    if decoded.header is not None and decoded.header.batch_no:
        return decoded.header.batch_no
    named = {line.batch_no for line in decoded.results}
    return named.pop() if len(named) == 1 else ""
