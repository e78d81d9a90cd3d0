"""The layouts of the generic dialect, and small files and values made with them. 样例"""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path

import yaml

from connectors.bank.codec import Layout, layout_of
from connectors.bank.model import DecodedFile, DeductionResult
from connectors.core_system.model import Instruction
from gateway.wiring.agreed import load_layout

SCHEMAS = Path(__file__).parents[3] / "schemas"
SCHEMA = json.loads((SCHEMAS / "bank" / "layout.schema.json").read_text("utf-8"))
DAY, BATCH = date(2026, 2, 28), "PLKK20260228001"
LINES_MAX = 10_000


def parsed(name: str) -> dict:
    """A layout's YAML as data, to be altered."""
    text = (SCHEMAS / "bank" / f"generic-pipe-{name}.yaml").read_text("utf-8")
    return yaml.safe_load(text)


def altered(name: str, change: Callable[[dict], object]) -> Layout:
    """A layout of the generic dialect, changed."""
    data = parsed(name)
    change(data)
    return layout_of(data, SCHEMA)


def shipped(name: str) -> Layout:
    """A layout as it is shipped."""
    return load_layout(SCHEMAS, name)


def shown(decoded: DecodedFile) -> str:
    """All that was read, as text a person can check."""
    found = asdict(decoded) | {"kind": decoded.kind.value}
    for faults in ("findings", "held"):
        found[faults] = [
            {"code": one.code.name, "line": one.line, "column": one.column, "field": one.field}
            for one in getattr(decoded, faults)
        ]
    kept = {name: value for name, value in found.items() if value not in (None, (), [], {})}
    return json.dumps(kept, ensure_ascii=False, indent=1, default=str) + "\n"


RESULT = layout_of(parsed("result"), SCHEMA)
STATEMENT = layout_of(parsed("statement"), SCHEMA)
RECEIPT = layout_of(parsed("receipt"), SCHEMA)
LAYOUTS = {layout.kind: layout for layout in (RESULT, STATEMENT, RECEIPT)}


def asked(serial: int = 1, **changes: object) -> Instruction:
    """An instruction: 2001.70 yuan of instalment 12, all or nothing."""
    values = {
        "bank": "990001", "account": "ZH01", "business_date": DAY, "batch_no": BATCH,
        "serial": serial, "loan_no": f"0809910400{serial:04d}", "instalment_no": 12,
        "payer_account": f"9900016204{serial:09d}", "payer_name": "沙箱䶮",
        "asked_fen": 200_170, "principal_fen": 91_837, "interest_fen": 108_333,
        "penalty_fen": 0, "full_flag": "0",
    }  # fmt: skip
    return Instruction(**(values | changes))


def answer(to: Instruction, **changes: object) -> DeductionResult:
    """The bank's answer to an instruction: taken in full, booked."""
    values = {
        "line": to.serial + 1, "serial": to.serial, "batch_no": to.batch_no,
        "loan_no": to.loan_no, "instalment_no": to.instalment_no,
        "payer_account": to.payer_account, "payer_name": to.payer_name,
        "asked_fen": to.asked_fen, "taken_fen": to.asked_fen, "full_flag": to.full_flag,
        "code": "00000", "message": "扣款成功", "host_date": DAY,
        "host_serial": f"0012602280000{to.serial:04d}",
    }  # fmt: skip
    return DeductionResult(**(values | changes))


def failed(to: Instruction, code: str, **changes: object) -> DeductionResult:
    """The bank's answer that nothing was taken."""
    nothing = {"taken_fen": 0, "code": code, "host_date": None, "host_serial": ""}
    return answer(to, **(nothing | changes))
