"""ISO 20022 direct debits: pain.008 out, pain.002 in. ISO 20022 批量扣款与状态报告"""

from connectors.bank.codec.pain.options import (
    ReportOptions,
    RequestOptions,
    report_options_of,
    request_options_of,
)
from connectors.bank.codec.pain.reports import decode_report
from connectors.bank.codec.pain.requests import decode_request
from connectors.bank.codec.pain.writing import encode_request, unfit

__all__ = [
    "ReportOptions",
    "RequestOptions",
    "decode_report",
    "decode_request",
    "encode_request",
    "report_options_of",
    "request_options_of",
    "unfit",
]
