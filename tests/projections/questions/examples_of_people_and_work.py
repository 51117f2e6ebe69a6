"""The examples of questions about people, roles, tasks, calendars and data entry."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from ledger.database import Connection
from ledger.envelope import Event
from ledger.events.access import AccessPolicyPublished, LoginLinked, LoginUnlinked
from ledger.events.contacts import CallLogged
from ledger.events.people import (
    EmployeeDeparted,
    EmployeeHired,
    EmployeeMoved,
    OrgUnitDefined,
    RoleGranted,
    RoleRevoked,
)
from ledger.events.work import (
    BusinessCalendarPublished,
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    Workday,
)
from projections.periods import period_of
from projections.tables.access import access
from projections.tables.people import people, roles
from projections.tables.work import calendar, data_entry, tasks
from projections.view import View
from tests.projections.questions.examples import Example, then, was


def unit(name: str, title: str, manager: str | None = None) -> OrgUnitDefined:
    return OrgUnitDefined(
        unit=name, name=title, kind="team", parent=f"{name}-above", manager=manager
    )


def published(
    name: str, last: int, hours: str = "09:00-10:00", zone: str = "UTC", days: int = 7
) -> Event:
    """So many days of each week of March 2026, up to a last one, have these hours."""
    week = tuple(Workday(weekday=day, shifts=(hours,)) for day in range(1, days + 1))
    content = BusinessCalendarPublished(
        calendar=name, zone=zone, first_day=date(2026, 3, 1), last_day=date(2026, 3, last),
        week=week,
    )  # fmt: skip
    return then(content)


def adoption(connection: Connection, view: View) -> list[int]:
    """What was entered since yesterday, by the clock of the ledger: `on` is about that."""
    now = datetime.now(UTC)
    days = {"since": (now - timedelta(1)).date(), "until": (now + timedelta(3)).date()}
    rows = data_entry.adoption(connection, view._replace(on=now + timedelta(1)), **days)
    return [row.events for row in rows if row.employee == "E-adopting"]


def days(connection: Connection, view: View) -> int:
    return len(calendar.working_days(connection, view, "K-days", period_of("2026-03")))


def worked(connection: Connection, view: View) -> float:
    start, end = (datetime(2026, 3, day, tzinfo=UTC) for day in (2, 4))
    return calendar.worked(connection, view, "K-worked", start, end)


def _task(name: str, **more: Any) -> TaskAssigned:
    return TaskAssigned(task=name, title="ring", assignee="E-tasked", **more)


CALL = CallLogged(direction="outbound", outcome="reached")
EXAMPLES = {
    people.employees: Example(
        lambda c, v: [r.unit for r in people.employees(c, v) if r.employee == "E-moved"],
        [was(EmployeeHired(employee="E-moved", name="Анна", unit="U-1", position="seller")),
         was(unit("U-3", "third of all", "E-leads"))],
        then(EmployeeMoved(employee="E-moved", to_unit="U-2")),
        then(EmployeeMoved(employee="E-moved", to_unit="U-3")),
        ["U-1"], ["U-2"], ["U-3"],
    ),
    people.units: Example(
        lambda c, v: [r.name for r in people.units(c, v) if r.unit == "U-renamed"],
        [was(unit("U-renamed", "first"))],
        then(unit("U-renamed", "second")),
        then(unit("U-renamed", "third")),
        ["first"], ["second"], ["third"],
    ),
    people.names: Example(
        lambda c, v: people.names(c, v)["E-renamed"],
        [was(EmployeeHired(employee="E-renamed", name="Анна"))],
        then(EmployeeHired(employee="E-renamed", name="Анна Б")),
        then(EmployeeHired(employee="E-renamed", name="Анна В")),
        "Анна", "Анна Б", "Анна В",
    ),
    people.managed: Example(
        lambda c, v: people.managed(c, v, "E-manager"),
        [was(unit("U-managed", "team", "E-manager")),
         was(EmployeeHired(employee="E-managed", name="Анна", unit="U-elsewhere"))],
        then(EmployeeMoved(employee="E-managed", to_unit="U-managed")),
        then(EmployeeMoved(employee="E-managed", to_unit="U-elsewhere")),
        [], ["E-managed"], [],
    ),
    access.steps: Example(
        lambda c, v: [r.type for r in access.steps(c, v) if r.subject == "stepping"], [],
        then(LoginLinked(login="stepping", employee="E-stepping")),
        then(LoginUnlinked(login="stepping", employee="E-stepping")),
        [], ["login.linked"], ["login.linked", "login.unlinked"], timeless=True,
    ),
    access.mode: Example(
        access.mode, [],
        then(AccessPolicyPublished(version=1, mode="record")),
        then(AccessPolicyPublished(version=2, mode="enforce")),
        "open", "record", "enforce", timeless=True, alone=True,
    ),
    roles.roles: Example(
        lambda c, v: [r.role for r in roles.roles(c, v, "E-role")],
        [was(EmployeeHired(employee="E-role", name="Анна", unit="U-role"))],
        then(RoleGranted(
            employee="E-role", role="supervisor", scope="U-role", until="2027-01-01T00:00:00Z")),
        then(RoleRevoked(employee="E-role", role="supervisor", scope="U-role")),
        [], ["supervisor"], [],
    ),
    tasks.tasks: Example(
        lambda c, v: [r.state for r in tasks.tasks(c, v, assignee="E-tasked")],
        [was(_task(
            "K-1", due_at="2026-04-01T12:00:00Z", kind="call", deal="D-task", case="S-task",
            steps=("one", "two"), assigned_by="E-boss",
        ), client="C-task", unit="U-task")],
        then(TaskCancelled(task="K-1", reason="no need")),
        then(TaskCompleted(task="K-1")),
        ["open"], ["cancelled"], ["completed"],
    ),
    data_entry.adoption: Example(
        adoption, [],
        then(CALL, client="C-adopting", performed_by="E-adopting"),
        then(CALL, client="C-adopting", performed_by="E-adopting"),
        [], [1], [2], timeless=True,
    ),
    calendar.calendars: Example(
        lambda c, v: [r[1:] for r in calendar.calendars(c, v) if r.calendar == "K-listed"],
        [], published("K-listed", 5), published("K-listed", 7),
        [], [(date(2026, 3, 1), date(2026, 3, 5), "UTC")],
        [(date(2026, 3, 1), date(2026, 3, 7), "UTC")], timeless=True,
    ),
    calendar.zone_of: Example(
        lambda c, v: calendar.zone_of(c, v, "K-zone"),
        [], published("K-zone", 5), published("K-zone", 7, zone="Asia/Tokyo"),
        "NotFound", "UTC", "InvalidQuestion", timeless=True,
    ),
    calendar.default: Example(
        calendar.default,
        [was(EmployeeDeparted(employee="E-nobody"))], published("K-one", 5), published("K-two", 5),
        "InvalidQuestion", "K-one", "InvalidQuestion", timeless=True, alone=True,
    ),
    calendar.working_days: Example(
        days, [], published("K-days", 31), published("K-days", 31, days=1),
        "NotFound", 31, 5, timeless=True,
    ),
    calendar.worked: Example(
        worked, [], published("K-worked", 9), published("K-worked", 9, "09:00-12:00"),
        "NotFound", 2.0, 6.0, timeless=True,
    ),
}  # fmt: skip
