"""The same seed gives the same bytes, in any process. 可复现."""

import hashlib
from datetime import date

from sandbox.files import render_result, render_statement
from sandbox.world import BANKS, business_days, night

LAST = "2026-02-28"
# Taken down once: what another machine or Python version makes must have this digest too.
GOLDEN = "f5ffe680e217a194886abf7b7de37b88b0f998ab6979fb403ae4540e064bed75"


def files_under(place):
    return {path.name: path.read_bytes() for path in place.rglob("*") if path.is_file()}


def test_two_fresh_processes_tell_the_same_truth(run_verb):
    told = [run_verb("truth", "--seed", "d", "--date", LAST, hash_seed=h).stdout for h in "12"]
    assert told[0] == told[1]
    assert b'"outcome": "partial"' in told[0]


def test_two_fresh_processes_publish_the_same_bytes(run_verb, tmp_path):
    for name in ("one", "two"):
        where = ("--root", tmp_path / name, "--seed", "d")
        run_verb("bank", "prepare", *where, "--algorithms", "ed25519,990003=rsa-v1_5-sha256")
        run_verb("bank", "publish", *where, "--date", LAST)
    one, two = (files_under(tmp_path / name / "homes") for name in ("one", "two"))
    assert len(one) == 18
    assert one == two


def test_another_seed_gives_another_world():
    day = date.fromisoformat(LAST)
    assert render_result(night("d", "990001", day)) != render_result(night("e", "990001", day))


def test_the_world_is_the_same_on_every_machine():
    digest = hashlib.sha256()
    for bank in BANKS:
        for day in business_days():
            told = night("golden", bank, day)
            digest.update(render_result(told) + render_statement(told))
    assert digest.hexdigest() == GOLDEN
