"""Retention: never under the law's floor; what is young or in use is left alone. 留存"""

import copy
import errno
import hashlib
import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.dates import SHANGHAI
from gateway.errors import Code, NotConfigured, RefusedHere, SignatureInvalid
from gateway.flows.checks import shredded, verify_archive
from gateway.flows.purging import Purging, purge
from gateway.flows.retention import Act, Material, months_before, rules_of
from gateway.flows.shredding import Why, finish, shred
from gateway.store import inbox, journal, outbox
from gateway.store.outbox import Draft
from gateway.store.unit_of_work import keep_bytes
from gateway.wiring.agreed import load_retention
from gateway.wiring.places import ROOT
from tests.simulation.parts import Crash

FOLDER = ROOT / "schemas" / "retention"
DATA = json.loads((FOLDER / "retention.json").read_text(encoding="utf-8"))
SCHEMA = json.loads((FOLDER / "retention.schema.json").read_text(encoding="utf-8"))
RULES = load_retention(ROOT / "schemas")
PAYLOAD = RULES[Material.PAYLOAD]
WHY = Why("retention_over", "clerk")
YEAR = 366 * 86_400
PLAIN = {hashlib.sha256(data).hexdigest(): data for data in (b"one", b"two", b"three")}


def with_rule(material: str, **other) -> dict:
    changed = copy.deepcopy(DATA)
    for row in changed["rules"]:
        row |= other if row["material"] == material else {}
    return changed


@pytest.mark.parametrize(
    ("material", "months"), [("technical_log", 5), ("exchange_record", 35), ("payload", 35)]
)
def test_no_file_can_lower_the_laws_floor_not_even_its_own_floor(material, months):
    with pytest.raises(NotConfigured) as refused:
        rules_of(with_rule(material, keep_months=months, floor_months=0), SCHEMA)
    assert refused.value.code is Code.RETENTION_BELOW_FLOOR
    kept = rules_of(with_rule(material, keep_months=months + 1, floor_months=0), SCHEMA)
    assert kept[Material(material)].keep_months == months + 1


def test_a_rule_below_its_own_floor_is_refused_too():
    with pytest.raises(NotConfigured) as refused:
        rules_of(with_rule("evidence_export", keep_months=35), SCHEMA)
    assert refused.value.code is Code.RETENTION_BELOW_FLOOR


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": 1, "rules": DATA["rules"][1:]},
        {"version": 1, "rules": [*DATA["rules"], DATA["rules"][0]]},
        {"version": 2, "rules": DATA["rules"]},
        with_rule("payload", keep_months=-1),
        with_rule("payload", keep_months="360"),
        with_rule("exchange_record", act="delete"),
        with_rule("line_row", act="shred"),
        [],
    ],
)
def test_unsound_rules_are_refused(wrong):
    with pytest.raises(NotConfigured) as refused:
        rules_of(wrong, SCHEMA)
    assert refused.value.code is Code.SETTING_INVALID


def test_a_whole_number_written_with_a_point_is_one():
    rules = rules_of(with_rule("payload", keep_months=360.0), SCHEMA)
    now = datetime(2026, 3, 1, tzinfo=SHANGHAI)
    assert rules[Material.PAYLOAD].past(now) == datetime(1996, 3, 1, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [
        ("2026-03-01", 1, "2026-02-01"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-12-31", 12, "2025-12-28"),
        ("2028-02-29", 36, "2025-02-28"),
        ("2026-03-31", 0, "2026-03-31"),
    ],
)
def test_months_are_counted_back_and_never_too_late(moment, months, expected):
    at = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    assert months_before(at, months).date().isoformat() == expected


# ------------------------------------------------------------------ shredding


def received(store, data: bytes = b"a file of people") -> str:
    """A file that was taken in and is nobody's any more."""
    with store.begin() as work:
        digest = keep_bytes(store, work, data)
        inbox.take(work, "990001", digest, digest)
    return digest


def refusal(call) -> tuple[Code, str]:
    with pytest.raises(RefusedHere) as refused:
        call()
    return refused.value.code, refused.value.detail


def facts_of(store, event: str) -> list[dict]:
    with store.begin() as work:
        return [json.loads(e.facts) for e in journal.read(work.connection) if e.event == event]


def test_what_is_too_young_is_not_shredded_whoever_asks(store, clock):
    digest = received(store)
    clock.forward(29 * YEAR)
    code, because = refusal(lambda: shred(store, PAYLOAD, digest, WHY))
    assert (code, "须留存 360 个月" in because) == (Code.RETENTION_FORBIDS, True)
    assert store.archive.get(digest)
    clock.forward(1.1 * YEAR)
    assert shred(store, PAYLOAD, digest, WHY) == (digest, 1)
    assert facts_of(store, "payload_shredded") == [{"reason": "retention_over", "user": "clerk"}]


def test_the_period_counts_from_the_last_time_the_same_bytes_were_kept(store, clock):
    digest = received(store)
    clock.forward(29 * YEAR)
    with store.begin() as work:
        keep_bytes(store, work, b"a file of people")
    clock.forward(2 * YEAR)
    assert refusal(lambda: shred(store, PAYLOAD, digest, WHY))[0] is Code.RETENTION_FORBIDS


def test_what_an_open_message_needs_is_not_shredded(store, clock):
    with store.begin() as work:
        outbox.draft(store, work, Draft("m-1", "990001", "k", "night-1", "n", b"to be sent"))
    with store.begin() as work:
        digest = work.connection.execute(text("select digest from message")).scalar_one()
    clock.forward(40 * YEAR)
    assert "尚未了结" in refusal(lambda: shred(store, PAYLOAD, digest, WHY))[1]
    found = purge(Purging(store, RULES, None, "clerk"))
    assert (found.payloads, found.in_use) == ((), 1)


def test_what_holds_nobody_and_is_proof_is_not_shredded_at_any_age(store, clock):
    with store.begin() as work:
        digest = keep_bytes(store, work, b"a head of the journal")
    clock.forward(100 * YEAR)
    assert "不是含个人信息" in refusal(lambda: shred(store, PAYLOAD, digest, WHY))[1]
    assert purge(Purging(store, RULES, None, "clerk")).payloads == ()


def test_what_nobody_knows_is_not_found(store):
    for wanted in ("0" * 64, "file-0123456789", "../../etc/passwd", ""):
        with pytest.raises(NotConfigured) as missing:
            shred(store, PAYLOAD, wanted, WHY)
        assert missing.value.code is Code.NOT_FOUND


def test_a_death_between_the_record_and_the_keys_is_made_good_by_the_next_purge(
    store, clock, monkeypatch
):
    digest = received(store)
    clock.forward(31 * YEAR)

    def dies(_digest):
        raise Crash("before the keys")

    monkeypatch.setattr(store.archive, "shred", dies)
    with pytest.raises(Crash):
        shred(store, PAYLOAD, digest, WHY)
    monkeypatch.undo()
    assert store.archive.holds(digest)
    purge(Purging(store, RULES, None, "clerk"))
    assert not store.archive.holds(digest)
    assert len(facts_of(store, "payload_shredded")) == 1


def test_what_comes_again_after_shredding_is_kept_and_stays(store, clock):
    digest = received(store)
    clock.forward(31 * YEAR)
    shred(store, PAYLOAD, digest, WHY)
    received(store)
    assert finish(store, digest) == 0
    purge(Purging(store, RULES, None, "clerk"))
    assert store.archive.get(digest) == b"a file of people"


def test_bytes_shredded_on_their_way_into_a_record_are_not_recorded_as_there(store, clock):
    digest = received(store)
    clock.forward(31 * YEAR)
    store.archive.put(b"a file of people")
    shred(store, PAYLOAD, digest, WHY)

    def record() -> None:
        with store.begin() as work:
            work.keep(digest, 16)

    assert refusal(record)[0] is Code.PAYLOAD_SHREDDED
    store.archive.put(b"a file of people")
    record()
    assert verify_archive(store) == 1


def test_the_archives_check_leaves_out_what_was_shredded_and_counts_it(store, clock):
    digest, other = received(store), received(store, b"another")
    clock.forward(31 * YEAR)
    shred(store, PAYLOAD, digest, WHY)
    assert (verify_archive(store), shredded(store)) == (1, 1)
    assert store.archive.get(other)


def test_the_archives_check_goes_on_to_the_end_and_names_all_that_are_damaged(store):
    sound, altered, missing = (received(store, name) for name in (b"one", b"two", b"three"))
    store.archive.path(altered).write_bytes(b"other")
    store.archive.path(missing).unlink()
    with pytest.raises(SignatureInvalid) as refused:
        verify_archive(store)
    assert refused.value.code is Code.ARCHIVE_DAMAGED
    assert "查 3 件，损坏 2 件" in str(refused.value)
    assert altered in str(refused.value)
    assert missing in str(refused.value)
    assert sound not in str(refused.value)


# ------------------------------------------------------------------ purging


def test_a_purge_takes_what_is_past_and_no_more_and_says_how_much(store, clock):
    old = received(store, b"old")
    clock.forward(31 * YEAR)
    young = received(store, b"young")
    on = Purging(store, RULES, None, "clerk")
    assert purge(on, dry_run=True).payloads == (old,)
    assert store.archive.holds(old)
    assert facts_of(store, "retention_purged") == []
    assert purge(on).payloads == (old,)
    assert (store.archive.holds(old), store.archive.holds(young)) == (False, True)
    told = {"payloads": 1, "logs": 0, "in_use": 0, "user": "clerk"}
    assert facts_of(store, "retention_purged") == [told]
    assert purge(on).payloads == ()
    assert facts_of(store, "retention_purged") == [told]


def test_a_purge_never_forgets_what_was_seen(store, clock):
    digest = received(store)
    clock.forward(100 * YEAR)
    purge(Purging(store, RULES, None, "clerk"))
    with store.begin() as work:
        again = inbox.take(work, "990001", digest, digest)
    assert again.seen is inbox.Seen.SAME_AGAIN


@pytest.fixture
def logs(tmp_path, clock):
    """Logs of several ages, a link, and files that are no logs."""
    folder = tmp_path / "logs"
    (folder / "dag" / "run").mkdir(parents=True)
    outside = tmp_path / "outside.log"
    ages = {
        "dag/run/old.log": 370, "dag/run/young.log": 360, "old.txt": 999, "today.log": 0,
    }  # fmt: skip
    now = clock.now()
    for name, days in ages.items():
        write_at(folder / name, now - timedelta(days=days))
    write_at(outside, now - timedelta(days=999))
    (folder / "link.log").symlink_to(outside)
    (folder / "dag" / "linked").symlink_to(tmp_path)
    return folder


def write_at(path, moment) -> None:
    path.write_text("a line\n")
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def test_only_logs_past_their_period_go_and_no_link_leads_out(store, logs, tmp_path):
    on = Purging(store, RULES, logs, "clerk")
    assert purge(on, dry_run=True).logs == 1
    assert purge(on).logs == 1
    left = {path.name for path in logs.rglob("*.*")}
    assert left == {"young.log", "old.txt", "today.log", "link.log"}
    assert (tmp_path / "outside.log").exists()


def test_x08_no_rule_purges_a_log_before_six_months(store, clock, tmp_path):
    with pytest.raises(NotConfigured) as refused:
        rules_of(with_rule("technical_log", keep_months=5), SCHEMA)
    assert refused.value.code is Code.RETENTION_BELOW_FLOOR
    now, folder = clock.now(), tmp_path / "kept"
    folder.mkdir()
    for name, months in {"five.log": 5, "seven.log": 7}.items():
        write_at(folder / name, months_before(now, months))
    shortest = rules_of(with_rule("technical_log", keep_months=6), SCHEMA)
    assert purge(Purging(store, shortest, folder, "clerk")).logs == 1
    assert [path.name for path in folder.iterdir()] == ["five.log"]


def test_x09_what_was_shared_may_go_after_three_years_and_not_before(store, clock):
    shortest = rules_of(with_rule("payload", keep_months=36), SCHEMA)
    old = received(store, b"old")
    clock.forward(YEAR)
    young = received(store, b"young")
    clock.forward(2.1 * YEAR)
    code, _ = refusal(lambda: shred(store, shortest[Material.PAYLOAD], young, WHY))
    assert code is Code.RETENTION_FORBIDS
    assert purge(Purging(store, shortest, None, "clerk")).payloads == (old,)
    assert store.archive.holds(young)


def test_a_log_that_another_purge_takes_meanwhile_is_nobody_s_error(store, logs, monkeypatch):
    """Bug: the one that came second ended in a traceback, its payloads unshredded."""
    walk = os.walk

    def faster(folder):
        for place, folders, names in walk(folder):
            (logs / "dag" / "run" / "old.log").unlink(missing_ok=True)
            yield place, folders, [*names, *(["old.log"] if place.endswith("run") else [])]

    monkeypatch.setattr("gateway.flows.purging.os.walk", faster)
    assert purge(Purging(store, RULES, logs, "clerk")).logs == 0


def test_a_log_that_cannot_be_removed_is_named(store, logs, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(NotConfigured) as told:
        purge(Purging(store, RULES, logs, "clerk"))
    assert told.value.detail == "logs: Permission denied"


def test_what_came_into_use_since_it_was_found_stays_and_the_rest_goes(store, clock, monkeypatch):
    """Bug: one refusal ended the whole purge."""
    digests = sorted(received(store, data) for data in (b"one", b"two", b"three"))
    clock.forward(100 * YEAR)

    def in_use(store, rule, digest, why):
        if digest == digests[0]:
            with store.begin() as work:
                draft = Draft("m-1", "990001", "test.kind", "night-1", "m-1", PLAIN[digest])
                outbox.draft(store, work, draft)
        return shred(store, rule, digest, why)

    monkeypatch.setattr("gateway.flows.purging.shred", in_use)
    assert purge(Purging(store, RULES, None, "clerk")).payloads == tuple(digests[1:])
    assert [store.archive.holds(digest) for digest in digests] == [True, False, False]


def test_where_a_rule_says_stay_nothing_goes(store, clock, logs):
    digest = received(store)
    clock.forward(100 * YEAR)
    kept = with_rule("payload", act="stay")
    for row in kept["rules"]:
        row |= {"act": "stay"} if row["material"] == "technical_log" else {}
    rules = rules_of(kept, SCHEMA)
    assert rules[Material.PAYLOAD].act is Act.STAY
    found = purge(Purging(store, rules, logs, "clerk"))
    assert (found.payloads, found.logs) == ((), 0)
    assert "规则不许" in refusal(lambda: shred(store, rules[Material.PAYLOAD], digest, WHY))[1]
