"""Reservation: a client is reserved for the seller who approached it first; others are refused.

approach    a service submits the event of an approach, such as an offer sent
reserve     a supervisor reserves a client
expire      a reservation that has run out is ended

docs/ownership.md explains the rules, in the order in which they are checked.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from commands.decisions import units
from commands.decisions.handle import Context, Decision, Handled, Memory, handle
from commands.decisions.ownership import ownership
from commands.decisions.ownership.changes import Holding
from commands.decisions.ownership.ownership import Ownership
from commands.decisions.ownership.refusals import (
    refusal_of,
    refuse_absent,
    refuse_merged,
    refuse_misspelt,
    refuse_unknown,
    whose,
)
from ledger import codec
from ledger.api import Ledger
from ledger.envelope import Event, event_id
from ledger.errors import InvalidEvent, KeyConflict, Refused
from ledger.events.fields import type_name
from ledger.events.ownership import (
    ApproachBlocked,
    ApproachRule,
    ClientReserved,
    ReservationExpired,
    ReservationPolicyPublished,
)
from ledger.keys import under

Basis = Literal["first_approach", "inquiry", "referral", "decision"]
Decide = Callable[[Ownership, Context], Decision]


def record_approach(ledger: Ledger, attempt: Event, memory: Memory | None = None) -> Handled:
    """Record an approach to a client, such as an offer sent, if the seller may approach it.

    The first approach of a type that the policy counts as a claim reserves the client. An approach
    that was recorded before gets its first receipt.

    - attempt: the event, with client and performed_by
    - memory: of a service that decides often; it then assumes at first that nobody has the client

    Raises ClientTaken after recording `approach.blocked`; Refused, also if the client is not known,
    but one whose id looks the same is; InvalidEvent, KeyConflict.
    """
    for name in ("client", "performed_by"):
        if not getattr(attempt, name):
            raise InvalidEvent(name, None, "is missing", "An approach is by a seller to a client.")
    # Ids as they will be recorded: the decision depends on the events found under them.
    written = codec.encode(attempt)
    client, seller = str(written.client), str(written.performed_by)
    attempt = replace(
        attempt, client=client, performed_by=seller, source=written.source, key=written.key
    )
    context = Context(
        by=attempt.recorded_by,
        at=datetime.now(UTC),
        performed_by=seller,
        source=attempt.source,
        key=attempt.key,
        zone=ledger.about.zone,
        live=True,
    )
    model = ownership.model(client, seller, seller=seller)
    decide = _unless_recorded(ledger, attempt, approach(attempt, seller))
    try:
        return handle(ledger, model, context, decide, memory)
    except KeyConflict:
        if not _is_recorded(ledger, attempt):
            raise
        return Handled((attempt,), (ledger.append(attempt),))


def _unless_recorded(ledger: Ledger, attempt: Event, decide: Decide) -> Decide:
    """Decide, but do not refuse what is recorded already: it is sent again after a lost answer.

    After an attempt that failed because of a concurrent decision, only a refusal of it is news.
    """
    tried = False

    def decided(state: Ownership, context: Context) -> Decision:
        nonlocal tried
        again = Decision((attempt,))
        try:
            decision = decide(state, context)
        except Refused:
            if not tried and _is_recorded(ledger, attempt):
                return again
            raise
        if decision.refusal is None:
            if tried and _is_recorded(ledger, attempt):
                return again
            tried = True
            return decision
        return again if not tried and _is_recorded(ledger, attempt) else decision

    return decided


def _is_recorded(ledger: Ledger, event: Event) -> bool:
    return ledger.store.position_of(event_id(event.source, event.key)) is not None


def approach(attempt: Event, seller: str) -> Decide:
    """Decide about an approach: record it and, if nobody owns the client, reserve the client."""
    attempted = type_name(type(attempt.data))

    def decide(state: Ownership, context: Context) -> Decision:
        context = context._replace(at=state.present(context.at))
        refuse_merged(state)
        refuse_misspelt(state)
        refuse_absent(state, seller, context)
        holding, ended = _vacated(state, context)
        rule = _rule(state, seller, holding, context)
        if rule is not None:
            return blocked(state, context, seller, attempted, rule, holding, ended)
        claims = attempted in state.policy.claims
        if holding is not None or not claims:
            return Decision((*ended, attempt))
        trigger = str(event_id(attempt.source, attempt.key))
        return Decision((attempt, *ended, _reserved(state, context, seller, trigger=trigger)))

    return decide


def reserve(seller: str, basis: Basis = "decision") -> Decide:
    """Decide to reserve a client for a seller; nothing if they own it already."""

    def decide(state: Ownership, context: Context) -> Decision:
        context = context._replace(at=state.present(context.at))
        refuse_unknown(state, context)
        refuse_absent(state, seller, context)
        holding, ended = _vacated(state, context)
        if holding and holding.owner == seller:
            return Decision(ended)
        if holding and _is_open_to(state, seller, holding, context):
            raise Refused(
                f"client {state.client} {whose(holding, context)}; {seller} may approach it, "
                "but not reserve it"
            )
        rule = _rule(state, seller, holding, context)
        if rule is not None:
            return blocked(state, context, seller, "client.reserved", rule, holding, ended)
        return Decision((*ended, _reserved(state, context, seller, basis=basis)))

    return decide


def expire() -> Decide:
    """Decide to end a reservation that has run out; nothing if it has not."""

    def decide(state: Ownership, context: Context) -> Decision:
        return Decision(_vacated(state, context)[1])

    return decide


def blocked(
    state: Ownership,
    context: Context,
    seller: str,
    attempted: str,
    rule: ApproachRule,
    holding: Holding | None,
    ended: tuple[Event, ...] = (),
) -> Decision:
    """Record the refused attempt as `approach.blocked`, and refuse it."""
    claim = holding.change.event_id if holding else None
    content = ApproachBlocked(
        employee=seller,
        owner=holding.owner if holding else None,
        attempted=attempted,
        rule=rule,
        reservation=claim,
    )
    # A key of its own, because the same attempt may be allowed later.
    key = under(context.key, f"blocked/{holding.change.position if holding else rule}")
    event = context._replace(key=key).event(content, state.client)
    return Decision((*ended, event), refusal_of(state, context, seller, rule, holding))


def _rule(
    state: Ownership, seller: str, holding: Holding | None, context: Context
) -> ApproachRule | None:
    """The rule that forbids a seller to approach a client; None if they may."""
    at = context.at
    if state.barred(seller, at):
        return "contact_barred"
    if holding is None:
        return _limit(state, seller, at)
    if holding.owner == seller or _is_open_to(state, seller, holding, context):
        return None
    mine = state.unit(seller, at)
    theirs = holding.change.unit or state.unit(holding.owner, at)
    if mine and theirs and mine != theirs:
        return "other_branch"
    return "reserved" if holding.kind == "reserved" else "curated"


def _is_open_to(state: Ownership, seller: str, holding: Holding, context: Context) -> bool:
    """Whether a seller who is not the owner may approach the client."""
    at = context.at
    if state.team.role(seller) or state.covered_by(seller, holding.owner, context.day(at)):
        return True
    groups = [set(group.units) for group in state.policy.exclusions]
    mine = units.above(state.tree, state.unit(seller, at), at)
    theirs = units.above(state.tree, state.owner_unit(holding, at), at)
    return bool(groups and mine and theirs) and not any(
        mine & each and theirs & each for each in groups
    )


def _limit(state: Ownership, seller: str, at: datetime) -> ApproachRule | None:
    """The policy's limit that forbids a seller a client without owner; None if there is none."""
    policy = state.policy
    if policy.former_owner_days is not None:
        ended = _ended(state, seller, at)
        if ended and at < ended + timedelta(days=policy.former_owner_days):
            return "former_owner"
    if policy.clients_per_seller is not None:
        whole = [each for each in state.portfolio.values() if each.merged_into is None]
        held = [each.holding(each.present(at)) for each in whole]
        own = sum(each is not None and each.owner == seller for each in held)
        if own >= policy.clients_per_seller:
            return "portfolio_full"
    return None


def _ended(state: Ownership, seller: str, at: datetime) -> datetime | None:
    """When the seller last ceased to own the client; None if never."""
    ended, before = None, None
    for moment in [change.effective_at for change in state.changes if change.effective_at <= at]:
        holding = state.holding(moment)
        if before == seller and (holding is None or holding.owner != seller):
            ended = moment
        before = holding.owner if holding else None
    return ended


def _vacated(state: Ownership, context: Context) -> tuple[Holding | None, tuple[Event, ...]]:
    """The owner after ending what has run out, and those ends: each may put another in effect."""
    ends: list[Event] = []
    while holding := state.holding(context.at):
        expiry = state.expiry(holding)
        if expiry is None or context.at < expiry:
            break
        at = max(expiry, holding.change.effective_at)
        end = context._replace(key=under(context.key, "expired"), at=at, performed_by=None)
        ends.append(end.event(ReservationExpired(employee=holding.owner), state.client))
        state = _without(state, holding, at)
    return holding, tuple(ends)


def _without(state: Ownership, holding: Holding, at: datetime) -> Ownership:
    """The state after a reservation was ended at a time."""
    end = holding.change._replace(
        effective_at=at,
        position=1 + max(change.position for change in state.changes),
        type="reservation.expired",
        owner=None,
        from_employee=holding.owner,
    )
    return replace(state, changes=tuple(sorted((*state.changes, end))))


def _reserved(
    state: Ownership,
    context: Context,
    seller: str,
    *,
    trigger: str | None = None,
    basis: Basis = "first_approach",
) -> Event:
    policy: ReservationPolicyPublished = state.policy
    content = ClientReserved(
        employee=seller,
        basis=basis,
        trigger=trigger,
        policy_version=policy.version if state.published else None,
        expires_at=context.at + timedelta(days=policy.days) if policy.days is not None else None,
    )
    unit = state.unit(seller, context.at)
    context = context._replace(key=under(context.key, "reserved"))
    return context.event(content, state.client, unit=unit, causation=trigger)
