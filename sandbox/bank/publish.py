"""Put a night's files into ``outgoing``, each whole, the flag last. 发布文件."""

from dataclasses import dataclass
from pathlib import Path

from sandbox.bank.places import outgoing
from sandbox.disk import write_whole
from sandbox.files import (
    Fault,
    Publication,
    faults_of,
    publication,
    render_result,
    render_statement,
    result_name,
    statement_name,
)
from sandbox.files.publication import FLAG_SUFFIX, SIGNATURE_SUFFIX
from sandbox.keys.ring import bank_signer, impostor_signer
from sandbox.keys.signer import Signer
from sandbox.world import Night
from sandbox.world.chance import Seed

RESULT, STATEMENT = "result", "statement"
KINDS = (RESULT, STATEMENT)


class NameTaken(RuntimeError):
    """Another content already lies there under the same name."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to publish of a night: which version, with which faults, which of the two files."""

    version: int = 1
    faults: tuple[Fault, ...] = ()
    kinds: tuple[str, ...] = KINDS


def publish(root: Path, seed: Seed, night: Night, order: Order) -> list[str]:
    """Publish, and return the names of the files that were written or changed."""
    written: list[str] = []
    for planned in _planned(root, seed, night, order):
        written += put_down(outgoing(root, night.bank.code), planned)
    return written


def put_down(place: Path, planned: Publication) -> list[str]:
    """Write what differs from what lies there; the flag goes first and comes last."""
    data_path = place / planned.name
    if _differs(data_path, planned.data) and data_path.exists() and not planned.replaces:
        raise NameTaken(
            f"{planned.name} already lies in outgoing with other bytes: a corrected file needs "
            f"the next --version, a bank gone wrong the fault {Fault.OTHER_CONTENT_SAME_NAME}"
        )
    written = _put_data(data_path, planned)
    written += _put_signature(place / (planned.name + SIGNATURE_SUFFIX), planned)
    return written + _put_flag(place / (planned.name + FLAG_SUFFIX), planned)


def _planned(root: Path, seed: Seed, night: Night, order: Order) -> list[Publication]:
    code = night.bank.code
    own = bank_signer(root, code)
    planned: list[Publication | None] = []
    if RESULT in order.kinds:
        faults = order.faults
        pretender = impostor_signer(root, code, seed) if Fault.WRONG_SIGNATURE in faults else None
        data = render_result(night, order.version, faults)
        name = result_name(night, order.version)
        planned.append(publication(name, data, (own, pretender), faults))
    if STATEMENT in order.kinds:
        planned.append(_statement(night, order, own))
    return [one for one in planned if one is not None]


def _statement(night: Night, order: Order, own: Signer | None) -> Publication | None:
    # The faults of publishing are the result file's: the statement is published as it should be.
    data = render_statement(night, order.version, order.faults)
    return publication(statement_name(night, order.version), data, (own, None))


def _put_data(path: Path, planned: Publication) -> list[str]:
    if not _differs(path, planned.data):
        return []
    _flag_path(path).unlink(missing_ok=True)  # no flag may vouch for bytes that are changing
    write_whole(path, planned.data)
    return [path.name]


def _put_signature(path: Path, planned: Publication) -> list[str]:
    if planned.signer is None:
        return []
    if path.exists() and planned.signer.made(path.read_bytes(), planned.name, planned.signed):
        return []  # many algorithms sign differently each time: a good signature stays
    write_whole(path, planned.signer.companion(planned.name, planned.signed))
    return [path.name]


def _put_flag(path: Path, planned: Publication) -> list[str]:
    if planned.flag is None or not _differs(path, planned.flag):
        return []
    write_whole(path, planned.flag)
    return [path.name]


def _flag_path(data_path: Path) -> Path:
    return data_path.with_name(data_path.name + FLAG_SUFFIX)


def _differs(path: Path, data: bytes) -> bool:
    return not path.exists() or path.read_bytes() != data


def order_of(version: int, faults: list[str], only: str | None) -> Order:
    """Return the order the command line spells."""
    return Order(version, faults_of(faults), (only,) if only else KINDS)
