"""The runbooks as they lie in docs/runbooks, for whoever has an alarm before him. 应急手册"""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from markdown_it import MarkdownIt
from markdown_it.token import Token

from gateway.wiring.places import ROOT
from plugins.exchange_desk.rendering import page

router = APIRouter()
_FOLDER = ROOT / "docs" / "runbooks"
_CHARACTERS_MAX = 200_000


def _markdown() -> MarkdownIt:
    """Markdown without HTML, and without links: what they point to is not served here."""
    made = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image"])
    for rule in ("link_open", "link_close"):
        made.add_render_rule(rule, _nothing)
    return made


def _nothing(_self: object, _tokens: list[Token], _at: int, _options: object, _env: object) -> str:
    return ""


_MARKDOWN = _markdown()


@router.get("/runbooks/{name}")
def show_runbook(request: Request, name: str) -> Response:
    """One runbook; only what lies in the folder has a name here."""
    paths = {path.stem: path for path in _FOLDER.glob("[a-z]*.md")}
    if name not in paths:
        raise HTTPException(404)
    text = paths[name].read_text(encoding="utf-8")[:_CHARACTERS_MAX]
    return page(request, "runbook.html", name=name, text=_MARKDOWN.render(text))
