"""Hand-over: clients that pass on in batches, what the new owner is told, and that he took it."""

from typing import Annotated

from pydantic import Field

from ledger.events.fields import BatchId, Digest, EmployeeId, Id, Text, Whole, fact
from ledger.events.ownership import ReassignmentReason

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
