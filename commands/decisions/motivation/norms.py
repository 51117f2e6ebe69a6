"""Norms: what everybody in their scope must meet, decided by people; and breaches, recorded once.

define  define a norm, or its next version, from a day on
record  record breaches
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from commands.decisions import units
from commands.decisions.handle import Context, Decision, DecisionModel
from ledger.envelope import Recorded
from ledger.errors import InvalidQuestion, Refused, UnknownId
from ledger.events.motivation import NormBreached, NormDefined
from ledger.log import Item, Query
from projections.metrics.credit import COMPARISON, credit_of
from projections.metrics.definitions import metric_of
from projections.motivation.compliance import Compliance
from projections.motivation.measure import ADDED_UP
from projections.motivation.rounding import rounded

_DEFINED, _BREACHED = "norm.defined", "norm.breached"
_HIRED = ("employee.hired", "employee.moved")
_UNIT = "org_unit.defined"
MOST_EVIDENCE = 10_000


@dataclass(frozen=True)
class Norms:
    """What decisions about norms depend on.

    - latest: the last version by norm
    - breached: (norm, employee, period) of the recorded breaches
    - known: the employee or unit in question, if any event names it
    """

    latest: Mapping[str, NormDefined] = field(default_factory=dict)
    breached: frozenset[tuple[str, str, str]] = frozenset()
    known: frozenset[str] = frozenset()


Decide = Callable[[Norms, Context], Decision]


def model(scope_id: str | None = None, periods: Sequence[str] = ()) -> DecisionModel:
    """What a decision about norms depends on.

    - scope_id: the employee or unit that the norm is for; periods: of the breaches
    """
    items = [Item((_DEFINED,))]
    items += [Item((_BREACHED,), (f"period:{name}",)) for name in periods]
    if scope_id is not None:
        items.append(Item(_HIRED, (f"employee:{scope_id}",)))
        items.append(Item((_UNIT,), (f"unit:{scope_id}",)))
    return DecisionModel(Query(tuple(items)), Norms(), evolve)


def evolve(state: Norms, event: Recorded) -> Norms:
    """Fold one event into the state."""
    d = event.data
    if event.type == _DEFINED:
        former = state.latest.get(d.norm)
        if (
            former is not None and d.version <= former.version
        ):  # as in projections/tables/motivation/norms.sql
            return state
        return replace(state, latest={**state.latest, d.norm: d})
    if event.type == _BREACHED:
        return replace(state, breached=state.breached | {(d.norm, d.employee, d.period)})
    who = f"unit:{d.unit}" if event.type == _UNIT else f"employee:{d.employee}"
    return replace(state, known=state.known | {who})


def define(wanted: NormDefined, zone: str) -> Decide:
    """Decide to define a norm as its next version; nothing if it is unchanged.

    Raises Refused: inconsistent fields, an unknown employee or unit, or a date in the past without
    a reason in `late`.
    """

    def decide(state: Norms, context: Context) -> Decision:
        former = state.latest.get(wanted.norm)
        version = former.version if former else 0
        if former and former == replace(wanted, version=version):
            return Decision()
        _refuse_senseless(wanted)
        if wanted.scope in ("unit", "employee"):
            _refuse_unknown(state, wanted.scope, wanted.scope_id)
        if former and wanted.effective_from < former.effective_from:
            raise Refused(
                f"norm {wanted.norm} has version {version} from {former.effective_from} on; the "
                "next one must hold from then on, or later"
            )
        _refuse_past(wanted, context.at.astimezone(ZoneInfo(zone)).date())
        return Decision((context.event(replace(wanted, version=version + 1)),))

    return decide


def record(
    found: Sequence[Compliance], evidence: Mapping[tuple[str, str, str], list[int]]
) -> Decide:
    """Decide to record breaches, each once. evidence: positions by (norm, employee, period)."""

    def decide(state: Norms, context: Context) -> Decision:
        events = []
        for each in found:
            name = (each.norm.norm, each.employee, each.period.name)
            if name in state.breached or each.figure.value is None:
                continue
            content = NormBreached(
                norm=each.norm.norm,
                version=each.norm.version,
                employee=each.employee,
                period=each.period.name,
                value=each.figure.value,
                limit=each.limit,
                numerator=_plain(each.figure.numerator),
                denominator=_plain(each.figure.denominator),
                evidence=tuple(evidence.get(name, ()))[:MOST_EVIDENCE],
            )
            key = "/".join(("norm", *name))
            events.append(context._replace(performed_by=None, key=key).event(content))
        return Decision(tuple(events))

    return decide


def _plain(value: Decimal | None) -> Decimal | None:
    return None if value is None else rounded(value)


def _refuse_senseless(wanted: NormDefined) -> None:
    try:
        metric = metric_of(wanted.metric)
        credit_of(wanted.credit)
    except InvalidQuestion as error:
        raise Refused(str(error)) from None
    if wanted.credit == COMPARISON:
        raise Refused(f"{COMPARISON} moves the past with every reassignment; choose another mode")
    money, share = metric.unit == "currency", metric.figure in ("share", "client_share")
    if money != (wanted.currency is not None):
        needed = "is money; name its --currency" if money else "is not money; leave --currency out"
        raise Refused(f"{wanted.metric} {needed}")
    if wanted.counting and metric.figure != "share":
        raise Refused(f"{wanted.metric} is not a share of events; leave --counting out")
    if wanted.per_working_day and not (wanted.counting or metric.figure in ADDED_UP):
        raise Refused(
            f"{wanted.metric} is not an amount, which alone has a mean per working day; leave "
            "--per-working-day out"
        )
    if share and not wanted.counting and wanted.value > 1:
        raise Refused(f"{wanted.metric} is a share, never above 1; give one such as 0.95")
    if wanted.hours is not None and not wanted.metric.startswith("response_"):
        raise Refused(f"--hours is how soon to answer; {wanted.metric} is not about answers")
    if (wanted.scope == "whole") != (wanted.scope_id is None):
        raise Refused(
            "give its scope: a unit, a position or an employee, or none of them for everybody"
        )
    if wanted.until is not None and wanted.until <= wanted.effective_from:
        raise Refused(f"it would end on {wanted.until}, before it holds")


def _refuse_unknown(state: Norms, scope: str, scope_id: str | None) -> None:
    if f"{scope}:{scope_id}" not in state.known:
        raise UnknownId(f"no {scope} {scope_id!r} is known; {units.listed(scope)}")


def _refuse_past(wanted: NormDefined, today: date) -> None:
    if wanted.effective_from < today and wanted.late is None:
        raise Refused(
            f"{wanted.effective_from} is past, and nobody could meet a norm that was not defined "
            "yet; let it hold from today on, or give the reason with --allow-late REMARK"
        )
