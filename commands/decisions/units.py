"""Units: the tree of units at a time, as decisions see it.

The last definition of a unit by a time counts, ties in order of recording. The same rule is in
projections/tables/people/people.sql.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from ledger.envelope import Recorded
from ledger.log import Item

DEFINED = "org_unit.defined"
ALL = Item((DEFINED,))


class Definition(NamedTuple):
    """A definition of a unit, with its parent."""

    at: datetime
    position: int
    parent: str | None


Tree = Mapping[str, tuple[Definition, ...]]


def grown(tree: Tree, event: Recorded, at: datetime) -> Tree:
    """Fold one definition of a unit into the tree. at: when it takes effect."""
    unit = event.data.unit
    definition = Definition(at, event.position, event.data.parent)
    return {**tree, unit: tuple(sorted((*tree.get(unit, ()), definition)))}


def above(tree: Tree, unit: str | None, at: datetime) -> set[str]:
    """The unit and all units above it at a time; empty for None."""
    found: set[str] = set()
    while unit is not None and unit not in found:
        found.add(unit)
        by_then = [each for each in tree.get(unit, ()) if each.at <= at]
        unit = by_then[-1].parent if by_then else None
    return found


def listed(scope: str) -> str:
    """The next step after an unknown unit, employee or position: where the known ones are."""
    return f"`iledger employee {'units' if scope == 'unit' else 'list'}` lists them"
