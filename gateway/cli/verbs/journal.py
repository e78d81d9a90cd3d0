"""`gateway journal …`: is the history whole, what proves it, and for others to check. 流水核验"""

import argparse
from pathlib import Path

from gateway.cli.output import Answer
from gateway.cli.verbs.arguments import Subparsers
from gateway.flows.anchoring import verify_heads
from gateway.flows.checks import shredded, verify_archive
from gateway.flows.journal_export import export_journal
from gateway.flows.journal_pack import prove, seqs_of
from gateway.store import heads, journal
from gateway.store.heads import SignedHead
from gateway.wiring import build


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parsers."""
    group = verbs.add_parser("journal", help="流水").add_subparsers(required=True, metavar="VERB")
    found = group.add_parser("verify", parents=[every], help="逐条重算流水链，可连同归档、树根")
    found.add_argument("--archive", action="store_true", help="也重算每件归档原件的摘要")
    found.add_argument("--heads", action="store_true", help="也核对每个树根、签名与已公布的文件")
    found.set_defaults(run=_verify)
    found = group.add_parser("heads", parents=[every], help="列出树根：签名、时间戳、公布")
    found.set_defaults(run=_heads)
    found = group.add_parser("prove", parents=[every], help="一条流水在树根之下的证明")
    found.add_argument("seq", type=int, help="流水序号")
    found.set_defaults(run=_prove)
    found = group.add_parser("export", parents=[every], help="导出核验包，外人可独立核验")
    found.add_argument("--to", required=True, type=Path, help="新目录")
    found.add_argument("--subject", help="只导出一个编号的流水，例如 night-…")
    found.set_defaults(run=_export)


def _verify(parsed: argparse.Namespace) -> Answer:
    """Recompute the chain; SignatureInvalid at the first entry that is not as it was written."""
    gateway = build()
    with gateway.store.begin() as work:
        count, head = journal.verify(work.connection)
    payloads = verify_archive(gateway.store) if parsed.archive else None
    signed = verify_heads(gateway.anchoring()) if parsed.heads else None
    lines = [f"✓ 流水 {count} 条，链完整，末条摘要 {head}"]
    if payloads is not None:
        lines.append(f"✓ 归档原件 {payloads} 件，摘要相符；已销毁 {shredded(gateway.store)} 件")
    if signed is not None:
        lines.append(f"✓ 树根 {signed} 个，与流水相符，签名成立，已公布的未变")
    return Answer(lines, {"entries": count, "head": head, "payloads": payloads, "heads": signed})


def _heads(parsed: argparse.Namespace) -> Answer:
    """Every head, the newest first."""
    with build().store.begin() as work:
        found = heads.every(work)[::-1]
    lines = [_line(head) for head in found] or ["还没有树根：gateway housekeep"]
    return Answer(lines, {"heads": [_data(head) for head in found]})


def _line(head: SignedHead) -> str:
    stamped = f"{head.stamped_at:%m-%d %H:%M} 取得时间戳" if head.stamped_at else "未盖时间戳"
    published = f"{head.published_at:%m-%d %H:%M} 公布" if head.published_at else "未公布"
    return f"{head.size:>8} 条  {head.at:%Y-%m-%d %H:%M}  {head.root}  {stamped}  {published}"


def _data(head: SignedHead) -> dict[str, object]:
    return {
        "size": head.size,
        "root": head.root,
        "at": head.at.isoformat(),
        "kid": head.kid,
        "algorithm": head.algorithm.value,
        "stamped_at": head.stamped_at and head.stamped_at.isoformat(),
        "published_at": head.published_at and head.published_at.isoformat(),
    }


def _prove(parsed: argparse.Namespace) -> Answer:
    """The proof that one entry is under the newest head."""
    proof = prove(build().store, parsed.seq)
    lines = [
        proof.entry.line(),
        f"叶 {proof.leaf.hex()}",
        *(f"  {number:>2}  {step.hex()}" for number, step in enumerate(proof.path, start=1)),
        f"根 {proof.head.root}（{proof.head.size} 条，{proof.head.kid} 签名）",
    ]
    path = [step.hex() for step in proof.path]
    head = _data(proof.head)
    data = {"line": proof.entry.line(), "leaf": proof.leaf.hex(), "path": path, "head": head}
    return Answer(lines, data)


def _export(parsed: argparse.Namespace) -> Answer:
    """Write a pack for an outsider."""
    store = build().store
    seqs = seqs_of(store, parsed.subject) if parsed.subject else None
    names = export_journal(store, parsed.to, seqs)
    lines = [
        f"✓ 已导出 {len(names)} 个文件到 {parsed.to}",
        f"核验：python3 -I -S {parsed.to}/verify.py",
    ]
    return Answer(lines, {"directory": str(parsed.to), "files": names})
