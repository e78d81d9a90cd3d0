"""A database with nights of an earlier version is brought to this one's, and none is lost. 升级"""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

import gateway.store.migrations

DIGEST = "0" * 64
# what a site had before there were grades for everything: an end of each kind, and what is open
BEFORE = f"""
insert into payload values ('{DIGEST}', 0, now());
insert into message
    (message_id, counterparty, kind, subject, name, digest, state, state_at, reason, grade)
    select m, 'p', 'k', 'n', 'x', '{DIGEST}', s, now(), '', g from (values
        ('m1', 'ACKNOWLEDGED', 'C'), ('m2', 'REJECTED', 'C'), ('m3', 'UNKNOWN', null),
        ('m4', 'DRAFTED', null)) as old (m, s, g);
insert into attempt (message_id, fence, act, started_at, outcome) values
    ('m3', 1, 'enquire', now(), 'NEVER_SAW'), ('m3', 2, 'send', now(), null);
insert into posting (posting_key, message_id, subject, content_digest, fen, result_code) values
    ('p1', 'm1', 'n', 'd', 1, '00'), ('p2', 'm3', 'n', 'd', 1, null);
insert into bank_night
    (night_id, bank, account, business_date, state, state_at, ledger_digest) values
    ('n1', 'b', 'a', '2026-02-27', 'PROVED', now(), '{DIGEST}'),
    ('n2', 'b', 'a', '2026-02-28', 'OPEN', now(), null);
insert into inbox_item (item_id, counterparty, name, digest, received_at)
    select f, 'b', f, '{DIGEST}', now() from unnest(array['f1', 'f2', 'f3']) as f;
insert into bank_file
    (file_id, night_id, kind, version, name, digest, flag_digest, state, state_at, grade)
    select f, 'n1', 'k', v, f, '{DIGEST}', '{DIGEST}', s, now(), g from (values
        ('f1', 1, 'USED', 'B'), ('f2', 2, 'QUARANTINED', null), ('f3', 3, 'RECEIVED', null))
        as old (f, v, s, g);
"""
AFTER = {
    "select message_id, grade from message": {"m1": "C", "m2": "C", "m3": "E", "m4": "E"},
    "select outcome, grade from attempt": {"NEVER_SAW": "C", None: "E"},
    "select posting_key, grade from posting": {"p1": "C", "p2": "E"},
    "select night_id, ledger_grade from bank_night": {"n1": "C", "n2": None},
    "select file_id, grade from bank_file": {"f1": "B", "f2": "E", "f3": "E"},
}


@pytest.fixture
def elder(owner):
    """A schema of its own as the first version made it; nothing of it stays."""
    config = Config()
    config.set_main_option("script_location", str(Path(gateway.store.migrations.__file__).parent))
    with owner.connect() as connection:
        connection.execute(text("create schema elder"))
        connection.execute(text("set local search_path to elder"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        yield connection, config
        connection.rollback()


def test_what_ended_keeps_its_proof_and_what_is_open_begins_without_one(elder):
    connection, config = elder
    connection.execute(text(BEFORE))
    command.upgrade(config, "head")
    for query, grades in AFTER.items():
        assert dict(map(tuple, connection.execute(text(query)))) == grades
