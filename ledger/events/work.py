"""Work: tasks, and the business calendars that define working time."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from ledger.events.fields import (
    Day,
    Id,
    Instant,
    Label,
    NotBefore,
    Personal,
    Shift,
    TaskId,
    Text,
    Whole,
    Zone,
    fact,
)


@fact
class TaskAssigned:
    """A task was assigned to somebody."""

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
    """One step of the task was completed."""

    task: TaskId
    step: Label


@fact
class TaskCompleted:
    """The task was completed."""

    task: TaskId
    result: Personal[Text] | None = None


@fact
class TaskCancelled:
    """The task was cancelled."""

    task: TaskId
    reason: Text


@fact
class TaskDeadlineExtended:
    """The task's deadline was extended."""

    task: TaskId
    from_due: Instant | None = None
    due_at: Annotated[Instant, NotBefore("from_due")]
    reason: Text
    approved_by: Id | None = None


Shifts = Annotated[tuple[Shift, ...], Field(max_length=10)]
_LONGEST = 3660


def _ordered(content: Any) -> Any:
    """Refuse overlapping shifts: time in both of them would count twice."""
    ends = "00:00"
    for shift in content.shifts:
        starts, _, until = shift.partition("-")
        if starts < ends:
            raise ValueError(
                f"has shift {shift} starting before {ends}, when the previous one ends"
            )
        ends = until
    return content


@fact
class Workday:
    """A working day of the week (1 is Monday) and its hours."""

    weekday: Annotated[Whole, Field(ge=1, le=7)]
    shifts: Shifts

    _checked = model_validator(mode="after")(_ordered)


@fact
class Deviation:
    """One day that differs from its day of the week; a holiday has no shifts."""

    day: Day
    shifts: Shifts = ()
    remark: Label | None = None

    _checked = model_validator(mode="after")(_ordered)


@fact
class BusinessCalendarPublished:
    """The working hours from the first to the last day, both included, replace earlier ones."""

    calendar: Id
    zone: Zone
    first_day: Day
    last_day: Day
    week: Annotated[tuple[Workday, ...], Field(min_length=1, max_length=7)]
    deviations: Annotated[tuple[Deviation, ...], Field(max_length=1_000)] = ()

    @model_validator(mode="after")
    def _checked(self) -> Any:
        if not 0 <= (self.last_day - self.first_day).days < _LONGEST:
            raise ValueError(f"must cover 1 to {_LONGEST} days; check first_day and last_day")
        weekdays = [each.weekday for each in self.week]
        if len(set(weekdays)) < len(weekdays):
            raise ValueError("names a day of the week twice")
        days = [each.day for each in self.deviations]
        if len(set(days)) < len(days):
            raise ValueError("has two deviations for one day")
        outside = [day for day in days if not self.first_day <= day <= self.last_day]
        if outside:
            raise ValueError(f"has a deviation on {outside[0]}, which it does not cover")
        return self
