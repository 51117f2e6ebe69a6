"""Annulments: which events no longer count, and from when. The runner marks their rows."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from ledger.envelope import Recorded
from projections.engine.registry import Tables, Unfolds


class Annulment(NamedTuple):
    """An annulment: from this position on, the named event no longer counts."""

    position: int
    event_id: UUID
    event_type: str
    reason: str
    recorded_by: str


TABLES: Tables = {Annulment: "annulments"}


def _annulled(event: Recorded) -> Iterator[Annulment]:
    d = event.data
    yield Annulment(event.position, UUID(d.event), d.annulled_type, d.reason, event.recorded_by)


UNFOLD: Unfolds = {"event.annulled": _annulled}
