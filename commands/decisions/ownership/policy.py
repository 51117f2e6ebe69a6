"""The policy of reservation: each published one takes the place of the one before."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from commands.decisions.handle import Context, Decision, DecisionModel
from ledger import catalogue
from ledger.envelope import Recorded
from ledger.errors import Refused
from ledger.events.ownership import ReservationPolicyPublished
from ledger.log import Item, Query

_PLACES = ("org_unit.defined", "employee.hired", "employee.moved")


@dataclass(frozen=True)
class Policies:
    """What a new policy depends on: the latest one, the highest version, the units there are."""

    latest: ReservationPolicyPublished | None = None
    version: int = 0
    units: frozenset[str] = frozenset()


def model(units: Iterable[str] = ()) -> DecisionModel:
    """What the publication of a policy depends on that names these units."""
    named = (Item(_PLACES, (f"unit:{unit}",)) for unit in dict.fromkeys(units))
    return DecisionModel(
        Query((Item(("reservation_policy.published",)), *named)), Policies(), evolve
    )


def evolve(state: Policies, event: Recorded) -> Policies:
    """Take one event into the state."""
    d = event.data
    if event.type == "reservation_policy.published":
        return replace(state, latest=d, version=max(state.version, d.version))
    unit: str | None = getattr(d, "unit", None) or getattr(d, "to_unit", None)
    return replace(state, units=state.units | ({unit} if unit else set()))


def publish(content: ReservationPolicyPublished) -> Callable[[Policies, Context], Decision]:
    """Decide that these rules hold from now on, as the next version; nothing if they do already."""

    def decide(state: Policies, context: Context) -> Decision:
        types = catalogue.types()
        for name in (*content.claims, *content.renewed_by):
            if name not in types:
                near = get_close_matches(name, types, n=1)
                hint = f"did you mean {near[0]!r}?" if near else "`iledger event types` lists them"
                raise Refused(f"there is no event type {name!r}; {hint}")
        for unit in (unit for group in content.exclusions for unit in group.units):
            if unit not in state.units:
                raise Refused(f"no unit {unit!r} is known. Append org_unit.defined for a new one")
        new = replace(content, version=state.version + 1)
        if state.latest and replace(state.latest, version=new.version) == new:
            return Decision()
        return Decision((context.event(new),))

    return decide
