"""Codes of the journal's heads and of housekeeping, each from something really wrong. 错误目录"""

from gateway.errors import Code
from gateway.flows.housekeeping import perform
from gateway.flows.journal_export import export_journal
from gateway.flows.journal_pack import journal_pack
from gateway.store.publication import Publication
from tests.kernel.ground import Ground, raised


def head_not_yet(ground: Ground) -> Code | None:
    """Nobody has anchored anything."""
    return raised(lambda: journal_pack(ground.store, None))


def file_in_the_way(ground: Ground) -> Code | None:
    """The directory is there already, and nothing is ever written over."""
    return raised(lambda: export_journal(ground.store, ground.place, None))


def publication_differs(ground: Ground) -> Code | None:
    (ground.place / "head-3.json").write_bytes(b"another's")
    return raised(lambda: Publication(ground.place).put("head-3.json", b"ours"))


def check_failed(ground: Ground) -> Code | None:
    """The core system has taken a right away from us."""
    branch = ground.branch
    branch.core_do("revoke select on exchange.posting_result from core_exchange")
    try:
        return raised(lambda: perform(branch.gateway().house(), "checks"))
    finally:
        branch.core_do("grant select on exchange.posting_result to core_exchange")


PRODUCERS = {
    Code.HEAD_NOT_YET: head_not_yet,
    Code.FILE_IN_THE_WAY: file_in_the_way,
    Code.PUBLICATION_DIFFERS: publication_differs,
    Code.CHECK_FAILED: check_failed,
}
