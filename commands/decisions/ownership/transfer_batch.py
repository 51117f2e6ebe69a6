"""The transfer of a batch of clients: its state, and the decisions in it.

start            start the batch with its plan
pass_on          reassign clients of the batch to the successors in the plan
start_reversal   start the reversal: from now on no further client is transferred
return_to_owner  return clients of the batch to their previous owners
conclude         complete the batch or its reversal

The key of every event of a batch follows from the batch and the client.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from msgspec import structs

from commands.decisions.handle import Context, Decision, DecisionModel
from commands.decisions.ownership import ownership, reassignment
from commands.decisions.ownership.ownership import Ownership
from commands.decisions.ownership.refusals import refuse_absent, refuse_unknown, unowned
from commands.decisions.ownership.transfer_plan import Move, Plan
from ledger.envelope import Event, Recorded, event_id
from ledger.errors import Refused
from ledger.events.ownership import (
    ClientReassigned,
    TransferBatchCompleted,
    TransferBatchReversed,
    TransferBatchStarted,
    TransferReversalStarted,
)
from ledger.keys import under
from ledger.log import Item, Query

SOURCE = "transfer"
_STEPS = {
    "transfer_batch.started": "started",
    "transfer_batch.completed": "completed",
    "transfer_reversal.started": "reversing",
    "transfer_batch.reversed": "reversed",
}


@dataclass(frozen=True)
class Batch:
    """What decisions about a batch depend on: its steps, its clients, its successors."""

    started: TransferBatchStarted | None = None
    completed: TransferBatchCompleted | None = None
    reversing: TransferReversalStarted | None = None
    reversed: TransferBatchReversed | None = None
    people: Ownership = field(default_factory=lambda: Ownership(""))
    clients: Mapping[str, Ownership] = field(default_factory=dict)


Decide = Callable[[Batch, Context], Decision]


def model(batch: str, clients: Sequence[str] = (), employees: Iterable[str] = ()) -> DecisionModel:
    """What a decision about a batch, these of its clients and these employees depends on."""
    items = [
        Item(tuple(_STEPS), (f"batch:{batch}",)),
        *map(ownership.employed, sorted(employees)),
        *map(ownership.about, clients),
    ]
    initial = Batch(clients={client: Ownership(client) for client in clients})
    return DecisionModel(Query(tuple(items)), initial, evolve)


def evolve(state: Batch, event: Recorded) -> Batch:
    """Fold one event into the state."""
    if event.type in _STEPS:
        return replace(state, **{_STEPS[event.type]: event.data})
    d = event.data
    named = {event.client, getattr(d, "survivor", None), getattr(d, "absorbed", None)}
    about = state.clients.keys() & named
    if not about:
        return replace(state, people=ownership.evolve(state.people, event))
    evolved = {each: ownership.evolve(state.clients[each], event) for each in about}
    return replace(state, clients={**state.clients, **evolved})


def start(plan: Plan, approved_by: str) -> Decide:
    """Decide to start a batch; nothing if it was started with the same plan. Raises Refused."""

    def decide(state: Batch, context: Context) -> Decision:
        digest = plan.sha256
        _refuse_reversed(state, plan.batch)
        if state.started is not None:
            if state.started.plan_sha256 != digest:
                raise Refused(
                    f"batch {plan.batch} was started with another plan (sha256 "
                    f"{state.started.plan_sha256}); continue with it, or use another batch id"
                )
            return Decision()
        for each in plan.successors:
            refuse_absent(state.people, each, context, plan.effective_at)
        content = TransferBatchStarted(
            batch=plan.batch,
            from_employee=plan.from_employee,
            rule=plan.rule,
            reason=plan.reason,
            planned=len(plan.moves),
            plan_sha256=digest,
            approved_by=approved_by,
        )
        gains = tuple(plan.successors)
        return Decision((context.event(content),), concerns=gains, favours=gains)

    return decide


def pass_on(plan: Plan, moves: Sequence[Move], approved_by: str | None) -> Decide:
    """Decide to reassign clients, except those that the employee no longer owns.

    `Decision.left` has the clients skipped, with the reason. Raises Refused after a reversal.
    """

    def decide(state: Batch, context: Context) -> Decision:
        _refuse_reversed(state, plan.batch)
        events: list[Event] = []
        left: list[tuple[str, str]] = []
        for move in moves:
            own = structs.replace(state.clients[move.client], staff=state.people.staff)
            key = key_of(plan.batch, "moved", move.client)
            if _has(own, key):
                continue
            if state.completed:
                left.append((move.client, "the batch is complete already"))
                continue
            try:
                events += _passed(plan, move, own, approved_by, context._replace(key=key))
            except Refused as refusal:
                left.append((move.client, str(refusal)))
        return Decision(tuple(events), left=tuple(left))

    return decide


def start_reversal(batch: str, reason: str, approved_by: str) -> Decide:
    """Decide to start the reversal of a batch; nothing if it has been started."""

    def decide(state: Batch, context: Context) -> Decision:
        if state.reversing or state.reversed:
            return Decision()
        content = TransferReversalStarted(batch=batch, reason=reason, approved_by=approved_by)
        gains = (state.started.from_employee,) if state.started else ()
        event = context._replace(key=f"{batch}/turned").event(content)
        return Decision((event,), concerns=gains, favours=gains)

    return decide


def return_to_owner(batch: str, moved: Mapping[str, str], approved_by: str) -> Decide:
    """Decide to return clients to their previous owners, except those changed since.

    - moved: by client, the id of the event that reassigned it
    """

    def decide(state: Batch, context: Context) -> Decision:
        events: list[Event] = []
        left: list[tuple[str, str]] = []
        for client, moved_by in moved.items():
            own = state.clients[client]
            key = key_of(batch, "back", client)
            if state.reversed or _has(own, key):
                continue
            try:
                events.append(
                    _returned(batch, own, moved_by, approved_by, context._replace(key=key))
                )
            except Refused as refusal:
                left.append((client, str(refusal)))
        return Decision(tuple(events), left=tuple(left))

    return decide


def conclude(content: TransferBatchCompleted | TransferBatchReversed) -> Decide:
    """Decide to complete a batch or its reversal; nothing if that is recorded already."""
    step = "completed" if isinstance(content, TransferBatchCompleted) else "reversed"

    def decide(state: Batch, context: Context) -> Decision:
        ended = state.reversing if step == "completed" else None
        if ended or state.reversed or getattr(state, step):
            return Decision()
        return Decision((context._replace(key=under(content.batch, step)).event(content),))

    return decide


def key_of(batch: str, step: str, client: str) -> str:
    """The key of the event that transferred a client of a batch, or returned it."""
    return under(under(batch, step), client)


def _refuse_reversed(state: Batch, batch: str) -> None:
    if state.reversing or state.reversed:
        how = "was reversed" if state.reversed else "is being reversed"
        raise Refused(
            f"batch {batch} {how} (`iledger transfer status {batch}` shows what was returned); "
            "make a new plan with `iledger transfer plan`"
        )


def _passed(
    plan: Plan, move: Move, own: Ownership, approved_by: str | None, context: Context
) -> tuple[Event, ...]:
    context = context._replace(at=own.present(context.at))
    holding = own.holding(plan.effective_at or context.at)
    if holding and holding.owner != plan.from_employee:
        raise Refused(
            f"is owned by {holding.owner}, not {plan.from_employee}, since {holding.change.type} "
            f"(position {holding.change.position})"
        )
    if holding is None:
        raise unowned(move.client, move.to)
    decide = reassignment.reassign(
        move.to,
        reason=plan.reason,
        approved_by=approved_by,
        effective_at=plan.effective_at,
        batch=plan.batch,
    )
    return decide(own, context).events


def _returned(
    batch: str, own: Ownership, moved_by: str, approved_by: str, context: Context
) -> Event:
    moved = next((each for each in own.changes if each.event_id == moved_by), None)
    if moved is None or moved.from_employee is None:
        raise Refused("its transfer has been annulled")
    at = max(own.present(context.at), moved.effective_at)
    refuse_unknown(own, context, at)
    last = own.changes[-1]
    holding = own.holding(last.effective_at)
    if holding is None or holding.change.event_id != moved_by or last.effective_at > at:
        raise Refused(f"has changed since, by {last.type} (position {last.position})")
    if own.barred(moved.from_employee, at):
        raise Refused(f"{moved.from_employee} is barred from it now")
    content = ClientReassigned(
        from_employee=moved.owner,
        to_employee=moved.from_employee,
        reason="batch_reversed",
        approved_by=approved_by,
        # A transfer dated ahead is undone from the time at which it would take effect.
        effective_at=moved.effective_at if moved.effective_at > own.present(context.at) else None,
        batch=batch,
    )
    return context._replace(at=own.present(context.at)).event(content, own.client)


def _has(own: Ownership, key: str) -> bool:
    recorded = str(event_id(SOURCE, key))
    return any(change.event_id == recorded for change in own.changes)
