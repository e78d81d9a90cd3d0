"""Checks an evidence pack on any machine with Python ≥ 3.8 and openssl ≥ 3.0. 证据包独立核验

    python3 -I -S verify.py [PACK] [--seal-ca CA] [--key KEY] [--ca CA] [--kept HEAD …]

In the pack it is verify.py, and verify_journal.py beside it checks the journal. Nothing else but
the standard library and openssl takes part. PACK is the package or the directory it was unpacked
into, and may have been made by an enemy. Exit 0: all that was checked holds, and what was not
checked is said. Exit 1: something does not hold.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import importlib.util
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

HERE = Path(__file__).resolve().parent
MIMETYPE = b"application/vnd.etsi.asic-e+zip"
MANIFEST, SEAL = "META-INF/ASiCManifest001.xml", "META-INF/signature001.p7s"
OURS = {"mimetype", MANIFEST, SEAL}
MEMBERS_MAX, MEMBER_MAX, INDEX_MAX = 5_000, 2048 * 1024 * 1024, 64 * 1024 * 1024
CHUNK = 1024 * 1024
# what ASiC writes, to the byte: nothing in it can mean two things (EN 319 162-1, A.4)
HEAD_XML = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#"'
    ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
    f'<asic:SigReference URI="{SEAL}" MimeType="application/pkcs7-signature"/>'
)
ROW_XML = (
    '<asic:DataObjectReference URI="{}" MimeType="{}">'
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    "<ds:DigestValue>{}</ds:DigestValue></asic:DataObjectReference>"
)
TAIL_XML = "</asic:ASiCManifest>"
ROW = re.compile(re.escape(ROW_XML).replace(r"\{\}", "([^<>\"'&]*)"))
# DER of 1.2.840.113549.1.9.16.2.14, a signature's time-stamp (RFC 3161, appendix A)
STAMP_OID = bytes.fromhex("060b2a864886f70d010910020e")
SIGNED = {"name", "size", "sha256", "sm3", "made_at", "kid", "alg"}


def load(name: str) -> Any:  # noqa: ANN401 - a script that lies beside this one
    """The script that checks the journal."""
    spec = importlib.util.spec_from_file_location(name, str(HERE / f"{name}.py"))
    if spec is None or spec.loader is None:
        raise FileNotFoundError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# nothing may be written where the pack lies: it would be a member that nobody sealed
sys.dont_write_bytecode = True
# in the house it has another name than in a pack
JOURNAL = load("verify_journal" if (HERE / "verify_journal.py").exists() else "outsider")
wrong = JOURNAL.wrong


# ---------------------------------------------------------------- the package


def names_of(pack: Any) -> set[str]:  # noqa: ANN401
    """Every member's name; nothing but regular files with safe names is tolerated."""
    if pack.zip:
        found = pack.zip.namelist()
    else:
        paths = [path for path in pack.path.rglob("*") if path.is_symlink() or not path.is_dir()]
        found = [path.relative_to(pack.path).as_posix() for path in paths[: MEMBERS_MAX + 1]]
    if len(found) > MEMBERS_MAX:
        wrong("成员过多", "too many members")
    for name in found:
        if not pack.has(name) or name.startswith("/") or "\\" in name or ".." in name.split("/"):
            wrong("有不合格的成员名或不是普通文件", "an unsafe name, or no regular file")
    return set(found)


def digests(pack: Any, name: str) -> tuple[str, str, int]:  # noqa: ANN401
    """SHA-256, SM3 (empty where this Python has none) and size of a member, in one pass."""
    sha256, size = hashlib.sha256(), 0
    try:
        sm3 = hashlib.new("sm3")
    except ValueError:
        sm3 = None
    with pack.open(name) as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > MEMBER_MAX:
                wrong(f"{name} 过大", "larger than any honest one")
            sha256.update(chunk)
            if sm3 is not None:
                sm3.update(chunk)
    return sha256.hexdigest(), sm3.hexdigest() if sm3 is not None else "", size


def listed_in(manifest: bytes) -> dict[str, str]:
    """Name → SHA-256 as the manifest lists it; any other form than the one agreed is refused."""
    try:
        text = manifest.decode("ascii")
        rows = ROW.findall(text)
        found = {unquote(row[0]): base64.b64decode(row[2], validate=True).hex() for row in rows}
    except ValueError:
        wrong("封装清单不合格", "the manifest is not of the agreed form")
    again = "".join(ROW_XML.format(quote(unquote(uri)), mime, value) for uri, mime, value in rows)
    if HEAD_XML + again + TAIL_XML != text or len(found) != len(rows):
        wrong("封装清单不合格", "the manifest is not of the agreed form")
    return found


def check_package(journal: Any, desk: Any) -> Iterator[str]:  # noqa: ANN401
    """Every member is in the sealed manifest with its digest, and nothing else is there."""
    pack, names = journal.pack, names_of(journal.pack)
    if pack.read("mimetype") != MIMETYPE:
        wrong("不是证据包", "not an ASiC-E package")
    manifest = pack.read(MANIFEST)
    listed = listed_in(manifest)
    if set(listed) != names - OURS:
        wrong("成员与封装清单不一致", "members were added or removed")
    for name, digest in sorted(listed.items()):
        if digests(pack, name)[0] != digest:
            wrong(f"{name} 与封装清单不符", "a member was altered")
    yield f"✓ 封装清单：{len(listed)} 个成员逐一相符，没有多余或缺少 / every member as sealed"
    yield from check_seal(pack, desk, manifest)


def check_seal(pack: Any, desk: Any, manifest: bytes) -> Iterator[str]:  # noqa: ANN401
    """The seal over the manifest, by openssl; whose it is as far as a CA was given."""
    seal = pack.read(SEAL)
    root = desk.given.seal_ca or desk.put("root.pem", pack.read("keys/seal.root.pem"))
    signer = desk.put("signer.pem", b"")
    words = ["cms", "-verify", "-binary", "-inform", "DER", "-in", desk.put("seal", seal)]
    words += ["-content", desk.put("manifest", manifest), "-CAfile", root, "-signer", signer]
    # the roots that this machine trusts with the web must not vouch for a seal
    words += ["-no-CApath", "-no-CAstore", "-purpose", "any", "-out", desk.put("out", b"")]
    # the certificate may have ended since: it must have held when it was stamped
    token = stamp_of(seal)[1]
    stamped = token and str(JOURNAL.moment_of(desk.put("token", token))[2])
    words += ["-attime", stamped] if stamped else ["-no_check_time"]
    if not JOURNAL.openssl(*words)[0]:
        wrong("封装签章不成立", "the seal does not hold")
    told = JOURNAL.openssl("x509", "-in", signer, "-noout", "-fingerprint", "-sha256")[1]
    yield f"✓ 封装签章成立，证书 {told.strip()[-95:]} / sealed"
    if not desk.given.seal_ca:
        yield "· 签章证书只对到包内的根：用 --seal-ca 给出另行取得的根 / whose seal: not checked"
    require_bag(seal, pack.read("keys/seal.chain.pem"))
    yield from check_seal_stamp(pack, desk, seal)


def check_seal_stamp(pack: Any, desk: Any, seal: bytes) -> Iterator[str]:  # noqa: ANN401
    """The time-stamp over the seal, when there is one."""
    signature, token = stamp_of(seal)
    if token is None:
        yield "· 封装尚未盖时间戳 / the seal is not stamped"
        return
    ca = desk.given.ca or desk.put("tsa.pem", pack.read("keys/tsa.root.pem"))
    words = ["ts", "-verify", "-digest", hashlib.sha256(signature).hexdigest()]
    path = desk.put("token", token)
    form, moment, seconds = JOURNAL.moment_of(path)
    words += ["-in", path, "-CAfile", ca, *form, "-attime", str(seconds)]
    if not JOURNAL.openssl(*words)[0]:
        wrong("封装的时间戳不成立", "the seal's stamp does not hold")
    yield f"✓ 封装的时间戳成立：{moment} / the seal's stamp holds"
    if not desk.given.ca:
        yield "· 时间戳机构只对到包内的根：用 --ca 给出另行取得的根 / whose stamp: not checked"


def require_bag(der: bytes, chain: bytes) -> None:
    """Raise Wrong unless a CMS carries exactly the certificates of a chain: nobody signed those."""
    packed = re.findall(b"-----BEGIN CERTIFICATE-----(.*?)-----END", chain, re.S)
    try:
        data = parts_of(parts_of(parts_of(parts_of(der)[0][1])[1][1])[0][1])
        bag = next(content for tag, content, _ in data if tag == 0xA0)
        same = {whole for _, _, whole in parts_of(bag)} == {base64.b64decode(one) for one in packed}
    except (IndexError, ValueError, StopIteration):
        same = False
    if not same:
        wrong("签名所附证书与包内证书链不符", "other certificates than the chain")


def parts_of(der: bytes) -> list[tuple[int, bytes, bytes]]:
    """The elements of a DER sequence's content: tag, content, and the whole."""
    found, at = [], 0
    while at < len(der):
        first, size, start = der[at], der[at + 1], at + 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(der[at + 2 : start], "big")
        if start + size > len(der):
            raise ValueError("cut short")
        found.append((first, der[start : start + size], der[at : start + size]))
        at = start + size
    return found


def stamp_of(seal: bytes) -> tuple[bytes, bytes | None]:
    """The signature's value of a CMS with one signer, and the stamp beside it (RFC 5652, 5.3)."""
    try:
        data = parts_of(parts_of(parts_of(parts_of(seal)[0][1])[1][1])[0][1])
        signer = parts_of(parts_of(data[-1][1])[0][1])
        signature = next(content for tag, content, _ in signer if tag == 0x04)
        beside = [content for tag, content, _ in signer if tag == 0xA1]
        attributes = [parts_of(one[1]) for content in beside for one in parts_of(content)]
        tokens = [one[1][1] for one in attributes if one[0][2] == STAMP_OID]
    except (IndexError, ValueError, StopIteration):
        wrong("封装签章不合格", "the seal is no sound CMS")
    return signature, tokens[0] if tokens else None


# ---------------------------------------------------------------- what the index claims


def index_of(pack: Any) -> dict[str, Any]:  # noqa: ANN401
    """The index, which the sealed manifest vouches for."""
    index: Any = JOURNAL.parsed(pack.read("index.json", INDEX_MAX), "index.json")
    if not isinstance(index, dict) or index.get("format") != "gateway-evidence-1":
        wrong("index.json 不是规定的格式", "not the agreed form of an index")
    return dict(index)


def check_payloads(journal: Any, _desk: Any) -> Iterator[str]:  # noqa: ANN401
    """Every payload of the index has the digests stated, and every payload here is in the index."""
    pack, rows = journal.pack, index_of(journal.pack)["payloads"]
    gone = [row for row in rows if row["state"]]
    here = [row for row in rows if not row["state"]]
    for row in here:
        sha256, sm3, size = digests(pack, row["member"])
        said = (row["sha256"], row["sm3"] if sm3 else "", row["bytes"])
        if (sha256, sm3, size) != said or row["member"] != f"payloads/{sha256}":
            wrong(f"{row['member']} 与目录不符", "a payload is not what the index says")
        if row["inside"] and not is_inside(pack, row):
            wrong(f"{row['member']} 不在其所称的原件之中", "not part of what it was taken from")
    names = {name for name in names_of(pack) if name.startswith("payloads/")}
    if names != {row["member"] for row in here}:
        wrong("原件与目录不一致", "payloads without a row, or rows without a payload")
    sm3_too = "与 SM3 " if digests(pack, "index.json")[1] else ""
    yield f"✓ 原件：目录 {len(here)} 行，{len(names)} 件，SHA-256 {sm3_too}相符 / payloads"
    if gone:
        yield f"· 已销毁 {len(gone)} 件，仅有摘要 / destroyed by rule, digests only"


def is_inside(pack: Any, row: dict[str, Any]) -> bool:  # noqa: ANN401
    """Whether a file is one of those that kept bytes (JSON of name and base64) hold."""
    held = JOURNAL.parsed(pack.read(f"payloads/{row['inside']}", MEMBER_MAX), "sent")
    data = pack.read(row["member"], MEMBER_MAX)
    return [row["name"], base64.b64encode(data).decode()] in held


def check_signatures(journal: Any, desk: Any) -> Iterator[str]:  # noqa: ANN401
    """Each signature the index claims: over this payload's manifest, by that key, by openssl."""
    pack, index = journal.pack, index_of(journal.pack)
    keys = {key["kid"]: key for key in index["keys"]}
    counts: dict[str, int] = {}
    for row in index["payloads"]:
        if not row["signature"] or row["state"]:
            continue
        key = keys[row["signature"]["kid"]]
        require_signed(pack, desk, row, key)
        counts[key["kid"]] = counts.get(key["kid"], 0) + 1
    for kid, count in sorted(counts.items()):
        key = keys[kid]
        # what somebody reads out on the telephone is the digest of the key that was used
        if public_digest(desk, pack.read(key["member"])) != key["sha256"]:
            wrong(f"公钥 {kid} 与目录所称摘要不符", "another key than the index says")
        yield f"✓ 签名：{kid}（{key['holder']}，{key['algorithm']}）{count} 件成立 / signed"
        yield f"· 公钥 {kid} 取自包内，SHA-256 {key['sha256']}：请向持有者核对 / whose key"
    if not counts:
        yield "· 目录没有声称任何签名 / the index claims no signature"


def public_digest(desk: Any, pem: bytes) -> str:  # noqa: ANN401
    """SHA-256 of a public key's DER, as openssl itself reads the file."""
    out = desk.put("key.der", b"")
    words = ["-in", desk.public_key(pem), "-outform", "DER", "-out", out]
    if not JOURNAL.openssl("pkey", "-pubin", *words)[0]:
        wrong("公钥无法识别", "no public key")
    return hashlib.sha256(Path(out).read_bytes()).hexdigest()


def require_signed(pack: Any, desk: Any, row: dict[str, Any], key: dict[str, Any]) -> None:  # noqa: ANN401
    """Raise Wrong unless the signature file signs exactly this payload under this key."""
    name = row["member"]
    told = JOURNAL.parsed(pack.read(f"payloads/{row['signature']['sha256']}"), "signature")
    if set(told) != {"manifest", "signature"} or set(told["manifest"]) != SIGNED:
        wrong(f"{name} 的签名文件不合格", "no sound signature file")
    said = told["manifest"]
    if (said["name"], said["size"], said["sha256"]) != (row["name"], row["bytes"], row["sha256"]):
        wrong(f"{name} 不是签名所及的文件", "another file was signed")
    if said["sm3"] != row["sm3"] or (said["kid"], said["alg"]) != (key["kid"], key["algorithm"]):
        wrong(f"{name} 的签名与目录不符", "another key or digest")
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    pem, signature = pack.read(key["member"]), base64.b64decode(told["signature"], validate=True)
    if not JOURNAL.signed(desk, key["algorithm"], pem, canonical.encode(), signature):
        wrong(f"{name} 的签名不成立", "a signature does not hold")


def check_bound(journal: Any, _desk: Any) -> Iterator[str]:  # noqa: ANN401
    """Payloads are what the journal's entries speak of; the timeline tells these entries."""
    pack, index = journal.pack, index_of(journal.pack)
    entries = {}
    for line in pack.lines("journal/entries.jsonl"):
        entry = JOURNAL.require_entry(line)
        entries[entry["seq"]] = entry
    if index["entries"] != sorted(entries):
        wrong("流水记录与目录不一致", "other entries than the index names")
    bound = [row for row in index["payloads"] if row["seq"] is not None]
    for row in bound:
        facts = JOURNAL.parsed(entries[row["seq"]]["facts"].encode(), "facts")
        if row["sha256"] not in facts.values():
            wrong(f"第 {row['seq']} 条流水没有 {row['sha256']}", "the journal does not speak of it")
    told = JOURNAL.parsed(pack.read("timeline.json", INDEX_MAX), "timeline.json")
    if [step["seq"] for step in told["steps"]] != index["entries"]:
        wrong("时间线与流水不一致", "the timeline tells other entries")
    yield f"✓ 原件与流水：{len(bound)} 行的摘要记在所指流水中，时间线逐条对应 / bound"


# from the whole to its parts, then the journal
CHECKS = (check_package, check_payloads, check_signatures, check_bound)


def main() -> int:
    """Check the package that the command names, by default the directory this script lies in."""
    words = argparse.ArgumentParser(description="核验证据包 / check an evidence pack")
    words.add_argument("pack", nargs="?", default=str(HERE))
    words.add_argument("--seal-ca", help="另行取得的签章根证书 PEM / root of the seal")
    words.add_argument("--key", help="另行取得的流水公钥 PEM / the journal's key, from elsewhere")
    words.add_argument("--ca", help="时间戳机构的 CA 证书 PEM / the CA of the time-stamps")
    words.add_argument("--kept", action="append", default=[], help="留存的 head-….json")
    given = words.parse_args()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    JOURNAL.CHECKS = (*CHECKS, *JOURNAL.CHECKS)
    try:
        JOURNAL.check(Path(given.pack), given, lambda line: sys.stdout.write(line + "\n"))
    except JOURNAL.Wrong as found:
        sys.stdout.write(f"✗ 不成立：{found}\n")
        return 1
    except JOURNAL.Older as found:
        sys.stdout.write(f"✗ 未能比对：{found}\n")
        return 1
    except (LookupError, AttributeError, TypeError) as odd:
        sys.stdout.write(f"✗ 不成立：目录不合格 {type(odd).__name__} / not of the agreed form\n")
        return 1
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as bad:
        sys.stdout.write(f"✗ 无法读取：{type(bad).__name__} / cannot be read\n")
        return 1
    sys.stdout.write("核验通过：以上各项成立，标“·”的未核验 / holds; lines with · not checked\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
