"""Pages from templates: everything escaped, nothing kept by the browser, nothing foreign. 渲染"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from connectors.bank.model import NightKey
from gateway.dates import SHANGHAI
from gateway.documents.printing import to_pdf
from gateway.documents.tables import Report
from gateway.documents.xlsx import to_xlsx
from gateway.grades import legend
from gateway.identity import mask_text
from gateway.money import show_yuan
from gateway.ports import Grade
from plugins.exchange_desk import words
from plugins.exchange_desk.labels import night_path

_TEMPLATES = Path(__file__).parent / "templates"
_DIGEST_SHOWN = 12
_WEEKDAYS = "一二三四五六日"

# No script at all. Airflow shows the pages in a frame of its own origin.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "frame-ancestors 'self'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Form(Enum):
    """In which form a report is downloaded."""

    PDF = "pdf"
    XLSX = "xlsx"


_PRINTERS = {
    Form.PDF: (to_pdf, "application/pdf"),
    Form.XLSX: (
        to_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}


def download(report: Report, form: Form, name: str) -> Response:
    """A report as a file to keep; `name` is ours, of letters and digits."""
    printer, media_type = _PRINTERS[form]
    kept = {"Content-Disposition": f'attachment; filename="{name}.{form.value}"'}
    return Response(printer(report), media_type=media_type, headers={**HEADERS, **kept})


def page(request: Request, template: str, *, status: int = 200, **shown: object) -> HTMLResponse:
    """A page; `base` is what every link of ours begins with."""
    text = _ENVIRONMENT.get_template(template).render(base=base_of(request), **shown)
    return HTMLResponse(text, status, headers=HEADERS)


def asset(name: str, media_type: str) -> Response:
    """One of the few files beside the pages; `name` is ours, never a visitor's."""
    return Response((_TEMPLATES / name).read_bytes(), media_type=media_type, headers=HEADERS)


def redirect(path: str) -> RedirectResponse:
    """Send the visitor to another address of this server."""
    return RedirectResponse(path, 303, headers=HEADERS)


def base_of(request: Request) -> str:
    """Where the desk is mounted."""
    return str(request.scope.get("root_path", ""))


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _minute(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def _weekday(key: NightKey) -> str:
    return f"周{_WEEKDAYS[key.business_date.weekday()]}"


def _digest(digest: str) -> str:
    return digest[:_DIGEST_SHOWN]


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "yuan": show_yuan,
        "moment": _moment,
        "weekday": _weekday,
        "digest": _digest,
        "masked": mask_text,
        "night_path": night_path,
        "id_in": words.id_in,
        "minute": _minute,
        "in_words": words.in_words,
    }
    made.globals |= {
        "outcomes": words.OUTCOMES,
        "grades": {grade.name: grade for grade in Grade},
        "legend_of": legend,
    }
    return made


_ENVIRONMENT = _environment()
