"""The ids that events name: of which kind, and whether the event begins what has the id.

Most ids stand in the tables of their subjects, which mentions.sql reads; those that no other table
keeps are rows here.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from ledger.envelope import Recorded
from projections.engine.registry import Tables, Unfolds


class FurtherMention(NamedTuple):
    """An event names an id that no other table keeps; kind: employee, unit or offer."""

    position: int
    occurred_at: datetime | None
    kind: str
    id: str


TABLES: Tables = {FurtherMention: "further_mentions"}


def _naming(**kinds: str) -> Callable[[Recorded], Iterator[FurtherMention]]:
    """A row for each id in these fields, which hold one, several or none; kinds: by field."""

    def unfold(event: Recorded) -> Iterator[FurtherMention]:
        for field, kind in kinds.items():
            value = getattr(event.data, field)
            for each in (value,) if isinstance(value, str) else value or ():
                yield FurtherMention(event.position, event.occurred_at, kind, each)

    return unfold


UNFOLD: Unfolds = {
    "deal.opened": _naming(offer="offer"),
    "deal.reassigned": _naming(from_holder="employee"),
    "case.assigned": _naming(from_assignee="employee", from_unit="unit"),
    "case.unassigned": _naming(assignee="employee", unit="unit"),
    "employee.moved": _naming(from_unit="unit"),
    "note.shared": _naming(to_employees="employee", to_units="unit"),
}
