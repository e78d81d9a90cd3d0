"""One contract for every connector: who knows one knows all. 连接器契约"""

import ast
import fnmatch
import importlib
import re
from pathlib import Path

import pytest

from connectors.bank.connector import CONNECTOR as BANK
from connectors.core_system.connector import CONNECTOR as CORE_SYSTEM
from gateway.retrying import POLICIES

ROOT = Path(__file__).parents[2]
CONNECTORS = [BANK, CORE_SYSTEM]
# The counterparty's stand-in: a program of its own under sandbox/.
TWINS = {"bank": "bank", "core_system": "core"}
PARTS = (
    "connector",
    "model",
    "codec",
    "rules",
    "verdicts",
    "transport",
    "store",
    "flows",
    "settings",
)
HEADINGS = ("Who", "Spec", "Quirks", "How it is used", "By hand")
HOLD_THEIR_PLACE = {"courts", "national_platform"}
HANZI = re.compile("[一-鿿]")

each = pytest.mark.parametrize("connector", CONNECTORS, ids=lambda connector: connector.name)
each_part = pytest.mark.parametrize("part", PARTS)


def folder(connector):
    return ROOT / "connectors" / connector.name


def sections(text):
    """A README's sections by their bold heading."""
    found = re.split(r"^\*\*([^*]+)\*\*", text, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def test_every_folder_is_a_connector_or_holds_its_place():
    folders = {
        path.name for path in (ROOT / "connectors").iterdir() if (path / "README.md").exists()
    }
    assert folders == {connector.name for connector in CONNECTORS} | HOLD_THEIR_PLACE
    for name in HOLD_THEIR_PLACE:
        files = {path.name for path in (ROOT / "connectors" / name).iterdir() if path.is_file()}
        assert files == {"README.md", "__init__.py"}


@each
@each_part
def test_each_part_is_one_file_or_one_folder_of_its_name(connector, part):
    home = folder(connector)
    assert (home / f"{part}.py").is_file() != (home / part / "__init__.py").is_file()
    importlib.import_module(f"connectors.{connector.name}.{part}")


@each
def test_the_folder_itself_imports_nothing_and_says_what_it_is(connector):
    tree = ast.parse((folder(connector) / "__init__.py").read_text("utf-8"))
    assert len(tree.body) == 1
    assert HANZI.search(ast.get_docstring(tree))


@each
def test_the_connector_module_gives_one_name(connector):
    tree = ast.parse((folder(connector) / "connector.py").read_text("utf-8"))
    assigned = [node.targets[0].id for node in tree.body if isinstance(node, ast.Assign)]
    defined = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    assert (assigned, defined) == (["CONNECTOR"], [])


@each
def test_it_has_a_chinese_title_and_kinds_of_its_own(connector):
    assert HANZI.search(connector.title)
    assert connector.kinds
    others = [kind for other in CONNECTORS if other is not connector for kind in other.kinds]
    assert not set(connector.kinds) & set(others)


@each
def test_every_result_code_has_a_chinese_reason(connector):
    assert connector.reasons
    assert [code for code, reason in connector.reasons.items() if not HANZI.search(reason)] == []


@each
def test_success_and_duplicate_codes_are_known_and_not_the_same(connector):
    assert connector.success in connector.reasons
    assert connector.duplicates
    assert set(connector.duplicates) <= set(connector.reasons)
    assert connector.success not in connector.duplicates


@each
def test_the_codec_encodes_decodes_and_scrubs(connector):
    codec = importlib.import_module(f"connectors.{connector.name}.codec")
    assert all(callable(getattr(codec, name)) for name in ("encode", "decode", "scrub"))


@each
def test_its_schemas_are_there_and_it_names_all_of_them(connector):
    home = ROOT / "schemas" / connector.name
    there = {f"{connector.name}/{path.name}" for path in home.iterdir() if path.suffix != ".md"}
    assert there == set(connector.schemas)
    assert (home / "README.md").stat().st_size > 0


@each
def test_its_schemas_stand_in_the_list_of_sources_with_a_version(connector):
    rows = re.findall(
        r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|", (ROOT / "schemas/SOURCES.md").read_text("utf-8"),
        flags=re.MULTILINE,
    )  # fmt: skip
    for schema in connector.schemas:
        (row,) = [row for row in rows if fnmatch.fnmatch(schema, row[0])]
        assert all(cell.strip() for cell in row), schema


def test_the_list_of_sources_names_nothing_that_is_not_there():
    text = (ROOT / "schemas" / "SOURCES.md").read_text("utf-8")
    for pattern in re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE):
        assert list((ROOT / "schemas").glob(pattern)), pattern


@each
@pytest.mark.parametrize("heading", HEADINGS)
def test_the_readme_says_who_spec_quirks_use_and_how_to_try_it_by_hand(connector, heading):
    found = sections((folder(connector) / "README.md").read_text("utf-8"))
    assert len(found[heading].strip()) > 40


@each
def test_its_counterparty_stands_in_the_sandbox(connector):
    twin = ROOT / "sandbox" / TWINS[connector.name]
    assert (twin / "__init__.py").is_file()
    assert len(list(twin.glob("*.py"))) > 1


@each
def test_the_code_the_readme_points_at_is_there(connector):
    text = (folder(connector) / "README.md").read_text("utf-8")
    for name in re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.py)`", text):
        assert (folder(connector) / name).exists(), name


def test_every_policy_of_retrying_is_for_a_kind_that_somebody_sends():
    assert set(POLICIES) <= {kind for connector in CONNECTORS for kind in connector.kinds}
