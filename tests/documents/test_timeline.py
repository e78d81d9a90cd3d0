"""A timeline is the same bytes for the same case, in embedded Chinese type, and holds no markup."""

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gateway.dates import SHANGHAI
from gateway.documents.fonts import VARIABLE, font_directory
from gateway.documents.timeline import (
    Asked,
    FileLine,
    HeadLine,
    KeyLine,
    StepLine,
    Timeline,
    render,
)
from gateway.errors import Code, GatewayError

AT = datetime(2026, 3, 1, 2, 0, tzinfo=SHANGHAI)
STEP = StepLine(7, AT, "收到文件，原件已归档", "file-3f2a", "digest=3f2a…", "B")
PLAIN = Timeline(
    title="夜间对账证据",
    case="沙箱银行一（990001）　专户 ZH01　2026-02-28",
    case_id="night-0123456789abcdef0123",
    state="已核平",
    asked=Asked("auditor", AT, "审计抽查"),
    proves=("来文的字节未变。",),
    not_proves=("银行账上发生了什么。",),
    parties=(),
    particulars=(("状态", "已核平"),),
    results=(("核对结论", "核平"),),
    steps=(STEP,),
    files=(),
    grades=(),
    keys=(),
    head=None,
)


@pytest.fixture
def written(tmp_path: Path, require_peer):
    """Renders a timeline to a file and asks one of poppler's tools about it."""

    def ask(tool: str, timeline: Timeline, *arguments: str) -> str:
        require_peer(None if shutil.which(tool) else tool)
        path = tmp_path / "timeline.pdf"
        path.write_bytes(render(timeline))
        done = subprocess.run([tool, str(path), *arguments], capture_output=True, check=True)
        return done.stdout.decode()

    return ask


def test_the_same_case_is_the_same_bytes():
    assert render(PLAIN) == render(PLAIN)


def test_another_reason_is_another_document():
    assert render(replace(PLAIN, asked=replace(PLAIN.asked, reason="另一事由"))) != render(PLAIN)


def test_it_says_of_itself_that_it_is_an_archive_pdf_and_is_dated_by_the_asking():
    document = render(PLAIN)
    assert b"<pdfaid:part>2</pdfaid:part>" in document
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in document
    assert b"D:20260228180000Z" in document


def test_every_font_is_embedded_and_the_chinese_one_has_mainland_glyphs(written):
    rows = written("pdffonts", PLAIN).splitlines()[2:]
    assert any("NotoSerifCJKsc" in row for row in rows)
    assert all(row.split()[-5] == "yes" for row in rows)


def test_rare_characters_of_names_are_printed_and_can_be_copied(written):
    rare = replace(PLAIN, parties=(), state="x", case="沙箱䶮与𬱖")
    assert "沙箱䶮与𬱖" in written("pdftotext", rare, "-")


def test_who_asked_when_and_why_stands_on_every_page(written):
    long = replace(PLAIN, steps=(STEP,) * 90)
    pages = written("pdftotext", long, "-").rstrip("\f").split("\f")
    assert len(pages) > 2
    assert all("由 auditor 于 2026-03-01 02:00:00 导出" in page for page in pages)
    assert all("审计抽查" in page for page in pages)


def test_digests_and_key_ids_are_found_whole_in_the_text(written):
    digest, sm3, kid = "0123456789abcdef" * 4, "fedcba9876543210" * 4, "bank-990001-20260101-abcdef"
    file = FileLine("", "DK_1_20260228.txt", "来文", "来自对方", 1, digest, sm3, kid, "B", "")
    key = KeyLine(kid, "沙箱银行一", "验来文", "sm2-sm3", sm3)
    head = HeadLine(9, digest, "2026-03-01T02:00:00.000+08:00", "head-1", "尚未盖")
    told = replace(PLAIN, files=(file,), keys=(key,), head=head)
    words = written("pdftotext", told, "-layout", "-").split()
    counts = [words.count(word) for word in (digest, sm3, kid, "DK_1_20260228.txt")]
    assert counts == [2, 2, 2, 1]


def test_the_day_stands_on_every_page_that_its_steps_reach(written):
    days = (STEP,) * 40 + (replace(STEP, at=AT + timedelta(days=1)),) * 40
    pages = written("pdftotext", replace(PLAIN, steps=days), "-").split("\f")
    reached = [
        set(re.findall(r"^2026-03-0[12]$", page, re.M)) for page in pages if STEP.title in page
    ]
    assert len(reached) > 2
    assert all(reached)


@pytest.mark.parametrize("count", (7, 8, 32))
def test_no_heading_is_left_behind_at_the_foot_of_a_page(written, count):
    file = FileLine("", "DK_1.txt", "来文", "来自对方", 1, "0" * 64, "", "", "B", "")
    told = replace(PLAIN, steps=(STEP,) * count, files=(file,) * 3)
    (page,) = (
        page
        for page in written("pdftotext", told, "-").split("\f")
        if "\n原件清单\n" in f"\n{page}"
    )
    assert "DK_1.txt" in page.partition("原件清单")[2]


def test_markup_in_the_data_is_printed_as_it_is(written):
    hostile = '#read("/etc/passwd") *b* $x$ @label <l> \\ #panic()'
    text = written("pdftotext", replace(PLAIN, asked=Asked(hostile, AT, "r")), "-layout", "-")
    assert '#read("/etc/passwd") *b* $x$ @label <l> \\ #panic()' in text


@pytest.mark.parametrize("strange", ["\U0001f600", "\x00", "\u202e", "\ue000", "\u0e01"])
def test_a_character_without_a_glyph_is_set_as_a_mark_that_is_explained(written, strange):
    step = replace(STEP, facts=f"原因 手续{strange}齐全")
    text = written("pdftotext", replace(PLAIN, steps=(step,)), "-layout", "-")
    assert "原因 手续〓齐全" in text
    assert "〓 为字体中没有的字符，原文见 timeline.json" in text


def test_nothing_is_said_of_characters_where_every_one_is_printed(written):
    assert "〓" not in written("pdftotext", PLAIN, "-")


def test_the_variable_alone_decides_where_the_typeface_is_looked_for(tmp_path, monkeypatch):
    here = font_directory()
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(GatewayError) as refused:
        font_directory()
    assert refused.value.code is Code.FONT_MISSING
    monkeypatch.setenv(VARIABLE, str(here))
    assert font_directory() == here
