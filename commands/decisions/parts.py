"""Requests that take several decisions: begun under their key, and concluded with their answer.

Interrupted in between, they are continued when they are made again. All of their events name the
request; see `requests.py`.
"""

from collections.abc import Sequence

from commands.decisions.handle import Context, Decision, DecisionModel, handle
from commands.decisions.requests import ending
from ledger.api import Ledger
from ledger.log import Item, Query


def begin(ledger: Ledger, context: Context) -> Context:
    """Claim the key of a request; the context of the decisions that carry it out.

    Nothing to claim if no key was given. Raises KeyTaken.
    """
    request = context.request
    if request is not None:
        nothing = DecisionModel(Query((request.item,)), None, lambda state, _: state)
        handle(ledger, nothing, context._replace(stage="first"), lambda *_: Decision())
    return context._replace(stage="part")


def conclude(
    ledger: Ledger,
    context: Context,
    planned: int | None = None,
    done: int | None = None,
    left: Sequence[tuple[str, str]] = (),
) -> None:
    """Record that a request is carried out, and with which answer, if its key was given.

    - planned, done: numbers of clients; left: (client, reason) of those skipped
    """
    request = context.request
    if request is None:
        return
    concluded = Item(("request.concluded",), request.item.tags)
    model = DecisionModel(Query((concluded,)), False, lambda *_: True)

    def decide(state: bool, context: Context) -> Decision:
        by, at = context.by, context.at
        end = ending(request, planned, done, left, by=by, at=at)
        return Decision() if state else Decision((end,))

    handle(ledger, model, context._replace(stage="part"), decide)
