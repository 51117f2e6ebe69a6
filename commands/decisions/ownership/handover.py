"""Hand-over: a new owner receives the pack of a client and accepts the client.

issue   the pack as of a position was issued to an employee
accept  the owner has read their pack and accepts responsibility for the client
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from commands.decisions.handle import Context, Decision, DecisionModel
from commands.decisions.ownership import ownership
from commands.decisions.ownership.ownership import Ownership
from commands.decisions.ownership.refusals import refuse_absent, refuse_unknown
from ledger.envelope import Recorded
from ledger.errors import Refused
from ledger.events.ownership import HandoverAccepted, HandoverPackIssued
from ledger.log import Item, Query

_ISSUED, _ACCEPTED = "handover_pack.issued", "handover.accepted"


class Step(NamedTuple):
    """A pack issued to an employee, or an acceptance by them."""

    position: int
    type: str
    employee: str
    sha256: str | None


@dataclass(frozen=True)
class Handover:
    """What decisions about a hand-over depend on: the owner, packs and acceptances."""

    ownership: Ownership
    steps: tuple[Step, ...] = ()

    def last(self, type_: str, employee: str, after: int = 0) -> Step | None:
        """The employee's last step of a type after a position."""
        found = [
            step
            for step in self.steps
            if (step.type, step.employee) == (type_, employee) and step.position > after
        ]
        return found[-1] if found else None


Decide = Callable[[Handover, Context], Decision]


def model(client: str, employee: str) -> DecisionModel:
    """What a decision about handing a client over to an employee depends on."""
    of_client = ownership.model(client, employee)
    steps = Item((_ISSUED, _ACCEPTED), (f"client:{client}",))
    return of_client._replace(
        query=Query((*of_client.query.items, steps)),
        initial=Handover(of_client.initial),
        evolve=evolve,
        doubts=lambda state: of_client.doubts(state.ownership),
    )


def evolve(state: Handover, event: Recorded) -> Handover:
    """Fold one event into the state."""
    if event.type in (_ISSUED, _ACCEPTED):
        step = Step(event.position, event.type, event.data.employee, event.data.sha256)
        return replace(state, steps=(*state.steps, step))
    return replace(state, ownership=ownership.evolve(state.ownership, event))


def issue(employee: str, as_of: int, sha256: str) -> Decide:
    """Decide to issue a pack to an employee; nothing if their last one is the same.

    - as_of: the position that the pack was made as of; sha256: of its bytes

    Raises Refused if the employee is barred or not employed.
    """

    def decide(state: Handover, context: Context) -> Decision:
        client = state.ownership.client
        refuse_unknown(state.ownership, context)
        refuse_absent(state.ownership, employee, context)
        if state.ownership.barred(employee, context.at):
            raise Refused(
                f"{employee} may not approach client {client}; issue the pack to another employee"
            )
        last = state.last(_ISSUED, employee)
        if last and last.sha256 == sha256:
            return Decision()
        content = HandoverPackIssued(employee=employee, as_of=as_of, sha256=sha256)
        return Decision((context.event(content, client),))

    return decide


def accept(employee: str, remark: str | None = None) -> Decide:
    """Decide that the owner accepts the client with their last pack; nothing if they have.

    Raises Refused if the employee is not the owner, or has no pack since becoming the owner.
    """

    def decide(state: Handover, context: Context) -> Decision:
        client, at = state.ownership.client, state.ownership.present(context.at)
        refuse_unknown(state.ownership, context, at)
        holding = state.ownership.holding(at)
        if holding is None or holding.owner != employee:
            whose = f"owned by {holding.owner}" if holding else "not owned by anybody"
            since = _owned_from(state.ownership, employee, at)
            if since:
                raise Refused(
                    f"client {client} is {whose} and passes to {employee} only on "
                    f"{context.shown(since)}; it can be accepted from then on"
                )
            raise Refused(
                f"client {client} is {whose}, and only its owner can accept it; a supervisor can "
                f"reassign it with `iledger client reassign {client} --to {employee} --reason …`"
            )
        pack = state.last(_ISSUED, employee, after=_last_not_owned(state.ownership, employee, at))
        if pack is None:
            raise Refused(
                f"no pack of client {client} was issued to {employee} since they became its "
                f"owner; issue one with `iledger handover pack {client} --to {employee} --issue`"
            )
        if state.last(_ACCEPTED, employee, after=pack.position):
            return Decision()
        content = HandoverAccepted(employee=employee, sha256=pack.sha256, remark=remark)
        return Decision((context.event(content, client),))

    return decide


def _owned_from(state: Ownership, employee: str, after: datetime) -> datetime | None:
    """When the client will pass to an employee by a recorded decision; None if it will not."""
    ahead = [change.effective_at for change in state.changes if change.effective_at > after]
    for moment in ahead:
        holding = state.holding(moment)
        if holding and holding.owner == employee:
            return moment
    return None


def _last_not_owned(state: Ownership, employee: str, at: datetime) -> int:
    """The last position of a change after which somebody else owned the client; 0 if none."""
    last = 0
    for change in state.changes:
        holding = state.holding(change.effective_at)
        if change.effective_at <= at and (holding is None or holding.owner != employee):
            last = max(last, change.position)
    return last
