"""Quarrels: between a client and an employee, and between employees over a client."""

from typing import Annotated, Literal

from pydantic import Field

from ledger.events.fields import DisputeId, EmployeeId, EventId, Id, Personal, Text, fact

Severity = Literal["low", "medium", "high"]
Outcome = Literal["reassigned", "reconciled", "unfounded", "client_lost"]
Judgement = Literal["claimant", "respondent", "shared", "neither"]


@fact
class ConflictReported:
    """A client and an employee do not get on."""

    employee: EmployeeId
    severity: Severity = "medium"
    account: Personal[Text] | None = None


@fact
class ConflictResolved:
    """What came of the conflict between client and employee."""

    employee: EmployeeId
    outcome: Outcome
    remark: Personal[Text] | None = None


@fact
class OwnershipDisputeOpened:
    """Somebody claims a client that is, or was, another's."""

    dispute: DisputeId
    claimant: EmployeeId
    respondent: EmployeeId
    claim: Text


@fact
class OwnershipDisputeResolved:
    """Whose client it was found to be, by whom, and on the strength of which events."""

    dispute: DisputeId
    decision: Judgement
    decided_by: Id
    grounds: Text
    evidence: Annotated[tuple[EventId, ...], Field(max_length=1000)] = ()
