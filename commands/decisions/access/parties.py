"""Whom a decision concerns, and who gains by it, as far as its events say so.

What they do not say, such as whose target is revised, the decision adds: see `Decision`.
"""

from typing import Any, NamedTuple


class Parties(NamedTuple):
    """Whom an event concerns: employees, units, or everybody; favours: those who gain by it."""

    employees: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    everybody: bool = False
    favours: frozenset[str] = frozenset()


# The fields that name whom an event concerns, and who gains by it.
_CONCERNED = {
    "absence.recorded": ("employee",),
    "client.reassigned": ("from_employee", "to_employee"),
    "client.released": ("from_employee",),
    "client.reserved": ("employee",),
    "conflict.reported": ("employee",),
    "conflict.resolved": ("employee",),
    "contact.barred": ("employee",),
    "curator.assigned": ("employee",),
    "employee.departed": ("employee",),
    "handover.accepted": ("employee",),
    "handover_pack.issued": ("employee",),
    "norm.breached": ("employee",),
    "bonus_reduction.proposed": ("employee",),
    "ownership_dispute.opened": ("claimant",),
    "role.granted": ("employee",),
    "role.revoked": ("employee",),
    "transfer_batch.started": ("from_employee",),
}
_FAVOURED = {"client.reassigned": "to_employee", "curator.assigned": "employee"}
_FOR_EVERYBODY = {
    "client_base_audit.signed",
    "motivation_scheme.published",
    "period.closed",
    "reservation_policy.published",
}


def parties_of(type_: str, data: Any) -> Parties:
    """The parties that one event names."""
    named = (getattr(data, field) for field in _CONCERNED.get(type_, ()))
    employees = frozenset(each for each in named if each is not None)
    favours = frozenset[str]()
    if type_ in _FAVOURED:
        favours = frozenset({getattr(data, _FAVOURED[type_])})
    if type_ == "conflict.resolved" and data.outcome == "unfounded":
        favours = employees
    if type_ in ("target.set", "norm.defined"):
        return _scoped(data.scope, data.scope_id)
    if type_ in ("role.granted", "role.revoked") and data.reach is None:
        return _scoped("unit" if data.scope else "whole", data.scope)._replace(employees=employees)
    return Parties(employees, everybody=type_ in _FOR_EVERYBODY, favours=favours)


def _scoped(scope: str, scope_id: str | None) -> Parties:
    named = frozenset({scope_id} if scope_id is not None else ())
    if scope == "employee":
        return Parties(employees=named)
    return Parties(units=named) if scope == "unit" else Parties(everybody=True)
