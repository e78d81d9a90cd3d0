"""A line that breaks, falls silent or drips: what is said of it, and how soon. 线路故障"""

import socket
import time

import pytest

from connectors.bank.transport import Patience
from gateway.errors import Code, OutcomeUnknown, TransportError
from gateway.store.leases import LEASE_SECONDS

FILES = [("DK.txt", b"data\n" * 2000), ("DK.txt.sig", b"signature"), ("DK.txt.ok", b"flag")]
SHORT = Patience(connecting=1, logging_in=0.7, answering=0.4, reading=0.7, publishing=0.7)


def published(bank):
    return sorted(path.name for path in bank.incoming.iterdir())


def nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_where_nobody_listens_nothing_was_sent(sandbox):
    wire = sandbox.wire(port=nobody_listens())
    for act in (lambda: wire.publish(sandbox.into, FILES), wire.check):
        with pytest.raises(TransportError) as raised:
            act()
        assert raised.value.code is Code.NO_CONNECTION


def test_a_host_without_an_address_is_no_connection(sandbox):
    with pytest.raises(TransportError) as raised:
        sandbox.wire(host="no-such-host.invalid").check()
    assert raised.value.code is Code.NO_CONNECTION


def test_a_reading_that_is_cut_is_tried_again_and_whole(sandbox):
    (sandbox.outgoing / "DK.txt").write_bytes(b"x" * 200_000)
    sandbox.arm({"fault": "cut_read", "value": 100_000, "times": 2})
    assert sandbox.wire().read(sandbox.out, "DK.txt", 200_000) == b"x" * 200_000


def test_a_reading_that_is_always_cut_is_given_up_after_three_times(sandbox):
    (sandbox.outgoing / "DK.txt").write_bytes(b"x" * 200_000)
    before = len(sandbox.noted("login"))
    sandbox.arm({"fault": "cut_read", "value": 100_000, "times": 99})
    with pytest.raises(TransportError) as raised:
        sandbox.wire().read(sandbox.out, "DK.txt", 200_000)
    assert raised.value.code is Code.CONNECTION_LOST
    assert len(sandbox.noted("login")) == before + 3


def test_openssh_may_go_down_while_we_read(openssh, line_to):
    (openssh.outgoing / "DK.txt").write_bytes(b"x" * 1_000_000)
    line = line_to(openssh, cut_after=300_000)
    with pytest.raises(TransportError) as raised:
        openssh.wire(port=line.port).read(openssh.out, "DK.txt", 1_000_000)
    assert raised.value.code is Code.CONNECTION_LOST
    assert line.connections == 3


def test_any_server_may_go_down_before_the_flag_and_nothing_has_reached_it(bank, line_to):
    said = []

    def enough(data):
        said.append(len(data))
        return sum(said) > 500_000

    line = line_to(bank, cut_at=enough)
    with pytest.raises(TransportError) as raised:
        bank.wire(port=line.port).publish(bank.into, [("DK.txt", b"x" * 2_000_000), FILES[2]])
    assert raised.value.code is Code.CONNECTION_LOST
    assert {"DK.txt", "DK.txt.ok"} & set(published(bank)) == set()
    assert line.connections == 1, "publishing is never tried again by itself"


def test_a_cut_before_the_flags_renaming_may_have_reached_them_for_all_we_know(sandbox):
    """Only the bank knows that it was before: from our side it looks the same as after."""
    sandbox.arm({"fault": "cut_before_flag"})
    with pytest.raises(OutcomeUnknown) as raised:
        sandbox.wire().publish(sandbox.into, FILES)
    assert raised.value.code is Code.SEND_OUTCOME_UNKNOWN
    assert "DK.txt.ok" not in published(sandbox)


def test_a_cut_after_the_flags_renaming_is_unknown_and_asking_finds_the_flag(sandbox):
    sandbox.arm({"fault": "cut_after_flag"})
    wire = sandbox.wire()
    with pytest.raises(OutcomeUnknown):
        wire.publish(sandbox.into, FILES)
    assert wire.read(sandbox.into, "DK.txt.ok", 100) == b"flag"


def test_publishing_is_never_tried_twice_by_itself(sandbox):
    sandbox.arm({"fault": "cut_after_flag", "times": 5})
    before = len(sandbox.noted("rename"))
    with pytest.raises(OutcomeUnknown):
        sandbox.wire().publish(sandbox.into, FILES)
    assert len(sandbox.noted("rename")) == before + 3


def test_a_listing_that_is_denied_three_times_is_refused(sandbox):
    sandbox.arm({"fault": "deny_listing", "times": 3})
    with pytest.raises(TransportError) as raised:
        sandbox.wire().flagged(sandbox.out, ".ok")
    assert raised.value.code is Code.LISTING_REFUSED


def test_a_connection_refused_or_a_listing_denied_is_tried_again(sandbox):
    (sandbox.outgoing / "a.ok").write_bytes(b"x")
    sandbox.arm({"fault": "refuse_connection"}, {"fault": "deny_listing"})
    assert sandbox.wire().flagged(sandbox.out, ".ok") == ["a.ok"]


def test_a_file_that_drips_is_given_up_in_time(sandbox):
    """Bug: as long as every packet came within its own limit, a file could take for ever."""
    (sandbox.outgoing / "DK.txt").write_bytes(b"x" * 2_000_000)
    sandbox.arm({"fault": "slow_drip", "value": 20_000, "times": 9})
    begun = time.monotonic()
    with pytest.raises(TransportError) as raised:
        sandbox.wire(patience=Patience(reading=0.5)).read(sandbox.out, "DK.txt", 2_000_000)
    assert raised.value.code is Code.CONNECTION_LOST
    assert time.monotonic() - begun < 3 * (0.5 + 1) + 2, "three attempts, and the waits between"


@pytest.mark.parametrize("silent_after", [0, 2_500])
def test_a_server_that_falls_silent_is_given_up_in_time(silent_after, bank, line_to):
    """Bug: silent after the login, a server was waited for an hour, or for ever."""
    line = line_to(bank, silent_after=silent_after)
    begun = time.monotonic()
    with pytest.raises((TransportError, OutcomeUnknown)):
        bank.wire(port=line.port, patience=SHORT).publish(bank.into, FILES)
    assert time.monotonic() - begun < SHORT.logging_in + SHORT.publishing + 1


def test_the_whole_of_a_publication_ends_before_the_lease_on_its_message():
    whole = Patience()
    assert whole.connecting + whole.logging_in + whole.publishing < LEASE_SECONDS


def test_no_line_and_no_thread_is_left_open(sandbox, line_to):
    line = line_to(sandbox)
    wire = sandbox.wire(port=line.port)
    for _ in range(5):
        wire.flagged(sandbox.out, ".ok")
    end = time.monotonic() + 5
    while time.monotonic() < end and any(one.fileno() != -1 for one in line.ends):
        time.sleep(0.02)
    assert [one for one in line.ends if one.fileno() != -1] == []
