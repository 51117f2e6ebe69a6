"""Tasks: who should do what by when, whether it was done, and who owes it."""

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

_SQL = statements("projections.tables.work", "tasks.sql")


class TaskChanged(NamedTuple):
    """A task was assigned, advanced by a step, completed, cancelled or given more time.

    due_at: the deadline that the event names. recorded_at: an extension counts only if it was
    recorded before the deadline it moves; of an import, which cannot tell, when it
    happened. `unit` is the one the producer gave.
    """

    position: int
    occurred_at: datetime | None
    precision: str
    recorded_at: datetime
    task: str
    change: str
    client: str | None
    performed_by: str | None
    unit: str | None
    assignee: str | None
    assigned_by: str | None
    due_at: datetime | None
    title: str | None
    kind: str | None
    deal: str | None
    case_id: str | None
    step: str | None
    steps: int | None
    reason: str | None


TABLES: Tables = {TaskChanged: "task_changes"}
PLACED = (Placed("task_changes", "task", openings=("assigned",)),)


def _change(change: str) -> Callable[[Recorded], Iterator[TaskChanged]]:
    def unfold(event: Recorded) -> Iterator[TaskChanged]:
        d = event.data
        yield TaskChanged(
            event.position,
            event.occurred_at,
            event.precision,
            (event.import_batch and event.occurred_at) or event.recorded_at,
            d.task,
            change,
            event.client,
            event.performed_by,
            event.unit,
            getattr(d, "assignee", None),
            getattr(d, "assigned_by", None),
            getattr(d, "due_at", None),
            getattr(d, "title", None),
            getattr(d, "kind", None),
            getattr(d, "deal", None),
            getattr(d, "case", None),
            getattr(d, "step", None),
            len(d.steps) if change == "assigned" else None,
            getattr(d, "reason", None),
        )

    return unfold


UNFOLD: Unfolds = {
    "task.assigned": _change("assigned"),
    "task_step.done": _change("step"),
    "task.completed": _change("completed"),
    "task.cancelled": _change("cancelled"),
    "task_deadline.extended": _change("extended"),
}


class Task(NamedTuple):
    """A task as it stood.

    - debtor: who had it when it was due; state: open, completed or cancelled; position: of its
      first event.
    - overdue: neither done nor cancelled by the deadline, or by `on` where the deadline is over.
    """

    task: str
    title: str | None
    kind: str | None
    client: str | None
    deal: str | None
    case: str | None
    assignee: str | None
    debtor: str | None
    due_at: datetime | None
    state: str
    ended_at: datetime | None
    ended_precision: str | None
    steps: int | None
    steps_done: int
    overdue: bool
    position: int


def tasks(
    connection: Connection,
    view: View,
    *,
    assignee: str | None = None,
    client: str | None = None,
    overdue: bool = False,
) -> list[Task]:
    """Tasks as they stood, by who has them, for which client, or only those overdue."""
    clients = filtering(connection, view, client)
    return ask(
        connection, _SQL["tasks"], view, Task, assignee=assignee, clients=clients, overdue=overdue
    )
