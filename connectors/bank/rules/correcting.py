"""A corrected file as an event: what it withdraws, adds and changes, item by item. 更正文件"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import Enum

import polars as pl

from connectors.core_system.model import Posting
from gateway.money import show_yuan


class Change(Enum):
    """What a newer version of a file does to one item of the older one."""

    WITHDRAWN = "撤回"
    ADDED = "新增"
    CHANGED = "改变"


@dataclass(frozen=True, slots=True)
class Difference:
    """One item that is not the same in both versions; amounts in fen, 0 where there is none."""

    change: Change
    item: str
    before_fen: int
    after_fen: int

    @property
    def line(self) -> str:
        """The difference as a clerk reads it; no person is in it."""
        amounts = f"{show_yuan(self.before_fen)} → {show_yuan(self.after_fen)}"
        return f"{self.change.value}　{self.item}　{amounts}"


def differences(before: pl.DataFrame, after: pl.DataFrame) -> Sequence[Difference]:
    """What differs, by the identity of each line (`item`), over all that is said of it (`fen` too).

    Place in the file is nothing: a line that only moved is the same line.
    """
    said = [name for name in after.columns if name != "item"]
    old = before.select("item", old_fen="fen", old=pl.struct(said).hash())
    new = after.select("item", new_fen="fen", new=pl.struct(said).hash())
    both = old.join(new, on="item", how="full", coalesce=True)
    moved = both.filter(pl.col("old").ne_missing(pl.col("new"))).sort("item")
    rows = moved.select("item", "old", "new", "old_fen", "new_fen").iter_rows()
    return [
        Difference(_change(old, new), item, old_fen or 0, new_fen or 0)
        for item, old, new, old_fen, new_fen in rows
    ]


def _change(old: int | None, new: int | None) -> Change:
    if old is None:
        return Change.ADDED
    return Change.WITHDRAWN if new is None else Change.CHANGED


def digest_of(files: Sequence[str], found: Sequence[Difference]) -> str:
    """What people agree to: the bytes of both versions, and every difference shown to them."""
    shown = [asdict(one) | {"change": one.change.name} for one in found]
    whole = json.dumps([list(files), shown], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def summary(found: Sequence[Difference], most: int = 50) -> Iterator[str]:
    """The differences as lines: their counts and sums, then each, not without end."""
    for change in Change:
        these = [one for one in found if one.change is change]
        net = sum(one.after_fen - one.before_fen for one in these)
        yield f"{change.value} {len(these)} 项，净额 {show_yuan(net)} 元"
    yield from (one.line for one in found[:most])
    if len(found) > most:
        yield f"……另有 {len(found) - most} 项"


Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Booked:
    """What a night's earlier decisions have asked of the ledger, by batch and serial.

    `last` is the newest posting of each place, `standing` the one that no later decision took
    back; `taken_back` are the keys that a reversal ended, also one that people decided on.
    """

    last: Mapping[Place, Posting]
    standing: Mapping[Place, Posting]
    taken_back: frozenset[str]


@dataclass(frozen=True, slots=True)
class Redone:
    """What a new decision asks of the ledger that has booked an older one.

    `kept` maps batch and serial to the posting that stands; `postings` are reversals of what was
    withdrawn, then what is booked instead or for the first time.
    """

    kept: Mapping[Place, str]
    postings: Sequence[Posting]


def redone(before: Booked, wanted: Sequence[Posting]) -> Redone:
    """Hold a new decision's postings against those booked: only what differs is touched.

    A posting that stays the same, part by part, stands. Any other is reversed (冲账) as it was
    booked, unless people have done that already; what is wanted in its place names the one it
    follows, so that it is another posting.
    """
    new = {(one.batch_no, one.serial): one for one in wanted}
    standing = before.standing
    same = {key for key, old in standing.items() if key in new and _is_same(old, new[key])}
    gone = [old for key, old in sorted(standing.items()) if key not in same]
    reversals = [
        replace(old, reversal_of=old.key) for old in gone if old.key not in before.taken_back
    ]
    fresh = [_following(before, key, one) for key, one in sorted(new.items()) if key not in same]
    return Redone({key: standing[key].key for key in same}, [*reversals, *fresh])


def _following(before: Booked, place: Place, one: Posting) -> Posting:
    """A posting after the last one of its place; what was refused is the same when asked again."""
    last = before.last.get(place)
    if last is None:
        return one
    booked = place in before.standing or last.key in before.taken_back
    again = not booked and _is_same(last, one)
    return replace(one, act=last.act if again else last.key)


def _is_same(old: Posting, new: Posting) -> bool:
    return replace(old, act="") == replace(new, act="")


def booked_of(
    made: Sequence[Posting], standing: frozenset[str], taken_back: frozenset[str]
) -> Booked:
    """Earlier decisions' postings by place; each names the one it follows, so one is the last."""
    mine = [one for one in made if not one.reversal_of]
    followed = {one.act for one in mine}
    return Booked(
        last={(one.batch_no, one.serial): one for one in mine if one.key not in followed},
        standing={(one.batch_no, one.serial): one for one in mine if one.key in standing},
        taken_back=taken_back,
    )
