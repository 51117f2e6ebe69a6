"""What a process remembers between decisions, so that it need not read it each time."""

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import NamedTuple

from commands.decisions.model import DecisionModel
from ledger.envelope import Receipt, Recorded
from ledger.log import Item


class Known(NamedTuple):
    """The steady events of a model that stand, up to a position."""

    upto: int
    events: tuple[Recorded, ...]


class Memory:
    """Policies, who works where: give one to all decisions of a service.

    It saves reading, not checking: a decision is recorded only if nothing has been added to what
    was remembered, or annulled of it, since.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Item, ...], Known] = {}
        self._lock = Lock()

    def recall(self, model: DecisionModel) -> Known | None:
        """What is known of the steady events of a model."""
        return self._known.get(model.steady)

    def keep(self, model: DecisionModel, upto: int, events: Iterable[Recorded]) -> None:
        """Remember those of these events that are steady as all there are up to a position."""
        steady = tuple(event for event in events if event.type in model.seldom)
        with self._lock:
            known = self._known.get(model.steady)
            if known is None or known.upto < upto:
                self._known[model.steady] = Known(upto, steady)

    def advance(self, model: DecisionModel, receipts: Sequence[Receipt]) -> None:
        """Remember that nothing steady had changed when a decision by this model was recorded."""
        with self._lock:
            known = self._known.get(model.steady)
            if known and receipts and receipts[0].recorded:
                upto = max(known.upto, receipts[0].position - 1)
                self._known[model.steady] = known._replace(upto=upto)
