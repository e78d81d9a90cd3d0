"""Signed requests and replies with a peer that uses another package. REST 互认"""

from dataclasses import replace

import pytest

from gateway.clock import SystemClock
from gateway.errors import Code, OutcomeUnknown, SignatureInvalid
from gateway.ports import Grade, HttpRequest
from gateway.signing.messages.http_messages import sign_request, verify_reply
from tests.signing.pairs import signer_of
from tests.transports.https.conftest import LIMITS, RestSite

CLOCK = SystemClock()
TYPE = (("Content-Type", "application/json"),)


def request_to(site: RestSite, body=b'{"a": 1}'):
    plain = HttpRequest("POST", site.url, TYPE if body else (), body)
    return sign_request(signer_of(site.algorithm), plain, CLOCK.now())


def proven(site, request, reply):
    return verify_reply(site.ring(), "court", reply, request, CLOCK.now())


def test_the_peer_takes_our_request_and_we_its_bound_reply(any_site):
    request = request_to(any_site)
    reply = any_site.https().send(request)
    assert any_site.events()[-1]["event"] == "taken", any_site.events()[-1]
    assert reply.status == 200
    assert proven(any_site, request, reply).grade is Grade.A
    with pytest.raises(SignatureInvalid):
        proven(any_site, request_to(any_site), reply)


def test_a_request_without_a_body_goes_both_ways_too(site):
    plain = HttpRequest("GET", site.url)
    request = sign_request(signer_of(site.algorithm), plain, CLOCK.now())
    assert proven(site, request, site.https().send(request)).grade is Grade.A


@pytest.mark.parametrize(
    "change",
    [
        lambda request: replace(request, body=request.body + b" "),
        lambda request: replace(request, url=request.url + "1"),
        lambda request: replace(request, headers=TYPE),
        lambda request: replace(request, method="GET"),
        lambda request: replace(
            request,
            headers=tuple((k, v.replace('"k1"', '"k2"')) for k, v in request.headers),
        ),
    ],
    ids=["body", "target", "unsigned", "method", "key"],
)
def test_the_peer_refuses_what_we_did_not_sign(site, change):
    assert site.https().send(change(request_to(site))).status == 401
    assert site.events()[-1]["event"] == "refused"


def test_the_peer_takes_a_request_once(site):
    request = request_to(site)
    assert [site.https().send(request).status for _ in "12"] == [200, 401]


def test_a_refusal_is_not_signed_and_proves_nothing(site):
    request = replace(request_to(site), body=b"{}")
    reply = site.https().send(request)
    with pytest.raises(SignatureInvalid) as caught:
        proven(site, request_to(site), reply)
    assert caught.value.code is Code.SIGNATURE_MISSING


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("unsigned", Code.SIGNATURE_MISSING),
        ("redirect", Code.SIGNATURE_MISSING),
        ("other_request", Code.SIGNATURE_WRONG),
        ("body_changed", Code.SIGNATURE_WRONG),
        ("wrong_status", Code.SIGNATURE_WRONG),
        ("other_key", Code.SIGNATURE_WRONG),
        ("stale", Code.MESSAGE_STALE),
    ],
)
def test_a_wrong_reply_is_refused_with_the_right_code(site, fault, code):
    site.arm(fault)
    request = request_to(site)
    reply = site.https().send(request)
    with pytest.raises(SignatureInvalid) as caught:
        proven(site, request, reply)
    assert caught.value.code is code


@pytest.mark.parametrize("fault", ["huge", "slow_drip", "cut"])
def test_a_reply_without_end_leaves_the_outcome_unknown(site, fault):
    site.arm(fault)
    with pytest.raises(OutcomeUnknown) as caught:
        site.https(replace(LIMITS, total_seconds=1)).send(request_to(site))
    assert caught.value.code is Code.SEND_OUTCOME_UNKNOWN
    assert site.events()[-1]["event"] == "taken"


def test_a_redirect_is_not_followed(site):
    site.arm("redirect")
    assert site.https().send(request_to(site)).status == 302
