"""The server stops, dies, and goes on. 重启."""

import json
import signal
import time

import pytest

from sandbox.bank.record import Record

RESULT = "DKJG_990001_ZH01_20260224_V01.txt"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_stopped_under_a_partner_starts_again_and_counts_on(partner, events, number):
    with partner.ssh():
        started = time.monotonic()
        code = partner.stop(number)
        assert time.monotonic() - started < 2
    assert code == (0 if number == signal.SIGTERM else -signal.SIGKILL)
    before = events(partner.root, "990001")[-1]["seq"]
    partner.start()
    with partner.sftp() as sftp:
        partner.fetched(sftp, RESULT)
    assert events(partner.root, "990001", "read")[-1]["seq"] == before + 2


def test_a_line_torn_by_a_power_cut_is_dropped_and_the_count_goes_on(tmp_path):
    path = tmp_path / "torn.jsonl"
    Record(path).add("login")
    with path.open("ab") as out:
        out.write(b'{"seq": 2, "ti')
    Record(path).add("login")
    assert [json.loads(line)["seq"] for line in path.read_text().splitlines()] == [1, 2]
