"""The reservation policy: each published version replaces the one before."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from commands.decisions.handle import Context, Decision, DecisionModel
from ledger import catalogue
from ledger.envelope import Recorded
from ledger.errors import Refused, UnknownId
from ledger.events.ownership import ReservationPolicyPublished
from ledger.log import Item, Query
from ledger.suggestions import did_you_mean

_PLACES = ("org_unit.defined", "employee.hired", "employee.moved")


@dataclass(frozen=True)
class Policies:
    """What a new policy depends on: the latest one, the highest version, the existing units."""

    latest: ReservationPolicyPublished | None = None
    version: int = 0
    units: frozenset[str] = frozenset()


def model(units: Iterable[str] = ()) -> DecisionModel:
    """What publishing a policy that names these units depends on."""
    named = (Item(_PLACES, (f"unit:{unit}",)) for unit in dict.fromkeys(units))
    return DecisionModel(
        Query((Item(("reservation_policy.published",)), *named)), Policies(), evolve
    )


def evolve(state: Policies, event: Recorded) -> Policies:
    """Fold one event into the state."""
    d = event.data
    if event.type == "reservation_policy.published":
        return replace(state, latest=d, version=max(state.version, d.version))
    unit: str | None = getattr(d, "unit", None) or getattr(d, "to_unit", None)
    return replace(state, units=state.units | ({unit} if unit else set()))


def publish(content: ReservationPolicyPublished) -> Callable[[Policies, Context], Decision]:
    """Decide to publish a policy as the next version; nothing if the latest says the same.

    Raises Refused for an unknown event type or unit.
    """

    def decide(state: Policies, context: Context) -> Decision:
        types = catalogue.types()
        for name in (*content.claims, *content.renewed_by):
            if name not in types:
                hint = did_you_mean(name, types) or "`iledger event types` lists them"
                raise Refused(f"there is no event type {name!r}. {hint}")
        for unit in (unit for group in content.exclusions for unit in group.units):
            if unit not in state.units:
                raise UnknownId(
                    f"no unit {unit!r} is known; `iledger employee units` lists them. "
                    "Append org_unit.defined for a new one"
                )
        new = replace(content, version=state.version + 1)
        if state.latest and replace(state.latest, version=new.version) == new:
            return Decision()
        return Decision((context.event(new),))

    return decide
