"""Whatever is altered in a package is refused, by our verb and by the outsider's script. 篡改"""

import base64
import json
import zipfile
from dataclasses import replace

import pytest

from gateway.errors import Code
from gateway.flows.evidence import HOLDER, check_evidence
from gateway.ports import Algorithm
from gateway.signing.keys.keyring import KeyRing, Purpose
from tests.flows.evidence.site import altered, certified, own_key

REFUSED = {Code.PACKAGE_ALTERED, Code.PACKAGE_UNREADABLE, Code.SIGNATURE_UNREADABLE,
           Code.SIGNATURE_WRONG, Code.CERTIFICATE_UNTRUSTED}  # fmt: skip


@pytest.fixture(autouse=True)
def _openssl(openssl):
    """Every test here asks the script too."""


def rewritten(pack, place, change):
    """The package with its members changed and its seal left as it was."""
    target = place / "changed.asice"
    with zipfile.ZipFile(pack.path) as archive:
        members = [[info.filename, archive.read(info), info.compress_type]
                   for info in archive.infolist()]  # fmt: skip
    with zipfile.ZipFile(target, "w") as archive:
        for name, data, method in change(members):
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, data, method)
    return target


def refused_by_both(pack, path):
    """Refuses to be accepted by either; returns the verb's code."""
    code, (end, out) = pack.verb(path), pack.script(path)
    assert code is not None
    assert end == 1, out
    return code


def test_the_untouched_package_holds_when_it_is_only_packed_anew(pack, tmp_path):
    path = rewritten(pack, tmp_path, lambda members: members)
    assert pack.verb(path) is None
    assert pack.script(path)[0] == 0


def test_a_flipped_bit_in_any_member_is_refused_by_the_verb(pack, tmp_path):
    with zipfile.ZipFile(pack.path) as archive:
        names = archive.namelist()
    for number, name in enumerate(names):

        def flip(members, number=number):
            data = members[number][1]
            # the last byte: of a seal that has a stamp, it lies in the stamp
            members[number][1] = data[:-1] + bytes([data[-1] ^ 1])
            return members

        assert pack.verb(rewritten(pack, tmp_path, flip)) is not None, name


# one of each kind, for the script takes a process each
KINDS = (
    "mimetype", "README.md", "timeline.pdf", "timeline.json", "index.json", "payloads/",
    "signatures/", "keys/", "journal/entries.jsonl", "journal/head.json", "journal/head.sig",
    "journal/proofs.json", "verify.py", "SHA256SUMS", "META-INF/ASiCManifest", "META-INF/sig",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_bit_in_each_kind_of_member_is_refused_by_both(pack, tmp_path, kind):
    def flip(members):
        member = next(member for member in members if member[0].startswith(kind))
        middle = len(member[1]) // 2
        member[1] = member[1][:middle] + bytes([member[1][middle] ^ 1]) + member[1][middle + 1 :]
        return members

    refused_by_both(pack, rewritten(pack, tmp_path, flip))


def _removed(members):
    return [member for member in members if not member[0].startswith("timeline.pdf")]


def _added(members):
    return [*members, ["payloads/extra", b"x", 0]]


def _swapped(members):
    payloads = [member for member in members if member[0].startswith("payloads/")]
    payloads[0][1], payloads[1][1] = payloads[1][1], payloads[0][1]
    return members


def _renamed(members):
    next(member for member in members if member[0].startswith("payloads/"))[0] += "0"
    return members


def _upward(members):
    return [*members, ["../outside", b"x", 0]]


def _twice(members):
    return [*members, ["README.md", b"another", 0]]


def _unsealed(members):
    return [member for member in members if not member[0].endswith(".p7s")]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "change", [_removed, _added, _swapped, _renamed, _upward, _twice, _unsealed]
)
def test_members_removed_added_swapped_or_renamed_are_refused(pack, tmp_path, change):
    assert refused_by_both(pack, rewritten(pack, tmp_path, change)) in REFUSED


def test_a_package_sealed_by_somebody_else_is_not_ours(pack, tmp_path):
    at = pack.asked.at
    mine = own_key("other", HOLDER, Purpose.DOCUMENT_SEAL, Algorithm.RSA_PSS_SHA256, at)
    ring = KeyRing([certified(mine, tmp_path / "ca", at)])
    path = pack.resealed(tmp_path, pack.members(), ring)
    assert pack.verb(path) is Code.CERTIFICATE_UNTRUSTED
    code, out = pack.script(path, "--seal-ca", pack.seal_root)
    assert code == 1
    assert "签章" in out


# ------------------------------------------------------------------ by whoever holds our seal


def _row(told, role):
    return next(row for row in told["payloads"] if row["role"] == role)


def _index(change):
    def run(members):
        members["index.json"] = altered(members["index.json"], change)

    return run


def _payload_forged(members):
    """A payload altered along with everything that states its digest, but for the journal."""
    told = json.loads(members["index.json"])
    row = _row(told, "DECISION")
    from hashlib import new, sha256

    data = members.pop(row["member"]) + b"\n"
    row["sha256"], row["bytes"] = sha256(data).hexdigest(), len(data)
    row["sm3"], row["member"] = new("sm3", data).hexdigest(), f"payloads/{row['sha256']}"
    members[row["member"]] = data
    members["index.json"] = json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _signature_forged(members):
    told = json.loads(members["index.json"])
    member = "payloads/" + _row(told, "FILE")["signature"]["sha256"]
    said = json.loads(members[member])
    raw = bytearray(base64.b64decode(said["signature"]))
    raw[-1] ^= 1
    forged = dict(said, signature=base64.b64encode(bytes(raw)).decode())
    _replace_payload(members, member, json.dumps(forged).encode())


def _replace_payload(members, member, data):
    from hashlib import new, sha256

    told = json.loads(members["index.json"])
    old, digest = member.removeprefix("payloads/"), sha256(data).hexdigest()
    for row in told["payloads"]:
        if row["sha256"] == old:
            row |= {"sha256": digest, "bytes": len(data), "sm3": new("sm3", data).hexdigest(),
                    "member": f"payloads/{digest}", "seq": None}  # fmt: skip
        if row["signature"] and row["signature"]["sha256"] == old:
            row["signature"]["sha256"] = digest
    del members[member]
    members[f"payloads/{digest}"] = data
    members["index.json"] = json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _entry_rewritten(members):
    members["journal/entries.jsonl"] = members["journal/entries.jsonl"].replace(
        b'"event": "night_opened"', b'"event": "night_closed"'
    )


def _entry_dropped(members):
    lines = members["journal/entries.jsonl"].splitlines(keepends=True)
    members["journal/entries.jsonl"] = b"".join(lines[1:])


def _step_dropped(members):
    told = json.loads(members["timeline.json"])
    told["steps"] = told["steps"][1:]
    members["timeline.json"] = json.dumps(told).encode()


CONTRADICTIONS = {
    "another digest": _index(lambda told: _row(told, "FILE").update(sm3="0" * 64)),
    "another size": _index(lambda told: _row(told, "SHEET").update(bytes=1)),
    "another name for a signed file": _index(lambda told: _row(told, "FILE").update(name="x.txt")),
    "another key": _index(
        lambda told: _row(told, "FILE")["signature"].update(kid=told["keys"][-1]["kid"])
    ),
    "an entry that does not speak of it": _index(lambda told: _row(told, "SHEET").update(seq=1)),
    "an entry less": _index(lambda told: told["entries"].pop()),
    "a payload without a row": _index(lambda told: told["payloads"].pop()),
    "not out of what it is said to be": _index(
        lambda told: _row(told, "SENT_FLAG").update(inside=_row(told, "EXTRACT")["sha256"])
    ),
    "another fingerprint of a key": _index(lambda told: told["keys"][0].update(sha256="0" * 64)),
    "another format": _index(lambda told: told.update(format="gateway-evidence-2")),
    "no index": lambda members: members.update({"index.json": b"[]"}),
    "a payload forged with all its digests": _payload_forged,
    "a signature forged": _signature_forged,
    "an entry rewritten": _entry_rewritten,
    "an entry dropped": _entry_dropped,
    "a step of the timeline dropped": _step_dropped,
}


@pytest.mark.parametrize("change", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_even_under_our_own_seal_the_parts_must_tell_one_story(pack, tmp_path, change):
    members = pack.members()
    change(members)
    refused_by_both(pack, pack.resealed(tmp_path, members))


# ------------------------------------------------------------------ what only our ring can say


def _sent_for_received(told):
    _row(told, "SENT_FILE").update(role="FILE", title="来文", direction="IN")


CLAIMS = {
    "another holder": lambda told: told["keys"][0].update(holder="中国人民银行"),
    "another counterparty": lambda told: _row(told, "FILE").update(counterparty="990002"),
    "what we signed for what they signed": _sent_for_received,
}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_signature_is_its_holders_alone_by_our_ring(pack, tmp_path, claim):
    members = pack.members()
    members["index.json"] = altered(members["index.json"], claim)
    assert pack.verb(pack.resealed(tmp_path, members)) is Code.EVIDENCE_CONTRADICTS


def test_a_key_that_was_revoked_since_is_named(pack):
    every = pack.evidence.ring.keys()
    ring = KeyRing(replace(key, revoked_at=pack.asked.at) if key.holder == "990001" else key
                   for key in every)  # fmt: skip
    told = check_evidence(ring, pack.path, pack.asked.at).undone
    assert sum("已吊销" in line for line in told) == 2
