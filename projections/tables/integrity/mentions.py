"""The ids that events name: of which kind, and whether the event begins what has the id.

Most ids stand in the tables of their subjects, which mentions.sql reads; those that no other table
keeps are rows here.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from ledger.catalogue import types
from ledger.envelope import Recorded
from projections.engine.registry import Tables, Unfolds
from projections.tables.contacts import interactions


class FurtherMention(NamedTuple):
    """An event names an id that no other table keeps, of this kind."""

    position: int
    occurred_at: datetime | None
    kind: str
    id: str


TABLES: Tables = {FurtherMention: "further_mentions"}


def _contact(event: Recorded) -> tuple[FurtherMention, ...]:
    """The contact person that the envelope names."""
    # A tuple, since a generator would be made for nearly every event there is.
    who, at = event.contact, event.occurred_at
    return (FurtherMention(event.position, at, "contact person", who),) if who else ()


def _naming(**kinds: str) -> Callable[[Recorded], Iterator[FurtherMention]]:
    """A row for each id in these fields, which hold one, several or none; kinds: by field."""

    def unfold(event: Recorded) -> Iterator[FurtherMention]:
        yield from _contact(event)
        for field, kind in kinds.items():
            value = getattr(event.data, field)
            for each in (value,) if isinstance(value, str) else value or ():
                yield FurtherMention(event.position, event.occurred_at, kind, each)

    return unfold


def _excluded(event: Recorded) -> Iterator[FurtherMention]:
    yield from _contact(event)
    for group in event.data.exclusions:
        for unit in group.units:
            yield FurtherMention(event.position, event.occurred_at, "unit", unit)


_APPROVED = _naming(approved_by="employee")
UNFOLD: Unfolds = dict.fromkeys(types().keys() - interactions.UNFOLD.keys(), _contact) | {
    "curator.assigned": _APPROVED,
    "client.reassigned": _APPROVED,
    "client.released": _APPROVED,
    "contact.barred": _APPROVED,
    "special_terms.granted": _APPROVED,
    "client.merged": _APPROVED,
    "client.unmerged": _APPROVED,
    "transfer_batch.started": _APPROVED,
    "transfer_reversal.started": _APPROVED,
    "transfer_batch.reversed": _APPROVED,
    "task_deadline.extended": _APPROVED,
    "target.revised": _APPROVED,
    "ownership_dispute.resolved": _naming(decided_by="employee"),
    "reservation_policy.published": _excluded,
    "deal.opened": _naming(offer="offer"),
    "deal.reassigned": _naming(from_holder="employee"),
    "case.assigned": _naming(from_assignee="employee", from_unit="unit"),
    "case.unassigned": _naming(assignee="employee", unit="unit"),
    "employee.moved": _naming(from_unit="unit"),
    "note.shared": _naming(to_employees="employee", to_units="unit"),
}
