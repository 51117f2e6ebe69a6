"""Audits: an employee signs off what they have checked."""

from collections.abc import Callable
from typing import Any

from commands.decisions.handle import Context, Decision, DecisionModel
from ledger.envelope import Recorded
from ledger.events.clients import ClientBaseAuditSigned
from ledger.log import Item, Query

Signed = tuple[ClientBaseAuditSigned, ...]
_TYPE = "client_base_audit.signed"


def model() -> DecisionModel:
    """What signing an audit depends on: the audits signed before."""
    return DecisionModel(Query((Item((_TYPE,)),)), (), _evolve)


def sign(audit: ClientBaseAuditSigned) -> Callable[[Signed, Context], Decision]:
    """Decide to sign the audit of a month; nothing if the same audit is signed already."""

    def decide(state: Signed, context: Context) -> Decision:
        return Decision() if audit in state else Decision((context.event(audit),))

    return decide


def _evolve(state: Signed, event: Recorded) -> Any:
    return (*state, event.data) if event.type == _TYPE else state
