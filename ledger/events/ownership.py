"""Ownership: whose a client is, how clients are handed over, and disputes about both."""

from typing import Annotated, Literal

from pydantic import Field

from ledger.events.fields import (
    BatchId,
    Digest,
    DisputeId,
    EmployeeId,
    EventId,
    Id,
    Instant,
    Label,
    Personal,
    Text,
    Whole,
    fact,
)

ReassignmentReason = Literal[
    "departure", "conflict", "workload", "territory", "client_request", "prospect_handover",
    "reorganisation", "dispute", "correction", "batch_reversed", "latest_engaged",
]  # fmt: skip
TeamRole = Literal["sales", "service", "marketing"]
ApproachRule = Literal[
    "reserved", "curated", "other_branch", "contact_barred", "portfolio_full", "former_owner"
]
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
    batch: BatchId | None = None


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
    owner: EmployeeId | None = None
    attempted: Label
    rule: ApproachRule
    reservation: EventId | None = None


@fact
class ContactBarred:
    """This employee may not approach this client, until then or for good."""

    employee: EmployeeId
    reason: Text
    until: Instant | None = None
    approved_by: Id | None = None


@fact
class AccountTeamMemberAdded:
    """Somebody besides the owner works with the client, in this part."""

    employee: EmployeeId
    team_role: TeamRole
    unit: Id | None = None


@fact
class AccountTeamMemberRemoved:
    """Somebody no longer works with the client."""

    employee: EmployeeId
    reason: Text | None = None


@fact
class Exclusion:
    """Sellers of these units, and of those below them, keep out of each other's clients."""

    units: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000)]


@fact
class ReservationPolicyPublished:
    """The rules of reservation from now on; the latest published one counts.

    claims: event types by which a seller claims a client. days: how long a reservation lasts, for
    ever if None; renewed_by: event types of the owner that start the days anew. former_owner_days:
    how long a former owner may not take the client again. exclusions: if none, everybody keeps out
    of everybody else's clients.
    """

    version: Annotated[Whole, Field(ge=1)]
    claims: Annotated[tuple[Id, ...], Field(max_length=50)] = ("offer.sent",)
    days: Annotated[Whole, Field(ge=1, le=3660)] | None = None
    renewed_by: Annotated[tuple[Id, ...], Field(max_length=50)] = (
        "call.logged", "meeting.held", "message.exchanged", "correspondence.received",
    )  # fmt: skip
    clients_per_seller: Annotated[Whole, Field(ge=1)] | None = None
    former_owner_days: Annotated[Whole, Field(ge=1, le=3660)] | None = None
    exclusions: Annotated[tuple[Exclusion, ...], Field(max_length=100)] = ()
    remark: Label | None = None


Count = Annotated[Whole, Field(ge=0)]


@fact
class TransferBatchStarted:
    """The clients of one employee begin to pass to others, by this plan."""

    batch: BatchId
    from_employee: EmployeeId
    rule: Id
    reason: ReassignmentReason
    planned: Count
    plan_sha256: Digest
    approved_by: Id | None = None


@fact
class TransferBatchCompleted:
    """All clients of the batch that were still the employee's have passed on."""

    batch: BatchId
    moved: Count
    skipped: Count


@fact
class TransferReversalStarted:
    """The clients of the batch begin to go back; none of it passes on any longer."""

    batch: BatchId
    reason: Text
    approved_by: Id | None = None


@fact
class TransferBatchReversed:
    """The clients of the batch went back, but for those that had changed since."""

    batch: BatchId
    reason: Text
    restored: Count
    kept: Count
    approved_by: Id | None = None


@fact
class HandoverPackIssued:
    """The new owner was given what is known about the client, as of a position of the ledger."""

    employee: EmployeeId
    as_of: Count
    sha256: Digest


@fact
class HandoverAccepted:
    """The new owner has read the pack and answers for the client from now on."""

    employee: EmployeeId
    sha256: Digest | None = None
    remark: Text | None = None


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
