"""Service cases: from an appeal to its solution; who held each one, and in what state it was.

A case has two holders, independent of each other: a person and a unit. Figures over many cases are
in `projections.questions.service.service_report`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.placing import Placed
from projections.engine.registry import Tables, Unfolds
from projections.tables.clients.merges import filtering
from projections.view import View, ask

_SQL = statements("projections.tables.service", "cases.sql")


class CaseChanged(NamedTuple):
    """What happened to a case, except for who holds it; fields not given are None.

    unit: the performer's, as the producer gave it. due_at: of the deadline that is set or missed.
    """

    position: int
    occurred_at: datetime | None
    precision: str
    case_id: str
    change: str
    client: str | None
    performed_by: str | None
    unit: str | None
    channel: str | None
    kind: str | None
    priority: str | None
    location: str | None
    state: str | None
    deadline: str | None
    due_at: datetime | None
    reason: str | None
    subject: str | None


class CaseHeld(NamedTuple):
    """From then on this person or unit (`track`) holds the case; holder: None for nobody.

    The track `location` tells where it is.
    """

    position: int
    occurred_at: datetime | None
    precision: str
    case_id: str
    track: str
    holder: str | None
    performed_by: str | None


TABLES: Tables = {CaseChanged: "case_changes", CaseHeld: "case_holdings"}
PLACED = (
    Placed("case_changes", "case_id", openings=("opened",), beside="case_holdings"),
    Placed("case_holdings", "case_id", "track"),
)


def _change(change: str) -> Callable[[Recorded], Iterator[CaseChanged]]:
    def unfold(event: Recorded) -> Iterator[CaseChanged]:
        d = event.data
        yield CaseChanged(
            event.position,
            event.occurred_at,
            event.precision,
            d.case,
            change,
            event.client,
            event.performed_by,
            event.unit,
            event.channel,
            getattr(d, "kind", None),
            getattr(d, "priority", None),
            getattr(d, "location", None),
            getattr(d, "state", None),
            getattr(d, "deadline", None),
            getattr(d, "due_at", None),
            getattr(d, "reason", None) or getattr(d, "code", None),
            getattr(d, "subject", None),
        )

    return unfold


def _held(event: Recorded) -> Iterator[CaseHeld]:
    d = event.data
    given = event.type == "case.assigned"
    for track, named in (("person", d.assignee), ("unit", d.unit)):
        if named is not None:
            yield CaseHeld(
                event.position,
                event.occurred_at,
                event.precision,
                d.case,
                track,
                named if given else None,
                event.performed_by,
            )


def _opened(event: Recorded) -> Iterator[CaseChanged | CaseHeld]:
    yield from _change("opened")(event)
    if event.data.location is not None:
        yield _located(event)


def _located(event: Recorded) -> CaseHeld:
    d, at, precision = event.data, event.occurred_at, event.precision
    performer = event.performed_by
    return CaseHeld(event.position, at, precision, d.case, "location", d.location, performer)


UNFOLD: Unfolds = {
    "case.opened": _opened,
    "case.relocated": lambda event: iter((_located(event),)),
    "case.acknowledged": _change("acknowledged"),
    "case.assigned": _held,
    "case.unassigned": _held,
    "case_state.entered": _change("entered"),
    "case.noted": _change("noted"),
    "case_deadline.set": _change("deadline"),
    "case_deadline.breached": _change("breached"),
    "case.resolved": _change("resolved"),
    "case.reopened": _change("reopened"),
    "case.closed": _change("closed"),
}


class Case(NamedTuple):
    """A service case as it stood.

    - status: open, resolved or closed; reopened: how often; notes: traces of work.
    - breached: whether a missed deadline was recorded.
    - due_at: the deadline to resolve it; overdue: resolved after it, or not resolved by now.
    - position: of its first event.
    """

    case: str
    client: str | None
    kind: str | None
    priority: str | None
    location: str | None
    status: str
    state: str | None
    assignee: str | None
    unit: str | None
    opened_at: datetime | None
    opened_precision: str | None
    opened_by: str | None
    acknowledged_at: datetime | None
    acknowledged_precision: str | None
    resolved_at: datetime | None
    resolved_precision: str | None
    resolved_by: str | None
    closed_at: datetime | None
    closed_precision: str | None
    reopened: int
    breached: bool
    due_at: datetime | None
    overdue: bool
    notes: int
    position: int


class CaseHolder(NamedTuple):
    """From when to when (half-open) a person or unit held a case; holder: None: nobody."""

    track: str
    holder: str | None
    from_at: datetime | None
    from_precision: str
    to_at: datetime | None
    to_precision: str | None
    position: int


class CaseStep(NamedTuple):
    """What happened to a case, other than who holds it."""

    occurred_at: datetime | None
    precision: str
    change: str
    state: str | None
    performed_by: str | None
    client: str | None
    deadline: str | None
    due_at: datetime | None
    reason: str | None
    position: int


def cases(
    connection: Connection,
    view: View,
    *,
    client: str | None = None,
    assignee: str | None = None,
    unit: str | None = None,
    status: str | None = None,
    overdue: bool = False,
) -> list[Case]:
    """Cases as they stood.

    unit: those held by it and by the units below it then; all other filters are exact.
    """
    clients = filtering(connection, view, client)
    return ask(
        connection,
        _SQL["cases"],
        view,
        Case,
        clients=clients,
        assignee=assignee,
        unit=unit,
        status=status,
        overdue=overdue,
    )


def holders(connection: Connection, view: View, case: str) -> list[CaseHolder]:
    """Who held one case, in order."""
    return ask(connection, _SQL["holders"], view, CaseHolder, case=case)


def history(connection: Connection, view: View, case: str) -> list[CaseStep]:
    """What happened to one case, in order, other than who held it."""
    return ask(connection, _SQL["history"], view, CaseStep, case=case)
