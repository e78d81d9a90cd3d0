"""Altered SOAP envelopes: byte by byte, and element by element. 变异 SOAP 报文"""

from copy import deepcopy
from random import Random

from lxml import etree

from gateway.signing.messages.soap import verify_envelope
from tests.fuzz.plan import survive
from tests.signing.messages.soap.ground import ALGORITHMS, NOW, Memory, envelope, peer_of, signed

OTHER = '<a:ask xmlns:a="urn:example:soap-profile"><a:amount>999999.00</a:amount></a:ask>'


def judge(data):
    """What our own code would be given to read, and whose it is."""
    message = verify_envelope(data, PEER, NOW, Memory())
    return message.body, message.is_fault, message.kid, message.created


PEER = peer_of()
SAMPLES = [signed(kind) for kind in ALGORITHMS] + [
    signed(ALGORITHMS[1], envelope(OTHER)),
]


def test_an_envelope_altered_in_its_bytes_is_never_taken():
    survive("envelope, its bytes", SAMPLES, judge)


def _two(rng: Random, data: bytes):
    root = etree.fromstring(data)
    inner = list(root.iter(etree.Element))[1:]
    return root, rng.choice(inner), rng.choice(inner)


def _written(root) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def move(rng: Random, data: bytes, other: bytes) -> bytes:
    root, one, two = _two(rng, data)
    if one not in two.iterancestors() and one is not two:
        two.insert(rng.randint(0, len(two)), one)
    return _written(root)


def double(rng: Random, data: bytes, other: bytes) -> bytes:
    root, one, two = _two(rng, data)
    two.insert(rng.randint(0, len(two)), deepcopy(one))
    return _written(root)


def remove(rng: Random, data: bytes, other: bytes) -> bytes:
    root, one, _ = _two(rng, data)
    one.getparent().remove(one)
    return _written(root)


def wrap(rng: Random, data: bytes, other: bytes) -> bytes:
    root, one, two = _two(rng, data)
    parent, place = one.getparent(), one.getparent().index(one)
    wrapper = etree.Element(two.tag, dict(two.attrib) if rng.random() < 0.5 else {})
    parent.insert(place, wrapper)
    wrapper.append(one)
    return _written(root)


def exchange_texts(rng: Random, data: bytes, other: bytes) -> bytes:
    root, one, two = _two(rng, data)
    one.text, two.text = two.text, one.text
    return _written(root)


def exchange_attributes(rng: Random, data: bytes, other: bytes) -> bytes:
    root, one, two = _two(rng, data)
    for name, value in list(one.attrib.items())[: rng.randint(1, 2)]:
        two.set(name, value)
        if rng.random() < 0.5:
            del one.attrib[name]
    return _written(root)


def rename(rng: Random, data: bytes, other: bytes) -> bytes:
    root, one, two = _two(rng, data)
    one.tag = two.tag
    return _written(root)


def graft(rng: Random, data: bytes, other: bytes) -> bytes:
    """A part of another honest envelope in the place of this one's."""
    root, one, _ = _two(rng, data)
    donors = list(etree.fromstring(other).iter(one.tag))
    if donors:
        one.getparent().replace(one, deepcopy(rng.choice(donors)))
    return _written(root)


def comment(rng: Random, data: bytes, other: bytes) -> bytes:
    root, one, _ = _two(rng, data)
    made = etree.Comment("x") if rng.random() < 0.5 else etree.ProcessingInstruction("x", "y")
    one.insert(rng.randint(0, len(one)), made)
    made.tail, one.text = one.text, None
    return _written(root)


WAYS = (
    move, double, remove, wrap, exchange_texts, exchange_attributes, rename, graft, comment,
)  # fmt: skip


def test_an_envelope_altered_in_its_elements_is_never_taken():
    survive("envelope, its elements", SAMPLES, judge, WAYS)
