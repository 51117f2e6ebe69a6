"""The refusals that all decisions about a client's ownership share."""

from collections.abc import Iterable
from datetime import datetime

from commands.decisions.handle import Context
from commands.decisions.ownership.changes import Holding
from commands.decisions.ownership.ownership import BEGINNING, Ownership
from ledger.errors import ClientTaken, Refused, UnknownId
from ledger.suggestions import spellings

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


def refuse_misspelt(state: Ownership) -> None:
    """Raise UnknownId if the client is not known, but one whose id looks the same is."""
    if state.near and state.known_since is None and not state.changes:
        raise UnknownId(
            f"no client {state.client!r} was ever registered. {_meant(state.near)} Append "
            "client.registered first if it is another client"
        )


def refuse_unknown(state: Ownership, context: Context, at: datetime | None = None) -> None:
    """Raise Refused unless the client existed at a time and is not merged into another.

    - at: without it, the time of the decision
    """
    at = at or context.at
    client = state.client
    refuse_merged(state)
    since = [state.known_since, *(change.effective_at for change in state.changes)]
    known = [each for each in since if each is not None]
    refuse_misspelt(state)
    if not known:
        raise UnknownId(
            f"no client {client!r} was ever registered. `iledger clients --search NAME` finds "
            "clients by name; append client.registered for a new one"
        )
    if at < min(known):
        raise Refused(
            f"client {client} is known only since {context.shown(min(known))}; "
            f"give a time after that instead of {context.shown(at)}"
        )


def refuse_absent(
    state: Ownership, employee: str, context: Context, at: datetime | None = None
) -> None:
    """Raise Refused unless the employee is employed at a time.

    - at: without it, the time of the decision
    """
    at = at or context.at
    place = state.employment(employee, at)
    if place is None:
        # Who is hired later is known; the others are a slip, as in a question.
        wrong = Refused if state.staff.get(employee) else UnknownId
        near = [each for each in spellings(employee) if each in state.staff]
        lists = f". {_meant(near)}" if near else "; `iledger employee list` lists them."
        raise wrong(
            f"no employee {employee!r} was employed on {context.shown(at)}{lists} Append "
            "employee.hired for somebody new"
        )
    if place.type == "employee.departed" and context.at < place.effective_at:
        raise Refused(
            f"employee {employee} leaves on {context.shown(place.effective_at)}; name one who is "
            f"present then, or cancel it with `iledger employee cancel {employee} --reason …`"
        )
    if place.type == "employee.departed":
        raise Refused(
            f"employee {employee} left on {context.shown(place.effective_at)}; name a "
            "present employee"
        )


def _meant(near: Iterable[str]) -> str:
    return f"Did you mean {' or '.join(map(repr, sorted(near)))}?"


def unowned(client: str, to: str) -> Refused:
    """The refusal to reassign a client that nobody owns."""
    return Refused(
        f"nobody owns client {client}; assign a curator with "
        f"`iledger client assign {client} --to {to}`"
    )


def refusal_of(
    state: Ownership, context: Context, seller: str, rule: str, holding: Holding | None
) -> Refused:
    """The refusal of a seller by a rule of `approach.blocked`; holding: of the present owner."""
    client = state.client
    if holding is None or rule == "contact_barred":
        return Refused(f"{client}: {_SAYS[rule].format(seller=seller, policy=state.policy)}")
    recorded = "would be" if context.proposed else "has been"
    message = (
        f"client {client} {whose(holding, context)} (event {holding.change.event_id}, position "
        f"{holding.change.position}). The attempt of {seller} {recorded} recorded. Ask the "
        f"owner, or a supervisor can decide: `iledger client reassign {client} --to {seller} "
        "--reason …`"
    )
    return ClientTaken(message, owner=holding.owner, rule=rule, claim=holding.change.event_id)


def whose(holding: Holding, context: Context) -> str:
    """Who owns a client, how and since when: the predicate of a sentence about the client."""
    since = holding.change.effective_at
    how = "reserved for" if holding.kind == "reserved" else "owned by"
    if since == BEGINNING:
        return f"is {how} {holding.owner}"
    return f"has been {how} {holding.owner} since {context.shown(since)}"
