"""Structured log: an event name and fields, personal data masked. 结构化日志"""

import sys
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO

import structlog

from gateway.identity import mask_account, mask_name, mask_text

# Fields that hold a person's data whatever its form; other numbers are caught by their form.
_MASKS: dict[str, Callable[[str], str]] = {
    "name": mask_name,
    "borrower": mask_name,
    "payer_name": mask_name,
    "other_name": mask_name,
    "loan_no": mask_account,
    "payer_account": mask_account,
    "other_account": mask_account,
    "account": mask_account,
    "fund_account": mask_account,
    "borrower_id": mask_account,
    "borrower_name": mask_name,
    "phone": mask_account,
}


def masked(fields: MutableMapping[str, Any]) -> dict[str, Any]:
    """The fields with personal data masked: by field where it has one, else by form.

    A number stays one: accounts are text. Whatever is neither is shown as text, masked by form.
    """
    return {key: _masked_value(key, value) for key, value in fields.items()}


def _masked_value(key: str, value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _MASKS.get(key, mask_text)(str(value))


class Log:
    """The log of one part of the program. Event names stand in docs/events.md."""

    def __init__(self, part: str) -> None:
        self._log = structlog.get_logger(part)

    def info(self, event: str, **fields: Any) -> None:
        """Something happened as it should."""
        self._log.info(event, **masked(fields))

    def warning(self, event: str, **fields: Any) -> None:
        """Something a person should look at."""
        self._log.warning(event, **masked(fields))


def configure(stream: TextIO = sys.stderr) -> None:
    """One JSON object a line on `stream`; for the CLI and the launcher, not inside Airflow."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
