"""The journal handed on: a directory with the pack, the script that checks it, and how. 流水导出"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.errors import Code, NotConfigured
from gateway.flows.journal_pack import journal_pack
from gateway.signing.proofs import outsider
from gateway.store.unit_of_work import Store

_README = """# 流水核验包 A pack of the journal

本包可在任何一台装有 Python 3.8 以上和 openssl 3.0 以上的机器上核验，不需要本系统。
Check it on any machine with Python ≥ 3.8 and openssl ≥ 3.0, without us.

## 一条命令 One command

```
python3 -I -S verify.py
```

只凭包内的东西，只能证明它自身前后一致、由包内公钥签名。要证明历史未被改写，请给出您自己手中的东西：
What the pack alone can show is that it agrees with itself. Bring what you hold yourself:

- `--key KEY.pem`：另行取得的公钥或证书 the key, from elsewhere
- `--kept head-….json`：您先前留存的树根（可给多个）a head you have kept
- `--ca CA.pem`：时间戳机构的 CA 证书 the time-stamping authority's CA

## 手工核验签名 The signature by hand

```
{signature}
```
{stamp}
## 文件 Files

| 文件 | 内容 |
|---|---|
| `journal/entries.jsonl` | 流水，一行一条；每行的字节（不含换行）是默克尔树（RFC 6962）的一片叶 |
| `journal/head.json` | 树根：前 {size} 条的根、末条摘要、时间、签名密钥与算法 |
| `journal/head.sig` `head.pem` | 对 head.json 原始字节的签名；公钥 |
| `journal/head.tsr` | 对 head.json 的时间戳（RFC 3161），有则附 |
| `journal/proofs.json` | 各条到树根的路径；先前各树根到本树根的一致性证明（RFC 9162） |

每条的 `hash` 是 SHA-256（`previous`、换行、去掉 `hash` 与 `previous` 的规范 JSON）。
规范 JSON：字段按名排序，`, ` 与 `: ` 分隔，不转义汉字。
流水只含编号、摘要、笔数、金额与代码，没有任何人的数据。
"""
_STAMP = """
```
openssl ts -verify -in journal/head.tsr -data journal/head.json -CAfile CA.pem
```

时间戳机构的证书此后到期的，另加 `-attime 时间戳的秒数`；`verify.py --ca` 按盖章之时核验。
"""


def export_journal(store: Store, directory: Path, seqs: Sequence[int] | None) -> Sequence[str]:
    """Write the pack, verify.py and README.md into a new directory; the names written.

    Raises NotConfigured when something is there already or cannot be written; else what
    `journal_pack` raises.
    """
    # before the work, and again when the directory is made
    if directory.exists():
        raise NotConfigured(Code.FILE_IN_THE_WAY, detail=directory.name)
    pack = journal_pack(store, seqs)
    files = [
        *pack,
        ("verify.py", Path(outsider.__file__).read_bytes()),
        ("README.md", readme(dict(pack)).encode()),
    ]
    try:
        _write(directory, files)
    except FileExistsError as there:
        raise NotConfigured(Code.FILE_IN_THE_WAY, detail=directory.name) from there
    except OSError as refused:
        detail = f"{directory.name}: {refused.strerror}"
        raise NotConfigured(Code.FILE_NOT_HERE, detail=detail) from refused
    return [name for name, _ in files]


def _write(directory: Path, files: Sequence[tuple[str, bytes]]) -> None:
    directory.mkdir(parents=True)
    for name, data in files:
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


def readme(pack: Mapping[str, bytes]) -> str:
    """How to check this pack, Chinese first: its own head, for a newer one may be there by now."""
    head = json.loads(pack["journal/head.json"])
    options = " ".join(outsider.VERIFY[head["alg"]])
    command = (
        f"openssl pkeyutl -verify -pubin -inkey journal/head.pem -rawin {options} "
        "-in journal/head.json -sigfile journal/head.sig"
    )
    none = "\n导出时尚未盖时间戳。Not yet stamped when exported.\n"
    stamp = _STAMP if "journal/head.tsr" in pack else none
    return _README.format(signature=command.replace("  ", " "), stamp=stamp, size=head["size"])
