"""The postings' rows: what was asked of the ledger and what it answered. 入账记录"""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    MetaData,
    Table,
    Text,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from connectors.core_system import codec
from connectors.core_system.model import Posting, PostingResult
from connectors.core_system.verdicts import SUCCESS
from gateway.ports import Grade
from gateway.store.tables import MESSAGE, graded
from gateway.store.unit_of_work import UnitOfWork

METADATA = MetaData()
POSTING = Table(
    "posting",
    METADATA,
    Column("posting_key", Text, primary_key=True),
    Column("message_id", Text, ForeignKey(MESSAGE.c.message_id), nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("content_digest", Text, nullable=False),
    Column("fen", BigInteger, nullable=False),
    # the posting a reversal takes back, empty for all others
    Column("reversal_of", Text, nullable=False, server_default=""),
    Column("result_code", Text),
    Column("result_text", Text),
    graded(),
)


def add(work: UnitOfWork, message_id: str, subject: str, postings: Sequence[Posting]) -> None:
    """Record the postings of a message just drafted."""
    rows = [
        {
            "posting_key": posting.key, "message_id": message_id, "subject": subject,
            "content_digest": codec.content_digest(posting), "fen": posting.fen,
            "reversal_of": posting.reversal_of,
        }
        for posting in postings
    ]  # fmt: skip
    # as many statements as it takes: one statement has no room for a large night
    work.connection.execute(insert(POSTING).on_conflict_do_nothing(), rows)


def settle(work: UnitOfWork, results: Sequence[PostingResult], grade: Grade) -> None:
    """Record what the ledger answered, posting by posting, and how well that is proved."""
    for result in results:
        work.connection.execute(
            update(POSTING)
            .where(POSTING.c.posting_key == result.key)
            .values(result_code=result.code, result_text=result.text, grade=grade.name)
        )


def known(work: UnitOfWork, keys: Sequence[str]) -> frozenset[str]:
    """Which of these keys are of postings that we have asked for."""
    query = select(POSTING.c.posting_key).where(POSTING.c.posting_key.in_(keys))
    return frozenset(work.connection.execute(query).scalars())


def standing(work: UnitOfWork, *subjects: str) -> frozenset[str]:
    """The keys of these subjects' postings that are booked and that none of them took back."""
    query = select(POSTING.c.posting_key, POSTING.c.reversal_of).where(
        POSTING.c.subject.in_(subjects), POSTING.c.result_code == SUCCESS
    )
    rows = list(work.connection.execute(query))
    return frozenset({row[0] for row in rows if not row[1]} - {row[1] for row in rows})


def taken_back(work: UnitOfWork, subject: str) -> frozenset[str]:
    """The keys of a subject's postings that a reversal took back, under whatever subject."""
    mine = select(POSTING.c.posting_key).where(POSTING.c.subject == subject)
    query = select(POSTING.c.reversal_of).where(
        POSTING.c.reversal_of.in_(mine), POSTING.c.result_code == SUCCESS
    )
    return frozenset(work.connection.execute(query).scalars())


def counts(work: UnitOfWork, subject: str) -> dict[str, int]:
    """How many postings of a subject are posted, refused, or not yet answered."""
    code = func.coalesce(POSTING.c.result_code, "")
    query = select(code, func.count()).where(POSTING.c.subject == subject).group_by(code)
    answered = {row[0]: row[1] for row in work.connection.execute(query)}
    open_count, posted = answered.pop("", 0), answered.pop(SUCCESS, 0)
    return {"posted": posted, "refused": sum(answered.values()), "open": open_count}
