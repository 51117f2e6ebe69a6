"""Reassignment: who is accountable for a client, decided by people, each time with a reason.

assign       assign a curator to an unowned or reserved client
reassign     pass a client from its owner, or back from the pool, to another employee
cancel       cancel changes of owner that are dated ahead
release      return a client to the pool
bar          bar an employee from approaching a client
join, leave  the account team: employees who work with the client beside its owner
"""

from collections.abc import Callable
from datetime import datetime

from commands.decisions.handle import Context, Decision
from commands.decisions.ownership.changes import Holding
from commands.decisions.ownership.ownership import Ownership
from commands.decisions.ownership.refusals import refuse_absent, refuse_unknown, unowned
from ledger.errors import Refused
from ledger.events.corrections import EventAnnulled
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
    """Decide to assign a curator to a client without owner, or reserved by that employee.

    Nothing if they are its curator already. Raises Refused: the client has another owner, is
    unknown or merged; the employee is not employed or barred; a later change is recorded.
    """

    def decide(state: Ownership, context: Context) -> Decision:
        at = effective_at or context.at
        holding = _settled(state, context, at)
        _refuse_target(state, employee, context, at)
        if holding and holding.owner != employee:
            raise Refused(
                f"client {state.client} is owned by {holding.owner}; reassign it with "
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
    """Decide that a client passes from its owner to another employee, now or at a time.

    One that was released passes from the pool. Raises Refused as `assign` does, and if nobody ever
    owned the client or the same employee does.
    """

    def decide(state: Ownership, context: Context) -> Decision:
        at = effective_at or context.at
        holding = _settled(state, context, at)
        _refuse_target(state, to, context, at)
        if holding is None and not any(each.effective_at <= at for each in state.changes):
            raise unowned(state.client, to)
        if holding and holding.owner == to:
            raise Refused(f"client {state.client} is already owned by {to}; name another employee")
        content = ClientReassigned(
            from_employee=holding.owner if holding else None,
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
    """Decide to release a client to the pool; nothing if nobody owns it."""

    def decide(state: Ownership, context: Context) -> Decision:
        holding = _settled(state, context, effective_at or context.at)
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


def cancel(reason: str, position: int | None = None) -> Decide:
    """Decide to cancel the changes of a client's owner that are dated ahead, or one of them.

    - position: of the event that planned it; None cancels all

    Raises Refused if there is none that has not taken effect.
    """

    def decide(state: Ownership, context: Context) -> Decision:
        ahead = [
            change
            for change in state.changes
            if change.ahead(context.at) and position in (None, change.position)
        ]
        if not ahead:
            which = "no change" if position is None else f"no change of position {position}"
            raise Refused(
                f"client {state.client}: {which} is dated ahead; `iledger client planned` lists "
                "those that are"
            )
        holding = state.holding(context.at)
        keeps = (holding.owner,) if holding else ()
        return Decision(
            tuple(
                context.event(
                    EventAnnulled(event=change.event_id, annulled_type=change.type, reason=reason),
                    state.client,
                )
                for change in ahead
            ),
            concerns=(*keeps, *(change.owner for change in ahead if change.owner)),
            favours=keeps,
        )

    return decide


def bar(
    employee: str, *, reason: str, until: datetime | None = None, approved_by: str | None = None
) -> Decide:
    """Decide to bar an employee from a client, until a time or, with None, permanently.

    Raises Refused if the employee owns the client or will own it within that time.
    """

    def decide(state: Ownership, context: Context) -> Decision:
        refuse_unknown(state, context)
        refuse_absent(state, employee, context)
        if until is not None and until <= context.at:
            raise Refused(
                f"the bar would end on {context.shown(until)}, before it begins; give a later end"
            )
        ahead = [
            change.effective_at for change in state.changes if change.effective_at > context.at
        ]
        for at in [context.at, *(each for each in ahead if until is None or each < until)]:
            holding = state.holding(at)
            if holding and holding.owner == employee:
                then = "" if at == context.at else f" from {context.shown(at)} on"
                when = "" if at == context.at else f" --effective {context.local(at).isoformat()}"
                raise Refused(
                    f"client {state.client} is owned by {employee}{then}; reassign it first with "
                    f"`iledger client reassign {state.client} --to … --reason conflict{when}`"
                )
        content = ContactBarred(
            employee=employee, reason=reason, until=until, approved_by=approved_by
        )
        return Decision((context.event(content, state.client),))

    return decide


def join(employee: str, team_role: TeamRole) -> Decide:
    """Decide to add an employee to a client's account team, or change their role in it.

    Nothing if they have that role.
    """

    def decide(state: Ownership, context: Context) -> Decision:
        refuse_unknown(state, context)
        _refuse_target(state, employee, context, context.at)
        if state.team.role(employee) == team_role:
            return Decision()
        unit = state.unit(employee, context.at)
        content = AccountTeamMemberAdded(employee=employee, team_role=team_role, unit=unit)
        return Decision((context.event(content, state.client),), concerns=_owner(state, context))

    return decide


def leave(employee: str, reason: str | None = None) -> Decide:
    """Decide to remove an employee from a client's account team; nothing if not in it."""

    def decide(state: Ownership, context: Context) -> Decision:
        refuse_unknown(state, context)
        if state.team.role(employee) is None:
            return Decision()
        content = AccountTeamMemberRemoved(employee=employee, reason=reason)
        return Decision((context.event(content, state.client),), concerns=_owner(state, context))

    return decide


def _owner(state: Ownership, context: Context) -> tuple[str, ...]:
    holding = state.holding(context.at)
    return (holding.owner,) if holding else ()


def _settled(state: Ownership, context: Context, at: datetime) -> Holding | None:
    """Who owns the client from `at` on. Raises Refused if a later change has taken effect already.

    What is dated ahead does not stand in the way: it takes effect when its time comes.
    """
    refuse_unknown(state, context, at)
    later = [
        each for each in state.changes if at < each.effective_at and not each.ahead(context.at)
    ]
    if later:
        last = later[-1]
        raise Refused(
            f"client {state.client}: {last.type} (position {last.position}) takes effect on "
            f"{context.shown(last.effective_at)}, and a decision on "
            f"{context.shown(at)} would come before it. Choose a later time, or annul that "
            f"event (event.annulled, {last.event_id})"
        )
    return state.holding(at)


def _refuse_target(state: Ownership, employee: str, context: Context, at: datetime) -> None:
    refuse_absent(state, employee, context, at)
    if state.barred(employee, at):
        raise Refused(f"{employee} may not approach client {state.client}; name another employee")
