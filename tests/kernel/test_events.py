"""Events: what is written is listed, and what is listed is written. 事件目录"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import Code, IllegalTransition
from gateway.events import JOURNAL_EVENTS, LOG_EVENTS

ROOT = Path(__file__).parents[2]


def written(*methods: str) -> Iterator[str]:
    """The first argument of every call of these methods, anywhere in our code."""
    for folder in ("gateway", "connectors", "dags", "plugins"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    name, first = node.func.attr, node.args[0] if node.args else None
                    if name in methods and isinstance(first, ast.Constant):
                        yield first.value


def test_the_journals_events_are_exactly_those_written():
    assert set(written("note")) == set(JOURNAL_EVENTS)


def test_the_logs_events_are_exactly_those_written():
    assert set(written("info", "warning")) == set(LOG_EVENTS)


@pytest.mark.parametrize("event", [*JOURNAL_EVENTS, *LOG_EVENTS])
def test_an_event_is_a_name_with_a_chinese_title(event):
    title = (JOURNAL_EVENTS | LOG_EVENTS)[event]
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", event)
    assert re.search("[一-鿿]", title)


def test_no_two_events_of_the_journal_read_alike():
    assert len(set(JOURNAL_EVENTS.values())) == len(JOURNAL_EVENTS)


def test_an_event_nobody_listed_cannot_be_written(store):
    with pytest.raises(IllegalTransition) as crashed, store.begin() as work:
        work.note("night_forgotten", "night-1")
    assert crashed.value.code is Code.TRANSITION_MISSING
