"""Ownership: whose client it is, since when, and why it changed."""

from typing import Annotated, Literal

from pydantic import Field

from ledger.events.fields import EmployeeId, EventId, Id, Instant, Label, Text, Whole, fact

ReassignmentReason = Literal[
    "departure", "conflict", "workload", "territory", "client_request", "prospect_handover",
    "reorganisation", "dispute", "correction", "batch_reversed", "latest_engaged",
]  # fmt: skip
Duty = Literal["freshness", "growth"]


@fact
class ClientReserved:
    """The seller who approached the client first has it reserved for him."""

    employee: EmployeeId
    basis: Literal["first_approach", "inquiry", "referral", "decision"] = "first_approach"
    trigger: EventId | None = None
    policy_version: Annotated[Whole, Field(ge=1)] | None = None
    expires_at: Instant | None = None


@fact
class ReservationExpired:
    """The reservation ran out without a curator being assigned."""

    employee: EmployeeId


@fact
class CuratorAssigned:
    """One employee is now accountable for the client."""

    employee: EmployeeId
    duties: tuple[Duty, ...] = ("freshness", "growth")
    reason: Text | None = None
    approved_by: Id | None = None
    effective_at: Instant | None = None


@fact
class ClientReassigned:
    """The client passed from one employee to another, for a stated reason."""

    from_employee: EmployeeId | None = None
    to_employee: EmployeeId
    reason: ReassignmentReason
    remark: Text | None = None
    approved_by: Id | None = None
    effective_at: Instant | None = None
    batch: Id | None = None


@fact
class ClientReleased:
    """Nobody owns the client any longer; it is in the common pool."""

    from_employee: EmployeeId | None = None
    reason: Text
    approved_by: Id | None = None
    effective_at: Instant | None = None


@fact
class ApproachBlocked:
    """An employee tried to approach a client that is another's, and was refused."""

    employee: EmployeeId
    owner: EmployeeId
    attempted: Label
    rule: Literal["reserved", "curated", "other_branch", "contact_barred", "former_owner"]
    reservation: EventId | None = None
