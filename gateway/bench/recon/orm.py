"""The night as it is often written: an object and an INSERT a row, dictionaries. 逐行 ORM 对照"""

from decimal import Decimal
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, registry

from connectors.bank.store.tables import INSTRUCTION, MATCH, RESULT
from connectors.bank.verdicts import RESULT_CODES, CodeClass
from gateway.bench.measuring import Stages
from gateway.bench.recon.site import KEY, store_of
from gateway.bench.recon.world import World
from gateway.bench.recon.written import DAY_OF_NIGHT

_FLUSH = 1000


class Line:
    """A line of the result file."""


class Asked:
    """An instruction."""


class Answer:
    """What became of an instruction."""


_MAPPED = registry()
for _value, _table in ((Line, RESULT), (Asked, INSTRUCTION), (Answer, MATCH)):
    _MAPPED.map_imperatively(_value, _table)


def run(world: World, url: str, scratch: Path, schemas: Path) -> dict[str, float]:
    """Decode line by line, keep each, match in dictionaries, keep each answer."""
    stages, engine = Stages(), store_of(url, scratch).engine
    with Session(engine) as session:
        with stages.of("lines"):
            _keep_lines(session, world)
        with stages.of("match"):
            said = {line.serial: line for line in session.scalars(select(Line))}  # type: ignore[attr-defined]
            for number, asked in enumerate(session.scalars(select(Asked)).all(), 1):
                session.add(_answer(asked, said.get(asked.serial)))  # type: ignore[attr-defined]
                if number % _FLUSH == 0:
                    session.flush()
        session.commit()
    return stages.seconds


def _keep_lines(session: Session, world: World) -> None:
    with world.result.open(encoding="gb18030", newline="\n") as file:
        batch = next(file).split("|")[5]
        for number, text in enumerate(file, 2):
            tag, *fields = text.rstrip("\n").split("|")
            if tag == "D":
                session.add(_line(number, batch, fields))
            if number % _FLUSH == 0:
                session.flush()


def _line(number: int, batch: str, fields: list[str]) -> Line:
    serial, loan, term, account, name, asked, taken, flag, code, message, day, host, _ = fields
    return Line(  # type: ignore[call-arg]
        file_id="orm", line=number, batch_no=batch, serial=int(serial), loan_no=loan,
        instalment_no=int(term), payer_account=account, payer_name=name,
        asked_fen=int(Decimal(asked) * 100), taken_fen=int(Decimal(taken) * 100), full_flag=flag,
        code=code, message=message, host_date=DAY_OF_NIGHT if day else None, host_serial=host,
    )  # fmt: skip


def outcome_of(asked: object, said: object) -> str:
    """The plainest form of the rules, enough for the bench's own nights."""
    if said is None:
        return "MISSING"
    same = ("instalment_no", "payer_account", "asked_fen", "payer_name", "loan_no")
    if any(getattr(asked, name) != getattr(said, name) for name in same):
        return "HELD"
    meaning = RESULT_CODES[said.code].meaning  # type: ignore[attr-defined]
    if meaning is not CodeClass.TAKEN:
        return "UNKNOWN" if meaning is CodeClass.UNKNOWN else "FAILED"
    if said.taken_fen == asked.asked_fen:  # type: ignore[attr-defined]
        return "EXACT"
    return "PARTIAL" if asked.full_flag == "1" else "HELD"  # type: ignore[attr-defined]


def _answer(asked: object, said: object) -> Answer:
    parts = ("principal_fen", "interest_fen", "penalty_fen", "fine_fen")
    return Answer(  # type: ignore[call-arg]
        night_id=KEY.night_id, batch_no=asked.batch_no, serial=asked.serial,  # type: ignore[attr-defined]
        outcome=outcome_of(asked, said), file_id="orm" if said else None,
        line=said.line if said else None, taken_fen=said.taken_fen if said else 0,  # type: ignore[attr-defined]
        **{name: getattr(asked, name) for name in parts},
    )  # fmt: skip
