"""Service cases: from the client's request to its resolution, with holders and deadlines."""

from typing import Any, Literal

from pydantic import model_validator

from ledger.events.fields import CaseId, Id, Instant, Label, Personal, Text, fact

Deadline = Literal["respond", "resolve"]


def _names_somebody(content: Any) -> Any:
    if content.assignee is None and content.unit is None:
        raise ValueError("names neither an assignee nor a unit; give at least one")
    return content


@fact
class CaseOpened:
    """A case was opened for a client's request."""

    case: CaseId
    subject: Personal[Label] | None = None
    kind: Label | None = None
    priority: Label | None = None
    location: Label | None = None


@fact
class CaseAcknowledged:
    """Somebody responded to the case for the first time."""

    case: CaseId


@fact
class CaseAssigned:
    """The case was assigned to a person, a unit or both; a part not named stays unchanged."""

    case: CaseId
    assignee: Id | None = None
    unit: Id | None = None
    from_assignee: Id | None = None
    from_unit: Id | None = None

    _checked = model_validator(mode="after")(_names_somebody)


@fact
class CaseUnassigned:
    """The case was taken from the person or unit named; a part not named stays unchanged."""

    case: CaseId
    assignee: Id | None = None
    unit: Id | None = None

    _checked = model_validator(mode="after")(_names_somebody)


@fact
class CaseStateEntered:
    """The case entered a state."""

    case: CaseId
    state: Id
    from_state: Id | None = None


@fact
class CaseRelocated:
    """The case moved to another location, or turned out to be there."""

    case: CaseId
    location: Label
    from_location: Label | None = None


@fact
class CaseNoted:
    """Somebody worked on the case, with or without a note."""

    case: CaseId
    text: Personal[Text] | None = None


@fact
class CaseDeadlineSet:
    """A deadline was set for responding to the case or resolving it."""

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
    """The case was resolved."""

    case: CaseId
    solution: Personal[Text] | None = None


@fact
class CaseReopened:
    """The case was reopened because the resolution did not last."""

    case: CaseId
    reason: Text | None = None


@fact
class CaseClosed:
    """The case was closed; nothing more is to be done."""

    case: CaseId
    code: Label | None = None
