"""Where plain folds place what is dated by a day or month: after what was recorded before it.

As `projections.engine.placing` does, but folded from the events in plain Python.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ledger.envelope import Event, event_id
from ledger.events.corrections import EventAnnulled
from ledger.events.fields import type_name
from tests.projections.fold_times import at, over

OWNERSHIP = (
    "client.reserved", "reservation.expired", "curator.assigned", "client.reassigned",
    "client.released",
)  # fmt: skip
HOLDINGS = ("case.assigned", "case.unassigned", "case.relocated")
# By the first word of a type: the field that names the thing, and what begins it.
THINGS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "deal": ("deal", ("deal.opened",)),
    "case": ("case", ("case.opened",)),
    "task": ("task", ("task.assigned",)),
    "offer": ("offer", ("offer.sent",)),
    "client_fact": ("", ()),
}
Thing = tuple[str, str | None, str | None]


class Told(NamedTuple):
    """An event as it was recorded."""

    position: int
    event: Event
    type: str


def told(history: list[Event], as_of: int) -> list[Told]:
    """What had been recorded and not annulled."""
    gone = {e.data.event for e in history[:as_of] if isinstance(e.data, EventAnnulled)}
    return [
        Told(position, e, type_name(type(e.data)))
        for position, e in enumerate(history[:as_of], start=1)
        if str(event_id(e.source, e.key)) not in gone
    ]


def things(each: Told) -> Iterator[Thing]:
    """What an event is about: a deal, a case …, or facts of a client."""
    family = each.type.partition(".")[0].partition("_")[0]
    data: Any = each.event.data
    if each.type.startswith("client_fact."):
        for field in dict.fromkeys(getattr(data, "fields", None) or (data.field,)):
            yield "client_fact", each.event.client, field
    elif family in THINGS and each.type not in HOLDINGS and getattr(data, family, None):
        yield family, getattr(data, family), None


def places(history: list[Event], as_of: int) -> dict[tuple[int, Thing | None], datetime]:
    """When each event takes place, by position and thing; None: where the thing does not matter."""
    events = told(history, as_of)
    found: dict[tuple[int, Thing | None], datetime] = {}
    for each in events:
        found[each.position, None] = at(each.event)
        for thing in things(each):
            found[each.position, thing] = _within(each, _like(each, thing, events))
    return found


def _within(each: Told, moments: Iterable[datetime]) -> datetime:
    """The last of these moments within the day or month that an event is known as, or its begin."""
    begins, ends = at(each.event), over(each.event)
    return max([begins, *(moment for moment in moments if begins < moment < ends)])


def _like(each: Told, thing: Thing, events: list[Told]) -> Iterator[datetime]:
    """When others happened of the same thing that were recorded before."""
    earlier = [other for other in events if other.position < each.position]
    like = [other for other in earlier if thing in things(other)]
    begins_it = each.type in THINGS[thing[0]][1]
    if not begins_it or each.type in {other.type for other in like}:
        yield from (at(other.event) for other in like)
        if thing[0] == "case":
            yield from (
                at(other.event)
                for other in earlier
                if other.type in HOLDINGS and getattr(other.event.data, "case", None) == thing[1]
            )
