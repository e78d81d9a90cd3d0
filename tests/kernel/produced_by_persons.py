"""Codes of personal data: shredded, too young, kept for too short. 个人信息"""

import json

from gateway.errors import Code
from gateway.flows.retention import Material, rules_of
from gateway.flows.shredding import Why, shred
from gateway.store.unit_of_work import keep_bytes
from gateway.wiring.agreed import load_retention
from gateway.wiring.places import ROOT
from tests.kernel.ground import Ground, raised

_FOLDER = ROOT / "schemas" / "retention"


def payload_shredded(ground: Ground) -> Code | None:
    archive = ground.store.archive
    digest = archive.put(b"people")
    archive.shred(digest)
    return raised(lambda: archive.get(digest))


def retention_forbids(ground: Ground) -> Code | None:
    with ground.store.begin() as work:
        digest = keep_bytes(ground.store, work, b"people")
    rule = load_retention(ROOT / "schemas")[Material.PAYLOAD]
    return raised(lambda: shred(ground.store, rule, digest, Why("retention_over", "clerk")))


def retention_below_floor(ground: Ground) -> Code | None:
    data, schema = (
        json.loads((_FOLDER / name).read_text(encoding="utf-8"))
        for name in ("retention.json", "retention.schema.json")
    )
    data["rules"][0]["keep_months"] = 5
    return raised(lambda: rules_of(data, schema))


PRODUCERS = {
    Code.PAYLOAD_SHREDDED: payload_shredded,
    Code.RETENTION_FORBIDS: retention_forbids,
    Code.RETENTION_BELOW_FLOOR: retention_below_floor,
}
