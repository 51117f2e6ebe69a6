"""Settlement: schemes published, periods closed, statements disputed and corrected.

publish  publish a version of a scheme, which never changes
close    close a period with its statements, as known at a position
dispute  dispute a statement
correct  correct a statement by an amount
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from commands.decisions.handle import Context, Decision, DecisionModel
from commands.decisions.motivation.closed import refuse_closed, refuse_running
from commands.decisions.motivation.norms import MOST_EVIDENCE
from ledger.envelope import Recorded
from ledger.errors import Outdated, Refused, UnknownId
from ledger.events.motivation import (
    Component,
    MotivationSchemePublished,
    PayoutStatementIssued,
    PeriodClosed,
    StatementCorrected,
    StatementDisputed,
)
from ledger.log import Item, Query
from projections.motivation.payout_statement import Statement, digest
from projections.motivation.rounding import to_cents
from projections.motivation.scheme import Scheme
from projections.periods import Period
from projections.shown_times import named

_SCHEME, _CLOSED = "motivation_scheme.published", "period.closed"
_REDUCTIONS = ("bonus_reduction.proposed", "bonus_reduction.decided")
_TOO_MUCH = Decimal(10) ** 14  # the limit of an amount of money in an event
_STATEMENTS = ("payout_statement.issued", "statement.corrected")


@dataclass(frozen=True)
class Settlement:
    """What these decisions depend on.

    - schemes: digest and time of recording, by name and version
    - closed: closed periods, each with its zone; issued: statements
    - due: the amount due by statement, with corrections, also of statements never issued
    - proposed: (period, decision or None), by reduction
    - whose: the employee of each statement issued and of each reduction proposed
    - changed: position of the last event about schemes or reductions
    """

    schemes: Mapping[tuple[str, int], tuple[str, datetime]] = field(default_factory=dict)
    closed: tuple[tuple[str, str], ...] = ()
    issued: frozenset[str] = frozenset()
    due: Mapping[str, Decimal] = field(default_factory=dict)
    proposed: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    whose: Mapping[str, str] = field(default_factory=dict)
    changed: int = 0


Decide = Callable[[Settlement, Context], Decision]


def model(
    *, period: str | None = None, statement: str | None = None, reduction: str | None = None
) -> DecisionModel:
    """What a decision depends on: a period's statements and reductions, or only one of them."""
    items = [Item((_SCHEME,)), Item((_CLOSED,))]
    if period is not None:
        items.append(Item((*_STATEMENTS[:1], *_REDUCTIONS), (f"period:{period}",)))
    if statement is not None:
        items.append(Item(_STATEMENTS, (f"statement:{statement}",)))
    if reduction is not None:
        items.append(Item(_REDUCTIONS, (f"reduction:{reduction}",)))
    return DecisionModel(Query(tuple(items)), Settlement(), evolve)


def evolve(state: Settlement, event: Recorded) -> Settlement:
    """Fold one event into the state."""
    d, at = event.data, event.position
    match event.type:
        case "motivation_scheme.published":
            known = {(d.scheme, d.version): (d.sha256, event.recorded_at), **state.schemes}
            return replace(state, schemes=known, changed=at)
        case "period.closed":
            return replace(state, closed=(*state.closed, (d.period, d.zone)))
        case "bonus_reduction.proposed":
            proposed = {d.reduction: (d.period, None), **state.proposed}
            whose = {d.reduction: d.employee, **state.whose}
            return replace(state, proposed=proposed, whose=whose, changed=at)
        case "bonus_reduction.decided" if d.reduction in state.proposed:
            ruled = (state.proposed[d.reduction][0], d.decision)
            proposed = {**state.proposed, d.reduction: ruled}
            return replace(state, proposed=proposed, changed=at)
        case "payout_statement.issued" if d.statement not in state.issued:
            whose = {**state.whose, d.statement: d.employee}
            state = replace(state, issued=state.issued | {d.statement}, whose=whose)
            return _due(state, d.statement, d.total)
        case "statement.corrected":
            return _due(state, d.statement, d.delta)
    return state


def _due(state: Settlement, statement: str, more: Decimal) -> Settlement:
    due = state.due.get(statement, Decimal(0)) + more
    return replace(state, due={**state.due, statement: due})


def publish(scheme: Scheme, remark: str | None = None) -> Decide:
    """Decide to publish a version of a scheme; nothing if it is published. Raises Refused."""

    def decide(state: Settlement, context: Context) -> Decision:
        known = state.schemes.get((scheme.name, scheme.version))
        if known and known[0] == scheme.sha256:
            return Decision()
        latest = max((number for name, number in state.schemes if name == scheme.name), default=0)
        if scheme.version <= latest:
            raise Refused(
                f"scheme {scheme.name} was published up to version {latest}, and a version never "
                f"changes; give the file version = {latest + 1}"
            )
        content = MotivationSchemePublished(
            scheme=scheme.name,
            version=scheme.version,
            effective_from=scheme.effective_from,
            toml=scheme.text,
            sha256=scheme.sha256,
            remark=remark,
        )
        return Decision((context.event(content),), favours=tuple(scheme.bonus.employees))

    return decide


def lateness(scheme: Scheme, known_since: datetime, period: Period, zone: str) -> str | None:
    """Why a scheme was published, or takes effect, too late for a period; None if it does not."""
    if scheme.effective_from > period.since:
        return f"holds from {scheme.effective_from} on"
    if known_since > period.begin(zone):
        return f"was published on {named(known_since, zone)}"
    return None


def may_close(period: Period, zone: str, scheme: Scheme, late: str | None) -> Decide:
    """Decide nothing; raise Refused if something prevents closing. late: the reason, if late."""

    def decide(state: Settlement, context: Context) -> Decision:
        refuse_running(period, zone, context)
        refuse_closed(state.closed, period, zone)
        if state.issued:
            names = ", ".join(sorted(state.issued))
            raise Refused(f"statements of {period.name} were issued already: {names}")
        known = state.schemes.get((scheme.name, scheme.version))
        if known is None or known[0] != scheme.sha256:
            raise Refused(
                f"scheme {scheme.name}@{scheme.version} was not published; "
                "`iledger bonus scheme publish FILE` publishes it"
            )
        reason = lateness(scheme, known[1], period, zone)
        if reason and not late:
            raise Refused(
                f"scheme {scheme.name}@{scheme.version} {reason}, after {period.name} began; name "
                "another, or say why it counts with --allow-late-scheme REMARK, which every "
                "statement will show"
            )
        undecided = [name for name, ruled in state.proposed.items() if ruled == (period.name, None)]
        if undecided:
            raise Refused(
                f"{len(undecided)} reductions are undecided: {', '.join(undecided[:10])}; decide "
                "them with `iledger bonus reduction decide`"
            )
        return Decision()

    return decide


def close(
    period: Period,
    zone: str,
    scheme: Scheme,
    as_of: int,
    statements: Sequence[Statement],
    late: str | None = None,
    approved_by: str | None = None,
) -> Decide:
    """Decide to close a period with these statements, as known at the position `as_of`."""

    def decide(state: Settlement, context: Context) -> Decision:
        may_close(period, zone, scheme, late)(state, context)
        if not statements:
            raise Refused(
                f"nobody who was employed in {period.name} has a bonus in {scheme.name}; look at "
                "its [bonus]"
            )
        if state.changed > as_of:
            raise Outdated(
                "somebody has decided about schemes or reductions meanwhile; run it again"
            )
        closed = PeriodClosed(
            period=period.name,
            zone=zone,
            as_of=as_of,
            scheme=scheme.name,
            scheme_version=scheme.version,
            credit=scheme.credit,
            statements=len(statements),
            digest=digest(statements),
            late_scheme=late,
            approved_by=approved_by,
        )
        issued = (context.event(_issued(each, period, scheme)) for each in statements)
        return Decision((*issued, context.event(closed)))

    return decide


def dispute(statement: str, claim: str) -> Decide:
    """Decide to dispute a statement. Raises Refused if it was never issued."""

    def decide(state: Settlement, context: Context) -> Decision:
        _refuse_unknown(state, statement)
        content = StatementDisputed(statement=statement, claim=claim)
        return Decision((context.event(content),), concerns=_whose(state, statement))

    return decide


def correct(
    statement: str,
    delta: Decimal,
    *,
    reason: str,
    evidence: Sequence[int] = (),
    seen: Decimal | None = None,
) -> Decide:
    """Decide to correct a statement by an amount.

    - delta: to the cent, not 0
    - seen: the amount due when the difference was computed, None if it was not computed. With it,
      employees without a statement, known only after the closing, can be corrected too, and more
      can be taken back than was due
    """

    def decide(state: Settlement, context: Context) -> Decision:
        if seen is None:
            _refuse_unknown(state, statement)
        if not delta or abs(delta) >= _TOO_MUCH or delta != to_cents(delta):
            raise Refused(f"a correction cannot be {delta}; give an amount to the cent, but not 0")
        due = state.due.get(statement, Decimal(0))
        if seen is not None and due != seen:
            raise Outdated(
                f"{statement} was corrected meanwhile: {due:f} is due, and no longer {seen:f}; run "
                "it again"
            )
        if seen is None and due + delta < min(due, Decimal(0)):
            raise Refused(
                f"{statement} stands at {due:f}, and {delta:f} would leave less than nothing"
            )
        content = StatementCorrected(
            statement=statement,
            delta=delta,
            reason=reason,
            evidence=tuple(evidence[:MOST_EVIDENCE]),
        )
        return Decision((context.event(content),), concerns=_whose(state, statement))

    return decide


def _issued(statement: Statement, period: Period, scheme: Scheme) -> PayoutStatementIssued:
    return PayoutStatementIssued(
        statement=statement.statement,
        employee=statement.employee,
        period=period.name,
        components=tuple(
            Component(
                metric=each["metric"],
                kind=each["kind"],
                weight=each["weight"],
                index=each["index"],
            )
            for each in statement.content["components"]
        ),
        total=statement.total,
        currency=scheme.currency,
        sha256=statement.sha256,
        document=statement.document,
    )


def _whose(state: Settlement, statement: str) -> tuple[str, ...]:
    """Whose a statement is, even if it was never issued: its id ends with the employee's."""
    return (state.whose.get(statement) or statement.partition("/")[2],)


def _refuse_unknown(state: Settlement, statement: str) -> None:
    if statement not in state.due:
        raise UnknownId(f"no statement {statement!r}; see `iledger bonus statement list`")
