"""The passes once more, in SQL and of another make: both decide the same, set for set. 双重实现"""

import os
import random
from collections import Counter
from collections.abc import Iterator

import polars as pl
import psycopg
import pytest

from connectors.bank.model.books import Books, Decided
from connectors.bank.rules.recon.deciding import decide
from tests.connectors.bank.recon.chance import busy, nonsense
from tests.connectors.bank.recon.faults import FAULTS
from tests.connectors.bank.recon.plots import night
from tests.connectors.bank.recon.twin.asking import Answer, Group, ask

_SEED = int(os.environ.get("GATEWAY_FUZZ_SEED", "1"))
_DAYS = int(os.environ.get("GATEWAY_TWIN_DAYS", "60"))
_LINES = int(os.environ.get("GATEWAY_TWIN_LINES", "3000"))
# The passes only one of the two has: suggestions nobody posts.
_SUGGESTED = ("LOAN_ODD_AMOUNT", "PAYER_NAME", "SUBSET")


@pytest.fixture(scope="module")
def connection(access) -> Iterator[psycopg.Connection]:
    url = access.server.admin("gateway").set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        yield connection


def _answers(made: Decided) -> Counter[Answer]:
    return Counter(made.answers.iter_rows())


def _groups(made: Decided) -> Counter[Group]:
    rows = made.links.filter(~pl.col("evidence").is_in(_SUGGESTED))
    groups = rows.group_by("evidence", "automatic", "group").agg("side", "id")
    return Counter(
        (evidence, automatic, frozenset(zip(sides, ids, strict=True)))
        for evidence, automatic, _, sides, ids in groups.iter_rows()
    )


def _agree(connection: psycopg.Connection, books: Books) -> None:
    made, told = decide(books), ask(connection, books)
    assert told.answers == _answers(made)
    assert told.groups == _groups(made)


@pytest.mark.parametrize("kind", [busy, nonsense])
def test_the_sql_decides_days_of_chance_alike(connection, kind):
    for seed in range(_SEED, _SEED + _DAYS):
        _agree(connection, kind(random.Random(seed)))


def test_the_sql_decides_a_big_night_of_all_faults_alike(connection):
    names = list(FAULTS)
    _agree(connection, night(FAULTS[names[n % len(names)]](n) for n in range(1, _LINES)))
