"""Merging: two ids belong to one client, or do not after all.

merge    the surviving id's card shows both histories from now on; no event moves
unmerge  each id has its own card again, exactly as it would be without the merge

The absorbed id may have absorbed others before; they come with it, as a chain. The survivor must
not be absorbed itself, so that no cycle can arise. The surviving id determines the owner.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from commands.decisions.handle import Context, Decision, DecisionModel
from commands.decisions.ownership import ownership
from commands.decisions.ownership.ownership import BEGINNING, OWNERSHIP, Ownership
from ledger.envelope import Event, Recorded
from ledger.errors import Refused, UnknownId
from ledger.events.clients import ClientMerged, ClientUnmerged
from ledger.log import Item, Query
from ledger.suggestions import spellings

_LINKS = ("client.merged", "client.unmerged")
_ENTERED = ("client.registered", "prospect.registered")


class Link(NamedTuple):
    """The last event on an absorbed id; into: the survivor, or None after an unmerge."""

    at: datetime
    position: int
    into: str | None


@dataclass(frozen=True)
class Links:
    """What a merge depends on: the ids that any event is about, the last link of each, and owners.

    - owned: by id, the changes of its owner
    """

    known: frozenset[str] = frozenset()
    links: Mapping[str, Link] = field(default_factory=dict)
    owned: Mapping[str, Ownership] = field(default_factory=dict)

    def owner(self, client: str, at: datetime) -> str | None:
        """Who owns an id by itself at a time."""
        holding = self.owned[client].holding(at) if client in self.owned else None
        return holding.owner if holding else None

    def into(self, client: str) -> str | None:
        """The client that this one was merged into, or None."""
        link = self.links.get(client)
        return link.into if link else None

    def above(self, client: str) -> list[str]:
        """The chain of clients that this one was merged into, up to the surviving one."""
        found: list[str] = []
        while (into := self.into(client)) and into not in found:
            found.append(client := into)
        return found

    def survivor(self, client: str) -> str:
        """The surviving client of the chain, which may be this one."""
        return [client, *self.above(client)][-1]

    def present(self, at: datetime) -> datetime:
        """The time, or that of the last link if that is later: clocks differ."""
        return max([at, *(link.at for link in self.links.values())])


def model(survivor: str, absorbed: str) -> DecisionModel:
    """What a merge of two ids depends on."""
    pair = (survivor, absorbed)
    types = (*_ENTERED, *_LINKS, *OWNERSHIP)
    named = tuple(Item(types, (f"client:{each}",)) for each in pair)
    return DecisionModel(Query(named), Links(), evolve, lambda state: _wider(state, pair))


def evolve(state: Links, event: Recorded) -> Links:
    """Fold one event into the state."""
    if event.type in _LINKS:
        d = event.data
        into = d.survivor if event.type == "client.merged" else None
        link = Link(event.occurred_at or BEGINNING, event.position, into)
        before = state.links.get(d.absorbed)
        if d.absorbed == d.survivor or (before and before[:2] > link[:2]):
            return state
        return replace(state, links={**state.links, d.absorbed: link})
    client = event.client
    if client is None:
        return state
    state = replace(state, known=state.known | {client})
    if event.type not in OWNERSHIP:
        return state
    owned = ownership.evolve(state.owned.get(client, Ownership(client)), event)
    return replace(state, owned={**state.owned, client: owned})


def merge(
    survivor: str, absorbed: str, *, evidence: str, approved_by: str | None = None
) -> Callable[[Links, Context], Decision]:
    """Decide that two ids are one client; the survivor's card shows both histories.

    Nothing if they are merged already. Raises Refused: an unknown id, a cycle, or an id that is
    merged into another.
    """

    def decide(state: Links, context: Context) -> Decision:
        _refuse_same(survivor, absorbed)
        _refuse_unknown(state, survivor, absorbed)
        into = state.into(absorbed)
        if into == survivor:
            return Decision()
        if into:
            raise Refused(
                f"client {absorbed} was merged into {into} already. Separate them first with "
                f"`iledger client unmerge {into} {absorbed} --reason …`, or merge "
                f"{state.survivor(into)}"
            )
        top = state.survivor(survivor)
        if top == absorbed:
            raise Refused(
                f"client {survivor} was merged into {absorbed}, so the reverse would be a cycle. "
                f"Separate them first with `iledger client unmerge {state.into(survivor)} "
                f"{survivor} --reason …`"
            )
        if top != survivor:
            raise Refused(
                f"client {survivor} was merged into {top}; name that one: "
                f"`iledger client merge {top} {absorbed} --evidence …`"
            )
        content = ClientMerged(
            survivor=survivor, absorbed=absorbed, evidence=evidence, approved_by=approved_by
        )
        event = context._replace(at=state.present(context.at)).event(content, survivor)
        return _between(state, event, gains=survivor, loses=absorbed)

    return decide


def unmerge(
    survivor: str, absorbed: str, *, reason: str, approved_by: str | None = None
) -> Callable[[Links, Context], Decision]:
    """Decide that two merged ids are different clients. Raises Refused if they are not merged."""

    def decide(state: Links, context: Context) -> Decision:
        into = state.into(absorbed)
        if into != survivor:
            _refuse_unknown(state, survivor, absorbed)
            where = f"it is part of {into}" if into else "it is a separate client"
            raise Refused(
                f"client {absorbed} was not merged into {survivor}: {where}. The section `merged` "
                f"of the card lists merged ids: `iledger card {state.survivor(survivor)}`"
            )
        content = ClientUnmerged(
            survivor=survivor, absorbed=absorbed, reason=reason, approved_by=approved_by
        )
        event = context._replace(at=state.present(context.at)).event(content, survivor)
        return _between(state, event, gains=absorbed, loses=survivor)

    return decide


def _between(state: Links, event: Event, *, gains: str, loses: str) -> Decision:
    """The decision, with the owners of both ids: one gains what the other had."""
    at = event.occurred_at
    owners = [state.owner(each, at) for each in (gains, loses) if isinstance(at, datetime)]
    concerned = tuple(each for each in owners if each is not None)
    gained = len({*concerned}) > 1
    return Decision((event,), concerns=concerned, favours=concerned[:1] if gained else ())


def _refuse_same(survivor: str, absorbed: str) -> None:
    if survivor == absorbed:
        raise Refused(f"client {survivor} cannot be merged with itself; name two different ids")


def _refuse_unknown(state: Links, *clients: str) -> None:
    for client in clients:
        if client not in state.known:
            near = [each for each in spellings(client) if each in state.known]
            hint = (
                f"Did you mean {near[0]!r}?"
                if near
                else "`iledger clients --search NAME` finds clients by name"
            )
            raise UnknownId(f"nothing was ever recorded about a client {client!r}. {hint}")


def _wider(state: Links, pair: tuple[str, ...]) -> Iterable[Item]:
    """The chains above the pair, and any event about an id that was never registered."""
    for client in pair:
        yield from (Item(_LINKS, (f"client:{each}",)) for each in state.above(client))
        if client not in state.known:
            yield Item((), (f"client:{client}",))
            yield from (Item(_ENTERED, (f"client:{each}",)) for each in spellings(client))
