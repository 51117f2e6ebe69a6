"""The timeline: one line for every event that names a client, of whatever kind.

This module imports every event class, so only the runner does so; the question is in `card`.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

from ledger.catalogue import types
from ledger.envelope import Recorded
from projections.engine.materialized import Materialized
from projections.engine.registry import Tables, Unfolds
from projections.tables.clients.event_summaries import SUMMARIES, unsummarised
from projections.tables.clients.summary_words import EventSummary
from projections.tables.contacts.interactions import reach


class Entry(NamedTuple):
    """One line of a client's timeline.

    kind: what it is filtered by, such as call or deal; subject: the id of the deal, offer, task,
    case, letter … that it is about; summary: short English words without personal data, and
    summary_at: the time that they end in, if any; words: the personal ones, such as what a call was
    about or a note's text.
    """

    position: int
    occurred_at: datetime | None
    precision: str
    client: str
    type: str
    kind: str
    reach: str | None
    performed_by: str | None
    recorded_by: str
    channel: str | None
    subject: str | None
    summary: str
    summary_at: datetime | None
    words: str | None


TABLES: Tables = {Entry: "timeline"}


def _entry(summarised: EventSummary, event: Recorded) -> Iterator[Entry]:
    if event.client is None:
        return
    kind, summary, subject, words, at = summarised
    d = event.data
    ahead = getattr(d, "effective_at", None)
    yield Entry(
        event.position,
        event.occurred_at,
        event.precision,
        event.client,
        event.type,
        kind,
        reach(event),
        event.performed_by,
        event.recorded_by,
        event.channel or getattr(d, "channel", None),
        getattr(d, subject) if subject else None,
        summary(d) + (", from" if ahead else ""),
        ahead or (getattr(d, at) if at else None),
        getattr(d, words) if words else None,
    )


_SUMMARISED = {type_: SUMMARIES.get(type_) or unsummarised(type_) for type_ in types()}
# What the timeline is filtered by; an event that is not understood is a kind of its own.
KINDS = frozenset(each.kind for each in _SUMMARISED.values()) | {"not_understood"}
UNFOLD: Unfolds = {type_: partial(_entry, each) for type_, each in _SUMMARISED.items()}
MATERIALIZED = Materialized(table="client_activity", key="client", source="timeline")
