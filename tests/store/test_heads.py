"""Heads: nobody but time adds to what was signed; published files are never replaced. 流水树根"""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateway.errors import Code, NotConfigured, SignatureInvalid
from gateway.ports import Algorithm
from gateway.store import heads
from gateway.store.heads import Head, SignedHead
from gateway.store.history import read_history
from gateway.store.publication import Publication


@pytest.fixture
def kept(store):
    """A head over one entry, kept."""
    with store.begin() as work:
        work.note("night_opened", "night-1")
    with store.begin() as work:
        history = read_history(work.connection)
        root = history.tree.root().hex()
        told = Head(1, root, history.hashes[0], work.now, "k1", Algorithm.SM2_SM3)
        head = SignedHead(1, root, work.now, told.text(), "k1", Algorithm.SM2_SM3, b"\x30", "pem")
        heads.add(work, head)
    return head


def test_a_head_comes_back_as_it_was_kept(kept, store):
    with store.begin() as work:
        assert heads.newest(work) == kept
        assert heads.every(work) == heads.unstamped(work) == heads.unpublished(work) == [kept]
        read_history(work.connection).require(kept)


def test_a_head_says_all_it_is_signed_for_in_one_line(kept):
    assert kept.text.endswith("\n")
    for said in ('"size":1', kept.root, '"kid":"k1"', '"alg":"sm2-sm3"', "+08:00", "journal-head"):
        assert said in kept.text


def test_a_stamp_had_later_is_published_later_and_the_first_one_stays(kept, store):
    with store.begin() as work:
        assert heads.set_published(work, kept)
        assert not heads.set_published(work, kept)
        assert not heads.unpublished(work)
    one, other = store.archive.put(b"one"), store.archive.put(b"other")
    for digest in (one, other):
        with store.begin() as work:
            work.keep(digest, 3)
            heads.set_stamp(work, 1, digest)
    with store.begin() as work:
        assert [head.stamp for head in heads.unpublished(work)] == [one]
        assert not heads.unstamped(work)


@pytest.mark.parametrize(
    "change",
    [
        "update journal_head set root = repeat('0', 64)",
        "update journal_head set signature = ''",
        "update journal_head set size = 2",
        "delete from journal_head",
        "truncate journal_head",
    ],
)
def test_what_was_signed_can_be_changed_by_neither_the_program_nor_the_owner(
    change, kept, engine, owner
):
    for role, refusal in ((engine, "permission denied"), (owner, "append-only")):
        with pytest.raises(DBAPIError, match=refusal), role.begin() as connection:
            connection.execute(text(change))


def test_a_published_file_is_whole_readable_by_all_and_stays(tmp_path):
    publication = Publication(tmp_path / "out")
    publication.put("head-1.json", b"one")
    publication.put("head-1.json", b"one")
    with pytest.raises(SignatureInvalid) as refused:
        publication.put("head-1.json", b"two")
    assert refused.value.code is Code.PUBLICATION_DIFFERS
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["head-1.json"]
    assert (tmp_path / "out" / "head-1.json").read_bytes() == b"one"
    assert (tmp_path / "out" / "head-1.json").stat().st_mode & 0o777 == 0o644


def test_a_publication_that_is_no_directory_is_a_setting_to_mend(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(NotConfigured) as refused:
        Publication(tmp_path / "out").put("head-1.json", b"one")
    assert refused.value.code is Code.SETTING_INVALID
