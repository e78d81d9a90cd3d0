"""The sandbox knows nothing of the gateway, and the gateway nothing of it. 互不相识."""

import ast

import pytest

OURS = {"gateway", "connectors", "dags", "plugins"}
ALLOWED = {
    "asn1crypto", "asyncssh", "cryptography", "gmalg", "http_message_signatures", "lxml",
    "psycopg", "sandbox", "starlette", "uvicorn", "xmlsec", "yaml",
}  # fmt: skip


def imported(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def test_the_sandbox_imports_nothing_of_ours_and_few_packages(request):
    import sys

    files = list((request.config.rootpath / "sandbox").rglob("*.py"))
    names = {name for path in files for name in imported(path)}
    assert files
    assert not names & OURS
    assert names - set(sys.stdlib_module_names) <= ALLOWED


@pytest.mark.parametrize("folder", sorted(OURS))
def test_nothing_of_ours_imports_the_sandbox(folder, request):
    files = (request.config.rootpath / folder).rglob("*.py")
    assert [path for path in files if "sandbox" in set(imported(path))] == []


def test_the_sandbox_looks_at_nothing_but_the_shared_schemas(request):
    texts = [
        p.read_text(encoding="utf-8") for p in (request.config.rootpath / "sandbox").rglob("*.py")
    ]
    assert not any(
        f'"{folder}" /' in text or f'/ "{folder}"' in text for text in texts for folder in OURS
    )
