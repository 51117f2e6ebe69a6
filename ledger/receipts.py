"""Receipts: what a producer receives for an event, derived from the log's outcome."""

import json
from collections.abc import Sequence

from ledger import codec
from ledger.envelope import Encoded, Outcome, Receipt
from ledger.errors import InvalidEvent, KeyConflict, LedgerError
from ledger.log import Condition
from ledger.store import Store

FUTURE_REMEDY = (
    "Check the producer's clock; record future plans as meeting.planned or task.assigned."
)


def receipt(encoded: Encoded, outcome: Outcome) -> Receipt:
    """The receipt for an outcome. Raises KeyConflict or InvalidEvent for a refused event."""
    duplicate = outcome.outcome == "conflict" and codec.same(outcome.stored or b"", encoded.body)
    if outcome.position and outcome.recorded_at and (outcome.outcome != "conflict" or duplicate):
        recorded = outcome.outcome == "recorded"
        return Receipt(outcome.position, outcome.recorded_at, recorded, encoded.event_id)
    if outcome.outcome == "conflict":
        raise KeyConflict(encoded.source, encoded.key, outcome.stored or b"", encoded.body)
    if outcome.outcome == "future":
        given = json.loads(encoded.body)["occurred_at"]
        raise InvalidEvent("occurred_at", given, "lies in the future", FUTURE_REMEDY)
    raise LedgerError(f"event {encoded.source} {encoded.key} was not recorded: {outcome.outcome}")


def record_all(
    store: Store,
    batch: Sequence[Encoded],
    condition: Condition | None = None,
    *,
    on_conflict_read: int = 0,
) -> list[Receipt]:
    """Record events together, all or none; a receipt each, in order.

    Raises InvalidEvent, KeyConflict, ConditionFailed, ServerUnavailable.
    """
    if not batch:
        return []
    outcomes = store.record(batch, condition=condition, on_conflict_read=on_conflict_read)
    if any(outcome.outcome == "withheld" for outcome in outcomes):
        # Possibly only because an older version of this program recorded some of the events.
        batch = [_as_recorded(*pair) for pair in zip(batch, outcomes, strict=True)]
        outcomes = store.record(batch, condition=condition)
    # A refused event raises before those withheld because of it.
    order = sorted(range(len(batch)), key=lambda n: outcomes[n].outcome == "withheld")
    receipts = {n: receipt(batch[n], outcomes[n]) for n in order}
    return [receipts[n] for n in range(len(batch))]


def _as_recorded(encoded: Encoded, outcome: Outcome) -> Encoded:
    """Replace the offered text of an event by the recorded one, if both have the same meaning."""
    if outcome.stored is None or not codec.same(outcome.stored, encoded.body):
        return encoded
    return encoded._replace(body=outcome.stored)
