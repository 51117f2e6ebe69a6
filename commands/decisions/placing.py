"""The place of a day or month in what a decision depends on: see `projections.engine.placing`.

Changes of a client's owner are put in order by `commands.decisions.ownership.changes.again`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from msgspec.structs import force_setattr

from ledger.envelope import Recorded

_Thing = Callable[[Recorded, Any], object]


def _of_client(event: Recorded, data: Any) -> object:
    return event.client, data.employee


# What events are about, by the first word of their types. Only these are put in order.
_THINGS: dict[str, _Thing] = {
    "employee": lambda event, data: data.employee,
    "role": lambda event, data: (data.employee, data.role),
    "org_unit": lambda event, data: data.unit,
    "account_team_member": _of_client,
    "conflict": _of_client,
    "client": lambda event, data: getattr(data, "absorbed", None),
}
# They begin a thing. The first comes after nothing: recorded late, it begins nothing anew.
_OPENINGS = {"employee.hired", "conflict.reported"}


def placed(events: Iterable[Recorded]) -> list[Recorded]:
    """The events, in the order of recording; a day comes after what was recorded before it."""
    before = defaultdict[tuple[str, object], list[tuple[datetime, str]]](list)
    found = list(events)
    for event in found:
        family = event.type.partition(".")[0]
        thing = _THINGS[family](event, event.data) if family in _THINGS else None
        at = event.occurred_at
        if thing is None:
            continue
        if at is not None and event.over_at is not None:
            told = before[family, thing]
            first = event.type in _OPENINGS and event.type not in {type_ for _, type_ in told}
            earlier = [moment for moment, _ in told if moment < event.over_at and not first]
            at = max([at, *earlier])
            force_setattr(event, "occurred_at", at)
        # A change dated ahead takes its place when it takes effect.
        if holds := getattr(event.data, "effective_at", None) or at:
            before[family, thing].append((holds, event.type))
    return found
