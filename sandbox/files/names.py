"""What the bank calls its files. 文件名."""

from sandbox.files.text import MAX_VERSION
from sandbox.world import Night

RESULT, STATEMENT = "DKJG", "ZHDZ"


def result_name(night: Night, version: int = 1) -> str:
    """Return the name of the result file."""
    return _name(RESULT, night, version)


def statement_name(night: Night, version: int = 1) -> str:
    """Return the name of the statement."""
    return _name(STATEMENT, night, version)


def _name(prefix: str, night: Night, version: int) -> str:
    if not 1 <= version <= MAX_VERSION:
        raise ValueError(f"a version is 1 to {MAX_VERSION}, not {version}")
    account, day = night.account.short_id, f"{night.business_date:%Y%m%d}"
    return f"{prefix}_{night.bank.code}_{account}_{day}_V{version:02d}.txt"
