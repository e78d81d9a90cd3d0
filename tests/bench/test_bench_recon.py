"""The bench measures the production path on a night whose truth is known. 对账性能"""

import pytest

from gateway.bench.recon.rounds import Ground, Run, ratio, rounds
from gateway.bench.recon.world import world_of
from gateway.wiring.places import ROOT


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    return tmp_path_factory.mktemp("worlds")


def test_a_night_of_a_seed_is_the_same_to_the_byte_and_another_seed_is_another(worlds, tmp_path):
    first = world_of(worlds, 2000)
    again = world_of(tmp_path, 2000)
    other = world_of(tmp_path, 2000, seed=1)
    assert again.result.read_bytes() == first.result.read_bytes()
    assert (again.input_digest, again.truth_digest) == (first.input_digest, first.truth_digest)
    assert other.input_digest != first.input_digest


def test_every_candidate_comes_to_the_truth_and_is_measured(server, access, worlds, tmp_path):
    """ours: check, match, prove as production does; a wrong result would have no time."""
    ground = Ground(
        admin=server.admin(),
        app=access.url("gateway", "gateway_app"),
        migrated="gateway",
        data=server.data,
        scratch=tmp_path,
        schemas=ROOT / "schemas",
    )
    runs = list(rounds(ground, world_of(worlds, 2000), ("floor", "ours", "orm", "pandas"), 1))
    assert [one.candidate for one in runs] == ["floor", "ours", "orm", "pandas"]
    assert all(one.is_right and one.cpu > 0 and one.peak_rss_mib > 0 for one in runs)
    assert list(runs[1].stages) == ["check", "match", "prove"]
    assert ratio(runs, "ours", "floor").wall > 1


def test_a_wrong_result_has_no_time():
    slow = Run("ours", 100, 4.0, 4.0, 1)
    wrong = Run("ours", 100, 1.0, 1.0, 1, is_right=False)
    floor = Run("floor", 100, 2.0, 1.0, 1)
    told = ratio([slow, wrong, floor], "ours", "floor")
    assert (told.wall, told.cpu) == (2.0, 4.0)


def test_a_line_for_a_line_where_the_sizes_differ():
    runs = [Run("orm", 10, 1.0, 1.0, 1), Run("ours", 1000, 5.0, 5.0, 1)]
    assert ratio(runs, "orm", "ours").wall == pytest.approx(20)
