"""Annulments: which events no longer count, since when. The runner marks their rows everywhere."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from ledger.envelope import Recorded


class Annulment(NamedTuple):
    """From this position on the named event no longer counts. Its position is looked up later."""

    position: int
    event_id: UUID
    event_type: str
    reason: str
    recorded_by: str


TABLES: Mapping[type[Any], str] = {Annulment: "annulments"}


def _annulled(event: Recorded) -> Iterator[Annulment]:
    d = event.data
    yield Annulment(event.position, UUID(d.event), d.annulled_type, d.reason, event.recorded_by)


UNFOLD: Mapping[str, Callable[[Recorded], Iterator[Any]]] = {"event.annulled": _annulled}
