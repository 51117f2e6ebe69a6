"""Audits: somebody puts his name to what he has looked through."""

from collections.abc import Callable
from typing import Any

from commands.decisions.handle import Act, Case, Decision
from ledger.envelope import Recorded
from ledger.events.clients import ClientBaseAuditSigned
from ledger.log import Item, Query

Signed = tuple[ClientBaseAuditSigned, ...]
_TYPE = "client_base_audit.signed"


def case() -> Case:
    """What has been signed before."""
    return Case(Query((Item((_TYPE,)),)), (), _evolve)


def sign(audit: ClientBaseAuditSigned) -> Callable[[Signed, Act], Decision]:
    """Decide that the audit of a month is signed, unless this very one has been."""

    def decide(state: Signed, act: Act) -> Decision:
        return Decision() if audit in state else Decision((act.event(audit),))

    return decide


def _evolve(state: Signed, event: Recorded) -> Any:
    return (*state, event.data) if event.type == _TYPE else state
