"""What a program knows of the standing, so that a lone decision need not read it.

Each open ledger remembers it. A decision is recorded only if nothing of it has changed since.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from commands.decisions import units
from commands.decisions.access.standing import (
    EMPLOYMENT,
    LINKS,
    POLICY,
    PRODUCER,
    ROLES,
    Standing,
    evolve,
)
from commands.decisions.model import ANNULLED, DecisionModel
from commands.decisions.reading import MOST, counting
from ledger.api import Ledger
from ledger.envelope import Receipt
from ledger.log import Condition, Dependencies, Item, Query

_ALWAYS = (POLICY, PRODUCER, *LINKS)
_GUARDED = (*_ALWAYS, *ROLES, units.DEFINED)


class Known(NamedTuple):
    """The standing as of a position; about: the employees of whom it is known, if it is guarded."""

    standing: Standing
    upto: int
    about: frozenset[str] = frozenset()

    def tested(self, condition: Condition) -> Condition:
        """The condition, which then also fails if the standing has changed."""
        types = (ANNULLED, *(_GUARDED if self.standing.guarded else _ALWAYS))
        watched = [Item(types, (), self.upto)]
        if self.standing.guarded:
            watched += (item._replace(after=self.upto) for item in _employments(self.about))
        # Each part has its own beginning: what is remembered may be older than what was read.
        after = condition.after
        read = (item._replace(after=max(item.after, after)) for item in condition.query.items)
        return Condition(Query((*read, *watched)), min(after, self.upto))

    def may_have_changed(self, found: Dependencies | None) -> bool:
        """Whether it may be what failed a condition. found: what was read of that, if anything."""
        types = {ANNULLED, *_GUARDED, *(EMPLOYMENT if self.standing.guarded else ())}
        return found is None or any(row.type in types for row, _ in found.rows)


_remembered: WeakKeyDictionary[Ledger, Known] = WeakKeyDictionary()


def known(ledger: Ledger) -> Known:
    """The standing as this program remembers it; read if it does not."""
    return _remembered.get(ledger) or learned(ledger)


def advance(ledger: Ledger, known: Known, receipts: Sequence[Receipt]) -> None:
    """Remember that nothing of it had changed when a decision that rested on it was recorded."""
    if receipts and receipts[0].recorded:
        _remembered[ledger] = known._replace(upto=max(known.upto, receipts[0].position - 1))


def learned(ledger: Ledger, about: Iterable[str] = ()) -> Known:
    """The standing as it is now, remembered. about: the employees whose employment matters."""
    found = _read(ledger, (Item(_ALWAYS),))
    wanted = frozenset(about)
    while found.standing.guarded:
        found = _read(ledger, (Item(_GUARDED), *_employments(wanted)))._replace(about=wanted)
        if found.standing.administrators() <= wanted:
            break
        wanted |= found.standing.administrators()
    _remembered[ledger] = found
    return found


def _read(ledger: Ledger, items: tuple[Item, ...]) -> Known:
    dependencies = ledger.store.dependencies(Query(items), MOST)
    head, events = counting(dependencies, items, None, ZoneInfo(ledger.about.zone))
    return Known(MODEL.folded(events), head)


MODEL = DecisionModel(Query((Item(_ALWAYS),)), Standing(), evolve)


def _employments(employees: Iterable[str]) -> tuple[Item, ...]:
    return tuple(Item(EMPLOYMENT, (f"employee:{each}",)) for each in sorted(employees))
