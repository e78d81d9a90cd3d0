"""Which collector gathers a case: one table, a row a kind of case. 案件收集"""

from collections.abc import Callable

from gateway.errors import Code, NotConfigured
from gateway.flows import showing
from gateway.flows.evidence import bank_night
from gateway.flows.evidence.case import Case
from gateway.store.unit_of_work import Store, UnitOfWork

# Finds the case that a thing belongs to, None when it belongs to none of this kind; and gathers it.
Finder = Callable[[UnitOfWork, str], str | None]
Collector = Callable[[UnitOfWork, Store, str], Case]

# Transfers and filings add their rows.
COLLECTORS: dict[str, tuple[Finder, Collector]] = {
    "夜间对账": (bank_night.night_of, bank_night.collect),
}


def collect(store: Store, wanted: str) -> Case:
    """The case that the thing with this id, or one that begins so, belongs to.

    Raises NotConfigured when there is no such thing, or when it belongs to no case.
    """
    with store.begin() as work:
        _, (identity, _, _) = showing.find(work, wanted)
        for find, gather in COLLECTORS.values():
            case_id = find(work, identity)
            if case_id is not None:
                return gather(work, store, case_id)
    raise NotConfigured(Code.NOT_FOUND, detail=f"{identity}：不属于任何{'、'.join(COLLECTORS)}")
