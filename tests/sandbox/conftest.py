"""What the tests share: a reader of layouts, a prepared ROOT, a way to run verbs. 沙箱测试."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
SEED = "test"
FIRST = date(2026, 2, 24)
PATTERNS = {
    "text": r"[^|\n]*",
    "digits": r"\d+",
    "count": r"0|[1-9]\d*",
    "yuan": r"(0|[1-9]\d*)\.\d{2}",
    "date": r"\d{8}",
    "time": r"\d{6}",
}


@dataclass(frozen=True)
class Layout:
    """A layout of schemas/bank, read as data; it knows nothing of how the sandbox writes."""

    spec: dict

    def complaints(self, data: bytes) -> set[str]:
        """Return what is wrong with a file, in single words."""
        try:
            text = data.decode(self.spec["encoding"])
        except UnicodeDecodeError:
            return {"encoding"}
        if not text.endswith(self.spec["newline"]):
            return {"newline"}
        rows = [line.split(self.spec["delimiter"]) for line in text.split("\n")[:-1]]
        tags = "".join(row[0] for row in rows)
        if not re.fullmatch(r"HD*T", tags):
            return {"order"}
        kinds = ["header", *["detail"] * (len(rows) - 2), "trailer"]
        found = set().union(*(self._row(k, row) for k, row in zip(kinds, rows, strict=True)))
        return found or self._sums(rows)

    def values(self, data: bytes) -> tuple[dict, list[dict], dict]:
        """Return head, lines and trailer by field name."""
        rows = [line.split("|")[1:-1] for line in data.decode("gb18030").splitlines()]
        return (
            dict(zip(self._names("header"), rows[0], strict=True)),
            [dict(zip(self._names("detail"), row, strict=True)) for row in rows[1:-1]],
            dict(zip(self._names("trailer"), rows[-1], strict=True)),
        )

    def _names(self, kind):
        return [field["name"] for field in self.spec[kind]["fields"]]

    def _row(self, kind, row):
        fields = self.spec[kind]["fields"]
        if len(row) != len(fields) + 2 or row[-1]:
            return {"fields"}
        return {
            f["name"] for f, text in zip(fields, row[1:-1], strict=True) if not self._fits(f, text)
        }

    def _fits(self, field, text):
        if field.get("empty") and not text:
            return True
        size = len(text.encode(self.spec["encoding"]))
        return (
            re.fullmatch(PATTERNS[field["type"]], text) is not None
            and text != ""
            and size <= field.get("max_bytes", size)
            and len(text) == field.get("length", len(text))
            and text == field.get("equals", text)
            and text in field.get("one_of", [text])
        )

    def _sums(self, rows):
        data = "".join("|".join(row) + "\n" for row in rows).encode("gb18030")
        head, lines, trailer = self.values(data)
        found = {c["trailer"] for c in self.spec["controls"] if self._off(c, lines, trailer)}
        serials = [int(line["serial"]) for line in lines]
        if "unique" in self.spec and len(set(serials)) != len(serials):
            found.add("unique")
        if "sequence" in self.spec and serials != list(range(1, len(lines) + 1)):
            found.add("sequence")
        if "balance_chain" in self.spec:
            found |= self._chain(head, lines, trailer)
        return found

    @staticmethod
    def _off(control, lines, trailer):
        def counts(line):
            value = line.get(control.get("where"))
            inside = value in control.get("one_of", [value])
            return inside and value not in control.get("none_of", [])

        meant = [line for line in lines if counts(line)]
        if control["is"] == "count":
            return str(len(meant)) != trailer[control["trailer"]]
        return sum(fen(line[control["of"]]) for line in meant) != fen(trailer[control["trailer"]])

    def _chain(self, head, lines, trailer):
        names = self.spec["balance_chain"]
        balance = fen(head[names["opening"]])
        for line in lines:
            upwards = (line[names["direction"]] == names["credit"]) != (
                line[names["reversal"]] == names["reversed"]
            )
            balance += fen(line[names["amount"]]) * (1 if upwards else -1)
            if balance != fen(line[names["balance"]]):
                return {"balance"}
        return set() if balance == fen(trailer[names["closing"]]) else {"closing"}


def fen(yuan: str) -> int:
    """Yuan with two decimals to fen."""
    return int(yuan.replace(".", ""))


def layout(name: str) -> Layout:
    """Read one layout."""
    path = PROJECT / "schemas" / "bank" / f"{name}.yaml"
    return Layout(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def result_layout():
    return layout("generic-pipe-result")


@pytest.fixture(scope="session")
def statement_layout():
    return layout("generic-pipe-statement")


@pytest.fixture(scope="session")
def run_verb():
    """Run a verb in a fresh process, whose hashes are randomised like any other's."""

    def run(*arguments, hash_seed="random", check=True):
        done = subprocess.run(
            [sys.executable, "-m", "sandbox", *map(str, arguments)],
            cwd=PROJECT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            timeout=60,
        )
        assert not check or done.returncode == 0, done.stderr.decode()
        return done

    return run


@pytest.fixture(scope="session")
def peer_missing():
    """Skip for want of a peer, or fail where peers are said to be there."""

    def missing(reason):
        if os.environ.get("GATEWAY_PEERS_REQUIRED") == "1":
            pytest.fail(reason)
        pytest.skip(reason)

    return missing


@pytest.fixture
def root(tmp_path):
    """A ROOT with the usual keys."""
    from sandbox.bank.prepare import prepare

    prepare(tmp_path / "root", SEED)
    return tmp_path / "root"


@pytest.fixture
def events():
    """Return what a bank wrote down, as a list."""

    def read(root, bank, name=None):
        path = root / "received" / f"{bank}.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        told = [json.loads(line) for line in lines]
        assert all(after["seq"] == before["seq"] + 1 for before, after in pairwise(told))
        return [one for one in told if name in (None, one["event"])]

    return read
