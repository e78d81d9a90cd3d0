"""Housekeeping: what must be looked after every hour, a row a duty. 巡检"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.bank.flows.handling import Handling
from gateway.errors import Code, GatewayError, IllegalTransition, RefusedHere
from gateway.flows.anchoring import Anchoring, anchor
from gateway.flows.checks import Checked, check_all
from gateway.flows.keys import watch_certificates
from gateway.flows.purging import Purging, purge
from gateway.flows.resolutions import carry_out_all
from gateway.flows.sending import Sending, sweep
from gateway.flows.stamping import stamp_waiting
from gateway.flows.tokening import tokenise_waiting
from gateway.flows.watching import watch_calendar
from gateway.log import Log
from gateway.ports import CheckResult, StageCount
from gateway.signing.at_rest.tokens import Tokens
from gateway.store import alarms
from gateway.store.seen_signatures import forget_expired

_LOG = Log("housekeeping")


@dataclass(frozen=True, slots=True)
class House:
    """Everything that is looked after: the parts of a gateway.

    `by_hand` says that a person asks for it, and not the hour: then nothing is put off.
    """

    checked: Checked
    sending: Sending
    purging: Purging
    anchoring: Anchoring
    handlings: Mapping[str, Handling]
    tokens: Tokens
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty: what it is called, and what looks after it; it may run twice, also at once."""

    title: str
    run: Callable[[House], StageCount]


def _checks(house: House) -> StageCount:
    """Every self-check; each that fails rings until it passes again. Raises CHECK_FAILED."""
    results = check_all(house.checked)
    with house.checked.store.begin() as work:
        for result in results:
            if result.ok:
                alarms.clear(work, Code.CHECK_FAILED, result.item, "复查通过")
            else:
                alarms.ring(work, Code.CHECK_FAILED, result.item, result.detail)
    failed = [result for result in results if not result.ok]
    if failed:
        raise RefusedHere(Code.CHECK_FAILED, detail=_named(failed))
    return StageCount("checks", len(results), {"failed": 0})


def _named(results: Sequence[CheckResult]) -> str:
    return "；".join(result.item for result in results)


def _calendar(house: House) -> StageCount:
    missing = watch_calendar(house.checked.store, house.checked.calendar)
    return StageCount("calendar", len(house.checked.calendar.years), {"missing": bool(missing)})


def _certificates(house: House) -> StageCount:
    ring = house.checked.ring
    ending = watch_certificates(house.checked.store, ring)
    return StageCount("certificates", len(ring), {"ending": ending})


def _outbox(house: House) -> StageCount:
    return StageCount("outbox", 1, {"done": sweep(house.sending)})


def _resolutions(house: House) -> StageCount:
    """What two people have agreed on about breaks, but nobody has carried out yet."""
    return carry_out_all(house.handlings, house.sending)


def _stamps(house: House) -> StageCount:
    found = stamp_waiting(house.anchoring.stamping, by_hand=house.by_hand)
    waiting = found.waiting
    counts = {"taken": found.taken, "waiting": waiting.count if waiting else 0}
    note = f"下次不早于 {waiting.next_attempt_at:%m-%d %H:%M} 再取" if waiting else ""
    return StageCount("stamps", found.asked, counts, note)


def _replays(house: House) -> StageCount:
    """Signatures whose own age refuses them by now need not be remembered."""
    with house.checked.store.begin() as work:
        return StageCount("replays", 1, {"forgotten": forget_expired(work)})


def _people(house: House) -> StageCount:
    """Large files were stored without tokens: their people become findable, a portion an hour."""
    return tokenise_waiting(house.checked.store, house.tokens)


def _retention(house: House) -> StageCount:
    return StageCount("retention", 1, purge(house.purging).counts)


def _anchoring(house: House) -> StageCount:
    return anchor(house.anchoring)


# The last one covers with a head what the others wrote into the journal.
DUTIES: Mapping[str, Duty] = {
    "checks": Duty("自检", _checks),
    "calendar": Duty("工作日历", _calendar),
    "certificates": Duty("密钥与证书期限", _certificates),
    "outbox": Duty("待发报文", _outbox),
    "resolutions": Duty("已复核的账项处理", _resolutions),
    "stamps": Duty("待补时间戳", _stamps),
    "replays": Duty("防重放记录", _replays),
    "people": Duty("补个人信息标记", _people),
    "retention": Duty("到期清理", _retention),
    "anchoring": Duty("流水树根", _anchoring),
}


@dataclass(frozen=True, slots=True)
class Done:
    """A duty that was done: what it counted, or why it could not be."""

    name: str
    end: StageCount | GatewayError


def perform(house: House, name: str) -> StageCount:
    """Do one duty. Raises what it raises; a bug of ours as OUR_BUG."""
    try:
        counts = DUTIES[name].run(house)
    except GatewayError as error:
        _LOG.warning("duty_failed", duty=name, code=error.code.name)
        raise
    except Exception as bug:
        _LOG.warning("duty_failed", duty=name, code=Code.OUR_BUG.name)
        raise IllegalTransition(Code.OUR_BUG, detail=f"{name}: {type(bug).__name__}") from bug
    _LOG.info("duty_done", duty=name, line=counts.line())
    return counts


def keep_house(house: House) -> Sequence[Done]:
    """Every duty in order, now; one that fails keeps no other from being done."""
    return [_tried(replace(house, by_hand=True), name) for name in DUTIES]


def _tried(house: House, name: str) -> Done:
    try:
        return Done(name, perform(house, name))
    except GatewayError as error:
        return Done(name, error)
