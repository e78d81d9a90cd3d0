"""What is matched by itself is in every best way to match at all. 穷举对照"""

import os
import random

from connectors.bank.model.books import Decided
from connectors.bank.rules.recon.deciding import decide
from tests.connectors.bank.recon.brute import Way, certain, rivals

_SEED = int(os.environ.get("GATEWAY_FUZZ_SEED", "1"))
_DAYS = int(os.environ.get("GATEWAY_BRUTE_DAYS", "120"))


def _automatic(made: Decided) -> Way:
    rows = made.links.filter("automatic")
    groups = (dict(part.select("side", "id").iter_rows()) for part in rows.partition_by("group"))
    return frozenset((one["statement"], one["due"]) for one in groups)


def test_every_automatic_match_is_in_all_best_ways():
    """Unless it is, another way is as good, and to choose would be a guess (B28)."""
    matched = 0
    for seed in range(_SEED, _SEED + _DAYS):
        given = rivals(random.Random(seed))
        found = _automatic(decide(given.books()))
        assert found <= certain(given), seed
        matched += len(found)
    assert matched > _DAYS // 5
