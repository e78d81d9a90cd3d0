"""What the site agrees with the sandbox banks that take batches of the real day. 沙箱扣款配置"""

from collections.abc import Mapping
from datetime import date, timedelta

from gateway.clock import SystemClock
from gateway.launcher.options import Options
from gateway.launcher.ports import LOOPBACK
from gateway.launcher.secret_files import write_once
from gateway.wiring.private_files import write_private

FILES_CODE, PLATFORM_CODE = "990004", "990005"
KEY_FILE = "settlement.key"
# What fell due before the first day is asked for on it, so that its batch has something in it.
_LOOK_BACK = timedelta(days=20)
# Late, so that a batch can be tried at any hour.
_TERMS = {"cut_off": "23:59", "answer_hours": 12}


def begun(options: Options) -> date:
    """The day on which the circle was first opened at this site; it stays."""
    path = options.secrets / "circle_begun"
    write_once(path, lambda: SystemClock().today().isoformat())
    return date.fromisoformat(path.read_text(encoding="ascii"))


def first_due(options: Options) -> date:
    """The first day on which a loan of the circle can fall due, in the year of its beginning."""
    first = begun(options)
    return max(first - _LOOK_BACK, date(first.year, 1, 1))


def circle_terms(code: str) -> Mapping[str, object]:
    """The layouts and terms of one of the two, as settings.json has them."""
    files = {"account_statement": "generic-pipe-statement", "file_receipt": "generic-pipe-receipt"}
    if code == FILES_CODE:
        own = {
            "deduction_request": "generic-pipe-request",
            "deduction_result": "generic-fixed-result",
        }
        return {"layouts": files | own, "deductions": _TERMS}
    own = {
        "deduction_request": "settlement-105-same",
        "deduction_result": "settlement-108",
        "deduction_split": "settlement-106",
    }
    return {"layouts": files | own, "deductions": _TERMS | {"platform": _platform_terms(code)}}


def _platform_terms(code: str) -> Mapping[str, object]:
    ours = {
        "account": f"{code}{1:013d}",
        "name": "沙箱公积金中心",
        "bank_name": "沙箱戊银行",
    }
    parts = dict.fromkeys(("credit", "principal", "interest", "penalty", "fine"), ours)
    return {"transit_account": f"{code}9999999999999", **parts}


def settlement(options: Options) -> Mapping[str, object]:
    """The settlement platform, as settings.json has it; its installed key is copied."""
    installed = options.sandbox / "settlement" / "installed.key"
    write_private(options.secrets / KEY_FILE, installed.read_bytes())
    return {
        "connection": "settlement",
        "node": "C99010",
        "unit_no": "990100000000000",
        "platform": "D00000",
        "generation": "v1",
        "cipher": "sm4-sandbox",
        "key_file": KEY_FILE,
        "details_layout": "settlement-113",
        "listener": {"host": LOOPBACK, "port": options.listen_port},
    }


def connection(options: Options) -> Mapping[str, object]:
    """Where the platform answers."""
    return {"conn_type": "tcp", "host": LOOPBACK, "port": options.platform_port}
