"""Corrections: history is never rewritten; a later event annuls a wrong one."""

from ledger.events.fields import EventRef, Id, Text, fact


@fact
class EventAnnulled:
    """An earlier event was wrong and no longer counts; both stay in the history.

    An annulment cannot itself be annulled; record the fact again instead.
    """

    event: EventRef
    annulled_type: Id
    reason: Text
