"""Hostile messages, each made from an honest one by a named function, with its code. 恶意报文集"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from gateway.errors import Code
from gateway.signing.messages.soap import Method, Peer
from gateway.signing.messages.soap.names import METHODS, Form
from tests.signing.messages.soap.ground import (
    CONTENT,
    DAY,
    ECDSA,
    NOW,
    RSA,
    SM2,
    SOAP_12,
    certificate_of,
    envelope,
    fault,
    key_of,
    peer_of,
    signed,
)

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
EVIL = CONTENT.replace("100.00", "999999.00")


@dataclass(frozen=True)
class Case:
    """One hostile message: the bytes, the code it is refused with, the peer it claims to be."""

    name: str
    data: bytes
    code: Code
    peer: Peer
    answers: bytes | None = None


_MAKERS: dict[str, tuple[Code, Callable[[], object]]] = {}


def hostile(code: Code):
    """Enter a maker of hostile bytes (or of a whole case's parts) into the corpus."""

    def enter(make: Callable[[], object]) -> Callable[[], object]:
        assert make.__name__ not in _MAKERS
        _MAKERS[make.__name__] = (code, make)
        return make

    return enter


def cases() -> list[Case]:
    """The whole corpus, made anew."""
    return [_case(name, code, make()) for name, (code, make) in _MAKERS.items()]


def _case(name: str, code: Code, made: object) -> Case:
    parts = made if isinstance(made, dict) else {"data": made}
    data = parts.pop("data")
    peer = parts.pop("peer", None) or peer_of()
    return Case(name, data.encode() if isinstance(data, str) else data, code, peer, **parts)


def honest(**changes: object) -> str:
    """The message every attack begins with."""
    return signed(**changes).decode()


def changed(pattern: str, new: str, text: str | None = None, count: int = 1) -> str:
    """The honest message with one place rewritten; it must be there."""
    before = text or honest()
    after, times = re.subn(
        pattern, lambda found: found.expand(new), before, count=count, flags=re.S
    )
    assert times == count, pattern
    assert after != before
    return after


BODY = r"<s:Body (wsu:Id=\"[^\"]+\")>.*</s:Body>"
SHAPE = Code.MESSAGE_MISSHAPEN
WRONG = Code.SIGNATURE_WRONG
UNREADABLE = Code.MESSAGE_UNREADABLE


def body_of(text: str) -> str:
    return re.search(BODY, text, re.S)[0]


def wrapped(place: str, new: str) -> str:
    """The signed Body moved to `place`, a forged one where it stood."""
    text = honest()
    kept = body_of(text)
    forged = f"<s:Body>{EVIL}</s:Body>"
    return changed(
        place, new.replace("BODY", kept.replace("\\", r"\\")), text.replace(kept, forged)
    )


# ------------------------------------------------------------------ wrapping


@hostile(SHAPE)
def wrapped_in_a_header_block():
    return wrapped("</s:Header>", '<w:w xmlns:w="urn:w">BODY</w:w></s:Header>')


@hostile(SHAPE)
def wrapped_in_the_security_header():
    return wrapped("</wsse:Security>", "BODY</wsse:Security>")


@hostile(SHAPE)
def wrapped_in_an_object_of_the_signature():
    return wrapped("</ds:Signature>", "<ds:Object>BODY</ds:Object></ds:Signature>")


@hostile(SHAPE)
def wrapped_in_the_forged_body():
    return wrapped("</s:Body>", "BODY</s:Body>")


@hostile(SHAPE)
def wrapped_behind_the_forged_body():
    return wrapped("</s:Envelope>", "BODY</s:Envelope>")


@hostile(SHAPE)
def wrapped_before_the_header():
    return wrapped("<s:Header>", "BODY<s:Header>")


@hostile(SHAPE)
def wrapped_in_key_info():
    return wrapped("<ds:KeyInfo>", "<ds:KeyInfo>BODY")


@hostile(SHAPE)
def wrapped_in_the_content_with_its_id_left_on_the_forgery():
    text = honest()
    kept = body_of(text)
    forged = re.sub(BODY, rf"<s:Body \1>{EVIL}<w>KEPT</w></s:Body>", text, flags=re.S)
    return forged.replace("KEPT", kept)


@hostile(SHAPE)
def wrapped_as_an_allowed_header_block():
    """The block is allowed, and so must be signed itself; what it holds is not looked at."""
    text = wrapped("</s:Header>", '<w:w xmlns:w="urn:w" wsu:Id="id-w">BODY</w:w></s:Header>')
    return {"data": text, "peer": peer_of(blocks=frozenset({"{urn:w}w"}))}


@hostile(SHAPE)
def an_unsigned_block_that_is_allowed():
    block = '<w:To xmlns:w="urn:w" wsu:Id="id-w">elsewhere</w:To></s:Header>'
    text = changed("</s:Header>", block)
    return {"data": text, "peer": peer_of(blocks=frozenset({"{urn:w}To"}))}


@hostile(SHAPE)
def two_bodies_the_forged_one_first():
    return changed("<s:Body ", f"<s:Body>{EVIL}</s:Body><s:Body ")


@hostile(SHAPE)
def two_bodies_the_forged_one_last():
    return changed("</s:Envelope>", f"<s:Body>{EVIL}</s:Body></s:Envelope>")


@hostile(SHAPE)
def a_body_of_the_other_soap_version_beside():
    return changed("</s:Envelope>", f'<t:Body xmlns:t="{SOAP_12}">{EVIL}</t:Body></s:Envelope>')


@hostile(SHAPE)
def two_elements_in_the_body():
    return resigned(swap=("</s:Body>", f"{EVIL}</s:Body>"))


@hostile(SHAPE)
def the_header_behind_the_body():
    text = honest()
    header = re.search(r"<s:Header>.*</s:Header>", text, re.S)[0]
    return text.replace(header, "").replace("</s:Envelope>", f"{header}</s:Envelope>")


@hostile(SHAPE)
def an_envelope_within_the_body():
    return resigned(swap=("100.00", envelope().decode()))


# ------------------------------------------------------------------ one of each, in its place


@hostile(SHAPE)
def two_signatures():
    signature = re.search(r"<ds:Signature .*</ds:Signature>", honest(), re.S)[0]
    signature = re.sub(r"ds:Id=\"[^\"]*\"", "", signature)
    return changed("</wsse:Security>", signature.replace("\\", r"\\") + "</wsse:Security>")


@hostile(SHAPE)
def two_security_headers():
    text = honest()
    security = re.search(r"<wsse:Security .*</wsse:Security>", honest(), re.S)[0]
    return text.replace("</s:Header>", f"{security}</s:Header>")


@hostile(SHAPE)
def two_timestamps():
    other = (
        "<wsu:Timestamp><wsu:Created>2026-03-01T02:00:00Z</wsu:Created>"
        "<wsu:Expires>2036-03-01T02:00:00Z</wsu:Expires></wsu:Timestamp>"
    )
    return changed("<wsu:Timestamp", other + "<wsu:Timestamp")


@hostile(SHAPE)
def two_tokens():
    token = base64.b64encode(certificate_of(ECDSA, 2)).decode()
    other = f'<wsse:BinarySecurityToken wsu:Id="id-2">{token}</wsse:BinarySecurityToken>'
    return changed("<wsse:BinarySecurityToken", other + "<wsse:BinarySecurityToken")


@hostile(SHAPE)
def no_timestamp():
    return changed("<wsu:Timestamp.*</wsu:Timestamp>", "")


@hostile(SHAPE)
def the_timestamp_outside_the_security_header():
    text = honest()
    stamp = re.search("<wsu:Timestamp.*</wsu:Timestamp>", text, re.S)[0]
    return text.replace(stamp, "").replace("</s:Header>", f"{stamp}</s:Header>")


@hostile(SHAPE)
def a_signature_inside_the_content():
    signature = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'
    return resigned(swap=("100.00", signature))


@hostile(SHAPE)
def an_id_of_security_inside_the_content():
    wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
    return resigned(swap=("100.00", f'<w xmlns:u="{wsu}" u:Id="x"/>'))


@hostile(SHAPE)
def key_info_pointing_elsewhere():
    return changed(r"<wsse:Reference URI=\"#[^\"]+\"", '<wsse:Reference URI="#id-elsewhere"')


@hostile(SHAPE)
def key_info_pointing_to_a_place_outside():
    return changed(
        r"<wsse:Reference URI=\"#[^\"]+\"", '<wsse:Reference URI="http://127.0.0.1:1/key"'
    )


@hostile(SHAPE)
def key_info_with_a_key_of_its_own():
    return changed("<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>root</ds:KeyName>")


@hostile(SHAPE)
def an_actor_on_the_security_header():
    return changed("s:mustUnderstand", 's:actor="urn:other" s:mustUnderstand')


@hostile(SHAPE)
def a_security_header_that_need_not_be_understood():
    return changed(' s:mustUnderstand="1"', "")


@hostile(SHAPE)
def a_security_header_that_may_be_left_alone():
    return changed(' s:mustUnderstand="1"', ' s:mustUnderstand="0"')


@hostile(SHAPE)
def text_between_the_parts():
    return changed("<s:Body ", "pay 1<s:Body ")


# ------------------------------------------------------------------ ids


@hostile(SHAPE)
def the_bodys_id_twice():
    identity = re.search(r"<s:Body wsu:Id=\"([^\"]+)\"", text := honest())[1]
    return text.replace("<a:ask ", f'<a:ask Id="{identity}" ')


@hostile(SHAPE)
def the_bodys_id_twice_as_xml_id():
    identity = re.search(r"<s:Body wsu:Id=\"([^\"]+)\"", text := honest())[1]
    return text.replace("<a:ask ", f'<a:ask xml:id="{identity}" ')


@hostile(SHAPE)
def the_bodys_id_twice_as_assertion_id():
    identity = re.search(r"<s:Body wsu:Id=\"([^\"]+)\"", text := honest())[1]
    return text.replace("<a:ask ", f'<a:ask AssertionID="{identity}" ')


@hostile(SHAPE)
def the_bodys_id_twice_with_a_blank():
    identity = re.search(r"<s:Body wsu:Id=\"([^\"]+)\"", text := honest())[1]
    return text.replace("<a:ask ", f'<a:ask ID=" {identity} " ')


@hostile(SHAPE)
def two_ids_on_the_body():
    return changed("<s:Body ", '<s:Body Id="id-other" ')


@hostile(SHAPE)
def an_id_with_blanks():
    return changed(r"<s:Body wsu:Id=\"([^\"]+)\"", r'<s:Body wsu:Id=" \1 "')


@hostile(SHAPE)
def a_body_without_its_id():
    return changed(r"<s:Body wsu:Id=\"[^\"]+\"", "<s:Body")


# ------------------------------------------------------------------ references


@hostile(WRONG)
def signed_info_altered_to_leave_the_body_out():
    """Were the signature not looked at, two of three references would still hold."""
    return changed(r"<ds:Reference URI.*?</ds:Reference>", "")


@hostile(SHAPE)
def signature_over_the_timestamp_alone():
    return resigned(only=("wsu:Timestamp",))


@hostile(SHAPE)
def signature_without_the_token():
    return resigned(only=("s:Body", "wsu:Timestamp"))


@hostile(SHAPE)
def signature_without_the_timestamp():
    return resigned(only=("s:Body", "wsse:BinarySecurityToken"))


@hostile(SHAPE)
def one_reference_twice():
    return resigned(only=("s:Body", "wsu:Timestamp", "wsu:Timestamp", "wsse:BinarySecurityToken"))


@hostile(SHAPE)
def an_empty_reference():
    return resigned(uri='URI=""')


@hostile(SHAPE)
def a_reference_without_uri():
    return resigned(uri="")


@hostile(SHAPE)
def an_external_reference():
    return resigned(uri='URI="http://127.0.0.1:1/body"')


@hostile(SHAPE)
def a_file_reference():
    return resigned(uri='URI="file:///etc/hostname"')


@hostile(SHAPE)
def an_xpointer_reference():
    return resigned(uri='URI="#xpointer(/)"')


@hostile(SHAPE)
def more_references_than_anybody_needs():
    return resigned(only=("s:Body",) * 40)


# ------------------------------------------------------------------ algorithms and transforms


@hostile(SHAPE)
def inclusive_canonicalization():
    return resigned(swap=(EXCLUSIVE, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"))


@hostile(SHAPE)
def canonicalization_with_comments():
    return resigned(swap=(EXCLUSIVE, f"{EXCLUSIVE}WithComments"))


@hostile(SHAPE)
def an_xslt_transform():
    return resigned(transform="http://www.w3.org/TR/1999/REC-xslt-19991116")


@hostile(SHAPE)
def an_xpath_transform():
    return resigned(transform="http://www.w3.org/TR/1999/REC-xpath-19991116")


@hostile(SHAPE)
def an_enveloped_transform():
    return resigned(transform="http://www.w3.org/2000/09/xmldsig#enveloped-signature")


@hostile(SHAPE)
def a_token_reference_transform():
    oasis = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0"
    return resigned(transform=f"{oasis}#STR-Transform")


@hostile(SHAPE)
def no_transform_at_all():
    return changed("<ds:Transforms>.*?</ds:Transforms>", "")


@hostile(SHAPE)
def an_empty_list_of_transforms():
    return changed("<ds:Transforms>.*?</ds:Transforms>", "<ds:Transforms/>")


@hostile(SHAPE)
def two_transforms():
    twice = rf'<ds:Transforms><ds:Transform Algorithm="{EXCLUSIVE}"/>'
    return changed("<ds:Transforms>", twice)


@hostile(SHAPE)
def a_default_in_the_prefix_list():
    listed = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="#default"/>'
    plain = f'<ds:Transform Algorithm="{EXCLUSIVE}"/>'
    return resigned(swap=(plain, f'<ds:Transform Algorithm="{EXCLUSIVE}">{listed}</ds:Transform>'))


@hostile(WRONG)
def a_prefix_list_added_afterwards():
    listed = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="s"/>'
    return changed(
        rf'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>',
        rf'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}">{listed}</ds:CanonicalizationMethod>',
    )


@hostile(Code.ALGORITHM_NOT_ALLOWED)
def hmac_in_place_of_a_signature():
    """The old confusion: the public key taken for a shared secret."""
    hmac = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
    return resigned(swap=(METHODS[ECDSA].signature, hmac))


@hostile(Code.ALGORITHM_NOT_ALLOWED)
def rsa_stated_for_an_elliptic_key():
    return resigned(swap=(METHODS[ECDSA].signature, METHODS[RSA].signature))


@hostile(Code.ALGORITHM_NOT_ALLOWED)
def sha1_signatures():
    return resigned(swap=(METHODS[ECDSA].signature, "http://www.w3.org/2000/09/xmldsig#rsa-sha1"))


@hostile(Code.ALGORITHM_NOT_ALLOWED)
def sha1_digests():
    return resigned(swap=(METHODS[ECDSA].digest, "http://www.w3.org/2000/09/xmldsig#sha1"))


@hostile(Code.ALGORITHM_NOT_ALLOWED)
def an_algorithm_that_is_not_agreed_with_this_peer():
    methods = {RSA: METHODS[RSA]}
    return {"data": honest(), "peer": peer_of(methods=methods)}


@hostile(WRONG)
def an_elliptic_signature_in_der():
    """Agreed is r‖s: one way to write a signature, not two."""
    agreed = METHODS[ECDSA]
    plain = {ECDSA: Method(agreed.signature, agreed.digest, agreed.digest_name, Form.DER)}
    return honest(methods=plain)


@hostile(WRONG)
def an_sm2_signature_in_raw_form():
    """Agreed is DER, though our own verifier would read both."""
    agreed = METHODS[SM2]
    raw = {SM2: Method(agreed.signature, agreed.digest, agreed.digest_name, Form.RAW)}
    return honest(algorithm=SM2, methods=raw)


# ------------------------------------------------------------------ values


@hostile(WRONG)
def another_amount():
    return changed("100.00", "999999.00")


@hostile(WRONG)
def the_other_sides_digest_too():
    """Body and digest altered together: the signature over SignedInfo tells."""
    text = changed("100.00", "999999.00")
    return changed("<ds:DigestValue>[^<]+", f"<ds:DigestValue>{'A' * 43}=", text)


@hostile(WRONG)
def a_namespace_exchanged_below_the_same_prefix():
    return changed('xmlns:a="urn:example:soap-profile"', 'xmlns:a="urn:example:evil"')


@hostile(WRONG)
def the_content_in_another_prefix():
    text = honest().replace("<a:", "<b:").replace("</a:", "</b:")
    return text.replace("xmlns:a=", "xmlns:b=")


@hostile(WRONG)
def the_prefix_redeclared_within():
    return changed("<a:amount>", '<a:amount xmlns:a="urn:example:evil">')


@hostile(WRONG)
def an_attribute_added_to_the_content():
    return changed("<a:amount>", '<a:amount currency="USD">')


@hostile(WRONG)
def other_replys_signature():
    theirs = re.search("<ds:SignatureValue>([^<]+)", honest())[1]
    return changed("<ds:SignatureValue>[^<]+", f"<ds:SignatureValue>{theirs}")


@hostile(WRONG)
def other_replys_security_header():
    other = re.search("<wsse:Security .*</wsse:Security>", honest(), re.S)[0]
    text = honest()
    identity = re.search(r"Reference URI=\"(#[^\"]+)\"", other)[1][1:]
    text = re.sub(r"<s:Body wsu:Id=\"[^\"]+\"", f'<s:Body wsu:Id="{identity}"', text)
    text = text.replace("100.00", "999999.00")
    return re.sub("<wsse:Security .*</wsse:Security>", lambda _: other, text, flags=re.S)


@hostile(SHAPE)
def a_comment_inside_a_value():
    return changed("100.00", "1<!-- -->00.00")


@hostile(SHAPE)
def a_comment_after_the_envelope():
    return honest() + "<!-- 999999.00 -->"


@hostile(SHAPE)
def a_comment_inside_the_signature():
    return changed("<ds:SignedInfo>", "<ds:SignedInfo><!-- -->")


@hostile(SHAPE)
def a_processing_instruction_inside_a_value():
    return changed("100.00", "1<?x 9?>00.00")


@hostile(SHAPE)
def a_processing_instruction_before_the_envelope():
    return changed("<s:Envelope", '<?xml-stylesheet href="x.xsl"?><s:Envelope')


@hostile(SHAPE)
def rubbish_in_place_of_base64():
    return changed("<ds:SignatureValue>[^<]+", "<ds:SignatureValue>%%%%")


@hostile(SHAPE)
def base64_with_bits_to_spare():
    """The last letter before the padding has bits that decode to nothing."""
    text = honest()
    found = re.search("<ds:SignatureValue>[^<]*([A-Za-z0-9+/])==<", text)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = alphabet[alphabet.index(found[1]) ^ 1]
    return text[: found.start(1)] + other + text[found.end(1) :]


@hostile(SHAPE)
def an_empty_signature():
    return changed("<ds:SignatureValue>[^<]+", "<ds:SignatureValue>")


@hostile(WRONG)
def a_signature_of_zeros():
    return changed("<ds:SignatureValue>[^<]+", f"<ds:SignatureValue>{'A' * 86}==")


@hostile(WRONG)
def a_signature_that_is_too_long():
    long = base64.b64encode(b"\x01" * 5000).decode()
    return changed("<ds:SignatureValue>[^<]+", f"<ds:SignatureValue>{long}")


# ------------------------------------------------------------------ keys


@hostile(Code.KEY_UNKNOWN)
def somebody_elses_key():
    return honest(number=2)


@hostile(Code.KEY_UNKNOWN)
def the_key_of_another_counterparty():
    return {"data": honest(number=9)}


@hostile(WRONG)
def our_peers_certificate_over_somebody_elses_signature():
    mine, theirs = (base64.b64encode(certificate_of(ECDSA, n)).decode() for n in (1, 2))
    return honest(number=2).replace(theirs, mine)


@hostile(Code.KEY_UNKNOWN)
def a_token_that_is_no_certificate():
    return changed("(<wsse:BinarySecurityToken [^>]+>)[^<]+", r"\1AAAA")


@hostile(SHAPE)
def a_chain_in_place_of_the_certificate():
    return changed("#X509v3", "#X509PKIPathv1")


@hostile(Code.KEY_REVOKED)
def a_revoked_key():
    return {"data": honest(), "peer": peer_of(key_of(ECDSA, revoked_at=NOW))}


@hostile(Code.KEY_NOT_IN_FORCE)
def a_key_out_of_date():
    return {"data": honest(), "peer": peer_of(key_of(ECDSA, verify_until=NOW))}


@hostile(Code.KEY_NOT_IN_FORCE)
def a_key_before_its_time():
    return {"data": honest(), "peer": peer_of(key_of(ECDSA, not_before=NOW + DAY))}


@hostile(Code.KEY_UNKNOWN)
def a_key_pinned_without_a_certificate():
    return {"data": honest(), "peer": peer_of(key_of(ECDSA, chain=()))}


# ------------------------------------------------------------------ time


@hostile(Code.MESSAGE_STALE)
def three_days_old():
    return honest(at=NOW - 3 * DAY)


@hostile(Code.MESSAGE_STALE)
def from_the_future():
    return honest(at=NOW + timedelta(minutes=2))


@hostile(Code.MESSAGE_STALE)
def older_than_agreed_though_it_says_it_lasts_for_years():
    return honest(at=NOW - timedelta(minutes=12), lifetime=1000 * DAY)


@hostile(Code.MESSAGE_STALE)
def expired_before_it_was_made():
    return honest(lifetime=-timedelta(seconds=1))


@hostile(WRONG)
def a_new_time_on_an_old_message():
    old = honest(at=NOW - 3 * DAY)
    return old.replace("2026-02-26T02:0", "2026-03-01T02:0")


@hostile(Code.MESSAGE_STALE)
def a_time_without_a_zone():
    return resigned(swap=("250Z</wsu:Created>", "250</wsu:Created>"))


@hostile(Code.MESSAGE_STALE)
def a_time_that_is_none():
    return resigned(swap=("2026-03-01T02:00:00.250Z<", "2026-02-31T02:00:00.250Z<"))


@hostile(Code.MESSAGE_STALE)
def a_time_with_blanks():
    return resigned(swap=("2026-03-01T02:00:00.250Z<", " 2026-03-01T02:00:00.250Z <"))


@hostile(SHAPE)
def a_time_with_a_comment():
    return changed("2026-03-01T02:05", "2036<!-- -->-03-01T02:05")


# ------------------------------------------------------------------ unsigned, and replies


@hostile(Code.MESSAGE_UNSIGNED)
def not_signed_at_all():
    return envelope()


@hostile(Code.MESSAGE_UNSIGNED)
def security_without_a_signature():
    return changed("<ds:Signature .*</ds:Signature>", "")


@hostile(Code.FAULT_UNSIGNED)
def an_unsigned_fault():
    return fault()


@hostile(Code.FAULT_UNSIGNED)
def an_unsigned_fault_of_soap_12():
    return envelope("<s:Fault><s:Code/></s:Fault>", SOAP_12)


@hostile(Code.REPLY_NOT_BOUND)
def a_reply_that_confirms_nothing():
    return {"data": honest(), "answers": b"our request's signature"}


@hostile(Code.REPLY_NOT_BOUND)
def a_reply_to_another_request():
    return {"data": honest(confirms=b"another's signature"), "answers": b"ours"}


@hostile(Code.REPLY_NOT_BOUND)
def a_reply_where_nothing_was_asked():
    return {"data": honest(confirms=b"somebody's signature")}


@hostile(WRONG)
def a_confirmation_exchanged_afterwards():
    text = honest(confirms=b"theirs")
    ours = base64.b64encode(b"ours").decode()
    return {"data": changed(r' Value="[^"]+"', f' Value="{ours}"', text), "answers": b"ours"}


@hostile(SHAPE)
def a_confirmation_that_nobody_signed():
    wsse11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
    ours = base64.b64encode(b"ours").decode()
    unsigned = f'<c:SignatureConfirmation xmlns:c="{wsse11}" wsu:Id="id-c" Value="{ours}"/>'
    return {"data": changed("</wsse:Security>", f"{unsigned}</wsse:Security>"), "answers": b"ours"}


# ------------------------------------------------------------------ no XML we would read

DTD = Code.MESSAGE_WITH_DTD


@hostile(DTD)
def a_document_type():
    return changed("<s:Envelope", "<!DOCTYPE Envelope><s:Envelope")


@hostile(DTD)
def an_external_document_type():
    return changed("<s:Envelope", '<!DOCTYPE s SYSTEM "http://127.0.0.1:1/x.dtd"><s:Envelope')


@hostile(DTD)
def an_external_entity():
    text = changed("100.00", "&e;")
    return changed(
        "<s:Envelope", '<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/hostname">]><s:Envelope', text
    )


@hostile(DTD)
def a_parameter_entity():
    return changed(
        "<s:Envelope",
        '<!DOCTYPE s [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p"> %p;]><s:Envelope',
    )


@hostile(DTD)
def a_billion_laughs():
    rows = ['<!ENTITY l0 "ha">']
    rows += [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    text = changed("100.00", "&l9;")
    return changed("<s:Envelope", f"<!DOCTYPE s [{''.join(rows)}]><s:Envelope", text)


@hostile(DTD)
def a_quadratic_blowup():
    text = changed("100.00", "&e;" * 10_000)
    entity = f'<!DOCTYPE s [<!ENTITY e "{"A" * 10_000}">]><s:Envelope'
    return changed("<s:Envelope", entity, text)


@hostile(DTD)
def an_attribute_that_a_dtd_declares_to_be_an_id():
    return changed("<s:Envelope", "<!DOCTYPE s [<!ATTLIST a ref ID #IMPLIED>]><s:Envelope")


@hostile(UNREADABLE)
def an_entity_nobody_declared():
    return changed("100.00", "&amount;")


@hostile(UNREADABLE)
def a_html_page():
    return "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"


@hostile(UNREADABLE)
def nothing():
    return b""


@hostile(UNREADABLE)
def json_in_place_of_xml():
    return '{"code": "0000"}'


@hostile(UNREADABLE)
def another_document():
    return CONTENT


@hostile(UNREADABLE)
def cut_in_the_middle():
    return honest()[:2000]


@hostile(UNREADABLE)
def two_documents():
    return honest() + envelope().decode()


@hostile(UNREADABLE)
def utf_16():
    return honest().replace("encoding='UTF-8'", "encoding='UTF-16'").encode("utf-16")


@hostile(UNREADABLE)
def utf_16_without_a_mark():
    return honest().split("?>", 1)[1].encode("utf-16-be")


@hostile(UNREADABLE)
def utf_7_declared():
    return honest().replace("encoding='UTF-8'", "encoding='UTF-7'")


@hostile(UNREADABLE)
def gbk():
    return honest().replace("encoding='UTF-8'", "encoding='GB18030'").encode("gb18030")


@hostile(UNREADABLE)
def gbk_declared_over_utf_8():
    return honest().replace("encoding='UTF-8'", "encoding='GBK'")


@hostile(UNREADABLE)
def utf_8_declared_over_gbk():
    return honest().encode("gb18030")


@hostile(UNREADABLE)
def a_byte_order_mark():
    return honest().encode("utf-8-sig")


@hostile(UNREADABLE)
def xml_1_1():
    return honest().replace("version='1.0'", "version='1.1'")


@hostile(UNREADABLE)
def overlong_utf_8():
    return honest().encode().replace(b"100.00", b"\xc0\xb1" + b"00.00")


@hostile(UNREADABLE)
def a_nul():
    return honest().encode().replace(b"100.00", b"100.00\x00")


@hostile(UNREADABLE)
def a_control_character():
    return honest().encode().replace(b"100.00", b"100.00&#1;")


@hostile(UNREADABLE)
def an_unbound_prefix():
    return changed("<a:amount>", "<b:amount>").replace("</a:amount>", "</b:amount>")


@hostile(UNREADABLE)
def an_attribute_twice():
    return changed("<s:Body ", '<s:Body wsu:Id="x" ')


@hostile(UNREADABLE)
def a_huge_message():
    return honest().replace("100.00", "9" * 5_000_000)


@hostile(UNREADABLE)
def a_huge_text():
    """Allowed by size here; the parser's own limit holds all the same."""
    text = honest().replace("100.00", "9" * 10_500_000)
    return {"data": text, "peer": peer_of(size_max=64_000_000)}


@hostile(UNREADABLE)
def deep_nesting():
    return changed("100.00", "<x>" * 300 + "</x>" * 300)


@hostile(UNREADABLE)
def deep_nesting_by_the_thousand():
    return changed("100.00", "<x>" * 100_000 + "</x>" * 100_000)


@hostile(UNREADABLE)
def attributes_by_the_hundred_thousand():
    many = " ".join(f'a{n}="1"' for n in range(250_000))
    return changed("<a:amount>", f"<a:amount {many}>")


@hostile(UNREADABLE)
def namespaces_by_the_thousand():
    many = " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(3000))
    return changed("<a:amount>", f"<a:amount {many}>")


@hostile(UNREADABLE)
def elements_by_the_hundred_thousand():
    return changed("100.00", "<a/>" * 500_000)


@hostile(SHAPE)
def a_relative_namespace():
    """The standard knows no canonical form for it."""
    return changed("<a:amount>", '<a:amount xmlns:r="../r" r:x="1">')


def resigned(
    only: tuple[str, ...] = ("s:Body", "wsu:Timestamp", "wsse:BinarySecurityToken"),
    uri: str | None = None,
    transform: str | None = None,
    swap: tuple[str, str] | None = None,
) -> str:
    """The peer itself signs something outside the profile, with its real key: the shape must tell.

    `only` are the elements covered, `uri` replaces the Body's reference, `swap` exchanges a text
    everywhere before anything is digested.
    """
    from tests.signing.messages.soap.careless import sign_carelessly

    return sign_carelessly(honest(), only, uri, transform, swap)
