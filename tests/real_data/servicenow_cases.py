"""What the events of ServiceNow's log add up to: cases with their histories, in recording order."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from tests.real_data.source import Wire

HOLDERS = ("assignee", "unit")


class Note(NamedTuple):
    """One touch, with the state and the holders at that moment."""

    at: str
    author: str
    client: str | None
    channel: str
    state: str
    assignee: str | None
    unit: str | None


@dataclass
class Case:
    """A case and its histories. `held` is everyone who ever held it, in order, without the gaps."""

    opened: Wire
    states: list[tuple[str, str]] = field(default_factory=list)
    holders: dict[str, str | None] = field(default_factory=lambda: dict.fromkeys(HOLDERS))
    held: dict[str, list[str]] = field(default_factory=lambda: {holder: [] for holder in HOLDERS})
    locations: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)
    breached: bool = False
    reopened: int = 0
    resolved: Wire | None = None
    closed: str = ""

    @property
    def resolver(self) -> str | None:
        """Who resolved the case, if that is known."""
        return self.resolved.get("performed_by") if self.resolved else None

    @property
    def resolved_at(self) -> str | None:
        """When the case was resolved, if that is known."""
        at = self.resolved["occurred_at"] if self.resolved else "unknown"
        return None if at == "unknown" else at

    def hours_to(self, end: str) -> float:
        """Hours from the opening."""
        return _hours(self.opened["occurred_at"], end)

    def hours_in_states(self) -> dict[str, float]:
        """Hours per state, all its spells together; the last lasts until the case is closed."""
        hours: dict[str, float] = defaultdict(float)
        for (state, start), (_, end) in pairwise([*self.states, ("", self.closed)]):
            hours[state] += _hours(start, end)
        return hours


class Log(NamedTuple):
    """All cases by number, and how often which attribute changed how."""

    cases: dict[str, Case]
    changes: Counter[tuple[str, str]]


def fold(events: Iterable[Wire]) -> Log:
    """Add all events up, in the order of recording."""
    log = Log({}, Counter())
    for event in events:
        if event["type"] == "case.opened":
            place = {event["data"]["location"]} if "location" in event["data"] else set()
            log.cases[event["data"]["case"]] = Case(event, locations=place)
        elif "case" in event["data"]:
            _evolve(log, log.cases[event["data"]["case"]], event)
    return log


def _evolve(log: Log, case: Case, event: Wire) -> None:
    data, at = event["data"], event["occurred_at"]
    match event["type"]:
        case "case_state.entered":
            case.states.append((data["state"], at))
            log.changes["state", _how(case, data.get("from_state"))] += 1
        case "case.assigned" | "case.unassigned" as type_:
            _hold(log, case, data, given=type_ == "case.assigned")
        case "case.relocated":
            case.locations.add(data["location"])
        case "case.noted":
            author, client, channel = event["performed_by"], event.get("client"), event["channel"]
            now = (case.states[-1][0], case.holders["assignee"], case.holders["unit"])
            case.notes.append(Note(at, author, client, channel, *now))
        case "case_deadline.breached":
            case.breached = True
            log.changes["breach", _how(case, "met")] += 1
        case "case.reopened":
            case.reopened += 1
        case "case.resolved":
            case.resolved = event
        case "case.closed":
            case.closed = at


def _hold(log: Log, case: Case, data: Wire, *, given: bool) -> None:
    for holder in HOLDERS:
        if holder not in data:
            continue
        case.holders[holder] = data[holder] if given else None
        if given:
            case.held[holder].append(data[holder])
        how = _how(case, data.get(f"from_{holder}")) if given else "value_to_null"
        log.changes[holder, how] += 1


def _how(case: Case, before: str | None) -> str:
    """Name a change; what comes before the first note was set on the incident's first row."""
    if not case.notes:
        return "set_on_first_row"
    return "null_to_value" if before is None else "value_to_other_value"


def _hours(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / 3600
