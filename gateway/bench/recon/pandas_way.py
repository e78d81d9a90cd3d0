"""The night with pandas: read_csv, merge, to_sql. pandas 对照"""

from importlib import import_module
from pathlib import Path
from typing import Any

from connectors.bank.verdicts import RESULT_CODES
from gateway.bench.measuring import Stages
from gateway.bench.recon.site import KEY, store_of
from gateway.bench.recon.world import World

_NAMES = (
    "tag", "serial", "loan_no", "instalment_no", "payer_account", "payer_name", "asked", "taken",
    "full_flag", "code", "message", "host_date", "host_serial", "end",
)  # fmt: skip
_SAME = ("loan_no", "instalment_no", "payer_account", "payer_name", "asked_fen")
_PARTS = ("principal_fen", "interest_fen", "penalty_fen", "fine_fen")


def run(world: World, url: str, scratch: Path, schemas: Path) -> dict[str, float]:
    """Read everything, keep the lines, merge with what was asked, keep the answers."""
    pd: Any = import_module("pandas")  # of the test group: a site has none

    stages, engine = Stages(), store_of(url, scratch).engine
    with engine.begin() as connection:
        with stages.of("lines"):
            lines = pd.read_csv(
                world.result, sep="|", names=_NAMES, encoding="gb18030", dtype=str, skiprows=1,
                keep_default_na=False,
            )  # fmt: skip
            lines = lines[lines["tag"] == "D"].reset_index(drop=True)
            for name in ("asked", "taken"):
                lines[f"{name}_fen"] = lines[name].str.replace(".", "").astype("int64")
            lines = lines.astype({"serial": "int64", "instalment_no": "int64"})
            lines["host_date"] = pd.to_datetime(lines["host_date"], format="%Y%m%d").dt.date
            lines = lines.assign(file_id="pandas", line=lines.index + 2, batch_no="")
            kept = lines.drop(columns=["tag", "end", "asked", "taken"])
            kept.to_sql("deduction_result", connection, if_exists="append", index=False)
        with stages.of("match"):
            asked = pd.read_sql("select * from instruction", connection)
            met = asked.merge(kept, on="serial", how="left", suffixes=("", "_said"))
            answers = _answers(pd, met)
            answers.to_sql("deduction_match", connection, if_exists="append", index=False)
    return stages.seconds


def _answers(pd: Any, met: Any) -> Any:  # noqa: ANN401 - pandas has no types here
    meaning = met["code"].map({code: said.meaning.name for code, said in RESULT_CODES.items()})
    outcome = pd.Series("EXACT", index=met.index)
    short = met["taken_fen"] != met["asked_fen"]
    outcome[short] = "HELD"
    outcome[short & (met["full_flag"] == "1")] = "PARTIAL"
    outcome[meaning != "TAKEN"] = "FAILED"
    outcome[meaning == "UNKNOWN"] = "UNKNOWN"
    for name in _SAME:
        outcome[met[name] != met[f"{name}_said"]] = "HELD"
    outcome[met["code"].isna()] = "MISSING"
    answers = met[["batch_no", "serial", "file_id", "line", *_PARTS]].copy()
    answers["night_id"], answers["outcome"] = KEY.night_id, outcome
    answers["taken_fen"] = met["taken_fen"].fillna(0).astype("int64")
    answers["line"] = met["line"].astype("Int64")
    return answers
