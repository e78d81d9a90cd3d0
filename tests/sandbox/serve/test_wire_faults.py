"""Scripted faults of the wire. 线路故障."""

import os
import time

import paramiko
import pytest

RESULT = "DKJG_990001_ZH01_20260224_V01.txt"


def test_a_refused_connection_is_refused_so_many_times(partner):
    partner.script({"fault": "refuse_connection", "times": 2})
    for _ in range(2):
        with pytest.raises((paramiko.SSHException, OSError)), partner.ssh():
            pass
    with partner.ssh():
        pass


def test_one_bank_can_refuse_while_the_others_serve(partner, news):
    partner.script({"fault": "refuse_connection", "bank": "990001"})
    with partner.ssh("990002"):
        pass
    with pytest.raises((paramiko.SSHException, OSError)), partner.ssh("990001"):
        pass
    with partner.ssh("990001"):
        pass
    assert [one["fault"] for one in news(name="fault")] == ["refuse_connection"]


def test_a_read_is_cut_after_so_many_bytes_and_works_the_next_time(partner):
    partner.script({"fault": "cut_read", "value": 1000})
    with pytest.raises((paramiko.SSHException, OSError, EOFError)), partner.sftp() as sftp:
        partner.fetched(sftp, RESULT)
    with partner.sftp() as sftp:
        assert partner.fetched(sftp, RESULT).endswith(b"|\n")


@pytest.mark.parametrize(("fault", "arrived"), [("cut_before_flag", 0), ("cut_after_flag", 1)])
def test_a_cut_around_the_flag_shows_from_the_banks_side_only(partner, news, fault, arrived):
    name, data = partner.receipt(answered=os.urandom(32).hex())
    partner.script({"fault": fault})
    with pytest.raises((paramiko.SSHException, OSError, EOFError)), partner.sftp() as sftp:
        partner.deliver(sftp, name, data)
    assert len(news(name="receipt")) == arrived
    flag = partner.root / "homes/990001/incoming" / (name + ".ok")
    assert flag.exists() is bool(arrived)


def test_a_slow_line_is_slow_and_whole(partner):
    partner.script({"fault": "slow_drip", "value": 20_000})
    started = time.monotonic()
    with partner.sftp() as sftp:
        data = partner.fetched(sftp, RESULT)
    assert time.monotonic() - started > len(data) / 20_000
    assert data.endswith(b"|\n")


def test_a_denied_listing_is_denied_once(partner):
    partner.script({"fault": "deny_listing", "bank": "990003"})
    with partner.sftp("990003") as sftp:
        with pytest.raises(PermissionError):
            sftp.listdir("/outgoing")
        assert sftp.listdir("/outgoing")


def test_writing_the_script_again_arms_it_again(partner):
    for _ in range(2):
        partner.script({"fault": "deny_listing"})
        with partner.sftp() as sftp, pytest.raises(PermissionError):
            sftp.listdir("/outgoing")
