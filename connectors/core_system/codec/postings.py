"""Postings, their answers and the night's extract as rows and payloads. 入账编解码"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date

from connectors.core_system.model import Instruction, Posting, PostingKind, PostingResult
from gateway.identity import mask_account, mask_name
from gateway.money import yuan_of

# our field ← their column; names after JGJ/T 320-2014 where it has one
POSTING_COLUMNS = {
    "bank": "yhdm", "account": "zhbh", "business_date": "ywrq", "batch_no": "pch", "serial": "xh",
    "loan_no": "dkzh", "instalment_no": "dqqc", "fen": "fse", "principal_fen": "bjje",
    "interest_fen": "lxje", "penalty_fen": "fxje", "fine_fen": "wyje", "booked_on": "jzrq",
    "host_serial": "yhjslsh",
}  # fmt: skip

# 冲账标识, JGJ/T 320-2014 A.9
NO_REVERSAL, REVERSAL = "01", "02"

# what a posting has only sometimes: left out where it has none, so that digests stay what they are
_UNSAID: Mapping[str, object] = {"fine_fen": 0, "reversal_of": "", "act": ""}


def row_of(posting: Posting) -> dict[str, object]:
    """A row for `exchange.repayment_posting`; fen become yuan."""
    row = {column: _write(name, getattr(posting, name)) for name, column in POSTING_COLUMNS.items()}
    return row | {
        "mdj": posting.key,
        "zhaiyao": content_digest(posting),
        "dkywmxlx": posting.kind.value,
        "czbz": REVERSAL if posting.reversal_of else NO_REVERSAL,
        "ymdj": posting.reversal_of or None,
    }


def _write(name: str, value: object) -> object:
    is_money = name == "fen" or name.endswith("_fen")
    return yuan_of(value) if is_money else value  # type: ignore[arg-type]


def content_digest(posting: Posting) -> str:
    """SHA-256 of one posting's canonical form: what the key is bound to."""
    return hashlib.sha256(_line(posting).encode()).hexdigest()


def encode(postings: Sequence[Posting]) -> bytes:
    """The payload of a posting message: one canonical JSON object a line."""
    return "".join(_line(posting) + "\n" for posting in postings).encode()


def decode(payload: bytes) -> tuple[Posting, ...]:
    """The postings of a payload of ours."""
    return tuple(_posting(json.loads(line)) for line in _lines(payload))


def _line(posting: Posting) -> str:
    fields = asdict(posting) | {
        "business_date": posting.business_date.isoformat(),
        "booked_on": posting.booked_on.isoformat(),
        "kind": posting.kind.value,
    }
    said = {name: value for name, value in fields.items() if value != _UNSAID.get(name)}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _posting(fields: dict[str, object]) -> Posting:
    dates = {name: date.fromisoformat(str(fields[name])) for name in ("business_date", "booked_on")}
    return Posting(**(fields | dates | {"kind": PostingKind(fields["kind"])}))  # type: ignore[arg-type]


def _lines(payload: bytes) -> list[str]:
    # not splitlines: a text of the core's may hold U+2028 or U+0085, which JSON leaves as they are
    return [line for line in payload.decode().split("\n") if line]


def encode_results(results: Iterable[PostingResult]) -> bytes:
    """What the ledger answered, as bytes to keep."""
    return "".join(
        json.dumps(asdict(result), ensure_ascii=False, sort_keys=True) + "\n" for result in results
    ).encode()


def decode_results(raw: bytes) -> tuple[PostingResult, ...]:
    """The results of kept bytes."""
    return tuple(PostingResult(**json.loads(line)) for line in _lines(raw))


def encode_instructions(instructions: Sequence[Instruction]) -> bytes:
    """The extract a night was decided on, as bytes to keep: without it no night can be re-run."""
    lines = (
        asdict(item) | {"business_date": item.business_date.isoformat()} for item in instructions
    )
    return "".join(
        json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines
    ).encode()


def scrub(payload: bytes) -> bytes:
    """A payload of postings without the loans it is about, for samples and reports."""
    lines = (json.loads(line) for line in _lines(payload))
    return "".join(
        json.dumps(_scrubbed(line), ensure_ascii=False, sort_keys=True) + "\n" for line in lines
    ).encode()


def _scrubbed(fields: dict[str, object]) -> dict[str, object]:
    masks = {"loan_no": mask_account, "payer_account": mask_account, "payer_name": mask_name}
    return {
        name: masks[name](str(value)) if name in masks else value for name, value in fields.items()
    }
