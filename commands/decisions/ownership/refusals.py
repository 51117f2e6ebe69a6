"""The refusals that all decisions about a client's ownership share."""

from datetime import datetime

from commands.decisions.ownership.ownership import Ownership
from ledger.errors import Refused


def refuse_merged(state: Ownership) -> None:
    """Raise Refused if the client was merged into another."""
    if state.merged_into:
        raise Refused(
            f"client {state.client} was merged into {state.merged_into}; decide about that one, or "
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
            f"no client {client!r} was ever registered. `iledger clients --search NAME` finds a "
            "client by its name; append client.registered for a new one"
        )
    if at < min(known):
        raise Refused(
            f"client {client} is known only since {min(known):%Y-%m-%d %H:%M} UTC; "
            f"nothing can hold from {at:%Y-%m-%d %H:%M} UTC on"
        )


def refuse_absent(state: Ownership, employee: str, at: datetime) -> None:
    """Raise Refused unless the employee is employed at a time."""
    place = state.employment(employee, at)
    if place is None:
        raise Refused(
            f"no employee {employee!r} was here on {at:%Y-%m-%d %H:%M} UTC; "
            "`iledger employee list` "
            "lists them. Append employee.hired for somebody new"
        )
    if place.type == "employee.departed":
        raise Refused(
            f"employee {employee} left on {place.effective_at:%Y-%m-%d %H:%M} UTC; name somebody "
            "who is here"
        )
