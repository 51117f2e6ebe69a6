"""Tasks: what somebody is to do by when, and whether it was done."""

from typing import Annotated

from pydantic import Field

from ledger.events.fields import Id, Instant, Label, Personal, TaskId, Text, fact


@fact
class TaskAssigned:
    """Somebody was given a task."""

    task: TaskId
    title: Personal[Label]
    assignee: Id
    assigned_by: Id | None = None
    due_at: Instant | None = None
    kind: Label | None = None
    deal: Id | None = None
    case: Id | None = None
    steps: Annotated[tuple[Label, ...], Field(max_length=100)] = ()


@fact
class TaskStepDone:
    """One step of the task was done."""

    task: TaskId
    step: Label


@fact
class TaskCompleted:
    """The task was done."""

    task: TaskId
    result: Personal[Text] | None = None


@fact
class TaskCancelled:
    """The task need not be done any more."""

    task: TaskId
    reason: Text


@fact
class TaskDeadlineExtended:
    """The task was given more time."""

    task: TaskId
    from_due: Instant | None = None
    due_at: Instant
    reason: Text
    approved_by: Id | None = None
