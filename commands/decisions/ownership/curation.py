"""Curators: who answers for a client, decided by people, each time with a reason.

assign      a client that nobody has, or that is reserved, gets a curator
reassign    a client passes from its owner to another
release     a client goes back to the pool
bar         an employee may not approach a client
join, leave the account team: those who work with the client besides its owner
"""

from collections.abc import Callable
from datetime import datetime

from commands.decisions.handle import Context, Decision
from commands.decisions.ownership.ownership import Holding, Ownership
from commands.decisions.ownership.refusals import refuse_absent, refuse_unknown
from ledger.errors import Refused
from ledger.events.ownership import (
    AccountTeamMemberAdded,
    AccountTeamMemberRemoved,
    ClientReassigned,
    ClientReleased,
    ContactBarred,
    CuratorAssigned,
    ReassignmentReason,
    TeamRole,
)

Decide = Callable[[Ownership, Context], Decision]


def assign(
    employee: str,
    *,
    reason: str | None = None,
    approved_by: str | None = None,
    effective_at: datetime | None = None,
) -> Decide:
    """Decide that an employee answers for a client that nobody has, or that he has reserved."""

    def decide(state: Ownership, context: Context) -> Decision:
        at = effective_at or context.at
        holding = _settled(state, at)
        _refuse_target(state, employee, at)
        if holding and holding.owner != employee:
            raise Refused(
                f"client {state.client} is {holding.owner}'s; pass it on with "
                f"`iledger client reassign {state.client} --to {employee} --reason …`"
            )
        if holding and holding.kind == "curator":
            return Decision()
        content = CuratorAssigned(
            employee=employee, reason=reason, approved_by=approved_by, effective_at=effective_at
        )
        return Decision((context.event(content, state.client),))

    return decide


def reassign(
    to: str,
    *,
    reason: ReassignmentReason,
    approved_by: str | None,
    remark: str | None = None,
    effective_at: datetime | None = None,
    batch: str | None = None,
) -> Decide:
    """Decide that a client passes from its owner to another employee, from a time on."""

    def decide(state: Ownership, context: Context) -> Decision:
        at = effective_at or context.at
        holding = _settled(state, at)
        _refuse_target(state, to, at)
        if holding is None:
            raise Refused(
                f"nobody has client {state.client}; give it a curator with "
                f"`iledger client assign {state.client} --to {to}`"
            )
        if holding.owner == to:
            raise Refused(f"client {state.client} is {to}'s already; name somebody else")
        content = ClientReassigned(
            from_employee=holding.owner,
            to_employee=to,
            reason=reason,
            remark=remark,
            approved_by=approved_by,
            effective_at=effective_at,
            batch=batch,
        )
        return Decision((context.event(content, state.client),))

    return decide


def release(
    *, reason: str, approved_by: str | None, effective_at: datetime | None = None
) -> Decide:
    """Decide that nobody has a client any longer."""

    def decide(state: Ownership, context: Context) -> Decision:
        holding = _settled(state, effective_at or context.at)
        if holding is None:
            return Decision()
        content = ClientReleased(
            from_employee=holding.owner,
            reason=reason,
            approved_by=approved_by,
            effective_at=effective_at,
        )
        return Decision((context.event(content, state.client),))

    return decide


def bar(
    employee: str, *, reason: str, until: datetime | None = None, approved_by: str | None = None
) -> Decide:
    """Decide that an employee may not approach a client, until then or for good."""

    def decide(state: Ownership, context: Context) -> Decision:
        refuse_unknown(state, context.at)
        refuse_absent(state, employee, context.at)
        if until is not None and until <= context.at:
            raise Refused(f"the bar would end on {until:%Y-%m-%d %H:%M} UTC, before it begins")
        ahead = [
            change.effective_at for change in state.changes if change.effective_at > context.at
        ]
        for at in [context.at, *(each for each in ahead if until is None or each < until)]:
            holding = state.holding(at)
            if holding and holding.owner == employee:
                then = "" if at == context.at else f" from {at:%Y-%m-%d %H:%M} UTC on"
                when = "" if at == context.at else f" --effective {at.isoformat()}"
                raise Refused(
                    f"client {state.client} is {employee}'s own{then}; pass it on first with "
                    f"`iledger client reassign {state.client} --to … --reason conflict{when}`"
                )
        content = ContactBarred(
            employee=employee, reason=reason, until=until, approved_by=approved_by
        )
        return Decision((context.event(content, state.client),))

    return decide


def join(employee: str, team_role: TeamRole) -> Decide:
    """Decide that an employee works with a client besides its owner."""

    def decide(state: Ownership, context: Context) -> Decision:
        refuse_unknown(state, context.at)
        _refuse_target(state, employee, context.at)
        if employee in state.team:
            return Decision()
        unit = state.unit(employee, context.at)
        content = AccountTeamMemberAdded(employee=employee, team_role=team_role, unit=unit)
        return Decision((context.event(content, state.client),))

    return decide


def leave(employee: str, reason: str | None = None) -> Decide:
    """Decide that an employee no longer works with a client."""

    def decide(state: Ownership, context: Context) -> Decision:
        refuse_unknown(state, context.at)
        if employee not in state.team:
            return Decision()
        content = AccountTeamMemberRemoved(employee=employee, reason=reason)
        return Decision((context.event(content, state.client),))

    return decide


def _settled(state: Ownership, at: datetime) -> Holding | None:
    """Whose the client is from `at` on. Raises Refused if that is not for this decision to say."""
    refuse_unknown(state, at)
    if state.changes and at < state.changes[-1].effective_at:
        last = state.changes[-1]
        raise Refused(
            f"client {state.client}: {last.type} (position {last.position}) holds from "
            f"{last.effective_at:%Y-%m-%d %H:%M} UTC, and a decision from "
            f"{at:%Y-%m-%d %H:%M} on would come before it. Choose a later time, or annul that "
            f"event (event.annulled, {last.event_id})"
        )
    return state.holding(at)


def _refuse_target(state: Ownership, employee: str, at: datetime) -> None:
    refuse_absent(state, employee, at)
    if state.barred(employee, at):
        raise Refused(f"{employee} may not approach client {state.client}; name somebody else")
