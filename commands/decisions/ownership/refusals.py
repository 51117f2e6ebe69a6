"""The refusals that all decisions about a client's ownership share."""

from datetime import datetime

from commands.decisions.ownership.changes import Holding
from commands.decisions.ownership.ownership import BEGINNING, Ownership
from ledger.errors import ClientTaken, Refused

_SAYS = {
    "contact_barred": "{seller} may not approach this client. A supervisor can annul the bar "
    "(event.annulled)",
    "former_owner": "{seller} owned this client less than {policy.former_owner_days} days ago and "
    "may not reserve it again yet",
    "portfolio_full": "{seller} has {policy.clients_per_seller} clients or more, the limit of the "
    "policy. Release one first",
}


def refuse_merged(state: Ownership) -> None:
    """Raise Refused if the client was merged into another."""
    if state.merged_into:
        raise Refused(
            f"client {state.client} was merged into {state.merged_into}; use that id, or "
            f"separate them with `iledger client unmerge {state.merged_into} {state.client}`"
        )


def refuse_unknown(state: Ownership, at: datetime) -> None:
    """Raise Refused unless the client existed at a time and is not merged into another."""
    client = state.client
    refuse_merged(state)
    since = [state.known_since, *(change.effective_at for change in state.changes)]
    known = [each for each in since if each is not None]
    if not known:
        raise Refused(
            f"no client {client!r} was ever registered. `iledger clients --search NAME` finds "
            "clients by name; append client.registered for a new one"
        )
    if at < min(known):
        raise Refused(
            f"client {client} is known only since {min(known):%Y-%m-%d %H:%M} UTC; "
            f"give a time after that instead of {at:%Y-%m-%d %H:%M} UTC"
        )


def refuse_absent(state: Ownership, employee: str, at: datetime) -> None:
    """Raise Refused unless the employee is employed at a time."""
    place = state.employment(employee, at)
    if place is None:
        raise Refused(
            f"no employee {employee!r} was employed on {at:%Y-%m-%d %H:%M} UTC; "
            "`iledger employee list` "
            "lists them. Append employee.hired for somebody new"
        )
    if place.type == "employee.departed":
        raise Refused(
            f"employee {employee} left on {place.effective_at:%Y-%m-%d %H:%M} UTC; name a "
            "present employee"
        )


def refusal_of(state: Ownership, seller: str, rule: str, holding: Holding | None) -> Refused:
    """The refusal of a seller by a rule of `approach.blocked`; holding: of the present owner."""
    client = state.client
    if holding is None or rule == "contact_barred":
        return Refused(f"{client}: {_SAYS[rule].format(seller=seller, policy=state.policy)}")
    message = (
        f"client {client} is {whose(holding)} (event {holding.change.event_id}, position "
        f"{holding.change.position}). The attempt of {seller} has been recorded. Ask the "
        f"owner, or a supervisor can decide: `iledger client reassign {client} --to {seller} "
        "--reason …`"
    )
    return ClientTaken(message, owner=holding.owner, rule=rule, claim=holding.change.event_id)


def whose(holding: Holding) -> str:
    """Who owns a client, how and since when, in words."""
    since = holding.change.effective_at
    on = "" if since == BEGINNING else f" since {since:%Y-%m-%d %H:%M} UTC"
    how = "reserved for" if holding.kind == "reserved" else "owned by"
    return f"{how} {holding.owner}{on}"
