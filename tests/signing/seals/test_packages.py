"""Packages: unzip, sha256 and openssl agree; forty ways to build a wrong one are refused. 材料包"""

import base64
import hashlib
import io
import re
import shutil
import struct
import subprocess
import urllib.parse
import zipfile
from dataclasses import replace

import pytest

from gateway.errors import Code, GatewayError
from gateway.signing.keys.anchors import Anchors
from gateway.signing.seals.asic_manifest import (
    MANIFEST,
    MIMETYPE,
    SIGNATURE,
    Listed,
    write_manifest,
)
from gateway.signing.seals.cms import sign_cms
from gateway.signing.seals.packages import (
    LIMITS,
    Document,
    check_package,
    imprint_of_package,
    read_document,
    stamp_package,
    write_package,
)
from gateway.signing.seals.zips import Limits, is_safe_name
from tests.signing import sealing
from tests.signing.sealing import AT, SEALING, pdf, seal, stamped, trust

TEXT = "对账 statement\n".encode() * 500
DOCUMENTS = (
    Document("a.txt", "text/plain", TEXT),
    Document("证据/b c.pdf", "application/pdf", pdf()),
)


@pytest.fixture
def path(tmp_path):
    """A sealed package."""
    write_package(tmp_path / "p.asice", DOCUMENTS, seal(), AT)
    return tmp_path / "p.asice"


def refused(path, who=None, limits=None) -> Code:
    with pytest.raises(GatewayError) as raised:
        check_package(path, who or trust(), AT, limits or Limits())
    return raised.value.code


# ------------------------------------------------------------------ honest ones


@pytest.mark.parametrize("algorithm", SEALING, ids=lambda one: one.value)
def test_a_package_can_be_checked_with_unzip_sha256_and_openssl_alone(
    algorithm, tmp_path, require_peer
):
    missing = [tool for tool in ("unzip", "openssl", "sha256sum") if not shutil.which(tool)]
    require_peer(" ".join(missing) or None)
    path = tmp_path / "p.asice"
    imprint = write_package(path, DOCUMENTS, seal(algorithm), AT)
    stamp_package(path, tmp_path / "q.asice", stamped(imprint).token)
    for name in ("p", "q"):
        place = tmp_path / name
        place.mkdir()
        subprocess.run(["unzip", "-t", f"{name}.asice"], cwd=tmp_path, check=True)
        # unzip of a C locale cannot write Chinese names; whoever checks has one of UTF-8
        unpack = ["unzip", "-q", f"../{name}.asice"]
        subprocess.run(unpack, cwd=place, check=True, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin"})
        told = subprocess.run(
            ["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", SIGNATURE,
             "-content", MANIFEST, "-CAfile", str(sealing.root_pem()), "-purpose", "any",
             "-out", "verified"],
            cwd=place, capture_output=True, text=True,
        )  # fmt: skip
        assert "CAdES Verification successful" in told.stderr
        manifest = (place / "verified").read_text()
        listed = re.findall(r'URI="([^"]+)" MimeType="[^"]+"><ds.*?Value>([^<]+)<', manifest)
        assert len(listed) == len(DOCUMENTS)
        for uri, value in listed:
            name = urllib.parse.unquote(uri)
            digest = subprocess.run(
                ["sha256sum", name], cwd=place, capture_output=True, check=True
            ).stdout
            assert base64.b64decode(value).hex().encode() in digest


def test_what_was_packed_is_read_again_and_stamped_without_another_change(path, tmp_path):
    stamp = stamped(imprint_of_package(path))
    stamp_package(path, tmp_path / "s.asice", stamp.token)
    before, after = (check_package(one, trust(), AT) for one in (path, tmp_path / "s.asice"))
    assert (before.sealed.stamp, after.sealed.stamp) == (None, stamp)
    assert before.documents == after.documents
    for document in DOCUMENTS:
        assert read_document(after, document.name, 1 << 20) == document.content
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(after.path) as two:
        assert one.namelist() == two.namelist()
        assert all(one.read(name) == two.read(name) for name in one.namelist() if name != SIGNATURE)


def test_the_same_documents_make_the_same_bytes(tmp_path):
    own = seal(SEALING[0])
    for name in ("1", "2"):
        write_package(tmp_path / name, DOCUMENTS, own, AT)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_a_large_document_streams_from_its_file(tmp_path):
    large = tmp_path / "large"
    with large.open("wb") as file:
        for number in range(20):
            file.write(hashlib.shake_256(b"%d" % number).digest(1 << 20))
    path = tmp_path / "p.asice"
    write_package(path, [Document("large.bin", "application/octet-stream", large)], seal(), AT)
    assert check_package(path, trust(), AT).documents[0].digest.hex() == (
        hashlib.file_digest(large.open("rb"), "sha256").hexdigest()
    )


def test_a_package_is_for_its_owners_eyes_and_leaves_nothing_half_made(path, tmp_path):
    assert path.stat().st_mode & 0o777 == 0o600
    absent = Document("x", "text/plain", tmp_path / "absent")
    with pytest.raises(GatewayError) as raised:
        write_package(tmp_path / "q.asice", [absent], seal(), AT)
    assert raised.value.code is Code.FILE_NOT_HERE
    assert [one.name for one in tmp_path.iterdir()] == ["p.asice"]


@pytest.mark.parametrize(
    "name",
    ["../a", "/a", "a/../b", "a\\b", "C:a", "", ".", "a//b", "a/", ".hidden", "a\nb", "META-INF/x",
     "meta-inf/x", "mimetype", "a\u202eb", "e\u0301", "x" * 300, "a."],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_neither_written_nor_read(name, tmp_path):
    with pytest.raises(GatewayError) as raised:
        write_package(tmp_path / "p", [Document(name, "text/plain", b"x")], seal(), AT)
    assert raised.value.code is Code.PACKAGE_UNREADABLE
    if not name.casefold().startswith("m"):
        assert not is_safe_name(name)


# ------------------------------------------------------------------ hostile ones


def built(
    path, *, members=None, manifest=None, signature=None, mimetype=MIMETYPE, stored=True, more=()
):
    """A package built by hand: whatever is not given is as it should be."""
    members = members if members is not None else {"a.txt": TEXT}
    listed = [
        Listed(name, "text/plain", hashlib.sha256(data).digest()) for name, data in members.items()
    ]
    manifest = manifest if manifest is not None else write_manifest(listed)
    own = sign_cms(seal(), hashlib.sha256(manifest).digest(), AT)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            _info("mimetype"), mimetype, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        )
        for name, data in members.items():
            archive.writestr(_info(name), data)
        archive.writestr(_info(MANIFEST), manifest)
        archive.writestr(_info(SIGNATURE), own if signature is None else signature)
        for name, data in more:
            archive.writestr(_info(name), data)
    return path


def _info(name):
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system, info.external_attr = 3, 0o100644 << 16
    return info


def test_what_is_built_by_hand_as_it_should_be_is_believed(tmp_path):
    assert check_package(built(tmp_path / "p"), trust(), AT).documents


def manifest_with(old: bytes, new: bytes) -> bytes:
    listed = [Listed("a.txt", "text/plain", hashlib.sha256(TEXT).digest())]
    manifest = write_manifest(listed)
    assert old in manifest
    return manifest.replace(old, new)


DOCTYPE = b"<!DOCTYPE a [<!ENTITY x 'y'>]>"
BOMB = (
    b"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)
UNREADABLE, ALTERED = Code.PACKAGE_UNREADABLE, Code.PACKAGE_ALTERED
HEAD, REFERENCE, NAME = b"<asic:ASiCM", b"<asic:Sig", b"a.txt"
DIGEST, NOTHING = (base64.b64encode(one) for one in (hashlib.sha256(TEXT).digest(), bytes(32)))


def about(old: bytes, new: bytes, name: bytes = NAME) -> dict:
    """A package whose manifest differs in one place, and is signed all the same."""
    return {"manifest": manifest_with(old, new).replace(NAME, name)}


# fmt: off
BY_HAND = {
    "another mimetype":            (UNREADABLE, {"mimetype": b"application/vnd.etsi.asic-s+zip"}),
    "mimetype packed":             (UNREADABLE, {"stored": False}),
    "a member nobody signed":      (ALTERED,    {"more": [("extra.txt", b"x")]}),
    "a second manifest":           (UNREADABLE, {"more": [("META-INF/ASiCManifest002.xml", b"x")]}),
    "a second signature":          (UNREADABLE, {"more": [("META-INF/signature002.p7s", b"x")]}),
    "a member twice":              (UNREADABLE, {"more": [("a.txt", b"other")]}),
    "a member twice but for case": (UNREADABLE, {"more": [("A.TXT", b"other")]}),
    "a manifest twice":            (UNREADABLE, {"more": [(MANIFEST, b"other")]}),
    "a way up":                    (UNREADABLE, {"members": {"../a.txt": TEXT}}),
    "a root":                      (UNREADABLE, {"members": {"/a.txt": TEXT}}),
    "a backslash":                 (UNREADABLE, {"members": {"a\\b.txt": TEXT}}),
    "a directory":                 (UNREADABLE, {"more": [("folder/", b"")]}),
    "a document in META-INF":      (UNREADABLE, {"members": {"META-INF/a.txt": TEXT}}),
    "an empty manifest":           (UNREADABLE, {"manifest": b""}),
    "a manifest of nothing":       (UNREADABLE, {"members": {}, "manifest": write_manifest([])}),
    "no manifest but rubbish":     (UNREADABLE, {"manifest": b"\0" * 100}),
    "a manifest with a DTD":       (UNREADABLE, about(HEAD, DOCTYPE + HEAD)),
    "an entity bomb":              (UNREADABLE, about(HEAD, BOMB + HEAD, b"&i;")),
    "a manifest with a comment":   (UNREADABLE, about(REFERENCE, b"<!-- x -->" + REFERENCE)),
    "a manifest with blanks":      (UNREADABLE, about(REFERENCE, b"\n" + REFERENCE)),
    "another digest's name":       (UNREADABLE, about(b"xmlenc#sha256", b"xmlenc#sha512")),
    "another signature's name":    (UNREADABLE, about(b"signature001", b"signature002")),
    "a digest of other content":   (ALTERED,    about(DIGEST, NOTHING)),
    "a document that is missing":  (ALTERED,    {"members": {}} | about(NAME, NAME)),
    "another document's name":     (ALTERED,    about(NAME, b"b.txt")),
    "a signature of rubbish":      (Code.SIGNATURE_UNREADABLE, {"signature": b"rubbish"}),
    "an empty signature":          (Code.SIGNATURE_UNREADABLE, {"signature": b""}),
    "a signature too large":       (UNREADABLE, {"signature": bytes(2 << 20)}),
    "a signature over other bytes": (ALTERED,   {"signature": sign_cms(seal(), bytes(32), AT)}),
    "a small bomb":                (UNREADABLE, {"members": {"a.txt": bytes(40 << 20)}}),
}
# fmt: on


# zipfile warns of a name that stands twice, which is what is meant
@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("what", BY_HAND)
def test_a_package_built_wrong_is_refused(what, tmp_path):
    code, how = BY_HAND[what]
    assert refused(built(tmp_path / "p", **how)) is code


def local_name(data: bytes) -> bytes:
    """The first document's name in its local header alone."""
    place = data.index(b"a.txt")
    return data[:place] + b"b.txt" + data[place + 5 :]


def central_name(data: bytes) -> bytes:
    place = data.rindex(b"a.txt")
    return data[:place] + b"b.txt" + data[place + 5 :]


def gap(data: bytes) -> bytes:
    """Bytes between the members and the directory, with all offsets right."""
    end = data.rindex(b"PK\5\6")
    offset = struct.unpack_from("<I", data, end + 16)[0]
    tail = data[end : end + 16] + struct.pack("<I", offset + 7) + data[end + 20 :]
    return data[:offset] + b"surplus" + data[offset:end] + tail


def first_not_mimetype(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as one, zipfile.ZipFile(out, "w") as two:
        for info in sorted(one.infolist(), key=lambda info: info.filename == "mimetype"):
            two.writestr(info, one.read(info), info.compress_type)
    return out.getvalue()


def patched(mark: bytes, offset: int, value: bytes):
    """A change in every record that begins with a mark."""

    def change(data: bytes) -> bytes:
        out = bytearray(data)
        for found in re.finditer(re.escape(mark), data):
            out[found.start() + offset : found.start() + offset + len(value)] = value
        return bytes(out)

    return change


ON_BYTES = {
    "before it": lambda data: b"x" + data,
    "after it": lambda data: data + b"x",
    "a comment": lambda data: data[:-2] + b"\1\0x",
    "nothing": lambda data: b"",
    "cut short": lambda data: data[:-1],
    "half of it": lambda data: data[: len(data) // 2],
    "two in one": lambda data: data + data,
    "another name in the local header": local_name,
    "another name in the directory": central_name,
    "bytes between": gap,
    "mimetype last": first_not_mimetype,
    "encrypted": patched(b"PK\1\2", 8, b"\1"),
    "streamed": patched(b"PK\3\4", 6, b"\10"),
    "another method": patched(b"PK\1\2", 10, b"\14"),
    "another checksum": patched(b"PK\1\2", 16, b"\0\0\0\0"),
    "another size": patched(b"PK\1\2", 24, b"\1\0\0\0"),
    "one size for all": lambda data: patched(b"PK\1\2", 24, b"\1\0\0\0")(
        patched(b"PK\3\4", 22, b"\1\0\0\0")(data)
    ),
    "another offset": patched(b"PK\1\2", 42, b"\1\0\0\0"),
    "a link": patched(b"PK\1\2", 38, struct.pack("<I", 0o120777 << 16)),
    "fewer members counted": patched(b"PK\5\6", 8, b"\1\0\1\0"),
    "many members counted": patched(b"PK\5\6", 8, b"\xff\xff\xff\xff"),
    "split": patched(b"PK\5\6", 4, b"\1\0"),
    "ZIP64": patched(b"PK\5\6", 16, b"\xff\xff\xff\xff"),
}


@pytest.mark.parametrize("what", ON_BYTES)
def test_an_archive_that_could_be_read_in_two_ways_is_refused(what, path):
    path.write_bytes(ON_BYTES[what](path.read_bytes()))
    assert refused(path) is UNREADABLE


def test_a_byte_changed_anywhere_is_refused(path):
    data, believed = path.read_bytes(), []
    for place in range(0, len(data), 97):
        changed = bytearray(data)
        changed[place] ^= 1
        path.write_bytes(changed)
        try:
            check_package(path, trust(), AT)
            believed.append(place)
        except GatewayError:
            pass
    assert believed == []


def test_more_than_agreed_is_refused_before_it_is_unpacked(path):
    assert refused(path, limits=Limits(members=4)) is UNREADABLE
    assert refused(path, limits=Limits(bytes=1_000)) is UNREADABLE
    assert refused(path, limits=Limits(free=100, ratio=2)) is UNREADABLE


def test_a_package_of_nobody_we_know_is_refused(path):
    assert refused(path, replace(trust(), signers=Anchors(()))) is Code.CERTIFICATE_UNTRUSTED


def test_a_document_changed_since_the_check_is_noticed_when_it_is_read(path, tmp_path):
    package = check_package(path, trust(), AT)
    other = [replace(DOCUMENTS[0], content=b"other"), DOCUMENTS[1]]
    write_package(path, other, seal(), AT)
    with pytest.raises(GatewayError) as raised:
        read_document(package, "a.txt", 1 << 20)
    assert raised.value.code is ALTERED
    with pytest.raises(GatewayError) as raised:
        read_document(package, "证据/b c.pdf", 10)
    assert raised.value.code is Code.FILE_TOO_LARGE


def test_what_shrinks_like_a_bomb_is_packed_so_that_we_read_it_ourselves(tmp_path):
    """A bank may deliver that much of nothing, and its evidence must be had all the same."""
    document = Document("payloads/zeros", "application/octet-stream", bytes(LIMITS.free + 1))
    write_package(tmp_path / "p.asice", [document], seal(), AT)
    package = check_package(tmp_path / "p.asice", trust(), AT)
    assert read_document(package, document.name, 2 * LIMITS.free) == document.content


def test_a_package_cut_after_it_was_verified_is_refused_in_words(tmp_path):
    path = tmp_path / "p.asice"
    write_package(path, [Document("a.bin", "application/octet-stream", b"a" * 5000)], seal(), AT)
    package = check_package(path, trust(), AT)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(GatewayError) as raised:
        read_document(package, "a.bin", 1 << 20)
    assert raised.value.code is Code.PACKAGE_ALTERED
