"""Detached signatures: exact bytes under one name, and never an exception. 分离式签名"""

import base64
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dates import SHANGHAI
from gateway.errors import Code, NotConfigured
from gateway.ports import Algorithm
from gateway.signing.files.detached import (
    Published,
    Verified,
    sign_detached,
    sign_file,
    verify_detached,
    verify_file,
)
from gateway.signing.files.manifest import SIGNATURE_FILE_BYTES_MAX
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.primitives.algorithms import load_verifier
from sandbox.keys.algorithms import ALGORITHMS
from sandbox.keys.signer import read_companion, signer
from tests.signing.pairs import pair_of, signer_of, verifier_of

DATA = "D|1|沙箱䶮|\n".encode("gb18030")
NAME = "DKJG_990001_ZH01_20260228_V01.txt"
NOW = datetime(2026, 3, 1, tzinfo=SHANGHAI)
ED25519 = Algorithm.ED25519
each = pytest.mark.parametrize("algorithm", Algorithm, ids=lambda algorithm: algorithm.value)


def ring_of(algorithm=ED25519, verifier=None):
    window = (NOW - timedelta(days=1), NOW + timedelta(days=1), NOW + timedelta(days=2))
    verifier = verifier or verifier_of(algorithm)
    return KeyRing([Key("k1", "990001", Purpose.BANK_FILE, verifier, *window)])


def signed(algorithm=ED25519, name=NAME, data=DATA):
    return sign_detached(signer_of(algorithm), name, (data,), NOW)


def verified(signature_file, data=DATA, ring=None, at=NOW, name=NAME):
    found = Published(name, (data,), signature_file)
    return verify_detached(ring or ring_of(), Purpose.BANK_FILE, "990001", found, at)


def manifest_of(signature_file):
    return json.loads(signature_file)["manifest"]


def canonical(manifest):
    return json.dumps(
        manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()  # fmt: skip


def resigned(**changes):
    """A manifest of the test's own making, truly signed."""
    manifest = {**manifest_of(signed()), **changes}
    value = signer_of(ED25519).sign((canonical(manifest),))
    text = base64.b64encode(value).decode()
    return json.dumps({"manifest": manifest, "signature": text}).encode()


@each
def test_what_we_sign_verifies_over_exactly_its_bytes(algorithm):
    made, ring = signed(algorithm), ring_of(algorithm)
    assert verified(made, ring=ring) == Verified(None, "k1")
    for other in (DATA[:-1], DATA + b"\n", b"", DATA.replace(b"\n", b"\r\n")):
        assert verified(made, other, ring=ring) == Verified(Code.SIGNATURE_WRONG, "k1")


def test_true_bytes_under_another_name_are_refused():
    found = verified(signed(), name=NAME.replace("V01", "V02"))
    assert found == Verified(Code.SIGNED_NAME_DIFFERS, "k1")


def test_the_chunks_may_be_cut_anywhere():
    parts = (DATA[:1], b"", DATA[1:5], DATA[5:])
    assert sign_detached(signer_of(ED25519), NAME, parts, NOW) == signed()


def test_the_manifest_says_what_was_signed_by_whom_and_when():
    assert manifest_of(signed()) == {
        "name": NAME,
        "size": len(DATA),
        "sha256": hashlib.sha256(DATA).hexdigest(),
        "sm3": hashlib.new("sm3", DATA).hexdigest(),
        "made_at": "2026-03-01T00:00:00+08:00",
        "kid": "k1",
        "alg": "ed25519",
    }


@each
def test_every_flipped_byte_of_a_signature_file_is_noticed(algorithm):
    made, ring = signed(algorithm), ring_of(algorithm)
    for place in range(0, len(made) - 1, 3 if algorithm is ED25519 else 7):
        altered = bytearray(made)
        altered[place] ^= 1
        assert verified(bytes(altered), ring=ring).code is not None, place


@each
def test_the_banks_of_the_sandbox_and_we_read_each_others_signatures(algorithm):
    theirs = ALGORITHMS[algorithm.value]
    private = theirs.new_private()
    bank = signer("k1", algorithm.value, private, theirs.public_pem(private))
    ring = ring_of(algorithm, load_verifier("k1", algorithm, bank.public_pem.encode()))
    assert verified(bank.companion(NAME, DATA), ring=ring) == Verified(None, "k1")
    ours = read_companion(signed(algorithm))
    assert (ours.kid, ours.alg, ours.speaks_of(NAME, DATA)) == ("k1", algorithm.value, True)
    public = pair_of(algorithm).public_pem.decode()
    assert theirs.verify(public, ours.value, ours.signed)


def test_a_missing_signature_is_called_missing():
    assert verified(None) == Verified(Code.SIGNATURE_MISSING)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kid": "k2"}, Code.KEY_UNKNOWN),
        ({"kid": ""}, Code.KEY_UNKNOWN),
        ({"alg": "sm2-sm3"}, Code.ALGORITHM_NOT_ALLOWED),
        ({"alg": "none"}, Code.ALGORITHM_NOT_ALLOWED),
        ({"name": "X.txt"}, Code.SIGNED_NAME_DIFFERS),
        ({"name": f"./{NAME}"}, Code.SIGNED_NAME_DIFFERS),
        ({"name": f"{NAME}\n"}, Code.SIGNATURE_UNREADABLE),
        ({"name": "\ud800"}, Code.SIGNATURE_UNREADABLE),
        ({"name": "n" * 256}, Code.SIGNATURE_UNREADABLE),
        ({"size": len(DATA) + 1}, Code.SIGNATURE_WRONG),
        ({"size": -1}, Code.SIGNATURE_UNREADABLE),
        ({"size": True}, Code.SIGNATURE_UNREADABLE),
        ({"size": float(len(DATA))}, Code.SIGNATURE_UNREADABLE),
        ({"size": str(len(DATA))}, Code.SIGNATURE_UNREADABLE),
        ({"size": 2**60}, Code.SIGNATURE_UNREADABLE),
        ({"sha256": "ab" * 32}, Code.SIGNATURE_WRONG),
        ({"sm3": "ab" * 32}, Code.SIGNATURE_WRONG),
        ({"sm3": "AB" * 32}, Code.SIGNATURE_UNREADABLE),
        ({"sm3": None}, Code.SIGNATURE_UNREADABLE),
        ({"made_at": "yesterday"}, Code.SIGNATURE_UNREADABLE),
        ({"made_at": "2026-03-01T00:00:00"}, Code.SIGNATURE_UNREADABLE),
        ({"made_at": 7}, Code.SIGNATURE_UNREADABLE),
        ({"kid": None}, Code.SIGNATURE_UNREADABLE),
        ({"kid": ["k1"]}, Code.SIGNATURE_UNREADABLE),
        ({"alg": {}}, Code.SIGNATURE_UNREADABLE),
        ({"more": "x"}, Code.SIGNATURE_UNREADABLE),
    ],
)
def test_each_wrong_field_has_its_code_even_when_it_is_truly_signed(changes, code):
    manifest = {**manifest_of(signed()), **changes}
    try:
        made = resigned(**changes)
    except UnicodeEncodeError:  # such a name cannot be signed, but it can be sent
        made = json.dumps({"manifest": manifest, "signature": "AAAA"}).encode()
    assert verified(resigned()).code is None
    assert verified(made).code is code


@pytest.mark.parametrize(
    ("signature", "code"),
    [
        ("", Code.SIGNATURE_WRONG),
        ("AAAA", Code.SIGNATURE_WRONG),
        ("AAAA\n", Code.SIGNATURE_UNREADABLE),
        ("AB==", Code.SIGNATURE_UNREADABLE),  # bits left over
        ("!", Code.SIGNATURE_UNREADABLE),
        ("汉", Code.SIGNATURE_UNREADABLE),
        (None, Code.SIGNATURE_UNREADABLE),
        (7, Code.SIGNATURE_UNREADABLE),
        (["AAAA"], Code.SIGNATURE_UNREADABLE),
    ],
)
def test_each_wrong_signature_has_its_code(signature, code):
    text = json.dumps({"manifest": manifest_of(signed()), "signature": signature})
    assert verified(text.encode()).code is code


def test_a_key_that_stands_twice_is_unreadable():
    made = signed().decode()
    for twice in (
        made.replace('"size":', '"size":1,"size":'),
        made.replace('"signature":', '"signature":"AAAA","signature":'),
    ):
        assert verified(twice.encode()).code is Code.SIGNATURE_UNREADABLE


@pytest.mark.parametrize(
    "rubbish",
    [b"", b"{", b"[]", b"null", b'"kid"', b"1", b"[" * 5000, b"\xff\xfe", "汉".encode(),
     b"\xef\xbb\xbf{}", b"{}", b'{"manifest": {}, "signature": "AAAA"}',
     b'{"manifest": [], "signature": "AAAA"}', b'{"manifest": 1' + b"0" * 9000 + b"}",
     b'{"kid": "k1", "alg": "ed25519", "signature": "AAAA"}',
     b" " * (SIGNATURE_FILE_BYTES_MAX + 1)],
)  # fmt: skip
def test_rubbish_is_unreadable(rubbish):
    assert verified(rubbish) == Verified(Code.SIGNATURE_UNREADABLE)


def test_a_signature_file_of_more_than_its_bound_is_not_even_parsed():
    padded = signed() + b" " * SIGNATURE_FILE_BYTES_MAX
    assert verified(padded).code is Code.SIGNATURE_UNREADABLE


@given(st.binary(max_size=300))
def test_verifying_never_raises_for_any_bytes(found):
    assert verified(found).code is not None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
GOOD = manifest_of(signed())


@given(
    st.fixed_dictionaries({key: st.just(value) | json_values for key, value in GOOD.items()}),
    st.binary(max_size=90).map(lambda data: base64.b64encode(data).decode()) | json_values,
)
def test_verifying_never_raises_for_any_json(manifest, signature):
    made = json.dumps({"manifest": manifest, "signature": signature}).encode()
    assert verified(made).code is not None


def test_the_key_is_judged_by_our_time_of_use():
    for days in (2, -2):
        assert verified(signed(), at=NOW + timedelta(days)).code is Code.KEY_NOT_IN_FORCE


def test_a_revoked_keys_good_signature_is_refused():
    (key,) = ring_of().keys()
    found = verified(signed(), ring=KeyRing([replace(key, revoked_at=NOW)]))
    assert found == Verified(Code.KEY_REVOKED)


def test_the_bytes_of_a_forged_manifest_are_not_even_read():
    def never():
        raise AssertionError("read")
        yield b""

    forged = signed().replace(b"V01", b"V02")
    found = Published(NAME, never(), forged)
    answer = verify_detached(ring_of(), Purpose.BANK_FILE, "990001", found, NOW)
    assert answer.code is Code.SIGNATURE_WRONG


# ------------------------------------------------------------------ files on a disk


def on_disk(path):
    return verify_file(ring_of(), Purpose.BANK_FILE, "990001", path, NOW)


def test_a_file_on_a_disk_is_signed_and_verified_like_bytes(tmp_path):
    path = tmp_path / NAME
    path.write_bytes(DATA)
    assert on_disk(path).code is Code.SIGNATURE_MISSING
    beside = tmp_path / f"{NAME}.sig"
    beside.write_bytes(sign_file(signer_of(ED25519), path, NOW))
    assert beside.read_bytes() == signed()
    assert on_disk(path) == Verified(None, "k1")
    path.write_bytes(DATA + b" ")
    assert on_disk(path).code is Code.SIGNATURE_WRONG
    beside.write_bytes(b" " * 10_000_000)
    assert on_disk(path).code is Code.SIGNATURE_UNREADABLE


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path):
    with pytest.raises(NotConfigured) as caught:
        sign_file(signer_of(ED25519), tmp_path / NAME, NOW)
    assert caught.value.code is Code.FILE_NOT_HERE


SIGNS_AND_VERIFIES = """
import resource, sys
from pathlib import Path
from tests.signing.files.test_detached import NOW, SIZE, on_disk, sign_file, signer_of, ED25519

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

path = Path(sys.argv[1])
on_disk(path)
before = peak()
beside = path.with_name(path.name + ".sig")
beside.write_bytes(sign_file(signer_of(ED25519), path, NOW))
assert on_disk(path).code is None
assert path.stat().st_size == SIZE
print(peak() - before)
"""
SIZE = 128 * 1024 * 1024
GROWTH_KIB_MAX = 40 * 1024


def test_memory_stays_flat_whatever_the_size_of_the_file(tmp_path, request):
    path = tmp_path / NAME
    with path.open("wb") as out:
        out.truncate(SIZE)  # a sparse file: no disk is filled
    ran = subprocess.run(
        [sys.executable, "-c", SIGNS_AND_VERIFIES, str(path)],
        capture_output=True, text=True, timeout=120, cwd=request.config.rootpath,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) < GROWTH_KIB_MAX
