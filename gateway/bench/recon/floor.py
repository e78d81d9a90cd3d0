"""The least that any way must do: read, digest, decode, one durable COPY of typed lines. 下限"""

import hashlib
from pathlib import Path

from sqlalchemy import text

from gateway.bench.measuring import Stages
from gateway.bench.recon.site import store_of
from gateway.bench.recon.world import World

_CHUNK, _BLOCK = 1024 * 1024, 4 * 1024 * 1024
# The lines as typed columns and nothing else: no key, no index, no check.
TABLE = text("""
create table bench_floor (
    file_id text, line integer, serial integer, batch_no text, loan_no text, instalment_no integer,
    payer_account text, payer_name text, asked_fen bigint, taken_fen bigint, full_flag text,
    code text, message text, host_date date, host_serial text
);
grant insert on bench_floor to gateway_app
""")


def run(world: World, url: str, scratch: Path, schemas: Path) -> dict[str, float]:
    """One after the other; `typed.csv` is prepared, so that no parser is measured."""
    stages, digest = Stages(), hashlib.sha256()
    with stages.of("digest"), world.result.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    with stages.of("decode"), world.result.open("rb") as file:
        while lines := file.readlines(_BLOCK):
            b"".join(lines).decode("gb18030").encode()
    with stages.of("copy"), store_of(url, scratch).begin() as work:
        driver = work.connection.connection.cursor()
        into = driver.copy("copy bench_floor from stdin (format csv)")
        with world.typed.open("rb", buffering=0) as file, into as copy:
            while chunk := file.read(_CHUNK):
                copy.write(chunk)
        driver.close()
    return stages.seconds
