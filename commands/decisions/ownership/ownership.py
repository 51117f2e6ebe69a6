"""Ownership: the state that decisions about a client depend on, and how it evolves.

The owner at a time follows from the changes, ordered by the time at which they take effect, ties by
position. `evolve_owner` in projections/tables/ownership/ownership.sql has the same rule.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from commands.decisions import units
from commands.decisions.handle import DecisionModel
from commands.decisions.ownership.changes import Change, Employment, Holding, Team, again, evolved
from ledger.envelope import Recorded
from ledger.events.ownership import ReservationPolicyPublished
from ledger.log import Item, Query
from ledger.suggestions import is_plain, spellings

OWNERSHIP = (
    "client.reserved",
    "reservation.expired",
    "curator.assigned",
    "client.reassigned",
    "client.released",
)
_MERGES = ("client.merged", "client.unmerged")
_ABOUT_CLIENT = (
    *OWNERSHIP,
    "client.registered",
    "prospect.registered",
    "contact.barred",
    "account_team_member.added",
    "account_team_member.removed",
    *_MERGES,
)
_REGISTERED, _HIRED = ("client.registered", "prospect.registered"), "employee.hired"
_EMPLOYMENT = (_HIRED, "employee.moved", "employee.departed")
_POLICY, _ABSENCE = "reservation_policy.published", "absence.recorded"
_STAFF = (*_EMPLOYMENT, _ABSENCE)
BEGINNING, _END = datetime.min.replace(tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
UNPUBLISHED = ReservationPolicyPublished(version=1)


class Bar(NamedTuple):
    """An employee who may not approach the client; until: None = permanently."""

    employee: str
    until: datetime | None


class Ownership(Struct, frozen=True):
    """What decisions about one client depend on.

    - changes, staff: changes of owner and, by employee, of employment, in order of effect
    - tree: of units, if the policy refers to units
    - contacts: the last real contact of each employee with the client
    - portfolio: other clients of the seller whose limit is checked, ids merged away included
    - covers: (absent employee, substitute, first day, last day)
    - near: registered clients whose ids look like that of a client that is not
    """

    client: str
    changes: tuple[Change, ...] = ()
    known_since: datetime | None = None
    merged_into: str | None = None
    bars: tuple[Bar, ...] = ()
    team: Team = Team()
    staff: Mapping[str, tuple[Employment, ...]] = field(default_factory=dict)
    contacts: Mapping[str, datetime] = field(default_factory=dict)
    portfolio: Mapping[str, "Ownership"] = field(default_factory=dict)
    covers: tuple[tuple[str, str, date, date], ...] = ()
    tree: units.Tree = field(default_factory=dict)
    policy: ReservationPolicyPublished = UNPUBLISHED
    published: bool = False
    near: frozenset[str] = frozenset()

    def holding(self, at: datetime) -> Holding | None:
        """The ownership at a time, even if a reservation has run out by then; None = nobody."""
        found: Holding | None = None
        for change in self.changes:
            if change.effective_at > at:
                break
            found = evolved(found, change)
        return found

    def present(self, at: datetime) -> datetime:
        """The time, or that of the last change if later: clocks differ and callers race."""
        return max([at, *(change.effective_at for change in self.changes if not change.planned)])

    def expiry(self, holding: Holding) -> datetime | None:
        """When a reservation runs out, including renewals by contact; None = never."""
        made, ends = holding.change.effective_at, holding.change.expires_at
        if holding.kind != "reserved" or ends is None:
            return None
        contact = self.contacts.get(holding.owner)
        more = contact - made if contact and made > BEGINNING else timedelta(0)
        return ends + max(timedelta(0), min(more, _END - ends))

    def employment(self, employee: str, at: datetime) -> Employment | None:
        """An employee's last change of employment by a time; None if not known by then."""
        by_then = [each for each in self.staff.get(employee, ()) if each.effective_at <= at]
        return by_then[-1] if by_then else None

    def unit(self, employee: str, at: datetime) -> str | None:
        """The employee's unit at a time; None if not known."""
        place = self.employment(employee, at)
        return place.unit if place else None

    def owner_unit(self, holding: Holding, at: datetime) -> str | None:
        """The owner's unit at a time, or when they got the client; None if not known."""
        return self.unit(holding.owner, at) or holding.change.unit

    def barred(self, employee: str, at: datetime) -> bool:
        """Whether the employee is barred from the client at a time."""
        return any(
            bar.employee == employee and (bar.until is None or at < bar.until) for bar in self.bars
        )

    def covered_by(self, employee: str, owner: str, day: date) -> bool:
        """Whether the employee is the substitute of the absent owner on a day."""
        return any(
            (away, cover) == (owner, employee) and first <= day <= last
            for away, cover, first, last in self.covers
        )


def model(client: str, *employees: str, seller: str | None = None) -> DecisionModel:
    """What a decision about a client and these employees depends on.

    - seller: for whom it would be reserved, so that the policy's limits for them matter; usually
      nobody owns the client then
    """
    return DecisionModel(
        Query((about(client),)),
        Ownership(client),
        evolve,
        (lambda state: _wider(state, seller) if seller else ()),
        steady=(Item((_POLICY,)), *map(employed, dict.fromkeys(employees))),
        usually_empty=seller is not None and is_plain(client),
        doubts=lambda state: (*_look_alikes(state), *absent(state, *employees)),
    )


def renewable(client: str) -> DecisionModel:
    """What ending a client's reservation depends on: changes, policy and contacts."""
    query = Query((about(client), Item((_POLICY,))))
    return DecisionModel(query, Ownership(client), evolve, _renewals)


def about(client: str) -> Item:
    """The events that determine a client's owner and who may approach it."""
    return Item(_ABOUT_CLIENT, (f"client:{client}",))


def employed(employee: str) -> Item:
    """The events that determine whether an employee is employed, and in which unit."""
    return Item(_STAFF, (f"employee:{employee}",))


def absent(state: Ownership, *employees: str) -> Iterator[Item]:
    """The employees whose ids look like those of employees that are not known."""
    for employee in employees:
        if employee not in state.staff:
            yield from (Item((_HIRED,), (f"employee:{each}",)) for each in spellings(employee))


def _look_alikes(state: Ownership) -> Iterator[Item]:
    if state.known_since is None and not state.changes:
        yield from (Item(_REGISTERED, (f"client:{each}",)) for each in spellings(state.client))


def evolve(state: Ownership, event: Recorded) -> Ownership:
    """Fold one event into the state."""
    if event.type in OWNERSHIP:
        return _changed(state, event)
    if event.type in _EMPLOYMENT:
        return _employed(state, event)
    if event.type in _ABOUT_CLIENT:
        return _described(state, event)
    if event.type == _POLICY:
        return replace(state, policy=event.data, published=True)
    if event.type == units.DEFINED:
        at = event.occurred_at or BEGINNING
        return replace(state, tree=units.grown(state.tree, event, at))
    if event.type == _ABSENCE:
        return replace(state, covers=(*state.covers, *_covers(event.data)))
    return _contacted(state, event)


def _changed(state: Ownership, event: Recorded) -> Ownership:
    d = event.data
    client = event.client or ""
    old = state if client == state.client else state.portfolio.get(client, Ownership(client))
    ahead = getattr(d, "effective_at", None)
    change = Change(
        effective_at=ahead or event.occurred_at or BEGINNING,
        position=event.position,
        type=event.type,
        owner=_new_owner(event),
        from_employee=d.employee
        if event.type == "reservation.expired"
        else getattr(d, "from_employee", None),
        event_id=str(event.event_id),
        unit=event.unit,
        expires_at=getattr(d, "expires_at", None),
        planned=event.recorded_at < (ahead or BEGINNING),
        timed=bool(ahead) or event.over_at is None,
    )
    new = replace(
        old,
        changes=tuple(sorted((*old.changes, change, *again(change, event.over_at, old.changes)))),
    )
    return new if old is state else replace(state, portfolio={**state.portfolio, client: new})


def _described(state: Ownership, event: Recorded) -> Ownership:
    d = event.data
    match event.type:
        case "client.registered" | "prospect.registered" if event.client != state.client:
            return replace(state, near=state.near | {event.client or ""})
        case "client.registered" | "prospect.registered":
            since = event.occurred_at or BEGINNING
            return replace(state, known_since=min(state.known_since or since, since))
        case "contact.barred":
            return replace(state, bars=(*state.bars, Bar(d.employee, d.until)))
        case "account_team_member.added" | "account_team_member.removed":
            return replace(state, team=state.team.after(event))
        case "client.merged" if d.absorbed == state.client:
            return replace(state, merged_into=d.survivor)
        case "client.unmerged" if d.absorbed == state.client:
            return replace(state, merged_into=None)
        case "client.merged" | "client.unmerged":
            return _merged(state, d.absorbed, d.survivor if event.type == "client.merged" else None)
    return state


def _merged(state: Ownership, client: str, survivor: str | None) -> Ownership:
    """Another client of the seller, merged into a survivor, or separated again (None)."""
    old = state.portfolio.get(client, Ownership(client))
    new = replace(old, merged_into=survivor)
    return replace(state, portfolio={**state.portfolio, client: new})


def _new_owner(event: Recorded) -> str | None:
    if event.type in ("client.reserved", "curator.assigned"):
        return str(event.data.employee)
    return getattr(event.data, "to_employee", None)


def _employed(state: Ownership, event: Recorded) -> Ownership:
    d = event.data
    at = getattr(d, "effective_at", None) or event.occurred_at or BEGINNING
    unit = getattr(d, "unit", None) or getattr(d, "to_unit", None)
    planned = event.recorded_at < (getattr(d, "effective_at", None) or BEGINNING)
    place = Employment(at, event.position, event.type, unit, str(event.event_id), planned)
    known = tuple(sorted((*state.staff.get(d.employee, ()), place)))
    return replace(state, staff={**state.staff, d.employee: known})


def _contacted(state: Ownership, event: Recorded) -> Ownership:
    if event.client != state.client or event.performed_by is None or event.occurred_at is None:
        return state
    if event.type == "call.logged" and event.data.outcome != "reached":
        return state
    last = state.contacts.get(event.performed_by, BEGINNING)
    latest = max(last, event.occurred_at)
    return replace(state, contacts={**state.contacts, event.performed_by: latest})


def _covers(absence: Any) -> Iterator[tuple[str, str, date, date]]:
    if absence.substitute:
        yield absence.employee, absence.substitute, absence.first_day, absence.last_day


def _wider(state: Ownership, seller: str) -> Iterable[Item]:
    """What else an approach depends on, given the owner and the policy."""
    others = [change for change in state.changes if change.owner not in (None, seller)]
    unknown = others if state.policy.exclusions else [each for each in others if not each.unit]
    yield from map(employed, sorted({str(each.owner) for each in unknown}))
    if others and state.policy.exclusions:
        yield units.ALL
    yield from _renewals(state)
    limit = state.policy.clients_per_seller
    if limit is not None:
        yield Item(OWNERSHIP, (f"employee:{seller}",))
        if len(state.portfolio) >= limit:  # some of them may be one client
            yield from (Item(_MERGES, (f"client:{each}",)) for each in sorted(state.portfolio))


def _renewals(state: Ownership) -> Iterable[Item]:
    """The contacts that renew a reservation, if there is one with an end and the policy has any."""
    renewing = state.policy.renewed_by if state.published else ()
    if renewing and any(change.expires_at for change in state.changes):
        yield Item(renewing, (f"client:{state.client}",))
