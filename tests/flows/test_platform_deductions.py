"""The circle over the settlement platform: accepted is not settled. 结算平台扣款"""

from dataclasses import replace
from datetime import datetime, time

import pytest

from connectors.bank.flows import checking
from connectors.bank.flows.deducting import splitting
from connectors.bank.model import FileKind, NightKey
from connectors.bank.model.deductions import LineOutcome
from connectors.bank.rules.deduction.states import BatchState
from connectors.bank.rules.owed import DECIDED_ON
from connectors.bank.rules.states import FileState
from connectors.bank.settings import Owed, OwedDays
from connectors.bank.store import batch_lines, files, frames
from gateway.dates import SHANGHAI
from gateway.errors import Code, GatewayError
from gateway.store import alarms, inbox
from gateway.store.unit_of_work import PostgresStore
from gateway.wiring.agreed import load_layout
from gateway.wiring.places import ROOT
from sandbox.settlement.faults import PlatformFault
from tests.archives import new_archive
from tests.connectors.bank.dues import ACCOUNT, BANK, DAY
from tests.simulation.platform_of_deductions import PlatformBranch

OK, FAILED = LineOutcome.SUCCEEDED, LineOutcome.FAILED


@pytest.fixture
def branch(engine, tmp_path, stepping_clock):
    """Two instalments, one batch, approved and not yet sent."""
    clock = stepping_clock(datetime(2026, 2, 27, 9, 0, tzinfo=SHANGHAI))
    made = PlatformBranch(PostgresStore(engine, new_archive(tmp_path / "a"), clock), clock, count=2)
    made.build()
    made.approve()
    return made


def state(branch) -> BatchState:
    return branch.batches()[0].state


def code_of(call, *arguments) -> Code | None:
    try:
        call(*arguments)
    except GatewayError as error:
        return error.code
    return None


def rung(branch) -> set[Code]:
    with branch.store.begin() as work:
        return {alarm.code for alarm in alarms.ringing(work)}


def test_from_request_to_split_each_step_waits_for_the_platform_s_word(branch):
    seen = []
    for _ in range(5):
        branch.advance()
        seen.append(state(branch).name)
    assert seen == ["ACCEPTED", "PROCESSING", "PARTLY", "DONE", "DONE"]
    (batch,) = branch.batches()
    assert batch.bank_no.startswith("LOAN")
    with branch.store.begin() as work:
        assert inbox.names(work, BANK) == {f"BANK_BAT_{batch.bank_no}_RST.DAT"}
    branch.settle(batch, OK, FAILED)
    assert state(branch) is BatchState.CLOSED
    assert branch.line.taken.count("BDC105") == 1


def test_b36_b37_the_split_goes_once_after_the_results_under_the_platform_s_number(branch):
    for _ in range(4):
        branch.advance()
    (batch,) = branch.batches()
    early = code_of(splitting.split, branch.bank, batch.batch_id, batch.bank_no)
    assert early is Code.SPLIT_TOO_EARLY
    with branch.store.begin() as work:
        said = branch.proved(batch, OK, FAILED)
        batch_lines.settle_lines(work, BANK, DAY, said, splits=True)
    assert state(branch) is BatchState.RESULTS_IN
    assert code_of(splitting.split, branch.bank, batch.batch_id, "LOAN") is Code.SPLIT_TOO_EARLY
    for _ in range(2):
        branch.advance()
    assert state(branch) is BatchState.CLOSED
    assert branch.line.taken.count("BDC106") == 1


def test_b03_partly_done_is_no_end_and_rings_until_it_is_done(branch):
    branch.advance()
    branch.line.fault = PlatformFault.PARTLY
    for _ in range(3):
        branch.advance()
    assert state(branch) is BatchState.PARTLY
    assert rung(branch) == {Code.BATCH_UNFINISHED}
    branch.line.fault = None
    for _ in range(3):
        branch.advance()
    assert state(branch) is BatchState.DONE
    assert rung(branch) == set()


def test_b04_a_failed_batch_is_built_again_under_a_new_number(branch):
    branch.advance()
    branch.line.fault = PlatformFault.BATCH_FAILED
    branch.advance()
    assert state(branch) is BatchState.FAILED
    assert Code.BATCH_FAILED in rung(branch)
    first, second = branch.build()
    assert second.batch_no != first.batch_no
    assert second.digest == first.digest
    assert second.state is BatchState.BUILT


def test_b05_a_lost_reply_is_asked_for_and_never_sent_again(branch):
    branch.line.fault = PlatformFault.LOST
    assert code_of(branch.advance) is not None
    branch.line.fault = None
    assert state(branch) is BatchState.UNKNOWN
    with branch.store.begin() as work:
        assert len(batch_lines.in_flight(work)) == 2
    branch.clock.forward(3600)
    branch.advance()
    assert state(branch) is BatchState.ACCEPTED
    assert branch.line.taken.count("BDC105") == 1
    assert "BDC110" in branch.line.taken


def test_b05_an_answer_that_is_open_keeps_the_batch_unknown(branch):
    branch.line.fault = PlatformFault.OPEN
    assert code_of(branch.advance) is not None
    assert state(branch) is BatchState.UNKNOWN
    assert branch.line.taken.count("BDC105") == 1


def test_b06_what_failed_before_it_left_is_sent_as_it_was(branch):
    branch.line.fault = PlatformFault.REFUSE_BEFORE
    assert code_of(branch.advance) is Code.NO_CONNECTION
    assert state(branch) is BatchState.QUEUED
    branch.line.fault = None
    branch.clock.forward(3600)
    branch.advance()
    assert state(branch) is BatchState.ACCEPTED
    assert len(branch.line.desk.state.batches) == 1


def test_a_batch_the_platform_refuses_frees_its_instalments(branch):
    branch.line.desk.state.file_names.append("")
    name = branch.platform.memory.next_seq_no(branch.clock.now())
    taken = branch.line.desk.state.taken
    taken |= {f"{int(name) + more:020d}": ["0", "00000", ""] for more in range(1, 6)}
    branch.advance()
    assert state(branch) is BatchState.REFUSED
    with branch.store.begin() as work:
        assert batch_lines.in_flight(work) == {}
    assert len(branch.build(DAY)) == 2


def test_the_platform_s_results_are_files_of_the_night_under_our_own_number(branch):
    """Bug: they were archived and no night ever read them."""
    owed = [Owed(kind, OwedDays.EVERY_DAY, time(8), 1, DAY) for kind in DECIDED_ON]
    layouts = {
        kind: load_layout(ROOT / "schemas", name)
        for kind, name in (
            (FileKind.DEDUCTION_RESULT, "settlement-108"),
            (FileKind.FILE_RECEIPT, "generic-pipe-receipt"),
        )
    }
    profile = replace(branch.bank.profile, owes=tuple(owed))
    branch.bank = replace(branch.bank, profile=profile, layouts={**branch.bank.layouts, **layouts})
    for _ in range(5):
        branch.advance()
    (batch,) = branch.batches()
    night = NightKey(BANK, ACCOUNT, DAY)
    checking.check(branch.bank, night)
    with branch.store.begin() as work:
        (file,) = files.of_night(work, night.night_id)
        said = frames.results(work, [file.file_id])
    assert (file.state, file.part) == (FileState.ACCEPTED, batch.batch_no)
    assert said.get_column("batch_no").unique().to_list() == [batch.batch_no]
    assert said.height == batch.total.count
