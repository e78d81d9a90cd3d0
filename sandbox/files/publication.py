"""A file with its companions: data, signature, flag; also published wrongly. 数据、签名、标志."""

import hashlib
from dataclasses import dataclass

from sandbox.files.byte_faults import flipped_amount
from sandbox.files.faults import Fault
from sandbox.keys.signer import Signer

SIGNATURE_SUFFIX = ".sig"
FLAG_SUFFIX = ".ok"


@dataclass(frozen=True, slots=True)
class Publication:
    """What is to lie in ``outgoing``: the data, what the signature is over, the flag.

    Signatures may differ each time they are made, so the signer stands here and not its output.
    """

    name: str
    data: bytes
    signed: bytes
    flag: bytes | None
    signer: Signer | None
    replaces: bool = False

    def signature(self) -> bytes | None:
        """Return the signature companion, freshly made; none from a bank that does not sign."""
        return self.signer.companion(self.name, self.signed) if self.signer else None


def flag_of(name: str, data: bytes) -> bytes:
    """Return the flag line: name, size, SHA-256."""
    return f"{name}|{len(data)}|{hashlib.sha256(data).hexdigest()}|\n".encode("ascii")


def companions(name: str, data: bytes, signer: Signer | None) -> dict[str, bytes]:
    """Return the honest files by name, the flag last: data, signature if signed, flag."""
    return files_of(Publication(name, data, data, flag_of(name, data), signer))


def files_of(publication: Publication) -> dict[str, bytes]:
    """Return what a publication puts down, by name, in the order it is put down."""
    parts = {
        publication.name: publication.data,
        publication.name + SIGNATURE_SUFFIX: publication.signature(),
        publication.name + FLAG_SUFFIX: publication.flag,
    }
    return {name: part for name, part in parts.items() if part is not None}


def publication(
    name: str,
    data: bytes,
    signers: tuple[Signer | None, Signer | None],
    faults: tuple[Fault, ...] = (),
) -> Publication | None:
    """Return what is published of rendered data, faults of publishing applied.

    ``signers`` are the bank's own and an impostor's. Nothing is returned for a file that is late.
    """
    if Fault.LATE in faults:
        return None
    own, impostor = signers
    _refuse_unsigned(own, faults)
    flipped = {Fault.FLIPPED_BYTE, Fault.FLIPPED_BYTE_REFLAGGED} & set(faults)
    shown = flipped_amount(data) if flipped else data
    flagged = shown if Fault.FLIPPED_BYTE_REFLAGGED in faults else data
    signer = impostor if Fault.WRONG_SIGNATURE in faults else own
    return Publication(
        name=name,
        data=shown,
        signed=data + b"\n" if Fault.SIGNED_OTHER_BYTES in faults else data,
        flag=None if Fault.NO_FLAG in faults else flag_of(name, flagged),
        signer=None if Fault.NO_SIGNATURE in faults else signer,
        replaces=Fault.OTHER_CONTENT_SAME_NAME in faults,
    )


def _refuse_unsigned(signer: Signer | None, faults: tuple[Fault, ...]) -> None:
    needs = {Fault.NO_SIGNATURE, Fault.WRONG_SIGNATURE, Fault.SIGNED_OTHER_BYTES} & set(faults)
    if needs and signer is None:
        raise ValueError(f"{min(needs)}: this bank does not sign, so nothing would be wrong")
