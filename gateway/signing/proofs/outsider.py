"""Checks a pack of the journal on any machine with Python ≥ 3.8 and openssl ≥ 3.0. 独立核验

    python3 -I -S verify.py [PACK] [--key KEY] [--ca CA] [--kept HEAD …]

It imports nothing but the standard library and believes nothing that it has not computed. PACK is
a directory or a zip file and may have been made by an enemy. Exit 0: all that was checked holds,
and what was not checked is said. Exit 1: something does not hold, or cannot be compared with what
was given.
"""

from __future__ import annotations

import argparse
import calendar
import hashlib
import json
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NoReturn

MIB = 1024 * 1024
SMALL_MAX, LINE_MAX, PROOFS_MAX, ENTRIES_MAX = MIB, MIB, 256 * MIB, 8192 * MIB
TOTAL_MAX = 16384 * MIB
OPENSSL_SECONDS = 60
GENESIS = "0" * 64
ENTRY = {"seq", "at", "event", "subject", "facts", "previous", "hash"}
HEAD = {"format", "size", "root", "last", "at", "kid", "alg"}
# how openssl verifies each algorithm; SM2's id is always said, because openssl's own is empty
STAMPED = re.compile(
    r"^Time stamp: (\w{3} +\d+ \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT$", re.MULTILINE
)
VERIFY = {
    "sm2-sm3": ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"],
    "ecdsa-p256-sha256": ["-digest", "sha256"],
    "ed25519": [],
    "rsa-v1_5-sha256": ["-digest", "sha256"],
    "rsa-pss-sha256": [
        *("-digest", "sha256", "-pkeyopt", "rsa_padding_mode:pss"),
        *("-pkeyopt", "rsa_pss_saltlen:32", "-pkeyopt", "rsa_mgf1_md:sha256"),
    ],
}


class Wrong(Exception):
    """Something that does not hold, in one sentence."""


class Older(Exception):
    """Nothing is wrong so far, but a head was given that the pack is too old to speak of."""


def wrong(zh: str, en: str) -> NoReturn:
    """Stop: a check has failed."""
    raise Wrong(f"{zh} / {en}")


# ---------------------------------------------------------------- the pack, read with bounds


class Pack:
    """A directory or a zip file; only members asked for by name are read, and never unpacked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.zip = None if path.is_dir() else zipfile.ZipFile(str(path))
        members = self.zip.infolist() if self.zip else []
        if len({one.filename for one in members}) != len(members):
            wrong("压缩包内有重名文件", "a name stands twice in the archive")
        # other methods break in ways of their own, and nobody of us packs with them
        if {one.compress_type for one in members} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            wrong("压缩方式不合约定", "another compression than agreed")
        if sum(one.file_size for one in members) > TOTAL_MAX:
            wrong("压缩包展开后过大", "larger than any honest one")

    def has(self, name: str) -> bool:
        """Whether the pack has a regular file of this name."""
        if self.zip:
            return name in self.zip.namelist()
        path = self.path / name
        return path.exists() and stat.S_ISREG(path.lstat().st_mode)

    def open(self, name: str) -> IO[bytes]:
        """A member's bytes as a stream."""
        if not self.has(name):
            wrong(f"缺少 {name}", "a file is missing")
        return self.zip.open(name) if self.zip else (self.path / name).open("rb")

    def read(self, name: str, most: int = SMALL_MAX) -> bytes:
        """A member's bytes, of which there may be `most`."""
        with self.open(name) as file:
            data = file.read(most + 1)
        if len(data) > most:
            wrong(f"{name} 过大", "larger than any honest one")
        return data

    def lines(self, name: str) -> Iterator[bytes]:
        """A member's lines without their ends."""
        total = 0
        with self.open(name) as file:
            while line := file.readline(LINE_MAX + 1):
                total += len(line)
                if not line.endswith(b"\n") or total > ENTRIES_MAX:
                    wrong(f"{name} 有一行不完整或过长", "a line is unfinished or too long")
                yield line[:-1]


def parsed(data: bytes, name: str) -> Any:  # noqa: ANN401 - its fields are asked for one by one
    """JSON without repeated names, floats, or numbers of absurd length."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a name stands twice")
        return dict(pairs)

    def whole(digits: str) -> int:
        if len(digits) > 18:
            raise ValueError("too long a number")
        return int(digits)

    def never(text: str) -> NoReturn:
        raise ValueError(text)

    hooks: dict[str, Any] = {"parse_int": whole, "parse_float": never, "parse_constant": never}
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=once, **hooks)
    except (ValueError, RecursionError):
        wrong(f"{name} 不是合格的 JSON", "no sound JSON")


def record(data: bytes, fields: set[str], name: str) -> dict[str, Any]:
    """A JSON object with exactly these fields, texts but for the numbers seq and size."""
    found = parsed(data, name)
    if not isinstance(found, dict) or set(found) != fields:
        wrong(f"{name} 字段不符", "not the fields agreed on")
    for field, value in found.items():
        if type(value) is not (int if field in {"seq", "size"} else str):
            wrong(f"{name} 的 {field} 类型不符", "a field of another type")
    return found


def digest(text: Any, name: str) -> bytes:  # noqa: ANN401 - whatever stood there
    """Sixty-four hex digits as bytes."""
    if not isinstance(text, str) or len(text) != 64 or set(text) - set("0123456789abcdef"):
        wrong(f"{name} 不是摘要", "no digest")
    return bytes.fromhex(text)


# ---------------------------------------------------------------- the tree of RFC 6962 / RFC 9162


def leaf(line: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\0" + line).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of a node."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """The root over leaves that come one after the other, in memory for a few."""

    def __init__(self) -> None:
        self.peaks: list[tuple[int, bytes]] = []

    def add(self, found: bytes) -> None:
        """One leaf more."""
        size = 1
        while self.peaks and self.peaks[-1][0] == size:
            found = node(self.peaks.pop()[1], found)
            size *= 2
        self.peaks.append((size, found))

    def root(self) -> bytes:
        """The root over all leaves so far."""
        found = self.peaks[-1][1] if self.peaks else hashlib.sha256().digest()
        for _, peak in self.peaks[-2::-1]:
            found = node(peak, found)
        return found


def walk(index: int, last: int, pair: tuple[bytes, bytes], steps: Sequence[bytes]) -> Any:  # noqa: ANN401
    """Both roots that the steps lead to (RFC 9162, 2.1.3.2 and 2.1.4.2), None for none."""
    first, second = pair
    for step in steps:
        if last == 0:
            return None
        if index % 2 or index == last:
            first, second = node(step, first), node(step, second)
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            second = node(second, step)
        index, last = index // 2, last // 2
    return (first, second) if last == 0 else None


def is_included(found: bytes, index: int, size: int, steps: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf at `index` leads to the root over `size` leaves."""
    end = walk(index, size - 1, (found, found), steps) if 0 <= index < size else None
    return end is not None and bool(end[1] == root)


def is_consistent(old: tuple[int, bytes], new: tuple[int, bytes], steps: list[bytes]) -> bool:
    """Whether the newer tree (size, root) begins with the older."""
    if not 0 < old[0] < new[0]:
        return old == new and not steps
    if old[0] & (old[0] - 1) == 0:
        steps = [old[1], *steps]
    index, last = old[0] - 1, new[0] - 1
    while index % 2:
        index, last = index // 2, last // 2
    return bool(steps) and walk(index, last, (steps[0], steps[0]), steps[1:]) == (old[1], new[1])


# ---------------------------------------------------------------- openssl


def openssl(*words: str) -> tuple[bool, str]:
    """Run openssl: whether it agreed, and what it said."""
    program = shutil.which("openssl")
    if program is None:
        wrong("本机没有 openssl", "openssl is not installed here")
    try:
        done = subprocess.run(  # noqa: S603 - our own words; the pack's bytes lie in files
            [program, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=OPENSSL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        wrong("openssl 超时", "openssl took too long")
    return done.returncode == 0, done.stdout.decode("utf-8", "replace")


class Desk:
    """A place for openssl's files, and what the person gave: key, CA, heads kept."""

    def __init__(self, place: Path, given: argparse.Namespace) -> None:
        self.place, self.given = place, given

    def put(self, name: str, data: bytes) -> str:
        """A file for openssl."""
        (self.place / name).write_bytes(data)
        return str(self.place / name)

    def public_key(self, pem: bytes) -> str:
        """A public key as openssl takes it, out of a certificate where it is one."""
        path = self.put("key.pem", pem)
        if b"BEGIN CERTIFICATE" in pem:
            agreed, text = openssl("x509", "-pubkey", "-noout", "-in", path)
            path = self.put("key.pem", text.encode() if agreed else b"")
        return path


def moment_of(stamp: str) -> tuple[list[str], str, int]:
    """How openssl takes a stamp (as a whole reply, or the token alone), and its own moment.

    The moment as text, and in seconds since 1970. Only what the authority signed is read: the
    status text beside a token is anybody's.
    """
    for form in ([], ["-token_in"]):
        _, text = openssl("ts", "-reply", "-in", stamp, *form, "-token_out", "-text")
        found = STAMPED.search(text)
        if found:
            said = " ".join(found.groups())
            moment = time.strptime(said, "%b %d %H:%M:%S %Y")
            return form, time.strftime("%Y-%m-%d %H:%M:%S UTC", moment), calendar.timegm(moment)
    wrong("时间戳无法识别", "no stamp that openssl can read")


def signed(desk: Desk, alg: str, pem: bytes, data: bytes, signature: bytes) -> bool:
    """Whether a signature over the data holds, by openssl."""
    if alg not in VERIFY:
        wrong(f"签名算法 {alg[:40]!r} 不认识", "an unknown algorithm")
    words = ["pkeyutl", "-verify", "-pubin", "-rawin", *VERIFY[alg]]
    files = {"-inkey": desk.public_key(pem)}
    files["-in"], files["-sigfile"] = desk.put("data", data), desk.put("sig", signature)
    return openssl(*words, *(word for pair in files.items() for word in pair))[0]


# ---------------------------------------------------------------- the checks, in order


class Journal:
    """What the checks of the journal hand on: its head as read, and the proofs beside it."""

    def __init__(self, pack: Pack) -> None:
        self.pack, self.text = pack, pack.read("journal/head.json")
        self.head = record(self.text, HEAD, "head.json")
        canonical = json.dumps(self.head, sort_keys=True, separators=(",", ":")) + "\n"
        if canonical.encode() != self.text or self.head["format"] != "journal-head-1":
            wrong("head.json 不是规定的格式", "not the agreed form of a head")
        self.size, self.root = self.head["size"], digest(self.head["root"], "root")
        self.proofs = parsed(pack.read("journal/proofs.json", PROOFS_MAX), "proofs.json")
        self.require_proofs()

    def require_proofs(self) -> None:
        """Raise Wrong unless the proofs are of the agreed form, and over this head."""
        kinds = {"format": str, "size": int, "full": bool, "inclusion": dict, "consistency": list}
        found = self.proofs
        if not isinstance(found, dict) or {k: type(v) for k, v in found.items()} != kinds:
            wrong("proofs.json 不是规定的格式", "not the agreed form of proofs")
        if found["format"] != "journal-proofs-1" or found["size"] != self.size:
            wrong("proofs.json 不属于这个树根", "the proofs are another head's")

    def path(self, steps: Any) -> list[bytes]:  # noqa: ANN401 - whatever stood there
        """A proof's steps."""
        if not isinstance(steps, list):
            wrong("proofs.json 中的路径不合格", "a proof is no list")
        return [digest(step, "proofs.json") for step in steps]

    def earlier(self) -> Iterator[tuple[int, bytes, list[bytes]]]:
        """The earlier heads that the proofs speak of: size, root, steps."""
        for each in self.proofs["consistency"]:
            if not isinstance(each, dict) or set(each) != {"size", "root", "path"}:
                wrong("proofs.json 中的一致性证明不合格", "no sound consistency proof")
            if type(each["size"]) is not int:
                wrong("proofs.json 中的一致性证明不合格", "no sound consistency proof")
            yield each["size"], digest(each["root"], "root"), self.path(each["path"])


def check_entries(journal: Journal, _desk: Desk) -> Iterator[str]:
    """Every entry by its own hash, by the one before it where that is here, and by the root."""
    tree, count, links, seq, last = Tree(), 0, 0, 0, GENESIS
    for line in journal.pack.lines("journal/entries.jsonl"):
        entry = require_entry(line)
        if not seq < entry["seq"] <= journal.size:
            wrong(f"第 {entry['seq']} 条次序不对或超出树根", "out of order, or beyond the head")
        follows = entry["seq"] == seq + 1
        if follows and entry["previous"] != last:
            wrong(f"第 {entry['seq']} 条与前一条不衔接", "the chain is broken")
        if not journal.proofs["full"]:
            require_included(journal, entry["seq"], line)
        tree.add(leaf(line))
        count, links, seq, last = count + 1, links + follows, entry["seq"], entry["hash"]
    require_end(journal, tree, (count, seq, last))
    yield f"✓ 流水 {count} 条：摘要相符，{links} 处前后衔接，均在树根之下 / entries under the root"
    if journal.proofs["full"]:
        yield f"✓ 流水完整：第 1 至 {count} 条，树根由全部流水重算 / whole journal, root recomputed"
    else:
        yield "· 本包只含部分流水；未含各条不在核验之列 / a part of the journal only"


def require_end(journal: Journal, tree: Tree, end: tuple[int, int, str]) -> None:
    """Raise Wrong unless the entries (count, last seq, last hash) end as the head says."""
    count, seq, last = end
    if journal.proofs["full"] and (count != journal.size or tree.root() != journal.root):
        wrong("全部流水算出的树根与 head.json 不符", "the entries do not make the root")
    if not journal.proofs["full"] and count != len(journal.proofs["inclusion"]):
        wrong("流水条数与包含证明不符", "not as many entries as inclusion proofs")
    if seq == journal.size and last != journal.head["last"]:
        wrong("末条摘要与 head.json 不符", "the last hash is not the head's")


def require_entry(line: bytes) -> dict[str, Any]:
    """An entry whose line is canonical and whose hash is its own."""
    entry = record(line, ENTRY, "entries.jsonl")
    seq, said = entry["seq"], {k: v for k, v in entry.items() if k not in {"hash", "previous"}}
    try:
        canonical = json.dumps(entry, ensure_ascii=False, sort_keys=True).encode()
        body = json.dumps(said, ensure_ascii=False, sort_keys=True)
        found = hashlib.sha256(f"{entry['previous']}\n{body}".encode()).hexdigest()
    except UnicodeEncodeError:
        wrong("entries.jsonl 含有不成字的编码", "half a character")
    if canonical != line or found != entry["hash"]:
        wrong(f"第 {seq} 条与其摘要不符", "an entry does not fit its hash")
    return entry


def require_included(journal: Journal, seq: int, line: bytes) -> None:
    """Raise Wrong unless the proof leads from this line to the root."""
    steps = journal.path(journal.proofs["inclusion"].get(str(seq)))
    if not is_included(leaf(line), seq - 1, journal.size, steps, journal.root):
        wrong(f"第 {seq} 条的包含证明不成立", "an inclusion proof does not hold")


def check_signature(journal: Journal, desk: Desk) -> Iterator[str]:
    """The head's signature, under the key that was given, else under the pack's own."""
    given, head = desk.given.key, journal.head
    pem = Path(given).read_bytes() if given else journal.pack.read("journal/head.pem")
    signature = journal.pack.read("journal/head.sig")
    if not signed(desk, head["alg"], pem, journal.text, signature):
        wrong("树根签名不成立", "the head's signature does not hold")
    yield f"✓ 树根签名成立：{head['alg']}，{head['size']} 条，{head['at']} / head signed"
    if not given:
        yield "· 公钥取自包内，是谁的未核验：用 --key 给出另行取得的公钥 / whose key: not checked"


def check_consistency(journal: Journal, desk: Desk) -> Iterator[str]:
    """Every earlier head in the pack, and every head that the person has kept, leads to this."""
    known, newest = {journal.size: journal.root}, (journal.size, journal.root)
    for size, root, steps in journal.earlier():
        if not is_consistent((size, root), newest, steps):
            wrong(f"{size} 条时的树根与现树根不一致", "an earlier head is not consistent")
        known[size] = root
    yield f"✓ 与先前 {len(known) - 1} 个树根一致，历史只增未改 / consistent with earlier heads"
    newer = []
    for path in desk.given.kept:
        kept = record(Path(path).read_bytes()[:SMALL_MAX], HEAD, path)
        if kept["size"] > journal.size:
            newer.append(f"{path}（{kept['size']} 条）")
            continue
        require_kept(known, kept, path)
        yield f"✓ 与所留树根一致：{path}（{kept['size']} 条）/ the head that was kept"
    if newer:
        # told last: another kept head that this pack contradicts is worse news
        told = "、".join(newer)
        raise Older(f"包比留存的树根旧，无从比对，请以新包再核：{told} / older than a kept head")
    if not desk.given.kept:
        yield "· 未与留存方手中的树根比对：用 --kept 给出 / no kept head given"


def require_kept(known: dict[int, bytes], kept: dict[str, Any], path: str) -> None:
    """Raise Wrong unless a kept head is one of those that the pack leads back to."""
    if kept["size"] not in known:
        wrong(f"包内没有所留树根 {path} 的一致性证明", "no proof for the head that was kept")
    if known[kept["size"]] != digest(kept["root"], path):
        wrong(f"与所留树根 {path} 不一致", "not the head that was kept")


def check_stamp(journal: Journal, desk: Desk) -> Iterator[str]:
    """The head's time-stamp, when there is one and a CA was given to check it by."""
    if not journal.pack.has("journal/head.tsr"):
        yield "· 尚未盖时间戳 / not yet stamped"
        return
    if not desk.given.ca:
        yield "· 时间戳未核验：未给 --ca / stamp not checked: no CA given"
        return
    stamp = desk.put("head.tsr", journal.pack.read("journal/head.tsr"))
    form, moment, seconds = moment_of(stamp)
    words = ["-data", desk.put("data", journal.text), "-in", stamp, "-CAfile", desk.given.ca]
    # the authority's certificate must have held then: by now it may have ended, as they all do
    if not openssl("ts", "-verify", *words, *form, "-attime", str(seconds))[0]:
        wrong("时间戳不成立", "the stamp does not hold")
    yield f"✓ 时间戳成立：{moment} / stamp holds"


# Whoever packs more than a journal adds checks here.
CHECKS: tuple[Callable[[Journal, Desk], Iterator[str]], ...] = (
    check_entries,
    check_signature,
    check_stamp,
    # the last: it may end undecided, which must hide nothing that does not hold
    check_consistency,
)


def check(pack: Path, given: argparse.Namespace, say: Callable[[str], object]) -> None:
    """Run every check and say what it found. Raises Wrong at the first that does not hold."""
    with tempfile.TemporaryDirectory() as place:
        desk, journal = Desk(Path(place), given), Journal(Pack(pack))
        for each in CHECKS:
            for line in each(journal, desk):
                say(line)


def main() -> int:
    """Check the pack that the command names, by default the directory this script lies in."""
    words = argparse.ArgumentParser(description="核验流水包 / check a pack of the journal")
    words.add_argument("pack", nargs="?", default=str(Path(__file__).resolve().parent))
    words.add_argument("--key", help="另行取得的公钥或证书 PEM / the key, from elsewhere")
    words.add_argument("--ca", help="时间戳机构的 CA 证书 PEM / the CA of the time-stamp")
    words.add_argument("--kept", action="append", default=[], help="留存的 head-….json")
    given = words.parse_args()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        check(Path(given.pack), given, lambda line: sys.stdout.write(line + "\n"))
    except Wrong as found:
        sys.stdout.write(f"✗ 不成立：{found}\n")
        return 1
    except Older as found:
        sys.stdout.write(f"✗ 未能比对：{found}\n")
        return 1
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as bad:
        sys.stdout.write(f"✗ 无法读取：{type(bad).__name__} / cannot be read\n")
        return 1
    sys.stdout.write(
        "核验通过：以上各项成立，标“·”的未核验 / holds; lines with · were not checked\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
