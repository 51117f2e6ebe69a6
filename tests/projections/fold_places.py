"""Where plain folds place what is dated by a day or month: after what was recorded before it.

As `projections.engine.placing` does, but folded from the events in plain Python.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from unittest.mock import patch
from zoneinfo import ZoneInfo

from ledger.envelope import Event, event_id
from ledger.events.corrections import EventAnnulled
from ledger.events.fields import type_name
from tests.projections import fold_times
from tests.projections.fold_times import at, over
from tests.projections.ledgers import ZONE

OWNERSHIP = (
    "client.reserved", "reservation.expired", "curator.assigned", "client.reassigned",
    "client.released",
)  # fmt: skip
ABOUT_CONTACTS = (
    "inquiry.received", "touchpoint.captured", "call.logged", "call.missed", "message.exchanged",
    "meeting.planned", "meeting.held", "meeting.cancelled", "correspondence.received",
    "correspondence.sent", "note.shared", "mood.noted", "satisfaction.recorded",
    "purchase.recorded", "goods.returned",
)  # fmt: skip
HOLDINGS = ("case.assigned", "case.unassigned", "case.relocated")
# By the first word of a type: the field that names the thing, and what begins it.
THINGS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "deal": ("deal", ("deal.opened", "deal.won", "deal.lost", "deal.reopened")),
    "case": ("case", ("case.opened",)),
    "task": ("task", ("task.assigned",)),
    "offer": ("offer", ("offer.sent",)),
    "client_fact": ("", ()),
}
Thing = tuple[str, str | None, str | None]


class Told(NamedTuple):
    """An event as it was recorded; gone: the position from which it is annulled."""

    position: int
    event: Event
    type: str
    gone: float


def told(history: list[Event], as_of: int) -> list[Told]:
    """What had been recorded, annulled or not."""
    gone: dict[str, float] = {}
    for position, event in enumerate(history[:as_of], start=1):
        if isinstance(event.data, EventAnnulled):
            gone.setdefault(event.data.event, position)
    found = []
    for position, event in enumerate(history[:as_of], start=1):
        ended = gone.get(str(event_id(event.source, event.key)), float("inf"))
        found.append(Told(position, event, type_name(type(event.data)), ended))
    return found


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
    events, zone = told(history, as_of), fold_times.LOCAL
    with patch.object(fold_times, "LOCAL", ZoneInfo(ZONE)):
        owned = {each.position: _after_the_owner(each, events) for each in events}
        found: dict[tuple[int, Thing | None], datetime] = {}
        for each in events:
            found[each.position, None] = owned[each.position]
            for thing in things(each):
                found[each.position, thing] = _after_its_like(each, thing, events, owned)
        begun = {each.position: at(each.event) for each in events}
    with patch.object(fold_times, "LOCAL", zone):
        return {
            (each, thing): _here(events[each - 1].event, begun[each], moment)
            for (each, thing), moment in found.items()
        }


def _here(event: Event, begun: datetime, moment: datetime) -> datetime:
    """Its place in the zone asked for: the same, unless that lies on another day there."""
    here = at(event)
    return max(here, moment) if begun < moment < over(event) else here


def _after_the_owner(each: Told, events: list[Told]) -> datetime:
    begins, ends, client = at(each.event), over(each.event), each.event.client
    if client is None or not (each.type in ABOUT_CONTACTS or any(things(each))):
        return begins
    changes = [
        getattr(other.event.data, "effective_at", None) or at(other.event)
        for other in events
        if other.type in OWNERSHIP
        and other.event.client == client
        and other.position < each.position < other.gone
    ]
    return max([begins, *(moment for moment in changes if begins < moment < ends)])


def _after_its_like(
    each: Told, thing: Thing, events: list[Told], owned: dict[int, datetime]
) -> datetime:
    own, ends, begins_it = owned[each.position], over(each.event), each.type in THINGS[thing[0]][1]
    like = [
        owned[other.position]
        for other in events
        if other.position < each.position < other.gone
        and thing in things(other)
        and (not begins_it or other.type == each.type)
    ]
    return max([own, *(moment for moment in like if own < moment < ends)])
