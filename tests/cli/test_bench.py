"""The bench answers in both forms; what it measured is no test's business. 性能对照"""

import json
import os
import shutil

import pytest

from gateway.bench import measuring
from gateway.cli.main import answer
from gateway.cli.output import Exit
from gateway.errors import Code, NotConfigured
from gateway.ports import Algorithm


@pytest.fixture
def all_cores():
    """Gives the process its cores back: the bench keeps to one."""
    cores = os.sched_getaffinity(0)
    yield
    os.sched_setaffinity(0, cores)


def test_every_algorithm_is_measured_and_sm2_against_openssl(all_cores, require_peer):
    require_peer(None if shutil.which("openssl") else "openssl")
    words = ["bench", "signing", "--rounds", "1", "--seconds", "0.01", "--json"]
    told, as_json = answer(words)
    found = json.loads(told.text(as_json=as_json))
    assert all(one["ratio"] > 0 for one in found["ratios"])
    assert [one["target"] for one in found["ratios"]] == [0.85, 0.85, None, None]
    named = " ".join(rate["name"] for rate in found["rates"])
    assert all(algorithm.value in named for algorithm in Algorithm)
    assert all(rate["per_second"] > 0 for rate in found["rates"])


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "61", "x"])
def test_a_time_that_measures_nothing_or_never_ends_is_no_use(seconds):
    """As a usage error, and not as a division by nothing after half a minute."""
    told, _ = answer(["bench", "signing", "--seconds", seconds])
    assert told.exit is Exit.USAGE


def test_an_openssl_that_cannot_be_run_is_said(tmp_path, monkeypatch):
    program = tmp_path / "openssl"
    program.write_bytes(b"no program")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotConfigured) as raised:
        measuring.openssl_sm2()
    assert raised.value.code is Code.PLATFORM_UNFIT


def test_without_openssl_the_bench_says_so(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NotConfigured) as raised:
        measuring.openssl_sm2()
    assert raised.value.code is Code.PLATFORM_UNFIT
