"""Altered containers: sealed payloads, wrapped keys, packages. 变异容器"""

import io

from gateway.errors import NotConfigured, SignatureInvalid
from gateway.ports import Algorithm
from gateway.signing.at_rest.containers import new_data_key, opened, read_header, sealed
from gateway.signing.at_rest.wrapping import EncryptionKey, Wrapper
from gateway.signing.keys.anchors import Anchors, Trust
from gateway.signing.primitives.ciphers import Cipher
from gateway.signing.seals.cms import Seal
from gateway.signing.seals.packages import Document, check_package, read_document, write_package
from tests.fuzz.plan import survive
from tests.signing.certificates import at, own
from tests.signing.pairs import signer_of

DIGEST = "ab" * 32
P256 = Algorithm.ECDSA_P256_SHA256


def test_an_altered_sealed_payload_is_never_opened():
    keys = [new_data_key(cipher) for cipher in Cipher]
    samples = [b"".join(sealed(key, b"6222020200012345678 " * n)) for key in keys for n in (1, 9)]

    def judge(container):
        for key in keys:
            stream = io.BytesIO(container)
            try:
                return b"".join(opened(read_header(stream), key, stream))
            except SignatureInvalid as refused:
                last = refused
        raise last

    survive("sealed payload", samples, judge)


def test_an_altered_wrapped_key_is_never_unwrapped():
    older, newer = EncryptionKey("one", b"1" * 32), EncryptionKey("two", b"2" * 32)
    wrappers = [Wrapper([older, newer], cipher) for cipher in Cipher]
    keys = [wrapper.new() for wrapper in wrappers]
    samples = [w.wrap(key, DIGEST) for w, key in zip(wrappers, keys, strict=True)]

    def judge(stored):
        for key in keys:
            try:
                return wrappers[0].unwrap(stored, key.kid, DIGEST).secret
            except NotConfigured:
                return None  # its key-encryption key has another name now
            except SignatureInvalid as refused:
                last = refused
        raise last

    survive("wrapped key", samples, judge)


def test_an_altered_package_is_never_taken(tmp_path):
    root = own(algorithm=P256)
    seal = Seal(signer_of(P256), (root,))
    trust = Trust(Anchors((root,)), Anchors(()))
    first = [Document("timeline.txt", "text/plain", b"one line\n" * 40)]
    more = [*first, Document("sent/req.xml", "application/xml", b"<a/>")]
    for name, documents in (("a", first), ("b", more)):
        write_package(tmp_path / name, documents, seal, at())
    path = tmp_path / "altered.asice"

    def judge(data):
        path.write_bytes(data)
        package = check_package(path, trust, at())
        contents = [read_document(package, one.name, 10_000) for one in package.documents]
        return package.documents, tuple(contents), package.sealed.fingerprint

    survive("package", [(tmp_path / name).read_bytes() for name in ("a", "b")], judge)
