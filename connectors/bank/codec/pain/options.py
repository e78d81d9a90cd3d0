"""What a bank and we agreed about its pain messages. pain 约定"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """The agreement on pain.008: which version is written, and our name as the bank knows it."""

    version: str
    creditor: str
    currency: str = "CNY"

    @property
    def namespace(self) -> str:
        """The namespace of that version."""
        return f"urn:iso:std:iso:20022:tech:xsd:pain.008.001.{self.version}"


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """The agreement on pain.002: a result code of ours for each ISO reason that the bank gives.

    A reason without one stays as the bank wrote it, and is a code nobody knows.
    """

    reasons: Mapping[str, str]
    currency: str = "CNY"


def request_options_of(data: Mapping[str, Any]) -> RequestOptions:
    """The options of a request layout's YAML."""
    return RequestOptions(data["version"], data["creditor"], data["currency"])


def report_options_of(data: Mapping[str, Any]) -> ReportOptions:
    """The options of a report layout's YAML."""
    return ReportOptions(data["reasons"], data["currency"])
