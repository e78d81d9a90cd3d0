"""The deduction circle over files: built once, approved by two, sent once. 扣款"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from connectors.bank.codec import decode
from connectors.bank.flows.deducting import queueing
from connectors.bank.model.deductions import LineOutcome
from connectors.bank.rules.deduction.states import BatchState
from connectors.bank.store import batch_lines
from connectors.bank.store.deduction_tables import LINE
from connectors.core_system.model import Hold
from gateway.dates import SHANGHAI
from gateway.errors import Code, GatewayError
from gateway.store import alarms, approvals
from gateway.store.database import connect
from gateway.store.unit_of_work import PostgresStore
from tests.archives import new_archive
from tests.connectors.bank.dues import ACCOUNT, BANK, DAY, REQUEST, account, due, payer
from tests.simulation.site_of_deductions import Branch

NEXT = DAY + timedelta(days=3)
OK, FAILED, UNKNOWN = LineOutcome.SUCCEEDED, LineOutcome.FAILED, LineOutcome.UNKNOWN


@pytest.fixture
def morning(stepping_clock):
    """The morning of the business date."""
    return stepping_clock(datetime(2026, 2, 27, 9, 0, tzinfo=SHANGHAI))


@pytest.fixture
def branch(engine, tmp_path, morning):
    """Five instalments due, nothing built."""
    return Branch(PostgresStore(engine, new_archive(tmp_path / "archive"), morning), morning)


def states(branch, day=DAY) -> list[BatchState]:
    return [batch.state for batch in branch.batches(day)]


def code_of(call, *arguments) -> Code | None:
    try:
        call(*arguments)
    except GatewayError as error:
        return error.code
    return None


def approval_of(branch, batch):
    with branch.store.begin() as work:
        return approvals.standing(work, "bank.batch", batch.batch_id)


def test_a_day_is_built_in_batches_of_agreed_size_and_waits_for_two_people(branch):
    built = branch.build()
    assert [(one.batch_no, one.total.count) for one in built] == [
        ("D990001260227ZH01001", 3), ("D990001260227ZH01002", 2),
    ]  # fmt: skip
    branch.advance()
    assert states(branch) == [BatchState.BUILT] * 2
    assert branch.sent() == []


def test_the_releaser_reads_totals_exclusions_and_the_equation(branch):
    branch.core.owed = [*branch.core.owed, due(9, hold=Hold.COURT)]
    lines = approval_of(branch, branch.build()[0]).lines
    assert lines[0] == "本批 3 笔 6,005.10 元"
    assert lines[-4:] == (
        "E5 应扣 = 下一批 + 在途 + 暂不扣",
        "应扣 6 笔 12,010.20 元",
        "= 下一批 5 笔 10,008.50 元",
        "+ 司法冻结或协助执行 1 笔 2,001.70 元",
    )
    assert not any(payer(1) in line or "沙箱1" in line for line in lines)


def test_approved_batches_are_sent_once_and_say_what_was_approved(branch):
    branch.build()
    branch.approve()
    for _ in range(3):
        branch.advance()
    assert states(branch) == [BatchState.SENT] * 2
    assert len(branch.sent()) == 2
    assert set(branch.wire.flags.values()) <= {0, 1}
    name = branch.sent()[0]
    assert name == "DKQQ_990001_ZH01_20260227_D990001260227ZH01001.txt"
    assert branch.wire.directories["/incoming"][name].decode("gb18030").splitlines()[1] == (
        f"D|1|{payer(1)}|沙箱1|2001.70|0|公积金还贷99HT00000001|WT00000001|99DK0000000001|26|"
    )


def test_x01_a_day_run_again_builds_and_sends_nothing_more(branch):
    first = branch.build()
    assert branch.build() == first
    branch.approve()
    branch.advance()
    sent = branch.batches()
    assert branch.build() == sent
    assert len(branch.sent()) == 2


def test_x01_after_the_cut_off_what_was_built_stands_and_nothing_is_added(branch, morning):
    branch.build()
    branch.approve()
    branch.advance()
    sent = branch.batches()
    morning.forward(9 * 3600)
    branch.core.owed = [*branch.core.owed, due(9)]
    assert branch.build() == sent
    assert code_of(branch.build, DAY - timedelta(days=1)) is Code.CUT_OFF_PASSED


def test_x01_approved_and_not_sent_before_the_cut_off_it_is_taken_back_and_rings(branch, morning):
    """Two people approved it for that day's hours; the line was down until they were over."""
    first = branch.build()[0]
    branch.approve()
    queueing.queue(branch.bank, first.batch_id)
    morning.forward(9 * 3600)
    branch.advance()
    assert branch.sent() == []
    assert states(branch) == [BatchState.WITHDRAWN] * 2
    with branch.store.begin() as work:
        (bell,) = alarms.ringing(work)
        assert (bell.code, bell.subject) == (Code.CUT_OFF_PASSED, f"{BANK}/{ACCOUNT}")
        assert bell.detail == f"{DAY} {first.batch_no}"
    morning.forward(2 * 24 * 3600)
    branch.core.owed = [replace(one, business_date=NEXT) for one in branch.core.owed]
    assert sum(batch.total.count for batch in branch.build(NEXT)) == 5
    with branch.store.begin() as work:
        assert alarms.ringing(work) == []


def test_what_the_core_says_anew_before_sending_replaces_the_batch_and_its_approval(branch):
    old = branch.build()
    branch.approve()
    branch.core.owed = [replace(one, penalty_fen=200) for one in branch.core.owed]
    branch.build()
    assert states(branch) == [BatchState.WITHDRAWN] * 2 + [BatchState.BUILT] * 2
    branch.advance()
    assert branch.sent() == []
    assert code_of(queueing.queue, branch.bank, old[0].batch_id) is Code.BATCH_NOT_READY


def test_without_two_people_for_exactly_this_nothing_is_queued(branch):
    (batch, _) = branch.build()
    assert code_of(queueing.queue, branch.bank, batch.batch_id) is Code.APPROVAL_MISSING
    found = approval_of(branch, batch)
    with branch.store.begin() as work:
        approvals.release(work, found.approval_id, "li", batch.digest)
    assert code_of(queueing.queue, branch.bank, batch.batch_id) is Code.APPROVAL_MISSING


def test_rows_changed_behind_the_approval_stop_the_batch(branch, access):
    (batch, _) = branch.build()
    branch.approve()
    with connect(access.server.admin("gateway")).begin() as admin:
        admin.execute(text("set local session_replication_role = replica"))
        admin.execute(text("update deduction_line set payer_account = '1' where serial = 1"))
    assert code_of(queueing.queue, branch.bank, batch.batch_id) is Code.CONTENT_DIFFERS
    assert branch.sent() == []


def test_x12_who_changed_an_account_of_the_batch_cannot_approve_it(branch):
    changed = account(due(1), changed_by="li", effective_at=datetime(2026, 2, 26, tzinfo=SHANGHAI))
    branch.core.accounts_of = [changed, *(account(one) for one in branch.core.owed[1:])]
    (batch, _) = branch.build()
    found = approval_of(branch, batch)
    with branch.store.begin() as work:
        assert code_of(
            approvals.release, work, found.approval_id, "li", batch.digest
        ) is Code.PERSON_BARRED  # fmt: skip


def test_what_nobody_approved_in_time_is_taken_back_and_asked_for_the_next_day(branch, morning):
    branch.build()
    morning.forward(9 * 3600)
    branch.advance()
    assert states(branch) == [BatchState.WITHDRAWN] * 2
    with branch.store.begin() as work:
        assert approvals.waiting(work, 500) == []
    morning.forward(3 * 24 * 3600 - 9 * 3600)
    branch.core.owed = [replace(one, business_date=NEXT) for one in branch.core.owed]
    branch.build(NEXT)
    assert [one.total.count for one in branch.batches(NEXT)] == [3, 2]


def test_a_refused_batch_is_not_sent_and_the_same_is_not_asked_for_again(branch):
    (batch, _) = branch.build()
    found = approval_of(branch, batch)
    with branch.store.begin() as work:
        approvals.refuse(work, found.approval_id, "wang", batch.digest, "金额有误")
    branch.advance()
    assert branch.build()[0] == batch
    assert approval_of(branch, batch).state.name == "REFUSED"


def test_in_flight_is_not_asked_for_again_until_its_outcome_is_proved(branch, morning):
    branch.build()
    branch.approve()
    branch.advance()
    first, second = branch.batches()
    branch.settle(first, OK, FAILED, UNKNOWN)
    morning.forward(3 * 24 * 3600)
    branch.core.owed = [replace(one, business_date=NEXT) for one in branch.core.owed[1:]]
    (batch,) = branch.build(NEXT)
    # the second loan failed for want of money; the third is unknown, the rest unanswered
    assert batch.total.count == 1
    lines = approval_of(branch, batch).lines
    assert "+ 在途：已在未了结的批次中 2 笔 4,003.40 元" in lines
    assert "+ 在途：上次扣款结果不明 1 笔 2,001.70 元" in lines
    assert second.state is BatchState.SENT


def test_b27_what_another_bank_has_in_flight_is_not_asked_for_here(branch, morning, access):
    """The loan's account has moved to this bank while its instalment is with the old one."""
    branch.build()
    branch.approve()
    branch.advance()
    with connect(access.server.admin("gateway")).begin() as admin:
        admin.execute(text("set local session_replication_role = replica"))
        admin.execute(text("update deduction_batch set bank = '990002' where sequence = 1"))
    morning.forward(3 * 24 * 3600)
    branch.core.owed = [replace(one, business_date=NEXT) for one in [*branch.core.owed, due(9)]]
    (batch,) = branch.build(NEXT)
    assert batch.total.count == 1
    assert "+ 在途：已在未了结的批次中 5 笔 10,008.50 元" in approval_of(branch, batch).lines


def test_a_failure_that_a_correction_turns_unknown_leaves_the_later_batch_alone(branch, morning):
    branch.core.owed = branch.core.owed[:1]
    (first,) = branch.build()
    branch.approve()
    branch.advance()
    branch.settle(first, FAILED)
    morning.forward(3 * 24 * 3600)
    branch.core.owed = [replace(one, business_date=NEXT) for one in branch.core.owed]
    (second,) = branch.build(NEXT)
    branch.settle(first, UNKNOWN)
    with branch.store.begin() as work:
        (line,) = batch_lines.settled_of(work, first)
        assert line.outcome is FAILED
        assert [
            one.batch_no for one in batch_lines.instructions_of(work, BANK, ACCOUNT, NEXT)
        ] == []
    branch.approve(day=NEXT)
    branch.advance()
    assert [one.state for one in branch.batches(NEXT)] == [BatchState.SENT]
    assert branch.settle(second, OK) == 1


def test_b11_what_failed_for_its_name_waits_until_a_person_has_put_it_right(branch, morning):
    branch.core.owed = branch.core.owed[:1]
    (batch,) = branch.build()
    branch.approve()
    branch.advance()
    branch.settle(batch, FAILED, code="03031")
    morning.forward(3 * 24 * 3600)
    branch.core.owed = [replace(one, business_date=NEXT) for one in branch.core.owed]
    assert branch.build(NEXT) == []
    with branch.store.begin() as work:
        batch_lines.cure(work, batch.batch_no, 1, "li", "银行已更正户名")
    assert len(branch.build(NEXT)) == 1


def test_what_failed_is_not_asked_for_twice_on_one_day(branch):
    (first, second) = branch.build()
    branch.approve()
    branch.advance()
    branch.settle(first, FAILED, FAILED, FAILED)
    assert [one.batch_id for one in branch.build()] == [first.batch_id, second.batch_id]


def test_a_batch_whose_every_line_is_proved_is_closed(branch):
    branch.build()
    branch.approve()
    branch.advance()
    first, _ = branch.batches()
    assert branch.settle(first, OK, OK) == 2
    assert states(branch)[0] is BatchState.SENT
    assert branch.settle(first, OK, OK, FAILED) == 1
    assert states(branch)[0] is BatchState.CLOSED


def test_an_earlier_night_that_is_decided_anew_says_nothing_against_a_later_one(branch):
    branch.core.owed = branch.core.owed[:1]
    (batch,) = branch.build()
    branch.approve()
    branch.advance()
    assert branch.settle(batch, UNKNOWN) == 0
    assert branch.settle(batch, OK, night=NEXT) == 1
    for outcome in (UNKNOWN, FAILED):
        assert branch.settle(batch, outcome) == 0
        with branch.store.begin() as work:
            assert [one.outcome for one in batch_lines.settled_of(work, batch)] == [OK]
    assert states(branch) == [BatchState.CLOSED]
    assert branch.settle(batch, FAILED, night=NEXT) == 0
    with branch.store.begin() as work:
        assert [one.outcome for one in batch_lines.settled_of(work, batch)] == [FAILED]


def test_the_night_is_given_the_day_s_lines_and_older_ones_that_are_live(branch, store):
    branch.build()
    with branch.store.begin() as work:
        assert batch_lines.instructions_of(work, BANK, ACCOUNT, DAY) == []
    branch.approve()
    branch.advance()
    first, _ = branch.batches()
    branch.settle(first, OK, OK, UNKNOWN)
    with branch.store.begin() as work:
        tonight = batch_lines.instructions_of(work, BANK, ACCOUNT, DAY)
        later = batch_lines.instructions_of(work, BANK, ACCOUNT, NEXT)
    assert [(one.batch_no[-1], one.serial) for one in tonight] == [
        ("1", 1), ("1", 2), ("1", 3), ("2", 1), ("2", 2),
    ]  # fmt: skip
    assert [(one.batch_no[-1], one.serial) for one in later] == [("1", 3), ("2", 1), ("2", 2)]


def test_b02_a_bank_that_does_not_answer_in_time_rings_and_nothing_is_resent(branch, morning):
    branch.build()
    branch.approve()
    branch.advance()
    morning.forward(13 * 3600)
    branch.advance()
    with branch.store.begin() as work:
        assert {alarm.code for alarm in alarms.ringing(work)} == {Code.BATCH_UNFINISHED}
    assert set(branch.wire.flags.values()) <= {0, 1}


def test_one_instalment_cannot_be_live_twice_whatever_the_program_believes(branch, engine):
    _, second = branch.build()
    kept = [column.name for column in LINE.columns if column.name not in ("batch_id", "serial")]
    names = ", ".join(kept)
    again = text(
        f"insert into deduction_line (batch_id, serial, {names}) "
        f"select :batch, 9, {names} from deduction_line where loan_no = :loan"
    )
    with pytest.raises(Exception, match="ix_deduction_line_live"), engine.begin() as connection:
        connection.execute(again, {"batch": second.batch_id, "loan": due(1).loan_no})


def test_x03_two_who_build_at_the_same_moment_build_one_set(branch, at_once):
    at_once(branch.build, branch.build)
    assert states(branch) == [BatchState.BUILT] * 2


def test_on_a_day_without_work_nothing_is_built(branch):
    assert branch.build(DAY.replace(day=22)) == []


def test_the_file_s_own_layout_reads_it_back(branch):
    branch.build()
    branch.approve()
    branch.advance()
    for name in branch.sent():
        assert decode(REQUEST, branch.wire.directories["/incoming"][name], 100).findings == ()
