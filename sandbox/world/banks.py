"""The banks, each with one special account of the branch. 沙箱银行与专户."""

from dataclasses import dataclass

from sandbox.world.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Account:
    """A special account 专户: the short id used in file names, and the number."""

    short_id: str
    number: str


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank: node code, name, account, instructions a night, and what befalls them.

    ``mix`` gives the outcomes per mille; ``always`` is an outcome each night has at least once.
    """

    code: str
    name: str
    account: Account
    usual_count: int
    mix: tuple[tuple[Outcome, int], ...]
    always: Outcome | None = None
    shared_card: bool = False


def _account(code: str) -> Account:
    return Account("ZH01", f"{code}{1:013d}")


# fmt: off
_MIX_990001 = (
    (Outcome.TAKEN, 880), (Outcome.INSUFFICIENT, 55), (Outcome.NAME_DIFFERS, 20),
    (Outcome.ACCOUNT_CLOSED, 20), (Outcome.MANDATE_REVOKED, 15), (Outcome.PARTIAL, 10),
)
_MIX_990002 = (
    (Outcome.TAKEN, 880), (Outcome.INSUFFICIENT, 60), (Outcome.NAME_DIFFERS, 20),
    (Outcome.ACCOUNT_CLOSED, 15), (Outcome.MANDATE_REVOKED, 15), (Outcome.UNKNOWN, 10),
)
_MIX_990003 = ((Outcome.TAKEN, 880), (Outcome.INSUFFICIENT, 120))

BANKS = (
    Bank("990001", "沙箱甲银行", _account("990001"), 60, _MIX_990001, always=Outcome.PARTIAL),
    Bank("990002", "沙箱乙银行", _account("990002"), 45, _MIX_990002, always=Outcome.UNKNOWN,
         shared_card=True),
    Bank("990003", "沙箱丙银行", _account("990003"), 30, _MIX_990003),
)
# They take batches of the real day: one as files, one over the settlement platform.
FILES_BANK = Bank("990004", "沙箱丁银行", _account("990004"), 0, ())
PLATFORM_BANK = Bank("990005", "沙箱戊银行", _account("990005"), 0, ())
# fmt: on
CIRCLE_BANKS = (FILES_BANK, PLATFORM_BANK)
ALL_BANKS = (*BANKS, *CIRCLE_BANKS)


def bank_of(code: str) -> Bank:
    """Return the bank with a node code; an unknown code is refused."""
    for bank in ALL_BANKS:
        if bank.code == code:
            return bank
    known = [bank.code for bank in ALL_BANKS]
    raise ValueError(f"the sandbox has no bank {code!r}; it has {known}")
