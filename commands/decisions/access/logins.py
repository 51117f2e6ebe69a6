"""Logins: whose each is, and which sources only some of them append under.

link      a login is an employee's from now on
unlink    a login is nobody's any more
register  only these logins append under a source, and only these types of event
The database accepts all three from a login of the ledger's owner alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from commands.decisions.access.standing import (
    EMPLOYMENT,
    LINKS,
    POLICY,
    PRODUCER,
    ROLES,
    Standing,
)
from commands.decisions.access.standing import evolve as evolve_standing
from commands.decisions.context import Context, Decision
from commands.decisions.model import DecisionModel
from ledger import catalogue
from ledger.envelope import Event, Recorded
from ledger.errors import Refused, UnknownId
from ledger.events.access import LoginLinked, LoginUnlinked, ProducerRegistered
from ledger.events.corrections import EventAnnulled
from ledger.log import Item, Query
from ledger.suggestions import did_you_mean

# The sources of decisions, under which everybody who may decide appends.
SOURCES = ("iledger", "transfer")


@dataclass(frozen=True)
class Logins:
    """What decisions about logins depend on: the standing, and the registrations by source."""

    standing: Standing = field(default_factory=Standing)
    registered: dict[str, str] = field(default_factory=dict)


Decide = Callable[[Logins, Context], Decision]


def model(*employees: str) -> DecisionModel:
    """What a decision about logins and these employees depends on."""
    items = [Item((POLICY, PRODUCER, *LINKS, *ROLES))]
    items += (Item(EMPLOYMENT, (f"employee:{each}",)) for each in employees)
    return DecisionModel(Query(tuple(items)), Logins(), evolve)


def evolve(state: Logins, event: Recorded) -> Logins:
    """Fold one event into the state."""
    state = replace(state, standing=evolve_standing(state.standing, event))
    if event.type != PRODUCER:
        return state
    ids = {**state.registered, event.data.source: str(event.event_id)}
    return replace(state, registered=ids)


def link(login: str, employee: str) -> Decide:
    """Decide to link a login to an employee; nothing if it is linked to them.

    Raises Refused: it is linked to another employee, or is one that acts for others; the employee
    is not employed.
    """

    def decide(state: Logins, context: Context) -> Decision:
        known = state.standing.staff.get(employee, ())
        if not known:
            raise UnknownId(f"no employee {employee!r} was ever hired; see `iledger employee list`")
        if not state.standing.employed(employee, context.at):
            raise Refused(f"employee {employee} is not employed now; name a present employee")
        other = state.standing.logins.get(login)
        if other == employee:
            return Decision()
        if other is not None:
            raise Refused(
                f"login {login} is linked to {other}, and a login has one employee; unlink it "
                f"first with `iledger access login unlink {login}`"
            )
        if state.standing.acts_for_others(login):
            raise Refused(
                f"login {login} acts for others as a service, and is nobody's own; link another"
            )
        return Decision((context.event(LoginLinked(login=login, employee=employee)),))

    return decide


def unlink(login: str, reason: str | None = None) -> Decide:
    """Decide to unlink a login. Raises Refused if it is not linked."""

    def decide(state: Logins, context: Context) -> Decision:
        employee = state.standing.logins.get(login)
        if employee is None:
            raise UnknownId(
                f"login {login!r} is not linked; `iledger access login list` lists those that are"
            )
        content = LoginUnlinked(login=login, employee=employee, reason=reason)
        return Decision((context.event(content),))

    return decide


def register(wanted: ProducerRegistered, *, instead: bool = False) -> Decide:
    """Decide to register a source; nothing if it is registered so.

    - instead: of another registration, which is annulled

    Raises Refused: a source of decisions, an unknown type, a source registered otherwise, a login
    that is an employee's own and would act for others.
    """

    def decide(state: Logins, context: Context) -> Decision:
        _refuse_unfit(state, wanted)
        known = state.standing.producers.get(wanted.source)
        if known == wanted:
            return Decision()
        if known is not None and not instead:
            raise Refused(
                f"source {wanted.source} is registered already, for {', '.join(known.logins)}; "
                "add --replace to register it anew"
            )
        annulled: tuple[Event, ...] = ()
        if known is not None:
            gone = EventAnnulled(
                event=state.registered[wanted.source],
                annulled_type=PRODUCER,
                reason="registered anew",
            )
            annulled = (context.event(gone),)
        return Decision((*annulled, context.event(wanted)))

    return decide


def _refuse_unfit(state: Logins, wanted: ProducerRegistered) -> None:
    if wanted.source in SOURCES:
        raise Refused(
            f"decisions are recorded under the source {wanted.source}, by everybody who may decide;"
            " register the source of a service instead"
        )
    types = catalogue.types()
    for name in wanted.types:
        if name not in types:
            hint = did_you_mean(name, types) or "`iledger event types` lists them"
            raise Refused(f"there is no event type {name!r}. {hint}")
    own = [each for each in wanted.logins if each in state.standing.logins]
    if wanted.acts_for and own:
        raise Refused(
            f"login {own[0]} is the own login of {state.standing.logins[own[0]]} and cannot act "
            f"for others; unlink it first with `iledger access login unlink {own[0]}`"
        )
