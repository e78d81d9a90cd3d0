"""The README of a package: what it is, and the commands to check it without us. 说明"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.documents.timeline import Asked
from gateway.flows.evidence.case import Case
from gateway.flows.evidence.keeping import Kept
from gateway.flows.evidence.keys import PackedKey
from gateway.ports import Algorithm

_TEXT = (Path(__file__).parent / "pack_readme.md").read_text(encoding="utf-8")
ROOT_MEMBER = "keys/seal.root.pem"
# How openssl verifies each algorithm; SM2's id is always said, because openssl's own is empty.
_VERIFY: Mapping[str, str] = {
    Algorithm.SM2_SM3.value: "-digest sm3 -pkeyopt distid:1234567812345678",
    Algorithm.ECDSA_P256_SHA256.value: "-digest sha256",
    Algorithm.RSA_V15_SHA256.value: "-digest sha256",
    Algorithm.RSA_PSS_SHA256.value: (
        "-digest sha256 -pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:32"
    ),
    Algorithm.ED25519.value: "",
}


def _verify(key: str, algorithm: str, signature: str, data: str) -> str:
    words = ("openssl pkeyutl -verify -pubin -rawin", _VERIFY[algorithm])
    return " ".join(filter(None, words)) + f" -inkey {key} -sigfile {signature} -in {data}"


def readme_of(
    case: Case, kept: Sequence[Kept], keys: Sequence[PackedKey], asked: Asked, head_algorithm: str
) -> bytes:
    """The README in Markdown, Chinese first; what stands in its `sh` blocks can be run as it is."""
    members = {key.kid: key for key in keys}
    signed = [one for one in kept if one.piece.kid and one.data is not None]
    commands = "\n".join(_of_signature(one, members[one.piece.kid]) for one in signed)
    gone = sum(1 for one in kept if one.data is None)
    text = _TEXT.format(
        title=case.title,
        label=case.label,
        case_id=case.case_id,
        who=asked.who,
        at=f"{asked.at:%Y-%m-%d %H:%M:%S}",
        reason=_on_one_line(asked.reason),
        payloads=len({one.member for one in kept if one.data is not None}),
        gone=f"，另有 {gone} 件已按规定销毁、仅存摘要" if gone else "",
        root=ROOT_MEMBER,
        signatures=commands or "true   # 本案没有分离式签名",
        head=_verify("journal/head.pem", head_algorithm, "journal/head.sig", "journal/head.json"),
    )
    return text.encode()


def signature_members(one: Kept) -> tuple[str, str]:
    """Where a signature lies as openssl takes it: the signed bytes, and the signature itself."""
    stem = f"signatures/{one.piece.digest}"
    return f"{stem}.manifest", f"{stem}.sig"


def _of_signature(one: Kept, key: PackedKey) -> str:
    manifest, signature = signature_members(one)
    return (
        f"# {_on_one_line(one.piece.name)}\n"
        f"{_verify(key.member, key.algorithm, signature, manifest)}\n"
        f'grep -q \'"sha256":"{one.piece.digest}"\' {manifest}'
    )


def _on_one_line(name: str) -> str:
    """A name as it may stand in a comment of a shell: a stranger's line end would end it."""
    return "".join(c for c in name if c.isprintable())
