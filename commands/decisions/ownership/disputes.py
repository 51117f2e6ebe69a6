"""Disputes: conflicts between clients and employees, disputes between employees over a client.

report, settle  a conflict between a client and an employee, and its resolution
claim, judge    a claim to a client, and the decision on it
None of them changes the owner: a reassignment is a decision of its own, with its reason.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from commands.decisions.handle import Context, Decision, DecisionModel
from commands.decisions.ownership import ownership
from commands.decisions.ownership.ownership import Ownership
from commands.decisions.ownership.refusals import refuse_unknown
from ledger import log
from ledger.database import Connection
from ledger.envelope import NEVER, Recorded
from ledger.errors import InvalidQuestion, NotFound, Refused, UnknownId
from ledger.events.ownership import (
    ConflictReported,
    ConflictResolved,
    Judgement,
    Outcome,
    OwnershipDisputeOpened,
    OwnershipDisputeResolved,
    Severity,
)
from ledger.log import Item, Query

_CONFLICT = ("conflict.reported", "conflict.resolved")
_DISPUTE = ("ownership_dispute.opened", "ownership_dispute.resolved")


class Step(NamedTuple):
    """A conflict was reported or resolved (report: None); in order of time, ties by position."""

    at: datetime
    position: int
    employee: str
    report: ConflictReported | None


class Dispute(NamedTuple):
    """One dispute over a client; ended: position and decision, None while it is open."""

    dispute: str
    client: str
    claimant: str
    respondent: str
    ended: tuple[int, str] | None = None


@dataclass(frozen=True)
class Disputes:
    """What decisions about conflicts and disputes over one client depend on.

    - conflicts: all reports and resolutions, in order
    - disputes: all, including resolved ones
    - ends: by dispute, the position and decision of its first resolution
    """

    ownership: Ownership
    conflicts: tuple[Step, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    ends: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    def open_conflict(self, employee: str) -> ConflictReported | None:
        """The last report of a conflict with the employee; None if none is open.

        A resolution dated before the only report resolves it: `reported` in
        projections/tables/ownership/disputes.sql has the same rule.
        """
        steps = [each for each in self.conflicts if each.employee == employee]
        if len(steps) > 1 and sum(each.report is not None for each in steps) == 1:
            return None
        return steps[-1].report if steps else None


Decide = Callable[[Disputes, Context], Decision]


def model(client: str, *employees: str, dispute: str | None = None) -> DecisionModel:
    """What a decision about a conflict or dispute depends on. dispute: the id, if there is one."""
    of_client = ownership.model(client, *employees)
    items = [*of_client.query.items, Item((*_CONFLICT, *_DISPUTE), (f"client:{client}",))]
    if dispute is not None:
        items.append(Item(_DISPUTE, (f"dispute:{dispute}",)))
    return of_client._replace(
        query=Query(tuple(items)),
        initial=Disputes(of_client.initial),
        evolve=evolve,
        doubts=lambda state: of_client.doubts(state.ownership),
    )


def dispute_model(dispute: str) -> DecisionModel:
    """What resolving a dispute depends on; its client is not known beforehand."""
    return DecisionModel(
        Query((Item(_DISPUTE, (f"dispute:{dispute}",)),)), Disputes(Ownership("")), evolve
    )


def evolve(state: Disputes, event: Recorded) -> Disputes:
    """Fold one event into the state."""
    d = event.data
    match event.type:
        case "conflict.reported" | "conflict.resolved":
            report = d if event.type == "conflict.reported" else None
            step = Step(event.occurred_at or NEVER, event.position, d.employee, report)
            return replace(state, conflicts=tuple(sorted((*state.conflicts, step))))
        case "ownership_dispute.opened":
            ended = state.ends.get(d.dispute)
            found = Dispute(d.dispute, event.client or "", d.claimant, d.respondent, ended)
            return replace(state, disputes=(*state.disputes, found))
        case "ownership_dispute.resolved":
            ends = {d.dispute: (event.position, d.decision), **state.ends}
            disputes = (each._replace(ended=ends.get(each.dispute)) for each in state.disputes)
            return replace(state, disputes=tuple(disputes), ends=ends)
    return replace(state, ownership=ownership.evolve(state.ownership, event))


def report(employee: str, severity: Severity = "medium", account: str | None = None) -> Decide:
    """Decide to report a conflict; nothing if the same report is the last one."""

    def decide(state: Disputes, context: Context) -> Decision:
        refuse_unknown(state.ownership, context)
        _refuse_never_here(state, employee)
        content = ConflictReported(employee=employee, severity=severity, account=account)
        if content == state.open_conflict(employee):
            return Decision()
        return Decision((context.event(content, state.ownership.client),))

    return decide


def settle(employee: str, outcome: Outcome, remark: str | None = None) -> Decide:
    """Decide to resolve a conflict. Raises Refused if none is open, or the outcome is not true."""

    def decide(state: Disputes, context: Context) -> Decision:
        client = state.ownership.client
        if state.open_conflict(employee) is None:
            refuse_unknown(state.ownership, context)
            _refuse_never_here(state, employee)
            raise Refused(
                f"there is no open conflict between client {client} and {employee}; report one "
                f"with `iledger client conflict report {client} --employee {employee}`"
            )
        holding = state.ownership.holding(state.ownership.present(context.at))
        if outcome == "reassigned" and holding and holding.owner == employee:
            raise Refused(
                f"client {client} is still owned by {employee}; reassign it first with "
                f"`iledger client reassign {client} --to … --reason conflict`"
            )
        content = ConflictResolved(employee=employee, outcome=outcome, remark=remark)
        return Decision((context.event(content, client),))

    return decide


def claim(dispute: str, claimant: str, respondent: str, text: str) -> Decide:
    """Decide to open a dispute over a client. Either employee may have left since.

    Raises Refused: the same person twice, an id in use, or an open dispute of the same two.
    """

    def decide(state: Disputes, context: Context) -> Decision:
        refuse_unknown(state.ownership, context)
        if claimant == respondent:
            raise Refused(
                f"{claimant} cannot be both claimant and respondent; give the employee who owns or "
                "owned the client as --respondent"
            )
        for employee in (claimant, respondent):
            _refuse_never_here(state, employee)
        if dispute in {*state.ends, *(each.dispute for each in state.disputes)}:
            raise Refused(f"dispute {dispute} exists already; choose another id")
        for each in state.disputes:
            if not each.ended and {each.claimant, each.respondent} == {claimant, respondent}:
                raise Refused(
                    f"{each.claimant} and {each.respondent} have an open dispute over client "
                    f"{each.client}; resolve it first with "
                    f"`iledger dispute resolve {each.dispute}`"
                )
        content = OwnershipDisputeOpened(
            dispute=dispute, claimant=claimant, respondent=respondent, claim=text
        )
        return Decision((context.event(content, state.ownership.client),))

    return decide


def judge(dispute: str, decision: Judgement, grounds: str, evidence: Iterable[str] = ()) -> Decide:
    """Decide a dispute, based on recorded events.

    - evidence: event ids, see `check_evidence`

    Raises NotFound; Refused if it is resolved already.
    """

    def decide(state: Disputes, context: Context) -> Decision:
        found = known(state, dispute)
        if found.ended:
            position, ended = found.ended
            raise Refused(
                f"dispute {dispute} is resolved already: {ended} (position {position}). Annul that "
                "event (event.annulled) if it was wrong, or open a new dispute with "
                f"`iledger dispute open {found.client}`"
            )
        content = OwnershipDisputeResolved(
            dispute=dispute,
            decision=decision,
            decided_by=context.by,
            grounds=grounds,
            evidence=tuple(evidence),
        )
        two = {"claimant": found.claimant, "respondent": found.respondent}
        # Shared, the claimant gets a part in what they had none in.
        gains = {"shared": (found.claimant,), "neither": ()}.get(decision, (two.get(decision, ""),))
        event = context.event(content, found.client)
        return Decision((event,), concerns=tuple(two.values()), favours=gains)

    return decide


def known(state: Disputes, dispute: str) -> Dispute:
    """The dispute with this id. Raises NotFound."""
    for each in state.disputes:
        if each.dispute == dispute:
            return each
    raise NotFound(f"there is no dispute {dispute!r}; `iledger dispute list` shows them")


def next_step(dispute: Dispute, decision: str) -> str:
    """The next step that puts a decision into effect: the decision does not change the owner."""
    client, winner = dispute.client, dispute.claimant
    if decision == "neither":
        return (
            f"`iledger client release {client} --reason …`, or "
            f"`iledger client reassign {client} --to …`"
        )
    if decision == "shared":
        return f"`iledger client team add {client} --employee {winner} --role sales`"
    winner = winner if decision == "claimant" else dispute.respondent
    return (
        f"unless {winner} owns it: `iledger client reassign {client} --to {winner} "
        "--reason dispute`"
    )


def check_evidence(connection: Connection, evidence: Iterable[str]) -> None:
    """Raise InvalidQuestion for a malformed event id, NotFound for one not in the ledger."""
    for each in evidence:
        try:
            found = log.position_of(connection, UUID(each))
        except ValueError:
            raise InvalidQuestion(
                f"--evidence {each!r} is not an event id; `iledger replay --format jsonl` shows ids"
            ) from None
        if found is None:
            raise NotFound(
                f"there is no event {each} in the ledger; `iledger replay --format jsonl` shows ids"
            )


def _refuse_never_here(state: Disputes, employee: str) -> None:
    if not state.ownership.staff.get(employee):
        raise UnknownId(
            f"no employee {employee!r} was ever employed; see `iledger employee list`. Append "
            "employee.hired for somebody new"
        )
