"""Structured log: an event name and fields, personal data masked. 结构化日志"""

import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from gateway.identity import mask_name, mask_text

# Fields that hold a person's name whatever its form; numbers are caught by their form.
_NAME_FIELDS = frozenset({"name", "payer_name", "borrower"})


def masked(fields: MutableMapping[str, Any]) -> dict[str, Any]:
    """The fields with personal data masked: names by field, numbers by form."""
    return {key: _masked_value(key, value) for key, value in fields.items()}


def _masked_value(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return mask_name(value) if key in _NAME_FIELDS else mask_text(value)


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
