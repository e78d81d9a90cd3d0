"""The codes of people's work on breaks and days. 账项与日结"""

from connectors.bank.flows import closing
from connectors.bank.flows.proposing import propose_undo
from connectors.bank.rules.breaks import Resolution
from connectors.bank.store import breaks
from gateway.errors import Code
from gateway.store import alarms
from tests.kernel.ground import Ground, raised
from tests.workflow.world import LOAN, World, credit, due

ONE = credit().break_id("990001", "ZH01")


def _world(ground: Ground) -> World:
    world = World(ground.store, ground.request.getfixturevalue("clock"))
    world.finds(credit())
    return world


def unlawful(ground: Ground) -> Code | None:
    world = _world(ground)
    return raised(lambda: world.proposes(ONE, Resolution.EXCUSE))


def not_ready(ground: Ground) -> Code | None:
    world = _world(ground)
    return raised(lambda: propose_undo(world.handling, ONE, "wang", "没有处理过"))


def unbookable(ground: Ground) -> Code | None:
    world = _world(ground)
    world.core.owed = [due(principal_fen=1)]
    return raised(lambda: world.proposes(ONE, Resolution.ASSIGN, loan_no=LOAN))


def explained_too_late(ground: Ground) -> Code | None:
    world = _world(ground)
    world.resolves(ONE, Resolution.WRITE_OFF)
    key = world.later(world.key.business_date.replace(month=3))
    with world.store.begin() as work:
        breaks.explained(work, key, {credit().item})
        return alarms.ringing(work)[0].code


def hindered(ground: Ground) -> Code | None:
    world = _world(ground)
    return raised(lambda: closing.close(world.bank, world.key))


PRODUCERS = {
    Code.RESOLUTION_UNLAWFUL: unlawful,
    Code.BREAK_NOT_READY: not_ready,
    Code.CLAIM_UNBOOKABLE: unbookable,
    Code.RESOLVED_THEN_EXPLAINED: explained_too_late,
    Code.DAY_HINDERED: hindered,
}
