"""Transfer: the clients of one employee pass to others in a batch, which can be reversed.

A batch is recorded in chunks, each as a whole, on the condition that nothing has been decided about
its clients meanwhile. An interrupted batch continues where it stopped when it is applied again.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from commands.decisions.handle import (
    Context,
    Decision,
    DecisionModel,
    Handled,
    Memory,
    handle,
    read,
)
from commands.decisions.ownership.transfer_batch import (
    SOURCE,
    Decide,
    conclude,
    model,
    pass_on,
    return_to_owner,
    start,
    start_reversal,
)
from commands.decisions.ownership.transfer_plan import Plan
from commands.decisions.reading import NotUnderstood
from ledger.api import Ledger
from ledger.errors import KeyConflict, KeyTaken, NotFound, Refused
from ledger.events.ownership import TransferBatchCompleted, TransferBatchReversed

CHUNK = 500  # clients whose events are recorded together
_RIVALS = 10

Take = Callable[[Ledger, DecisionModel, Context, Decide], Handled | Decision]
Report = Callable[[int, int], None]
Left = tuple[str, str]  # a client that a run skipped, and the reason
_TakeClients = Callable[[Sequence[str]], Handled | Decision]


class Outcome(NamedTuple):
    """The result of applying or reversing a batch.

    - planned, done: numbers of clients
    - left: the clients that this run skipped, also those of whom something is not understood
    - before: whether the batch had ended before, so that this run did nothing
    """

    batch: str
    planned: int
    done: int
    left: tuple[Left, ...]
    before: bool = False


def apply(
    ledger: Ledger,
    plan: Plan,
    context: Context,
    *,
    approved_by: str,
    take: Take = handle,
    report: Report | None = None,
) -> Outcome:
    """Apply a transfer plan, or continue applying it. Raises Refused.

    - take: `handle`, or `propose` for a dry run
    - report: called with the number of clients done and in all
    """
    context, take = context._replace(source=SOURCE, key=plan.batch), _insisting(take)
    if plan.position > ledger.store.head():
        raise Refused(
            f"the plan was made at position {plan.position}, but this ledger ends at "
            f"{ledger.store.head()}: the plan belongs to another ledger"
        )
    first, context = context._replace(stage="first"), context._replace(stage="part")
    take(ledger, model(plan.batch, employees=plan.successors), first, start(plan, approved_by))
    state, _ = read(ledger, model(plan.batch), Memory())
    if state.completed:
        return Outcome(plan.batch, len(plan.moves), state.completed.moved, (), before=True)
    approved_by = state.started.approved_by if state.started else approved_by
    moved, _ = _recorded(ledger, plan.batch)
    waiting = {move.client: move for move in plan.moves if move.client not in moved}

    def pass_these(clients: Sequence[str]) -> Handled | Decision:
        moves = [waiting[client] for client in clients]
        about = model(plan.batch, clients, {move.to for move in moves})
        return take(ledger, about, context, pass_on(plan, moves, approved_by))

    before, planned = len(moved), len(plan.moves)
    done, left = _in_chunks([*waiting], pass_these, before, planned, report)
    end = TransferBatchCompleted(batch=plan.batch, moved=done, skipped=planned - done)
    take(ledger, model(plan.batch), context, conclude(end))
    return Outcome(plan.batch, planned, done, left)


def reverse(
    ledger: Ledger,
    batch: str,
    context: Context,
    *,
    reason: str,
    approved_by: str,
    take: Take = handle,
    report: Report | None = None,
) -> Outcome:
    """Reverse a batch: return its clients to their previous owners, unless changed since.

    If a previous owner has left, their clients are orphans again. From here on, applying the batch
    is refused. Parameters as for `apply`. Raises NotFound.
    """
    context, take = context._replace(source=SOURCE, key=batch), _insisting(take)
    state, _ = read(ledger, model(batch), Memory())
    if state.started is None:
        raise NotFound(f"no batch {batch!r} was ever started; `iledger transfer status` lists them")
    first, context = context._replace(stage="first"), context._replace(stage="part")
    take(ledger, model(batch), first, start_reversal(batch, reason, approved_by))
    moved, back = _recorded(ledger, batch)
    if state.reversed:
        return Outcome(batch, len(moved), state.reversed.restored, (), before=True)

    def return_these(clients: Sequence[str]) -> Handled | Decision:
        passed = {client: moved[client] for client in clients}
        decide = return_to_owner(batch, passed, approved_by)
        return take(ledger, model(batch, clients), context, decide)

    waiting = [client for client in moved if client not in back]
    done, left = _in_chunks(waiting, return_these, len(back), len(moved), report)
    end = TransferBatchReversed(
        batch=batch, reason=reason, restored=done, kept=len(left), approved_by=approved_by
    )
    take(ledger, model(batch), context, conclude(end))
    return Outcome(batch, len(moved), done, left)


def _insisting(take: Take) -> Take:
    """Decide again if a concurrent run of the same batch recorded it first."""

    def insist(
        ledger: Ledger, model: DecisionModel, context: Context, decide: Decide
    ) -> Handled | Decision:
        for _ in range(_RIVALS):
            try:
                return take(ledger, model, context, decide)
            except KeyTaken:
                raise
            except KeyConflict:
                continue
        return take(ledger, model, context, decide)

    return insist


def _recorded(ledger: Ledger, batch: str) -> tuple[dict[str, str], set[str]]:
    """The clients transferred in a batch, with the event's id, and the clients returned.

    Includes clients whose event was annulled, because its key stays in use.
    """
    moved: dict[str, str] = {}
    back: set[str] = set()
    for event in ledger.read(types=["client.reassigned"], tags=[f"batch:{batch}"]):
        if event.client is not None and event.data.reason == "batch_reversed":
            back.add(event.client)
        elif event.client is not None:
            moved[event.client] = str(event.event_id)
    return moved, back


def _in_chunks(
    clients: Sequence[str], take: _TakeClients, before: int, planned: int, report: Report | None
) -> tuple[int, tuple[Left, ...]]:
    """Take the decision about CHUNK clients at a time; how many are done in all, and those left."""
    done, left = before, list[Left]()
    for first in range(0, len(clients), CHUNK):
        chunk = clients[first : first + CHUNK]
        more = _understood(chunk, take)
        done, left = done + len(chunk) - len(more), [*left, *more]
        if report:
            report(done + len(left), planned)
    return done, tuple(left)


def _understood(clients: Sequence[str], take: _TakeClients) -> Sequence[Left]:
    """Take the decision about clients; those left, and those of whom something is not understood.

    Only they stay where they are: the others are found by halves.
    """
    try:
        return take(clients).left
    except NotUnderstood as unknown:
        if len(clients) == 1:
            return ((clients[0], str(unknown)),)
    middle = len(clients) // 2
    return *_understood(clients[:middle], take), *_understood(clients[middle:], take)
