"""The house itself: folders say what they are for, pages have content, words are kept. 规矩"""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

from gateway.cli.output import Exit
from gateway.errors import Code
from gateway.events import JOURNAL_EVENTS, LOG_EVENTS
from gateway.wiring.places import ROOT

TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split()
PYTHON = [ROOT / name for name in TRACKED if name.endswith(".py")]
OURS = [path for path in PYTHON if path.relative_to(ROOT).parts[0] in {"gateway", "connectors"}]
HEADINGS = [
    "现象 Symptom",
    "影响 Impact",
    "先看 Look first",
    "处理 Act",
    "上报 Escalate",
    "复核 Verify",
]
RUNBOOKS, DECISIONS = (
    sorted(page for page in (ROOT / "docs" / folder).glob("*.md") if page.name != "README.md")
    for folder in ("runbooks", "decisions")
)
FOLDERS = {(ROOT / name).parent for name in TRACKED} - {ROOT}
# One page speaks for all folders of tests: a README beside golden files would be taken for one.
TESTS = ROOT / "tests"


def test_every_folder_says_what_it_is_for():
    silent = [
        folder.relative_to(ROOT)
        for folder in FOLDERS
        if not (folder / "README.md").exists()
        and not _says(folder / "__init__.py")
        and folder not in _folders_of_tests()
    ]
    assert not silent


def test_the_page_of_the_tests_names_every_folder_and_no_other():
    below = {folder for folder in FOLDERS if TESTS in folder.parents}
    assert _folders_of_tests() == below


def _folders_of_tests() -> set[Path]:
    """The folders that have a row in tests/README.md."""
    page = (TESTS / "README.md").read_text(encoding="utf-8")
    return {TESTS / name for name in re.findall(r"^\| `([a-z_/]+)/` \| \S", page, flags=re.M)}


def _says(path: Path) -> bool:
    return path.exists() and bool(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))))


def test_every_module_of_ours_says_it_in_both_languages():
    for path in OURS:
        first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[
            0
        ]
        assert re.search(r"[一-龥]|Airflow|SM2", first), path


def test_functions_are_short():
    lengths = []
    for path in OURS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lengths.append((node.end_lineno - node.lineno + 1, f"{path.name}:{node.name}"))
    lengths.sort()
    median, longest = lengths[len(lengths) // 2][0], lengths[-1]
    assert median <= 10
    assert longest[0] <= 45, longest


def test_files_have_one_subject():
    # an outsider's script is handed on alone: all it needs stands in it
    many = [path for path in OURS if not path.name.startswith("outsider")]
    long = [p for p in many if len(p.read_text(encoding="utf-8").splitlines()) > 300]
    assert not long


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda p: p.stem)
def test_every_runbook_has_its_six_parts_with_content(page):
    parts = re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.M)[1:]
    assert [part.split("\n")[0].strip() for part in parts] == HEADINGS
    assert all(len(part.split("\n", 1)[1].strip()) > 20 for part in parts)


@pytest.mark.parametrize("page", DECISIONS, ids=lambda p: p.stem)
def test_every_decision_says_what_why_and_what_else(page):
    text = page.read_text(encoding="utf-8")
    for part in ("Context", "Decision", "Consequences", "Rejected"):
        found = re.search(rf"\*\*{part}\*\* (.+)", text)
        assert found, f"{page.name}: {part}"
        assert len(found.group(1)) > 10
    assert len(text.splitlines()) <= 60


def test_every_error_points_to_a_runbook_that_is_there():
    assert all((ROOT / "docs" / code.value.runbook).is_file() for code in Code)


@pytest.mark.parametrize("code", Code, ids=lambda code: code.name)
def test_every_error_is_named_in_the_runbook_it_points_to(code):
    assert f"`{code.name}`" in (ROOT / "docs" / code.value.runbook).read_text(encoding="utf-8")


SCENARIOS = [*(f"b{n:02}" for n in range(1, 41)), *(f"x{n:02}" for n in range(1, 13))]


def test_every_scenario_of_the_catalogue_stands_in_the_name_of_a_test():
    sources = [path for path in PYTHON if TESTS in path.parents]
    names = [
        node.name
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    words = {word for name in names for word in name.lower().split("_")}
    assert [scenario for scenario in SCENARIOS if scenario not in words] == []


def test_every_event_is_used_and_every_used_event_is_listed():
    journal, log = set(), set()
    for path in [*OURS, *(ROOT / "plugins").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            first = node.args[0] if node.args else None
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                continue
            if node.func.attr == "note":
                journal.add(first.value)
            if node.func.attr in {"info", "warning"} and "_LOG" in ast.unparse(node.func.value):
                log.add(first.value)
    assert journal == set(JOURNAL_EVENTS)
    assert log == set(LOG_EVENTS)


def test_lock_files_name_no_package_host():
    for name in ("requirements.lock", "tests/peers/package-lock.json", "pyproject.toml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|index-url|\"resolved\"|find-links", text), name
    lock = json.loads((ROOT / "tests/peers/package-lock.json").read_text(encoding="utf-8"))
    assert all("integrity" in part for path, part in lock["packages"].items() if path)


def test_the_given_packages_are_pinned_with_hashes():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name in ("zeep", "requests", "sqlalchemy", "tenacity", "cryptography", "apache-airflow"):
        assert re.search(rf"^{name}==\S+ \\\n    --hash=sha256:", lock, re.M), name


def test_nothing_that_belongs_to_one_machine_is_in_the_repository():
    for name in TRACKED:
        if name.endswith((".lock", "package-lock.json")) or name == "tests/house/test_house.py":
            continue
        content = (ROOT / name).read_bytes()
        assert b"/home/" not in content, name
        assert not re.search(rb"/root/|\b(10|192\.168)\.\d+\.\d+\.\d+\b", content), name


def test_no_private_key_and_no_password_is_in_the_repository():
    key = re.compile(rb"PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}")
    assert not [name for name in TRACKED if key.search((ROOT / name).read_bytes())]


@pytest.mark.parametrize("name_of_page", ["README.md", "README.zh-CN.md"])
def test_each_readme_names_both_commands_every_verb_and_every_exit_code(name_of_page):
    from gateway.cli.main import _VERBS

    readme = (ROOT / name_of_page).read_text(encoding="utf-8")
    assert all(re.search(rf"(：|: |· ?\n?){code} ", readme) for code in map(int, Exit))
    assert "make demo" in readme
    assert "make test" in readme
    for name in _VERBS:
        assert f"`{name}" in readme, name
