"""Corrections: history is never rewritten, a wrong event is annulled by a later one."""

from ledger.events.fields import EventRef, Id, Text, fact


@fact
class EventAnnulled:
    """An earlier event was wrong and no longer counts; both stay in the history.

    An annulment itself cannot be annulled: record the fact again instead.
    """

    event: EventRef
    annulled_type: Id
    reason: Text
