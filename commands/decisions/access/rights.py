"""Who may decide what: the table of decisions and roles.

A decision is named by the type of event that it records. `scope` in the column of a role: wherever
the role was granted, in a unit and those below it or everywhere. `own`: about themself and the
clients they own alone. Roles of other names give no rights. docs/access.md explains the table.
"""

from typing import Literal, NamedTuple

Cell = Literal["", "own", "scope"]
ROLES = ("administrator", "supervisor", "accountant", "seller", "auditor")


class Right(NamedTuple):
    """Who may take one decision, by role, and what nobody may, whatever the policy.

    - owner: whether the database demands a login of the ledger's owner instead of a role
    """

    decision: str
    command: str
    administrator: Cell = ""
    supervisor: Cell = ""
    accountant: Cell = ""
    seller: Cell = ""
    auditor: Cell = ""
    owner: Literal["", "yes"] = ""
    never: str = ""

    def cell(self, role: str) -> Cell:
        """How far the role may take the decision; empty for a role that may not."""
        found: Cell = getattr(self, role) if role in ROLES else ""
        return found


def _owners(decision: str, command: str) -> Right:
    return Right(decision, command, owner="yes")


def _administrators(decision: str, command: str, never: str = "") -> Right:
    return Right(decision, command, administrator="scope", never=never)


def _supervisors(decision: str, command: str, never: str = "", seller: Cell = "") -> Right:
    return Right(decision, command, supervisor="scope", seller=seller, never=never)


def _accountants(decision: str, command: str, never: str = "", supervisor: Cell = "") -> Right:
    return Right(decision, command, accountant="scope", supervisor=supervisor, never=never)


_NOT_IN_FAVOUR = "approved by who gains a client by it"
_NOT_TARGET = "for oneself"
RIGHTS = {
    right.decision: right
    for right in (
        _owners("access_policy.published", "access policy publish"),
        _owners("producer.registered", "access producer register"),
        _owners("login.linked", "access login link"),
        _owners("login.unlinked", "access login unlink"),
        _administrators("role.granted", "access role grant", "to oneself, once there is a policy"),
        _administrators("role.revoked", "access role revoke"),
        Right("employee.departed", "employee depart, cancel", "scope", "scope"),
        _supervisors("employee.moved", "employee cancel"),
        _supervisors("absence.recorded", "employee absence", seller="own"),
        _supervisors("client.reserved", "client reserve", seller="own"),
        _supervisors("curator.assigned", "client assign", _NOT_IN_FAVOUR),
        _supervisors(
            "client.reassigned",
            "client reassign, transfer apply, transfer reverse",
            "approved by the former or the new owner",
        ),
        _supervisors("client.released", "client release", seller="own"),
        _supervisors("contact.barred", "client bar"),
        _supervisors("account_team_member.added", "client team add", seller="own"),
        _supervisors("account_team_member.removed", "client team remove", seller="own"),
        _supervisors("client.merged", "client merge", _NOT_IN_FAVOUR, "own"),
        _supervisors("client.unmerged", "client unmerge", _NOT_IN_FAVOUR, "own"),
        _supervisors("client_base_audit.signed", "audit base --sign"),
        _supervisors("reservation_policy.published", "reservation policy publish"),
        _supervisors("transfer_batch.started", "transfer apply", _NOT_IN_FAVOUR),
        _supervisors("transfer_reversal.started", "transfer reverse", _NOT_IN_FAVOUR),
        _supervisors("transfer_batch.reversed", "transfer reverse"),
        _supervisors("handover_pack.issued", "handover pack --issue"),
        _supervisors("handover.accepted", "handover accept", seller="own"),
        _supervisors("conflict.reported", "client conflict report", seller="own"),
        _supervisors("conflict.resolved", "client conflict resolve", "that clears oneself"),
        _supervisors("ownership_dispute.opened", "dispute open", seller="own"),
        _supervisors("ownership_dispute.resolved", "dispute resolve", "in one's own favour"),
        _supervisors("target.set", "target set", _NOT_TARGET),
        _supervisors("target.revised", "target revise", _NOT_TARGET),
        _supervisors("shortfall.explained", "target explain", seller="own"),
        _supervisors("norm.defined", "norm define", _NOT_TARGET),
        _accountants("norm.breached", "norm record", supervisor="scope"),
        _accountants(
            "motivation_scheme.published", "bonus scheme publish", "that names one's own bonus"
        ),
        _accountants("bonus_reduction.proposed", "bonus reduction propose"),
        _supervisors("bonus_reduction.decided", "bonus reduction decide", "about oneself"),
        _accountants(
            "period.closed",
            "bonus period close",
            "in which one is paid, without another's approval",
        ),
        _accountants("statement.corrected", "bonus statement correct", "of oneself"),
        _supervisors("statement.disputed", "bonus statement dispute", seller="own"),
    )
}
# Not decided, but seen; one's own need no role.
FIGURES = Right(
    "figures of an employee",
    "kpi, bonus, target, norm breaches, metrics --by employee, employee portfolio",
    supervisor="scope",
    accountant="scope",
    auditor="scope",
)
# What follows by a published rule from what others did, or says how a decision went.
BY_RULE = {
    "access.breached",
    "access.refused",
    "approach.blocked",
    "payout_statement.issued",
    "request.begun",
    "request.concluded",
    "reservation.expired",
    "transfer_batch.completed",
}
