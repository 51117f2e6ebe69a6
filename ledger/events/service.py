"""Service cases: from an appeal to its solution, who holds it and by when."""

from typing import Any, Literal

from pydantic import model_validator

from ledger.events.fields import CaseId, Id, Instant, Label, Personal, Text, fact

Deadline = Literal["respond", "resolve"]


def _names_somebody(content: Any) -> Any:
    if content.assignee is None and content.unit is None:
        raise ValueError("names neither an assignee nor a unit")
    return content


@fact
class CaseOpened:
    """A client's appeal became a case."""

    case: CaseId
    subject: Personal[Label] | None = None
    kind: Label | None = None
    priority: Label | None = None
    location: Label | None = None


@fact
class CaseAcknowledged:
    """Somebody first reacted to the case."""

    case: CaseId


@fact
class CaseAssigned:
    """The case was given to a person, to a unit, or to both; what is not named stays."""

    case: CaseId
    assignee: Id | None = None
    unit: Id | None = None
    from_assignee: Id | None = None
    from_unit: Id | None = None

    _checked = model_validator(mode="after")(_names_somebody)


@fact
class CaseUnassigned:
    """The case was taken from the person or the unit named; what is not named stays."""

    case: CaseId
    assignee: Id | None = None
    unit: Id | None = None

    _checked = model_validator(mode="after")(_names_somebody)


@fact
class CaseStateEntered:
    """The case moved to a state."""

    case: CaseId
    state: Id
    from_state: Id | None = None


@fact
class CaseNoted:
    """Somebody worked on the case and left a trace."""

    case: CaseId
    text: Personal[Text] | None = None


@fact
class CaseDeadlineSet:
    """The case is to be answered or resolved by a certain time."""

    case: CaseId
    deadline: Deadline
    due_at: Instant


@fact
class CaseDeadlineBreached:
    """The case missed a deadline."""

    case: CaseId
    deadline: Deadline
    due_at: Instant | None = None


@fact
class CaseResolved:
    """The appeal was solved."""

    case: CaseId
    solution: Personal[Text] | None = None


@fact
class CaseReopened:
    """The solution did not hold."""

    case: CaseId
    reason: Text | None = None


@fact
class CaseClosed:
    """Nothing more is to be done about the case."""

    case: CaseId
    code: Label | None = None
