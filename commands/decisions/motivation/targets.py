"""Targets: what an employee, a unit or the company is to reach in a period, decided by people.

set_target  set a target, at most one for each scope, metric and period
revise      revise the value, for a reason
explain     explain why the target was missed
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from commands.decisions import units
from commands.decisions.handle import Context, Decision, DecisionModel
from ledger.envelope import Recorded
from ledger.errors import InvalidQuestion, Refused, UnknownId
from ledger.events.motivation import (
    Direction,
    Scope,
    ShortfallExplained,
    TargetMethod,
    TargetRevised,
    TargetSet,
)
from ledger.log import Item, Query
from projections.metrics.definitions import metric_of
from projections.periods import period_of

_TARGETS = ("target.set", "target.revised")
_HIRED = ("employee.hired", "employee.moved")
_UNIT = "org_unit.defined"


@dataclass(frozen=True)
class Targets:
    """What decisions about targets depend on.

    - targets: by id, as set; values: by id, as last revised
    - known: the employees and units in question, if any event names them
    """

    targets: Mapping[str, TargetSet] = field(default_factory=dict)
    values: Mapping[str, Decimal] = field(default_factory=dict)
    known: frozenset[str] = frozenset()


def model(scope_id: str | None = None) -> DecisionModel:
    """What a decision about targets depends on; scope_id: the employee or unit it is about."""
    items = [Item(_TARGETS)]
    if scope_id is not None:
        items.append(Item(_HIRED, (f"employee:{scope_id}",)))
        items.append(Item((_UNIT,), (f"unit:{scope_id}",)))
    return DecisionModel(Query(tuple(items)), Targets(), evolve)


def evolve(state: Targets, event: Recorded) -> Targets:
    """Fold one event into the state."""
    d = event.data
    if event.type == "target.set":
        if d.target in state.targets:  # the first one counts, as in targets.sql
            return state
        return replace(
            state,
            targets={**state.targets, d.target: d},
            values={**state.values, d.target: d.value},
        )
    if event.type == "target.revised":
        return replace(state, values={**state.values, d.target: d.to})
    who = f"unit:{d.unit}" if event.type == _UNIT else f"employee:{d.employee}"
    return replace(state, known=state.known | {who})


def set_target(
    metric: str,
    period: str,
    value: Decimal,
    *,
    scope: Scope,
    scope_id: str | None,
    currency: str | None = None,
    direction: Direction = "more",
    method: TargetMethod = "given",
    target: str | None = None,
) -> Callable[[Targets, Context], Decision]:
    """Decide to set a target. target: its id; None = derived from period, scope and metric."""

    def decide(state: Targets, context: Context) -> Decision:
        _refuse_senseless(metric, period, value, currency)
        _refuse_unknown(state, scope, scope_id)
        name = target or _new_name(state, f"{period}/{scope_id or 'whole'}/{metric}", currency)
        _refuse_second(state, name, (scope, scope_id, metric, period, currency))
        content = TargetSet(
            target=name,
            scope=scope,
            scope_id=scope_id,
            metric=metric,
            period=period,
            value=value,
            currency=currency,
            direction=direction,
            method=method,
        )
        return Decision((context.event(content),))

    return decide


def revise(
    target: str, to: Decimal, *, reason: str, approved_by: str | None = None
) -> Callable[[Targets, Context], Decision]:
    """Decide to revise a target; the original value stays on record."""

    def decide(state: Targets, context: Context) -> Decision:
        _refuse_missing(state, target)
        _refuse_nothing(to)
        if state.values[target] == to:
            return Decision()
        content = TargetRevised(target=target, to=to, reason=reason, approved_by=approved_by)
        return Decision((context.event(content),), concerns=_whose(state, target))

    return decide


def explain(
    target: str, cause: str, remark: str | None = None
) -> Callable[[Targets, Context], Decision]:
    """Decide to record why a target was missed."""

    def decide(state: Targets, context: Context) -> Decision:
        _refuse_missing(state, target)
        content = ShortfallExplained(target=target, cause=cause, remark=remark)
        return Decision((context.event(content),), concerns=_whose(state, target))

    return decide


def _whose(state: Targets, target: str) -> tuple[str, ...]:
    """The employee whom a target is for, if it is for one."""
    found = state.targets[target]
    return (found.scope_id,) if found.scope == "employee" and found.scope_id else ()


def _refuse_senseless(metric: str, period: str, value: Decimal, currency: str | None) -> None:
    try:
        money = metric_of(metric).unit == "currency"
        period_of(period)
    except InvalidQuestion as error:
        raise Refused(str(error)) from None
    _refuse_nothing(value)
    if money and currency is None:
        raise Refused(f"{metric} is money; name the currency with --currency, such as RUB")
    if currency is not None and not money:
        raise Refused(f"{metric} is not money; leave --currency {currency} out")


def _refuse_nothing(value: Decimal) -> None:
    if not value.is_finite() or value <= 0:
        raise Refused(
            f"a target cannot be {value}, since nothing can be measured against it; give a number "
            "above 0"
        )


def _refuse_unknown(state: Targets, scope: str, scope_id: str | None) -> None:
    if (scope == "whole") != (scope_id is None):
        raise Refused("name an employee or a unit, or neither for the whole company")
    if scope_id is not None and f"{scope}:{scope_id}" not in state.known:
        raise UnknownId(f"no {scope} {scope_id!r} is known; {units.listed(scope)}")


def _new_name(state: Targets, name: str, currency: str | None) -> str:
    """The id of a target, with the currency if one in another currency exists."""
    known = state.targets.get(name)
    return f"{name}/{currency}" if known and known.currency != currency else name


def _refuse_second(state: Targets, name: str, of: tuple[str | None, ...]) -> None:
    for other in state.targets.values():
        same = (other.scope, other.scope_id, other.metric, other.period, other.currency) == of
        if same or other.target == name:
            raise Refused(
                f"there is the target {other.target} already, {other.metric} "
                f"{state.values[other.target]:f} for {other.period}; change it with "
                f"`iledger target revise {other.target} --to … --reason …`"
            )


def _refuse_missing(state: Targets, target: str) -> None:
    if target not in state.targets:
        raise UnknownId(f"there is no target {target!r}; `iledger target list` shows all of them")
