"""Signed SOAP both ways with programs of others: xmlsec1, zeep, node, WSS4J, Santuario. 对照实现"""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xmlsec
import zeep.wsse.signature
from lxml import etree

from gateway.errors import Code, GatewayError
from gateway.signing.keys.certificates import pem_of
from gateway.signing.messages.soap import METHODS, sign_envelope, verify_envelope
from sandbox.soap.places import OWN, identity
from sandbox.soap.security import sign as signed_by_the_stranger
from tests.signing.messages.soap.ground import CONTENT, ECDSA, RSA, SM2, Memory, envelope
from tests.signing.messages.soap.stranger import Stranger

PEERS = Path(__file__).parents[3] / "peers"
JARS = ("wss4j", "xmlsec", "bcprov", "commons-logging", "slf4j-api", "commons-codec")
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity"
IDS = (f"{SOAP}:Body", f"{OASIS}-utility-1.0.xsd:Timestamp",
       f"{OASIS}-secext-1.0.xsd:BinarySecurityToken")  # fmt: skip
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
MARKED = CONTENT.replace("R-1", "R-2")
# what canonical forms have been got wrong over: namespaces undone, redeclared, blanks as references
ODD = (
    '<d xmlns="urn:d" xml:lang="zh" b:z="1" xmlns:b="urn:b" a="&#9;&#10;&#13;&quot;&lt;>" A="\'">'
    '<e xmlns="" b="1"><b:f xmlns:b="urn:c" xmlns="urn:d" b:z="2"/></e>&#13;\n<x:g xmlns:x="urn:b"'
    ' xmlns:y="urn:unused"><b:h/></x:g><![CDATA[<100.00>]]>&amp;䶮🏦</d>'
)
ODD_CANONICAL = (
    '<d xmlns="urn:d" xmlns:b="urn:b" A="\'" a="&#x9;&#xA;&#xD;&quot;&lt;>" xml:lang="zh" b:z="1">'
    '<e xmlns="" b="1"><b:f xmlns:b="urn:c" b:z="2"></b:f></e>&#xD;\n<x:g xmlns:x="urn:b">'
    "<b:h></b:h></x:g>&lt;100.00&gt;&amp;䶮🏦</d>"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("soap-peers")


@pytest.fixture(scope="module")
def strangers(place):
    return {one: Stranger(place / one.value, one) for one in (RSA, ECDSA, SM2)}


def ours(stranger, content=CONTENT):
    """A message of ours, of this moment: peers have a clock of their own."""
    return sign_envelope(envelope(content), stranger.sender, datetime.now(UTC))


def our_certificate(stranger):
    return pem_of("CERTIFICATE", stranger.sender.certificate)


def altered(data):
    assert b"100.00" in data
    return data.replace(b"100.00", b"900.00")


def taken(stranger, data):
    """What comes of a message of the stranger's."""
    return verify_envelope(data, stranger.peer, datetime.now(UTC), Memory()).body


def refusal(stranger, data):
    with pytest.raises(GatewayError) as refused:
        taken(stranger, data)
    return refused.value.code


def their_template(stranger):
    """A message the stranger has signed; another program then signs it anew with the same key."""
    who = identity(stranger.root, OWN)
    text = envelope(CONTENT, header="<s:Header/>").replace(
        b"<s:Envelope ", f'<s:Envelope xmlns:wsu="{OASIS}-utility-1.0.xsd" '.encode()
    )
    data = signed_by_the_stranger(text, who, datetime.now(UTC), None)
    # what the other signs is not what was signed before
    return data.replace(b"R-1", b"R-2"), who


# ------------------------------------------------------------------ xmlsec1, the command


@pytest.fixture(scope="module")
def xmlsec1(require_peer, place):
    """Runs xmlsec1 on a message with its three ids declared."""
    program = shutil.which("xmlsec1")
    require_peer(None if program else "xmlsec1")

    def run(verb, data, *options):
        path = place / "xmlsec1.xml"
        path.write_bytes(data)
        ids = [part for name in IDS for part in ("--id-attr:Id", name)]
        command = [program, verb, "--enabled-key-data", "rsa,ec", *options, *ids, str(path)]
        return subprocess.run(command, capture_output=True, timeout=30)

    return run


@pytest.mark.parametrize("algorithm", [RSA, ECDSA])
def test_xmlsec1_verifies_what_we_sign(xmlsec1, strangers, place, algorithm):
    stranger = strangers[algorithm]
    certificate = place / "ours.pem"
    certificate.write_bytes(our_certificate(stranger))
    pinned = ("--pubkey-cert-pem", str(certificate))
    good = xmlsec1("--verify", ours(stranger), *pinned)
    assert good.returncode == 0, good.stderr.decode()
    assert b"SignedInfo References (ok/all): 3/3" in good.stderr
    assert xmlsec1("--verify", altered(ours(stranger)), *pinned).returncode != 0


@pytest.mark.parametrize("algorithm", [RSA, ECDSA])
def test_we_verify_what_xmlsec1_signs(xmlsec1, strangers, place, algorithm):
    stranger = strangers[algorithm]
    template, who = their_template(stranger)
    assert refusal(stranger, template) is Code.SIGNATURE_WRONG
    key = place / "theirs.key"
    key.write_text(who.private)
    made = xmlsec1("--sign", template, "--privkey-pem", str(key))
    assert made.returncode == 0, made.stderr.decode()
    assert taken(stranger, made.stdout).decode() == MARKED
    assert refusal(stranger, altered(made.stdout)) is Code.SIGNATURE_WRONG


# ------------------------------------------------------------------ zeep


@pytest.mark.parametrize("algorithm", [RSA, ECDSA])
def test_zeep_verifies_what_we_sign(strangers, algorithm):
    stranger = strangers[algorithm]
    kind = xmlsec.constants.KeyDataFormatCertPem
    key = xmlsec.Key.from_memory(our_certificate(stranger), kind)
    zeep.wsse.signature._verify_envelope_with_key(etree.fromstring(ours(stranger)), key)
    with pytest.raises(zeep.exceptions.SignatureVerificationFailed):
        broken = etree.fromstring(altered(ours(stranger)))
        zeep.wsse.signature._verify_envelope_with_key(broken, key)


def test_odd_content_comes_out_in_its_canonical_form(strangers):
    stranger = strangers[ECDSA]
    told = sign_envelope(envelope(ODD), stranger.sender, datetime.now(UTC))
    who = identity(stranger.root, OWN)
    text = envelope(ODD, header="<s:Header/>").replace(
        b"<s:Envelope ", f'<s:Envelope xmlns:wsu="{OASIS}-utility-1.0.xsd" '.encode()
    )
    theirs = signed_by_the_stranger(text, who, datetime.now(UTC), None)
    assert taken(stranger, theirs).decode() == ODD_CANONICAL
    kind = xmlsec.constants.KeyDataFormatCertPem
    key = xmlsec.Key.from_memory(our_certificate(stranger), kind)
    zeep.wsse.signature._verify_envelope_with_key(etree.fromstring(told), key)


def test_zeeps_own_signature_is_refused_for_it_covers_neither_token_nor_time(strangers, place):
    """Zeep makes no Timestamp and leaves the token unsigned: a peer must do more than zeep does."""
    stranger = strangers[RSA]
    who = identity(stranger.root, OWN)
    key, certificate = place / "zeep.key", stranger.root / "public/soap/own.pem"
    key.write_text(who.private)
    signing = zeep.wsse.signature.BinarySignature(
        str(key), str(certificate),
        signature_method=xmlsec.Transform.RSA_SHA256, digest_method=xmlsec.Transform.SHA256,
    )  # fmt: skip
    made, _ = signing.apply(etree.fromstring(envelope(header="<s:Header/>")), {})
    assert refusal(stranger, etree.tostring(made)) is Code.MESSAGE_MISSHAPEN


# ------------------------------------------------------------------ node


@pytest.fixture(scope="module")
def node(require_peer, strangers):
    """All answers of one node process: starting it takes longer than answering."""
    program = shutil.which("node")
    missing = not (program and (PEERS / "node_modules" / "soap").is_dir())
    require_peer("node with npm soap and xml-crypto" if missing else None)
    asked = {f"sign {mode}": _node_signs(strangers[RSA], mode) for mode in ("wssecurity", "plain")}
    message, certificate = ours(strangers[RSA]), our_certificate(strangers[RSA]).decode()
    about = {"act": "verify", "certificate": certificate}
    asked["verify"] = about | {"message": message.decode()}
    asked["altered"] = about | {"message": altered(message).decode()}
    done = subprocess.run(
        [program, str(PEERS / "signed_soap.js")],
        input=json.dumps(list(asked.values())).encode(), capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return dict(zip(asked, json.loads(done.stdout), strict=True))


def _node_signs(stranger, mode):
    certificate = (stranger.root / "public/soap/own.pem").read_text()
    options = {
        "signatureAlgorithm": METHODS[RSA].signature,
        "signatureTransformations": [EXCLUSIVE],
        "additionalReferences": ["wsse:BinarySecurityToken"],
    }
    if mode == "wssecurity":
        options["signerOptions"] = {"idMode": mode}
    text = envelope(header="<s:Header></s:Header>").decode()
    key = identity(stranger.root, OWN).private
    about = {"act": "sign", "key": key, "certificate": certificate}
    return about | {"envelope": text, "options": options}


def test_xml_crypto_verifies_what_we_sign(node):
    """With RSA: it knows no ECDSA."""
    assert node["verify"]["holds"], node["verify"]
    assert len(node["verify"]["covers"]) == 3
    assert not node["altered"]["holds"]


@pytest.mark.parametrize("mode", ["wssecurity", "plain"])
def test_we_verify_what_npm_soap_signs(node, strangers, mode):
    """By its usual way it writes a plain `Id` on what has no wsu:Id."""
    message = node[f"sign {mode}"]["message"].encode()
    assert taken(strangers[RSA], message).decode() == CONTENT
    assert refusal(strangers[RSA], altered(message)) is Code.SIGNATURE_WRONG


# ------------------------------------------------------------------ Java


@pytest.fixture(scope="module")
def java(require_peer, strangers, place):
    """All answers of one Java process, and where it wrote what it signed."""
    jars = [Path("/usr/share/java") / f"{name}.jar" for name in JARS]
    missing = [jar.name for jar in jars if not jar.exists()]
    require_peer(None if shutil.which("java") and not missing else f"java with {missing}")
    asked = {}
    for one, engine in ((RSA, "wss4j"), (ECDSA, "wss4j"), (SM2, "santuario")):
        stranger = strangers[one]
        certificate = _written(place, f"ours-{one.value}.pem", our_certificate(stranger))
        honest, odd = ours(stranger), ours(stranger, ODD)
        for name, data in (("verify", honest), ("altered", altered(honest)), ("odd", odd)):
            path = _written(place, f"{name}-{one.value}.xml", data)
            asked[f"{name} {one.name}"] = (f"{engine}-verify", path, certificate)
        asked[f"sign {one.name}"] = _java_signs(stranger, one, place, engine)
    lines = "".join("\t".join(map(str, ask)) + "\n" for ask in asked.values())
    uris = (METHODS[SM2].signature, METHODS[SM2].digest)
    # the client compiler alone: the program ends before the other one would pay
    java = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", ":".join(map(str, jars)))
    command = [*java, str(PEERS / "java" / "SignedSoap.java"), *uris]
    done = subprocess.run(command, input=lines.encode(), capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return dict(zip(asked, done.stdout.decode().splitlines(), strict=True))


def _java_signs(stranger, one, place, engine):
    certificate = stranger.root / "public/soap/own.pem"
    out = place / f"signed-{one.value}.xml"
    who = identity(stranger.root, OWN)
    if one is SM2:
        template, _ = their_template(stranger)
        path = _written(place, "template-sm2.xml", template)
        return (f"{engine}-sign", path, certificate, who.private, out)
    key = _written(place, f"theirs-{one.value}.key", who.private.encode())
    path = _written(place, f"unsigned-{one.value}.xml", envelope(ODD))
    return (f"{engine}-sign", path, certificate, key, out, METHODS[one].signature)


def _written(place, name, data):
    path = place / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("algorithm", [RSA, ECDSA, SM2])
def test_java_verifies_what_we_sign(java, algorithm):
    """WSS4J for RSA and ECDSA; Santuario with BouncyCastle and our agreed URIs for SM2."""
    assert java[f"verify {algorithm.name}"] == "ok 3"
    assert java[f"odd {algorithm.name}"] == "ok 3"
    assert java[f"altered {algorithm.name}"].startswith("no")


@pytest.mark.parametrize("algorithm", [RSA, ECDSA, SM2])
def test_we_verify_what_java_signs(java, strangers, place, algorithm):
    assert java[f"sign {algorithm.name}"] == "ok"
    data = (place / f"signed-{algorithm.value}.xml").read_bytes()
    expected = MARKED if algorithm is SM2 else ODD_CANONICAL
    assert taken(strangers[algorithm], data).decode() == expected
    assert refusal(strangers[algorithm], altered(data)) is Code.SIGNATURE_WRONG


def test_wss4js_prefix_lists_are_among_what_we_accept(java, strangers, place):
    data = (place / f"signed-{RSA.value}.xml").read_bytes()
    assert re.search(rb"PrefixList=\"[^\"]*\w", data)
