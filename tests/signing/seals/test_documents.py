"""Sealed documents: poppler agrees, and nothing may be changed, added or taken away. 文书签章"""

import re
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from gateway.errors import Code, GatewayError
from gateway.signing.keys.anchors import Anchors
from gateway.signing.seals.documents import (
    check_document,
    imprint_of_document,
    sign_document,
    stamp_document,
)
from tests.signing import sealing
from tests.signing.sealing import ABOUT, AT, SEALING, pdf, seal, stamped, trust

TOOLS = ("pdfsig", "certutil")


@pytest.fixture(scope="module")
def poppler(tmp_path_factory, require_peer):
    """Asks pdfsig about a document; it trusts the sandbox's root."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    require_peer(" ".join(missing) or None)
    place = tmp_path_factory.mktemp("poppler")
    (place / "nss").mkdir()
    for rest in (
        ["-N", "--empty-password"],
        ["-A", "-n", "root", "-t", "CT,C,C", "-i", str(sealing.root_pem())],
    ):
        subprocess.run(["certutil", *rest, "-d", "sql:nss"], cwd=place, check=True)

    def ask(document: bytes) -> str:
        (place / "d.pdf").write_bytes(document)
        told = subprocess.run(
            ["pdfsig", "-nssdir", "sql:nss", "d.pdf"], cwd=place, capture_output=True, text=True
        )
        return told.stdout

    return ask


def sealed() -> bytes:
    return sign_document(pdf(), seal(), ABOUT, AT)


def refused(document: bytes, who=None) -> Code:
    with pytest.raises(GatewayError) as raised:
        check_document(document, who or trust(), AT)
    return raised.value.code


@pytest.mark.parametrize("algorithm", SEALING, ids=lambda one: one.value)
def test_poppler_finds_our_seal_valid_and_trusted_before_and_after_it_is_stamped(
    algorithm, poppler
):
    plain = sign_document(pdf(), seal(algorithm), ABOUT, AT)
    token = stamped(imprint_of_document(plain)).token
    for document in (plain, stamp_document(plain, token)):
        told = poppler(document)
        assert "Signature is Valid" in told
        assert "Certificate is Trusted" in told
        assert "Total document signed" in told
        assert "ETSI.CAdES.detached" in told
        assert check_document(document, trust(seal(algorithm)), AT).fingerprint


def test_poppler_sees_a_changed_document(poppler):
    document = sealed().replace(b"/Title", b"/Titlf", 1)
    assert document != sealed()
    assert "Digest Mismatch" in poppler(document.replace(b"%PDF-1.7", b"%PDF-1.6", 1))


def test_a_stamp_comes_later_without_changing_what_is_sealed():
    plain = sealed()
    stamp = stamped(imprint_of_document(plain))
    document = stamp_document(plain, stamp.token)
    assert len(document) == len(plain)
    assert check_document(plain, trust(), AT).stamp is None
    assert check_document(document, trust(), AT).stamp == stamp
    assert imprint_of_document(document) == imprint_of_document(plain)


def test_the_reason_and_the_place_stand_in_the_document():
    found = PdfFileReader(BytesIO(sealed())).embedded_signatures[0].sig_object
    assert (found["/Reason"], found["/Location"]) == (ABOUT.reason, ABOUT.location)


def test_a_changed_byte_anywhere_is_refused():
    """Every 1,999th byte, of the document and of its seal; one of the padding too."""
    document, believed = sealed(), []
    for place in range(0, len(document), 1_999):
        changed = bytearray(document)
        changed[place] ^= 1
        try:
            check_document(bytes(changed), trust(), AT)
            believed.append(place)
        except GatewayError:
            pass
    assert believed == []


def test_a_changed_page_is_an_altered_document():
    document = sealed()
    place = document.index(b"/Type/Page") + 6
    assert refused(document[:place] + b"q" + document[place + 1 :]) in {
        Code.DOCUMENT_ALTERED,
        Code.DOCUMENT_UNREADABLE,
    }
    assert refused(document.replace(b"%PDF-1.7", b"%PDF-1.6", 1)) is Code.DOCUMENT_ALTERED


def test_an_appended_revision_is_refused_however_harmless_it_looks():
    writer = IncrementalPdfFileWriter(BytesIO(sealed()))
    append_signature_field(writer, SigFieldSpec("Empty"))
    out = BytesIO()
    writer.write(out)
    assert refused(out.getvalue()) is Code.DOCUMENT_ALTERED


@pytest.mark.parametrize("tail", [b"\n", b"%", b"\n%%EOF\n", b"\0" * 100])
def test_appended_bytes_are_refused(tail):
    assert refused(sealed() + tail) in {Code.DOCUMENT_ALTERED, Code.DOCUMENT_UNREADABLE}


def test_a_second_seal_is_refused(monkeypatch):
    first = sealed()
    monkeypatch.setattr("gateway.signing.seals.documents._FIELD", "Second")
    assert refused(sign_document(first, seal(), ABOUT, AT)) is Code.DOCUMENT_ALTERED


def test_a_document_without_seal_is_not_sealed():
    assert refused(pdf()) is Code.SIGNATURE_MISSING


def test_a_seal_taken_out_of_the_form_is_an_altered_document():
    """The signature stays in the file, but no field of the document refers to it any more."""
    writer = IncrementalPdfFileWriter(BytesIO(sealed()))
    del writer.root["/AcroForm"]
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert refused(out.getvalue()) is Code.DOCUMENT_ALTERED


def test_a_seal_moved_to_another_document_does_not_fit():
    other = sign_document(pdf(), seal(sealing.P256, 2), ABOUT, AT)
    pattern = rb"/Contents <[0-9a-fA-F]{1000,}>"
    ours, theirs = (re.search(pattern, one).group() for one in (sealed(), other))
    swapped = other.replace(theirs, ours.ljust(len(theirs), b"0"))
    assert refused(swapped) in {Code.DOCUMENT_ALTERED, Code.DOCUMENT_UNREADABLE}


def test_a_byte_range_that_leaves_more_out_than_the_seal_is_refused():
    document = sealed()
    found = re.search(rb"/ByteRange\s*\[0 (\d+) (\d+) (\d+)\s*\]", document)
    first = int(found.group(1))
    narrower = found.group().replace(b"%d" % first, b"%d" % (first - 1), 1)
    assert refused(document.replace(found.group(), narrower)) is Code.DOCUMENT_ALTERED


def test_a_seal_of_nobody_we_know_is_refused():
    nobody = replace(trust(), signers=Anchors(()))
    assert refused(sealed(), nobody) is Code.CERTIFICATE_UNTRUSTED
    assert refused(sealed(), trust(seal(sealing.P256, 2))) is Code.CERTIFICATE_UNTRUSTED


@pytest.mark.parametrize(
    "rubbish", [b"", b"%PDF-1.7\n", b"no document", b"%PDF-1.7\n%%EOF", b"\0" * 5000]
)
def test_what_is_no_document_is_neither_sealed_nor_believed(rubbish):
    assert refused(rubbish) in {Code.DOCUMENT_UNREADABLE, Code.SIGNATURE_MISSING}
    with pytest.raises(GatewayError) as raised:
        sign_document(rubbish, seal(), ABOUT, AT)
    assert raised.value.code is Code.DOCUMENT_UNREADABLE


def endless() -> bytes:
    """A small document whose form has a million million fields, a few of them many times over."""
    fields = [b"<</T(a)/Kids[%s]>>" % b" ".join([b"%d 0 R" % (number + 1)] * 4)
              for number in range(3, 23)]  # fmt: skip
    objects = [b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>",
               b"<</Type/Pages/Kids[]/Count 0>>", *fields, b"<</T(z)/FT/Sig>>"]  # fmt: skip
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, at = len(objects) + 1, len(out)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, at)
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end


def test_a_document_that_would_keep_a_reader_for_ever_is_given_to_none():
    document = endless()
    assert refused(document) is Code.SIGNATURE_MISSING
    seal_of_another = document + b"/ByteRange [0 %d %d 0]<00>" % (size := len(document), size)
    assert refused(seal_of_another) is Code.DOCUMENT_ALTERED


def test_a_document_cut_short_is_refused():
    document = sealed()
    for length in range(1, len(document), len(document) // 15):
        assert refused(document[:length]).name.startswith(("DOCUMENT_", "SIGNATURE_"))
