"""A pack of the journal, checked as a stranger would: by the script and openssl alone. 核验包"""

import ast
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.errors import Code, GatewayError
from gateway.flows.anchoring import anchor
from gateway.flows.journal_pack import journal_pack, prove, seqs_of
from gateway.ports import Algorithm
from gateway.signing.proofs import outsider
from gateway.store import heads
from tests.flows.test_anchoring import ring_of, unstamped
from tests.signing.pairs import pair_of

SCRIPT = Path(outsider.__file__)
# what the purpose allows to sign heads
ALGORITHMS = [each for each in Algorithm if each is not Algorithm.RSA_V15_SHA256]


@dataclass
class Checked:
    """What the script said."""

    code: int
    out: str


def check(pack: Path, *words: object) -> Checked:
    """Run the script as on a machine that has nothing of ours."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, pack, *map(str, words)],
        capture_output=True, text=True, timeout=60, cwd="/",
    )  # fmt: skip
    assert not done.stderr
    return Checked(done.returncode, done.stdout)


@pytest.fixture(autouse=True)
def _openssl(require_peer):
    require_peer(None if shutil.which("openssl") else "openssl")


@pytest.fixture
def anchoring(store, clock, tmp_path):
    """Three heads over what happened, the last over twelve entries."""
    ring = ring_of(Algorithm.SM2_SM3, clock.now())
    found = unstamped(store, ring, tmp_path / "public")
    for number in range(3):
        with store.begin() as work:
            work.note("night_moved", f"night-{number}", name="沙箱䶮银行", number=number)
            work.note("alarm_rung", "alarm-1", code="X\n\u2028")
        anchor(found)
    return found


@pytest.fixture
def write(store, tmp_path):
    """Writes a pack into a directory."""

    def run(seqs=None, name="pack"):
        for path, data in journal_pack(store, seqs):
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_bytes(data)
        return tmp_path / name

    return run


def test_a_whole_pack_holds_and_says_what_was_not_checked(anchoring, write):
    found = check(write())
    assert found.code == 0, found.out
    assert "流水完整：第 1 至 12 条" in found.out
    assert "与先前 2 个树根一致" in found.out
    for unchecked in ("是谁的未核验", "未与留存方手中的树根比对", "尚未盖时间戳"):
        assert f"{unchecked}" in found.out


def test_some_entries_are_proved_without_the_others(anchoring, write, store):
    found = check(write(seqs_of(store, "alarm-1")))
    assert found.code == 0, found.out
    assert "流水 3 条：摘要相符，0 处前后衔接" in found.out
    assert "只含部分流水" in found.out


def test_a_zip_file_is_checked_as_it_is(anchoring, write, tmp_path):
    pack = write()
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as packed:
        for path in pack.rglob("*.*"):
            packed.write(path, path.relative_to(pack).as_posix())
    assert check(tmp_path / "pack.zip").code == 0


def test_the_key_and_the_heads_that_an_auditor_holds_are_what_counts(anchoring, write, tmp_path):
    pack, public = write(), anchoring.publication.directory
    kept = [word for name in ("head-2", "head-7", "head-12")
            for word in ("--kept", public / f"{name}.json")]  # fmt: skip
    found = check(pack, "--key", public / "head-12.pem", *kept)
    assert found.code == 0, found.out
    assert found.out.count("与所留树根一致") == 3
    assert "未核验：用" not in found.out
    (tmp_path / "other.pem").write_bytes(pair_of(Algorithm.SM2_SM3, 2).public_pem)
    assert "签名不成立" in check(pack, "--key", tmp_path / "other.pem").out
    forged = json.loads((public / "head-7.json").read_text()) | {"root": "0" * 64}
    (tmp_path / "kept.json").write_text(json.dumps(forged))
    found = check(pack, "--kept", tmp_path / "kept.json")
    assert found.code == 1
    assert "✗ 不成立：与所留树根" in found.out


def test_a_pack_older_than_a_kept_head_is_told_apart_from_one_that_contradicts_it(
    anchoring, write, store, tmp_path
):
    pack, public = write(), anchoring.publication.directory
    with store.begin() as work:
        work.note("night_moved", "night-9")
        size = heads.newest(work).size
    anchor(anchoring)
    with store.begin() as work:
        newer = public / f"{heads.newest(work).head_id}.json"
    found = check(pack, "--kept", newer, "--kept", public / "head-7.json")
    assert found.code == 1
    assert "包比留存的树根旧，无从比对，请以新包再核" in found.out
    assert "不成立" not in found.out
    assert "与所留树根一致" in found.out
    # one that the pack contradicts is not hidden behind it
    forged = json.loads((public / f"head-{size}.json").read_text()) | {"root": "0" * 64}
    (tmp_path / "kept.json").write_text(json.dumps(forged))
    found = check(pack, "--kept", newer, "--kept", tmp_path / "kept.json")
    assert found.code == 1
    assert "✗ 不成立：与所留树根" in found.out
    assert check(write(name="new"), "--kept", newer).code == 0


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=lambda a: a.value)
def test_openssl_verifies_heads_of_every_algorithm(algorithm, store, clock, write, tmp_path):
    with store.begin() as work:
        work.note("night_opened", "night-1")
    anchor(unstamped(store, ring_of(algorithm, clock.now()), tmp_path / "public"))
    pack = write()
    found = check(pack)
    assert found.code == 0, found.out
    sig = pack / "journal" / "head.sig"
    sig.write_bytes(sig.read_bytes()[:-1] + bytes([sig.read_bytes()[-1] ^ 1]))
    assert "签名不成立" in check(pack).out


def test_a_rewritten_history_signed_by_another_is_found_by_the_head_that_was_kept(
    anchoring, write, store, clock, tmp_path, empty_tables
):
    """The owner of database and program makes all anew, with a key of his own."""
    kept = anchoring.publication.directory / "head-12.json"
    empty_tables()
    forger = unstamped(store, ring_of(Algorithm.SM2_SM3, clock.now(), 2), tmp_path / "forged")
    with store.begin() as work:
        for number in range(12):
            work.note("night_moved", f"night-{number}")
    anchor(forger)
    pack = write(name="forged-pack")
    assert check(pack).code == 0  # it agrees with itself …
    assert check(pack, "--kept", kept).code == 1  # … and with nothing that was said before
    key = anchoring.publication.directory / "head-12.pem"
    assert check(pack, "--key", key).code == 1


def edits():
    """Ways to alter a pack: name, file, and what to make of its bytes."""
    line = b'"subject": "night-1"'
    yield "a word of an entry", "entries.jsonl", lambda d: d.replace(line, b'"subject": "night-7"')
    yield "an entry gone", "entries.jsonl", lambda d: b"".join(d.splitlines(True)[1:])
    yield "an entry twice", "entries.jsonl", lambda d: d + d.splitlines(True)[-1]
    yield (
        "two entries swapped",
        "entries.jsonl",
        lambda d: b"".join([*d.splitlines(True)[1::-1], *d.splitlines(True)[2:]]),
    )
    yield "the last entry cut", "entries.jsonl", lambda d: d[:-1]
    yield "no entry", "entries.jsonl", lambda d: b""
    yield "a blank more", "entries.jsonl", lambda d: d.replace(b'"seq": 1', b'"seq":  1')
    yield "a field more", "entries.jsonl", lambda d: d.replace(b"{", b'{"a": "b", ', 1)
    yield "a field twice", "entries.jsonl", lambda d: d.replace(b"{", b'{"at": "", ', 1)
    yield "no JSON", "entries.jsonl", lambda d: b"[" * 100_000 + b"\n"
    yield (
        "a number for ever",
        "entries.jsonl",
        lambda d: d.replace(b'"seq": 1,', b'"seq": ' + b"1" * 100_000 + b","),
    )
    yield "an endless line", "entries.jsonl", lambda d: b"x" * 3_000_000
    yield "a surrogate", "entries.jsonl", lambda d: d.replace(b"night-1", b"\\ud800")
    yield "another root", "head.json", lambda d: d.replace(b'"root":"', b'"root":"0')
    yield "another size", "head.json", lambda d: d.replace(b'"size":12', b'"size":9')
    yield "another algorithm", "head.json", lambda d: d.replace(b"sm2-sm3", b"ed25519")
    yield "an unknown algorithm", "head.json", lambda d: d.replace(b"sm2-sm3", b"none")
    yield "a head with a blank", "head.json", lambda d: d.replace(b",", b", ", 1)
    yield "no head", "head.json", lambda d: b""
    yield "a huge head", "head.json", lambda d: d + b" " * 2_000_000
    yield "no signature", "head.sig", lambda d: b""
    yield "rubbish for a key", "head.pem", lambda d: b"-----BEGIN PUBLIC KEY-----"
    yield "rubbish for a certificate", "head.pem", lambda d: b"-----BEGIN CERTIFICATE-----"
    yield "proofs gone", "proofs.json", lambda d: b"{}"
    yield "proofs of another head", "proofs.json", lambda d: d.replace(b'"size": 12', b'"size": 9')
    yield "an earlier root altered", "proofs.json", lambda d: d.replace(b'"root": "', b'"root": "0')
    yield "a list for a proof", "proofs.json", lambda d: d.replace(b'"path": [', b'"path": [[],')


@pytest.mark.parametrize(("file", "edit"), [e[1:] for e in edits()], ids=[e[0] for e in edits()])
def test_an_altered_pack_does_not_hold(file, edit, anchoring, write):
    for seqs in (None, [1, 2, 4, 9]):
        pack = write(seqs)
        path = pack / "journal" / file
        before = path.read_bytes()
        path.write_bytes(edit(before))
        if path.read_bytes() != before:
            found = check(pack)
            assert found.code == 1, found.out
            assert "✗" in found.out


@pytest.mark.parametrize("name", ["entries.jsonl", "head.json", "head.sig", "head.pem"])
def test_a_pack_without_one_of_its_files_does_not_hold(name, anchoring, write):
    pack = write()
    (pack / "journal" / name).unlink()
    assert check(pack).code == 1
    (pack / "journal" / name).symlink_to("/dev/zero")
    assert check(pack).code == 1


def test_a_hostile_archive_is_refused_in_words(anchoring, write, tmp_path):
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04 not really")
    assert "无法读取" in check(tmp_path / "no.zip").out
    assert "无法读取" in check(tmp_path / "nothing").out
    with (
        zipfile.ZipFile(tmp_path / "twice.zip", "w") as packed,
        pytest.warns(UserWarning, match="Duplicate"),
    ):
        packed.writestr("journal/head.json", "{}")
        packed.writestr("journal/head.json", "{}")
    assert "重名" in check(tmp_path / "twice.zip").out
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("journal/head.json", b" " * 300_000_000)
    assert "过大" in check(tmp_path / "bomb.zip").out
    # a damaged stream of a rare kind breaks with an error of its own kind
    with zipfile.ZipFile(tmp_path / "rare.zip", "w") as packed:
        packed.writestr("journal/head.json", bytes(range(256)), zipfile.ZIP_LZMA)
    rare = bytearray((tmp_path / "rare.zip").read_bytes())
    stream = 30 + len("journal/head.json")
    rare[stream + 9 : stream + 24] = b"\xff" * 15
    (tmp_path / "rare.zip").write_bytes(rare)
    assert "压缩方式" in check(tmp_path / "rare.zip").out


def test_a_forged_proof_of_inclusion_is_found(anchoring, write):
    pack = write([2])
    path = pack / "journal" / "proofs.json"
    proofs = json.loads(path.read_text())
    for change in (lambda p: p[:-1], lambda p: [*p, "0" * 64], lambda p: None):
        altered = proofs | {"inclusion": {"2": change(proofs["inclusion"]["2"])}}
        path.write_text(json.dumps(altered))
        assert check(pack).code == 1


def test_what_no_head_covers_yet_is_not_packed(store, anchoring):
    with store.begin() as work:
        covered = heads.newest(work).size
        work.note("night_moved", "night-9")
    for seqs, code in (([covered + 1], Code.HEAD_NOT_YET), ([10_000], Code.NOT_FOUND)):
        with pytest.raises(GatewayError) as refused:
            journal_pack(store, seqs)
        assert refused.value.code is code


def test_what_is_about_heads_alone_is_proved_with_the_next_head_and_the_error_says_so(
    store, anchoring
):
    """Bug: it advised housekeeping, which makes no head for such an entry."""
    with store.begin() as work:
        covered = heads.newest(work).size
    for happens, waits in ((None, True), ("night-9", False)):
        if happens:
            with store.begin() as work:
                work.note("night_moved", happens)
        with pytest.raises(GatewayError) as refused:
            prove(store, covered + 1)
        assert refused.value.code is Code.HEAD_NOT_YET
        assert ("随下一个树根（有新的业务流水之后）" in refused.value.detail) is waits
    anchor(anchoring)
    assert prove(store, covered + 1).head.size > covered


def test_before_the_first_head_there_is_nothing_to_pack(store):
    with pytest.raises(GatewayError) as refused:
        journal_pack(store, None)
    assert refused.value.code is Code.HEAD_NOT_YET


def test_the_script_is_python_3_8_and_imports_the_standard_library_alone():
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 8))
    names = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert names <= sys.stdlib_module_names
