"""What a decision depends on: which events, and the state that they make."""

from collections.abc import Callable, Iterable
from functools import lru_cache, reduce
from typing import Any, NamedTuple

from ledger.envelope import Recorded
from ledger.log import Item, Query

ANNULLED = "event.annulled"


class DecisionModel(NamedTuple):
    """What a decision depends on, and how it is read.

    - query: the events
    - initial, evolve: the state before any of them, and one step of the fold
    - widen: what else has to be known, given the state
    - steady: more events, which seldom change and may be remembered
    - usually_empty: as a rule nothing of `query` has happened yet, so a process that remembers what
      is steady first decides on that alone, without reading
    - doubts: as `widen`, where the state suggests a mistake; not missed if the state is assumed
    """

    query: Query
    initial: Any
    evolve: Callable[[Any, Recorded], Any]
    widen: Callable[[Any], Iterable[Item]] = lambda _: ()
    steady: tuple[Item, ...] = ()
    usually_empty: bool = False
    doubts: Callable[[Any], Iterable[Item]] = lambda _: ()

    def folded(self, events: Iterable[Recorded]) -> Any:
        """The state that these events make, in order of position."""
        return reduce(self.evolve, events, self.initial)

    @property
    def seldom(self) -> tuple[str, ...]:
        """The types of event that change what is steady."""
        return _seldom(self.steady)


@lru_cache
def _seldom(steady: tuple[Item, ...]) -> tuple[str, ...]:
    return tuple(sorted({ANNULLED, *(type_ for item in steady for type_ in item.types)}))
