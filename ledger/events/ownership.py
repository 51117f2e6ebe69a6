"""Ownership: who owns a client, how clients are handed over, and disputes about both."""

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
    NotBefore,
    Personal,
    Position,
    Text,
    Whole,
    apart,
    fact,
    needs,
)

ReassignmentReason = Literal[
    "departure",
    "conflict",
    "workload",
    "territory",
    "client_request",
    "prospect_handover",
    "reorganisation",
    "dispute",
    "correction",
    "batch_reversed",
    "latest_engaged",
]
TeamRole = Literal["sales", "service", "marketing"]
ApproachRule = Literal[
    "reserved", "curated", "other_branch", "contact_barred", "portfolio_full", "former_owner"
]
Duty = Literal["freshness", "growth"]


@needs("client")
@fact
class ClientReserved:
    """The client was reserved for the seller who approached it first."""

    employee: EmployeeId
    basis: Literal["first_approach", "inquiry", "referral", "decision"] = "first_approach"
    trigger: EventId | None = None
    policy_version: Annotated[Whole, Field(ge=1)] | None = None
    expires_at: Annotated[Instant, NotBefore("occurred_at")] | None = None


@needs("client")
@fact
class ReservationExpired:
    """The reservation expired before a curator was assigned."""

    employee: EmployeeId


@needs("client")
@fact
class CuratorAssigned:
    """An employee became the client's curator and is accountable for it."""

    employee: EmployeeId
    duties: Annotated[tuple[Duty, ...], Field(max_length=2)] = ("freshness", "growth")
    reason: Text | None = None
    approved_by: Id | None = None
    effective_at: Instant | None = None


@needs("client")
@fact
class ClientReassigned:
    """The client passed from one employee to another for a stated reason."""

    from_employee: EmployeeId | None = None
    to_employee: EmployeeId
    reason: ReassignmentReason
    remark: Text | None = None
    approved_by: Id | None = None
    effective_at: Instant | None = None
    batch: BatchId | None = None


@needs("client")
@fact
class ClientReleased:
    """The client was released to the common pool; nobody owns it."""

    from_employee: EmployeeId | None = None
    reason: Text
    approved_by: Id | None = None
    effective_at: Instant | None = None


@needs("client")
@fact
class ApproachBlocked:
    """An employee tried to approach a client owned by somebody else and was refused."""

    employee: EmployeeId
    owner: EmployeeId | None = None
    attempted: Label
    rule: ApproachRule
    reservation: EventId | None = None


@needs("client")
@fact
class ContactBarred:
    """An employee was barred from approaching the client, until a date or permanently."""

    employee: EmployeeId
    reason: Text
    until: Annotated[Instant, NotBefore("occurred_at")] | None = None
    approved_by: Id | None = None


@needs("client")
@fact
class AccountTeamMemberAdded:
    """An employee joined the client's account team in this role."""

    employee: EmployeeId
    team_role: TeamRole
    unit: Id | None = None


@needs("client")
@fact
class AccountTeamMemberRemoved:
    """An employee left the client's account team."""

    employee: EmployeeId
    reason: Text | None = None


@fact
class Exclusion:
    """Sellers of these units and the units below may not approach each other's clients."""

    units: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000)]


@fact
class ReservationPolicyPublished:
    """A reservation policy was published; the latest one applies to new reservations.

    - claims: event types by which a seller claims a client
    - days: how long a reservation lasts; None = without end
    - renewed_by: event types by which the owner restarts those days
    - clients_per_seller: the largest number of clients a seller may have; None = no limit
    - former_owner_days: how long a former owner must wait before reserving the client again
    - exclusions: groups of units whose sellers may not approach each other's clients; empty = no
      seller may approach a client of another
    """

    version: Annotated[Whole, Field(ge=1)]
    claims: Annotated[tuple[Id, ...], Field(max_length=50)] = ("offer.sent",)
    days: Annotated[Whole, Field(ge=1, le=3660)] | None = None
    renewed_by: Annotated[tuple[Id, ...], Field(max_length=50)] = (
        "call.logged",
        "meeting.held",
        "message.exchanged",
        "correspondence.received",
    )
    clients_per_seller: Annotated[Whole, Field(ge=1)] | None = None
    former_owner_days: Annotated[Whole, Field(ge=1, le=3660)] | None = None
    exclusions: Annotated[tuple[Exclusion, ...], Field(max_length=100)] = ()
    remark: Label | None = None


Count = Annotated[Whole, Field(ge=0)]


@fact
class TransferBatchStarted:
    """The transfer of an employee's clients to others began, following this plan."""

    batch: BatchId
    from_employee: EmployeeId
    rule: Id
    reason: ReassignmentReason
    planned: Count
    plan_sha256: Digest
    approved_by: Id | None = None


@fact
class TransferBatchCompleted:
    """The batch is complete: every client that the employee still owned has passed on."""

    batch: BatchId
    moved: Count
    skipped: Count


@fact
class TransferReversalStarted:
    """The reversal of a batch began; no further client of it passes on."""

    batch: BatchId
    reason: Text
    approved_by: Id | None = None


@fact
class TransferBatchReversed:
    """The batch was reversed, except for clients that had changed since."""

    batch: BatchId
    reason: Text
    restored: Count
    kept: Count
    approved_by: Id | None = None


@needs("client")
@fact
class HandoverPackIssued:
    """The new owner received a hand-over pack: what was known about the client at a position."""

    employee: EmployeeId
    as_of: Position
    sha256: Digest


@needs("client")
@fact
class HandoverAccepted:
    """The new owner read the pack and accepted responsibility for the client."""

    employee: EmployeeId
    sha256: Digest | None = None
    remark: Text | None = None


Severity = Literal["low", "medium", "high"]
Outcome = Literal["reassigned", "reconciled", "unfounded", "client_lost"]
Judgement = Literal["claimant", "respondent", "shared", "neither"]


@needs("client")
@fact
class ConflictReported:
    """A conflict between the client and an employee was reported."""

    employee: EmployeeId
    severity: Severity = "medium"
    account: Personal[Text] | None = None


@needs("client")
@fact
class ConflictResolved:
    """The conflict between the client and an employee was resolved."""

    employee: EmployeeId
    outcome: Outcome
    remark: Personal[Text] | None = None


@needs("client")
@fact
class OwnershipDisputeOpened:
    """An employee claimed a client that another employee owns or owned."""

    dispute: DisputeId
    claimant: EmployeeId
    respondent: EmployeeId
    claim: Text

    _checked = apart("claimant", "respondent")


@fact
class OwnershipDisputeResolved:
    """A dispute was decided: for whom, by whom, and based on which events."""

    dispute: DisputeId
    decision: Judgement
    decided_by: Id
    grounds: Text
    evidence: Annotated[tuple[EventId, ...], Field(max_length=1000)] = ()
