"""What may differ per site about a bank, validated. 银行设置"""

from dataclasses import dataclass
from datetime import date, time
from enum import Enum

from connectors.bank.codec.settlement import Generation, Sender
from connectors.bank.model import FileKind
from connectors.bank.model.books import CreditForm
from connectors.bank.rules.delinquency import Ladder


class Evidence(Enum):
    """What we ask of a bank's file before we believe that it is theirs."""

    SIGNATURE = "signature"
    CHANNEL = "channel"


class OwedDays(Enum):
    """On which business dates a file is owed."""

    WORKING_DAYS = "working_days"
    EVERY_DAY = "every_day"


# How many days a site may let lie between two that match.
WINDOW_DAYS, RETURN_DAYS = range(31), range(61)

# the branch's own practice: telephone from 1, letter from 3, court from 6, rate from 3
DEFAULT_LADDER = Ladder()


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """One special account of ours at the bank: our short id and the bank's number."""

    id: str
    number: str


@dataclass(frozen=True, slots=True)
class Owed:
    """One file the bank owes for each business date of an account, and by when.

    Due at `due_time` (Shanghai) `due_days_after` calendar days after the business date.
    """

    kind: FileKind
    days: OwedDays
    due_time: time
    due_days_after: int
    first: date
    last: date | None = None


class DueOnHoliday(Enum):
    """On which day an instalment is asked for whose due day is no working day (B10)."""

    EARLY = "early"
    LATE = "late"
    SAME_DAY = "same_day"


@dataclass(frozen=True, slots=True)
class Credit:
    """One account of ours that money is credited to, as the platform wants it named."""

    account: str
    name: str
    bank_name: str = ""
    account_class: str = "2"


@dataclass(frozen=True, slots=True)
class PlatformTerms:
    """A bank that takes its batches over the settlement platform (BDC105).

    `credit` is our special account, `transit_account` the bank's own (银行内部过渡户). Where the
    last four are given the bank wants the split (BDC106) too.
    """

    credit: Credit
    transit_account: str
    file_type: str = "1"
    principal: Credit | None = None
    interest: Credit | None = None
    penalty: Credit | None = None
    fine: Credit | None = None

    @property
    def splits(self) -> bool:
        """Whether a finished batch is split."""
        return None not in (self.principal, self.interest, self.penalty, self.fine)


@dataclass(frozen=True, slots=True)
class Deductions:
    """How instalments are asked for at a bank, as agreed with it and in the loan contracts.

    A batch leaves before `cut_off` (Shanghai) of its business date. What failed is asked for again
    on `retry_days` working days. Whoever changed an account less than `changed_lately_days` ago
    cannot approve its use. The bank owes an end of a batch `answer_hours` after it has it.
    """

    cut_off: time
    holiday: DueOnHoliday = DueOnHoliday.LATE
    retry_days: int = 3
    lines_max: int = 5_000
    changed_lately_days: int = 31
    answer_hours: int = 12
    # None where batches are files in the bank's directory
    platform: PlatformTerms | None = None

    @property
    def splits(self) -> bool:
        """Whether the bank wants the split of a finished batch."""
        return self.platform is not None and self.platform.splits


@dataclass(frozen=True, slots=True)
class Matching:
    """How a bank books, as far as matching goes by it: the part of `Policy` that a site sets.

    `window` in working days; `return_days` in calendar days (B26); `padded_serials` where one host
    serial comes with and without leading zeros (B38); the summaries are exact texts by which the
    bank marks its own fees and interest.
    """

    credits: CreditForm = CreditForm.LUMP
    window: int = 3
    padded_serials: bool = False
    return_days: int = 10
    fee_summaries: frozenset[str] = frozenset({"手续费", "结息"})

    def is_sound(self) -> bool:
        """Whether the days are within reason: a wider net would catch strangers' money."""
        return self.window in WINDOW_DAYS and self.return_days in RETURN_DAYS


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of what we take from a bank at once."""

    file_bytes_max: int = 64 * 1024 * 1024
    lines_max: int = 200_000
    listing_max: int = 10_000
    # from this size on lines are stored while they are read, and found by person a little later
    bulk_bytes_min: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BankProfile:
    """One bank as agreed with it."""

    code: str
    name: str
    connection: str
    accounts: tuple[OwnAccount, ...]
    layouts: dict[FileKind, str]
    evidence: Evidence
    owes: tuple[Owed, ...]
    outgoing: str = "/outgoing"
    incoming: str = "/incoming"
    lump_summary: str = "批量扣款 {batch}"
    matching: Matching = Matching()
    limits: Limits = Limits()
    ladder: Ladder = DEFAULT_LADDER
    # None where the branch sends this bank no batches
    deductions: Deductions | None = None

    def account(self, account_id: str) -> OwnAccount | None:
        """Our account of that id, None when there is none."""
        return next((own for own in self.accounts if own.id == account_id), None)


@dataclass(frozen=True, slots=True)
class ListenerProfile:
    """Where the platform's pushes come in, and how much of it at once.

    Seconds for a whole frame to arrive, however slowly it drips.
    """

    host: str
    port: int
    connections_max: int = 32
    frame_seconds: float = 20
    frame_bytes_max: int = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SettlementProfile:
    """The settlement platform as agreed: nodes, generation, cipher, where it pushes to.

    `node` and `unit_no` are ours; `platform` the node it answers and pushes as. `cipher` names
    the session cipher, `key_file` the file of the secrets directory it was installed with.
    `details_layout` is how bookings are written, pushed or asked for, unless a bank has its own.
    """

    connection: str
    node: str
    unit_no: str
    platform: str
    generation: Generation
    cipher: str
    key_file: str
    details_layout: str
    listener: ListenerProfile
    customer_no: str = ""
    operator_no: str = ""
    # the node that sign-in and probe go to, where it is not the one it answers as
    sign_in_node: str = ""

    def sender(self, receive_node: str = "") -> Sender:
        """Who we are, and where a request goes: a bank's node, by default the platform itself."""
        to = receive_node or self.sign_in_node or self.platform
        return Sender(self.node, self.unit_no, to, self.customer_no, self.operator_no)
