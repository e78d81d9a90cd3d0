"""Codes of what is missing, unfit, or wrong in our own program. 配置与程序错误"""

from datetime import date
from enum import Enum
from pathlib import Path

from connectors.bank.flows.filling import extract
from connectors.bank.model import NightKey
from gateway.cli import main
from gateway.dates import Calendar
from gateway.errors import Code
from gateway.launcher.airflow import require_running
from gateway.launcher.options import Options
from gateway.launcher.processes import Record
from gateway.signing.keys.keyring import KeyRing, Purpose
from gateway.states import Answer, Machine, Row
from gateway.store import outbox
from gateway.store.outbox import Draft
from gateway.wiring.agreed import load_layout
from gateway.wiring.places import Places
from gateway.wiring.settings import site
from tests.connectors.bank.samples import DAY, asked
from tests.kernel.ground import Ground, raised
from tests.signing.keys.test_keyring import key
from tests.signing.primitives.test_selftest import LIBRARY, SELF_TEST, WITHOUT_SM, run_elsewhere
from tests.simulation.parts import Crasher, MemoryLedger


class Door(Enum):
    """A machine with one state."""

    OPEN = "开"


class Hand(Enum):
    """And one event, which has no row."""

    PUSH = "推"


def calendar_year_missing(ground: Ground) -> Code | None:
    return raised(lambda: Calendar({}).is_working_day(date(2027, 1, 4)))


def setting_missing(ground: Ground) -> Code | None:
    return raised(lambda: site(Places(ground.place)))


def setting_invalid(ground: Ground) -> Code | None:
    (ground.place / "settings.json").write_text('{"name": "x"}')
    return raised(lambda: site(Places(ground.place)))


def layout_invalid(ground: Ground) -> Code | None:
    (ground.place / "bank").mkdir()
    (ground.place / "bank" / "x.yaml").write_text("layout: [")
    return raised(lambda: load_layout(ground.place, "x"))


def key_missing(ground: Ground) -> Code | None:
    return raised(lambda: KeyRing([]).signer(Purpose.BANK_RECEIPT, "990001", ground.now()))


def duplicate_setting(ground: Ground) -> Code | None:
    return raised(lambda: KeyRing([key(), key()]))


def process_failed(ground: Ground) -> Code | None:
    options = Options(ground.place, 1, 2, "20260228", "")
    return raised(lambda: require_running(options, Record("scheduler", 0, 0, "", "")))


def platform_unfit(ground: Ground) -> Code:
    (ground.place / "libcrypto.so.3").write_bytes(b"not a library")
    return Code[run_elsewhere(LIBRARY, LD_LIBRARY_PATH=str(ground.place)).split()[0]]


def self_test_failed(ground: Ground) -> Code:
    configuration = Path(ground.place / "openssl.cnf")
    configuration.write_text(WITHOUT_SM)
    return Code[run_elsewhere(SELF_TEST, OPENSSL_CONF=str(configuration)).split()[0]]


def interface_differs(ground: Ground) -> Code | None:
    """The core's view gives one place of a batch twice."""
    ledger = MemoryLedger(Crasher(), [asked(), asked()])
    return raised(lambda: extract(ledger, NightKey("990001", "ZH01", DAY)))


def content_differs(ground: Ground) -> Code | None:
    """One message is drafted with two payloads."""

    def twice() -> None:
        with ground.store.begin() as work:
            for payload in (b"one", b"other"):
                draft = Draft("postings-1", "core_system", "core.postings", "n", "x", payload)
                outbox.draft(ground.store, work, draft)

    return raised(twice)


def transition_missing(ground: Ground) -> Code | None:
    row = Row(Door.OPEN, Door.OPEN, Answer.IGNORE, Door.OPEN, "", "")
    machine = Machine("door", "门", Door.OPEN, frozenset(), frozenset(), (row,))
    return raised(lambda: machine.advance(Door.OPEN, Hand.PUSH))


def told(ground: Ground, *words: str) -> Code:
    """The code that the command ends with."""
    # the log of this process stays as it is
    patch = ground.request.getfixturevalue("monkeypatch")
    patch.setattr(main, "_configure_log", lambda *, verbose: None)
    answered, _ = main.answer(words)
    return Code[answered.data["error"]["code"]]


def our_bug(ground: Ground) -> Code:
    """A verb that divides by zero."""
    patch = ground.request.getfixturevalue("monkeypatch")
    patch.setattr("gateway.cli.verbs.docs.run", lambda parsed: 1 / 0)
    return told(ground, "docs")


def file_not_here(ground: Ground) -> Code:
    """A device is no file to be tried."""
    return told(ground, "try", "bank", "--layout", "generic-pipe-result", "/dev/zero")


PRODUCERS = {
    Code.CALENDAR_YEAR_MISSING: calendar_year_missing,
    Code.SETTING_MISSING: setting_missing,
    Code.SETTING_INVALID: setting_invalid,
    Code.LAYOUT_INVALID: layout_invalid,
    Code.KEY_MISSING: key_missing,
    Code.DUPLICATE_SETTING: duplicate_setting,
    Code.PLATFORM_UNFIT: platform_unfit,
    Code.PROCESS_FAILED: process_failed,
    Code.SELF_TEST_FAILED: self_test_failed,
    Code.INTERFACE_DIFFERS: interface_differs,
    Code.CONTENT_DIFFERS: content_differs,
    Code.TRANSITION_MISSING: transition_missing,
    Code.OUR_BUG: our_bug,
    Code.FILE_NOT_HERE: file_not_here,
}
