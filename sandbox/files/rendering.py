"""From a night to the bytes of its two files, faults of content applied. 生成文件内容."""

from sandbox.files.faults import EFFECTS, Faults, faults_of
from sandbox.files.result import ResultFile, encode_result, result_file
from sandbox.files.statement import encode_statement, statement_file
from sandbox.world import Night


def render_result(night: Night, version: int = 1, fault: Faults = None) -> bytes:
    """Return the result file as the bank signs it.

    ``version`` stands in the file's name only: a corrected file has the same layout, so it does
    not show here. ``fault`` is one name or several.
    """
    data = encode_result(_faulty_result(night, fault))
    for one in faults_of(fault):
        change = EFFECTS[one].on_bytes
        data = change(data) if change else data
    return data


def render_statement(night: Night, version: int = 1, fault: Faults = None) -> bytes:
    """Return the statement as the bank signs it; ``version`` and ``fault`` as for the result."""
    told = statement_file(night)
    for one in faults_of(fault):
        change = EFFECTS[one].on_statement
        told = change(told, _faulty_result(night, fault)) if change else told
    return encode_statement(told)


def _faulty_result(night: Night, fault: Faults) -> ResultFile:
    told = result_file(night)
    for one in faults_of(fault):
        change = EFFECTS[one].on_result
        told = change(told) if change else told
    return told
