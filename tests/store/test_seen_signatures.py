"""A signature is taken once, whatever dies and however many workers there are. 已收签名"""

from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.errors import Code, GatewayError
from gateway.ports import Algorithm, HttpRequest
from gateway.signing.keys.keyring import Key, KeyRing, Purpose
from gateway.signing.messages.http_messages import sign_request, verify_request
from gateway.store.database import connect
from gateway.store.seen_signatures import SeenInDatabase, forget_expired
from tests.branch import free_port
from tests.signing.pairs import signer_of, verifier_of

ED25519 = Algorithm.ED25519
DIGEST, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def seen(engine):
    return SeenInDatabase(engine)


def test_a_signature_is_new_once_for_each_counterparty(seen, clock):
    until = clock.now()
    assert seen.first_time("p", DIGEST, until)
    assert not seen.first_time("p", DIGEST, until)
    assert not seen.first_time("p", DIGEST, until + timedelta(days=9))
    assert seen.first_time("q", DIGEST, until)
    assert seen.first_time("p", OTHER, until)


def test_of_many_workers_with_one_signature_one_takes_it(access, clock, at_once, engine):
    """Each has a connection and an engine of its own, as processes have."""
    workers = [SeenInDatabase(connect(access.url("gateway", "gateway_app"))) for _ in range(8)]
    until = clock.now()
    calls = [lambda one=one: one.first_time("p", DIGEST, until) for one in workers]
    assert sorted(at_once(*calls)) == [False] * 7 + [True]


def test_a_second_worker_waits_for_the_first_ones_commit(seen, engine, clock, at_once):
    """It may not say "new" while the first could still succeed, nor "seen" while it could fail."""
    until = clock.now()
    with engine.connect() as first:
        first.execute(
            text("insert into seen_signature values ('p', :d, :u)"), {"d": DIGEST, "u": until}
        )

        def second() -> bool:
            return seen.first_time("p", DIGEST, until)

        def give_up() -> None:
            first.execute(text("select pg_sleep(0.1)"))
            first.rollback()

        assert at_once(second, give_up)[0] is True


def test_it_is_remembered_though_what_follows_fails(store, seen, clock):
    """Committed before the message is used: better refused once too often than used twice."""
    until = clock.now()
    with pytest.raises(RuntimeError), store.begin():
        assert seen.first_time("p", DIGEST, until)
        raise RuntimeError("the worker dies")
    assert not seen.first_time("p", DIGEST, until)


def test_what_its_age_would_refuse_is_forgotten_an_hour_later(store, seen, clock):
    now = clock.now()
    seen.first_time("p", DIGEST, now - timedelta(hours=1, seconds=1))
    seen.first_time("p", OTHER, now - timedelta(minutes=59))
    with store.begin() as work:
        assert forget_expired(work) == 1
    assert seen.first_time("p", DIGEST, now)
    assert not seen.first_time("p", OTHER, now)


def test_without_its_memory_nothing_is_accepted(clock):
    nobody = SeenInDatabase(connect(f"postgresql+psycopg://x@127.0.0.1:{free_port()}/x"))
    with pytest.raises(GatewayError) as refused:
        nobody.first_time("p", DIGEST, clock.now())
    assert refused.value.code is Code.DATABASE_UNREACHABLE


def test_what_is_no_digest_is_refused(seen, clock):
    with pytest.raises(GatewayError) as refused:
        seen.first_time("p", "no digest", clock.now())
    assert refused.value.code is Code.STORE_REFUSED


def test_a_signed_http_request_is_taken_once_by_all_workers(access, seen, clock):
    """The memory as the HTTP profile uses it: what is remembered are the signed bytes."""
    now = clock.now()
    day = timedelta(1)
    key = Key(
        "k1", "court", Purpose.THEIR_MESSAGE, verifier_of(ED25519), now - day, now + day, now + day
    )
    request = HttpRequest("GET", "https://branch.example/filings/1")
    signed = sign_request(signer_of(ED25519), request, now)
    assert verify_request(KeyRing([key]), "court", signed, now, seen).kid == "k1"
    elsewhere = SeenInDatabase(connect(access.url("gateway", "gateway_app")))
    with pytest.raises(GatewayError) as caught:
        verify_request(KeyRing([key]), "court", signed, now, elsewhere)
    assert caught.value.code is Code.MESSAGE_REPLAYED
