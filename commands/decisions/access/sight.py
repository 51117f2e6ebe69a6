"""Sight: whose figures somebody may see, where the access policy is enforced."""

from collections.abc import Iterable
from datetime import datetime
from types import SimpleNamespace
from typing import Any, NamedTuple

from commands.decisions.access.parties import Parties
from commands.decisions.access.rights import FIGURES
from commands.decisions.access.standing import (
    LINKS,
    POLICY,
    PRODUCER,
    ROLES,
    Standing,
    evolve,
)
from commands.decisions.units import DEFINED
from ledger.events.access import AccessPolicyPublished
from projections.tables.access.access import Step


class Sight(NamedTuple):
    """Who looks, and what they may see; viewer: None if the login is not linked."""

    standing: Standing
    viewer: str | None
    at: datetime

    @property
    def limited(self) -> bool:
        """Whether it matters who looks."""
        return self.standing.policy.mode == "enforce"

    def sees(self, employee: str) -> bool:
        """Whether the figures of an employee may be seen: one's own always may."""
        if not self.limited or employee == self.viewer:
            return True
        parties = Parties(frozenset({employee}))
        return self.viewer is not None and (
            self.standing.lacking(self.viewer, FIGURES, parties, self.at) is None
        )


def standing_of(steps: Iterable[Step]) -> Standing:
    """The standing that these steps make, in order of position."""
    state = Standing()
    for step in steps:
        state = evolve(state, _event(step))
    return state


def _event(step: Step) -> Any:
    """A step as the event that it was unfolded from, as far as the standing needs it."""
    return SimpleNamespace(
        type=step.type,
        position=step.position,
        occurred_at=step.at,
        recorded_at=step.recorded_at,
        performed_by=step.performed_by,
        login=step.login,
        data=_data(step),
    )


def _data(step: Step) -> Any:
    if step.type == POLICY:
        return AccessPolicyPublished(version=int(step.subject), mode=step.value)  # type: ignore[arg-type]
    if step.type == PRODUCER:
        return SimpleNamespace(source=step.subject, logins=step.logins, acts_for=step.value)
    if step.type in LINKS:
        return SimpleNamespace(login=step.subject, employee=step.value)
    if step.type in ROLES:
        return SimpleNamespace(
            employee=step.subject,
            role=step.value,
            scope=step.place,
            reach=step.reach,
            until=step.until,
        )
    if step.type == DEFINED:
        return SimpleNamespace(unit=step.subject, parent=step.place)
    return SimpleNamespace(employee=step.subject, to_unit=step.place)  # an employment
