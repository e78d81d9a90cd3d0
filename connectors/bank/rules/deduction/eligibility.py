"""Who is asked for what on a business date, and for each who is not the reason. 扣款资格

Every due passes the same questions in the same order; the first that says no is its reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.bank.codec import Layout, unfit
from connectors.bank.model.deductions import Exclusion, Knowledge, Moment
from connectors.bank.rules.deduction.days import is_asked
from connectors.bank.rules.deduction.requests import request_line
from connectors.bank.settings import Deductions
from connectors.bank.verdicts import CodeClass
from connectors.core_system.model import (
    DueInstalment,
    Hold,
    LoanStatus,
    Mandate,
    MandateState,
    RepaymentAccount,
)
from gateway.dates import Calendar
from gateway.errors import Code


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When a plan is made, what is known then, and what is agreed."""

    moment: Moment
    known: Knowledge
    terms: Deductions
    layout: Layout
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Asking:
    """One due, and the circumstances in which it is asked about."""

    due: DueInstalment
    given: Circumstances

    @property
    def at(self) -> datetime:
        """The moment of the asking."""
        return self.given.moment.at


_Question = Callable[[Asking], Exclusion | None]


def why_not(asking: Asking) -> Exclusion | None:
    """The first reason not to ask for a due now; None when it is to be asked for.

    Raises NotConfigured for a date in a year without a calendar (B40).
    """
    reasons = (question(asking) for question in _QUESTIONS)
    return next((reason for reason in reasons if reason is not None), None)


def account_in_force(accounts: Sequence[RepaymentAccount], at: datetime) -> RepaymentAccount | None:
    """The account a loan is repaid from at that moment; None when none has begun (B27)."""
    begun = [account for account in accounts if account.effective_at <= at]
    return max(begun, key=lambda account: account.effective_at, default=None)


def _loan(asking: Asking) -> Exclusion | None:
    over = asking.due.status in (LoanStatus.SETTLED, LoanStatus.WRITTEN_OFF)
    return Exclusion.LOAN_SETTLED if over else None


def _amount(asking: Asking) -> Exclusion | None:
    due = asking.due
    parts = (due.principal_fen, due.interest_fen, due.penalty_fen, due.fine_fen)
    sound = due.fen > 0 and min(parts) >= 0
    return None if sound else Exclusion.AMOUNT_NOT_POSITIVE


def _in_flight(asking: Asking) -> Exclusion | None:
    key = (asking.due.loan_no, asking.due.instalment_no)
    unknown = asking.given.known.in_flight.get(key)
    if unknown is None:
        return None
    return Exclusion.OUTCOME_UNKNOWN if unknown else Exclusion.IN_FLIGHT


def _asked_already(asking: Asking) -> Exclusion | None:
    key = (asking.due.loan_no, asking.due.instalment_no)
    return Exclusion.ASKED_TODAY if key in asking.given.known.asked_today else None


def _not_due(asking: Asking) -> Exclusion | None:
    return Exclusion.NOT_DUE_YET if _asked_today(asking) is None else None


def _asked_today(asking: Asking) -> bool | None:
    day, terms = asking.given.moment.business_date, asking.given.terms
    return is_asked(asking.due.due_on, day, terms, asking.given.calendar)


_HOLDS = {
    Hold.OFFSET_RUNNING: Exclusion.OFFSET_RUNNING,
    Hold.COURT: Exclusion.COURT_HOLD,
    Hold.MANUAL: Exclusion.MANUAL_HOLD,
}


def _held(asking: Asking) -> Exclusion | None:
    return _HOLDS.get(asking.due.hold)


def _blocked(asking: Asking) -> Exclusion | None:
    return Exclusion.BLOCKING_BREAK if asking.due.loan_no in asking.given.known.blocked else None


def _account(asking: Asking) -> Exclusion | None:
    due, at = asking.due, asking.at
    accounts = asking.given.known.accounts.get(due.loan_no, ())
    now = account_in_force(accounts, at)
    if now is None or not due.payer_account:
        return Exclusion.ACCOUNT_UNKNOWN
    if (now.account, now.name) != (due.payer_account, due.payer_name):
        later = any(a.account == due.payer_account and a.effective_at > at for a in accounts)
        return Exclusion.ACCOUNT_NOT_YET if later else Exclusion.ACCOUNT_UNKNOWN
    checked = now.approved_by and now.approved_by != now.changed_by
    return None if checked else Exclusion.ACCOUNT_UNCHECKED


def _fits(asking: Asking) -> Exclusion | None:
    """Whether the bank's file can say it whole: nothing is cut, nothing is replaced."""
    found = unfit(asking.given.layout, request_line(1, asking.due))
    return None if found is None else _UNFIT.get(found.code, Exclusion.UNFIT)


_UNFIT = {
    Code.FIELD_TOO_LONG: Exclusion.NAME_TOO_LONG,
    Code.ENCODING_INVALID: Exclusion.NAME_UNWRITABLE,
}


def _mandate(asking: Asking) -> Exclusion | None:
    due, at = asking.due, asking.at
    given = [m for m in asking.given.known.mandates.get(due.loan_no, ()) if _covers(m, due)]
    if not given:
        return Exclusion.MANDATE_MISSING
    if any(_in_force(mandate, at) for mandate in given):
        return None
    ended = all(m.state is MandateState.REVOKED or _is_over(m, at) for m in given)
    return Exclusion.MANDATE_ENDED if ended else Exclusion.MANDATE_NOT_YET


def _covers(mandate: Mandate, due: DueInstalment) -> bool:
    return (mandate.mandate_no, mandate.payer_account) == (due.mandate_no, due.payer_account)


def _is_over(mandate: Mandate, at: datetime) -> bool:
    return mandate.ended_at is not None and mandate.ended_at <= at


def _in_force(mandate: Mandate, at: datetime) -> bool:
    begun = mandate.state is MandateState.EFFECTIVE and mandate.effective_at <= at
    return begun and not _is_over(mandate, at)


def _failed(asking: Asking) -> Exclusion | None:
    """What cannot go better a second time waits for its cause to change (B11, B12, B13)."""
    due, last = asking.due, asking.given.known.failures.get(asking.due.loan_no)
    if last is None:
        return None
    same_payer = (last.payer_account, last.payer_name) == (due.payer_account, due.payer_name)
    same_mandate = last.mandate_no == due.mandate_no
    # fmt: off
    barred = {
        CodeClass.ACCOUNT_STATE.name: (same_payer,   Exclusion.ACCOUNT_FAILED),
        CodeClass.IDENTITY.name:      (same_payer,   Exclusion.IDENTITY_FAILED),
        CodeClass.MANDATE.name:       (same_mandate, Exclusion.MANDATE_FAILED),
    }
    # fmt: on
    still, reason = barred.get(last.meaning, (False, None))
    return reason if still else None


def _retries(asking: Asking) -> Exclusion | None:
    return None if _asked_today(asking) else Exclusion.RETRIES_OVER


_QUESTIONS: tuple[_Question, ...] = (
    _loan,
    _amount,
    _in_flight,
    _asked_already,
    _not_due,
    _held,
    _blocked,
    _account,
    _fits,
    _mandate,
    _failed,
    _retries,
)
