"""The payout of a period: from figures, targets and a scheme to statements, as a pure function.

The index of a component is fact / target (of less: target / fact, and the cap for a fact of 0),
within its floor and cap. A score is the mean of indices by weight, one for the process and one for
the result; the overall score is process_share of the one and the rest of the other. The curve makes
a factor of it, and the bonus is base × factor × days employed / days of the period, less the
reductions that were confirmed, which never take it below 0. What has no data is left out with its
weight, and the statement says so. `rounding` says how everything is rounded.

A fact below 0 takes back what was counted, and paid, in an earlier period. Its index is below 0
whatever the floor, but not below -cap, and so are score and factor, by the same curve: what an
index of 0.3 adds to the payout, one of -0.3 takes from it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import NamedTuple

from ledger.errors import InvalidQuestion
from projections.motivation.employment import Tenure
from projections.motivation.measure import Figure
from projections.motivation.payout_statement import (
    ComponentLine,
    ReductionLine,
    Statement,
    StatementContent,
    statement_of,
)
from projections.motivation.rounding import EXACT, rounded, to_cents
from projections.motivation.scheme import KINDS, Component, Kind, Point, Scheme
from projections.motivation.scheme_file import OWN
from projections.motivation.target_groups import TargetValue
from projections.periods import Period

_NO_DATA = "no data"
_NOTHING = Decimal(0)


class ConfirmedReduction(NamedTuple):
    """A reduction that was confirmed."""

    reduction: str
    rule: str
    amount: Decimal


class Person(NamedTuple):
    """All that one statement follows from besides the scheme; figures and targets by component.

    groups: by component that is not the employee's own, of which unit it is, or "whole"; remarks:
    what is to be said of what was left out.
    """

    tenure: Tenure
    figures: Mapping[str, Figure]
    targets: Mapping[str, TargetValue]
    reductions: tuple[ConfirmedReduction, ...] = ()
    groups: Mapping[str, str] = {}
    remarks: tuple[str, ...] = ()


class Setting(NamedTuple):
    """What all statements of a period share. as_of: what was known; zone: IANA name.

    calendar: by which business hours were counted, None where none were.
    """

    period: Period
    zone: str
    as_of: int
    remark: str | None = None
    calendar: str | None = None


class Payout(NamedTuple):
    """What somebody is paid, and the steps to it; scores: by kind, None without data."""

    components: list[ComponentLine[Decimal]]
    scores: Mapping[Kind, Decimal | None]
    score: Decimal | None
    factor: Decimal
    gross: Decimal
    total: Decimal
    remarks: list[str]


def compute_payouts(scheme: Scheme, setting: Setting, people: Sequence[Person]) -> list[Statement]:
    """A statement for everybody in the scheme, by employee. Raises InvalidQuestion: no target."""
    lacking = missing(scheme, people)
    if lacking:
        listed = ", ".join(f"{employee} {metric}" for employee, metric in lacking[:20])
        more = f" and {len(lacking) - 20} more" if len(lacking) > 20 else ""
        absent = "1 target is" if len(lacking) == 1 else f"{len(lacking)} targets are"
        raise InvalidQuestion(
            f"{absent} missing for {setting.period.name}: {listed}{more}. Set "
            "them with `iledger target set`, or give the scheme's component a number"
        )
    found = []
    for person in sorted(people, key=lambda each: each.tenure.employee):
        bonus = scheme.bonus_of(person.tenure.employee, person.tenure.position)
        if bonus is not None:
            with localcontext(EXACT):
                content = _content(scheme, setting, person, *bonus)
                found.append(statement_of(content))
    return found


def missing(scheme: Scheme, people: Sequence[Person]) -> list[tuple[str, str]]:
    """Who lacks a target that the scheme takes from the targets: (employee or unit, metric)."""
    found = [
        (_whose(each, person), each.metric)
        for person in people
        for each in scheme.components
        if each.target is None and each.name not in person.targets
        if scheme.bonus_of(person.tenure.employee, person.tenure.position)
    ]
    return list(dict.fromkeys(found))


def _whose(component: Component, person: Person) -> str:
    if component.of == OWN:
        return person.tenure.employee
    if component.of == "company":
        return "the company"
    unit = person.groups.get(component.name)
    return f"unit {unit}" if unit else f"the unit of {person.tenure.employee}, who has none,"


def payout_of(scheme: Scheme, period: Period, person: Person, bonus: Decimal) -> Payout:
    """What one employee is paid for a period. bonus: what a factor of 1 pays for all of it."""
    components = [_component(each, person) for each in scheme.components]
    scores = {kind: _score(components, kind) for kind in KINDS}
    score, remarks = _overall(scheme, scores)
    factor = _NOTHING if score is None else factor_at(scheme.curve, score)
    gross = to_cents(bonus * factor * person.tenure.days / period.days)
    off = sum((each.amount for each in person.reductions), _NOTHING)
    total = to_cents(max(gross - off, min(gross, _NOTHING)))
    if gross < 0:
        remarks.append("more was undone than achieved; the amount below 0 is to be set off")
    return Payout(components, scores, score, factor, gross, total, remarks)


def factor_at(curve: Sequence[Point], score: Decimal) -> Decimal:
    """The factor for a score: linear between the points, and outside as at the nearest.

    A score below 0 takes as much from the factor of 0 as the same score above 0 adds to it.
    """
    if score < 0:
        return 2 * factor_at(curve, _NOTHING) - factor_at(curve, -score)
    if score <= curve[0].score:
        return curve[0].factor
    for before, point in pairwise(curve):
        if score <= point.score:
            rise = (point.factor - before.factor) / (point.score - before.score)
            return rounded(before.factor + (score - before.score) * rise)
    return curve[-1].factor


def index_of(component: Component, fact: Decimal, target: Decimal) -> Decimal:
    """How far a target, above 0, was reached, within floor and cap; six places.

    Of a fact below 0 it is below 0, where more is better; its limit is the cap.
    """
    if component.direction == "more":
        reached = fact / target
        if fact < 0:
            return max(rounded(reached), -component.cap)
    elif fact > 0:
        reached = target / fact
    else:
        return component.cap
    return min(max(rounded(reached), component.floor), component.cap)


def _content(
    scheme: Scheme, setting: Setting, person: Person, bonus: Decimal, bonus_by: str
) -> StatementContent[Decimal]:
    tenure, period = person.tenure, setting.period
    payout = payout_of(scheme, period, person, bonus)
    late = [f"scheme not known when the period began: {setting.remark}"] if setting.remark else []
    content: StatementContent[Decimal] = {
        "statement": f"{period.name}/{tenure.employee}",
        "employee": tenure.employee,
        "position": tenure.position,
        "period": period.name,
        "first_day": period.since.isoformat(),
        "last_day": period.last_day.isoformat(),
        "zone": setting.zone,
        "as_of": setting.as_of,
        "scheme": scheme.name,
        "scheme_version": scheme.version,
        "scheme_sha256": scheme.sha256,
        "credit": scheme.credit,
        "currency": scheme.currency,
        "days_employed": tenure.days,
        "days_of_period": period.days,
        "units": [{"unit": unit, "days": days} for unit, days in tenure.units],
        "bonus": bonus,
        "bonus_by": bonus_by,
        "components": payout.components,
        "process_score": payout.scores["process"],
        "process_share": scheme.process_share,
        "result_score": payout.scores["result"],
        "score": payout.score,
        "factor": payout.factor,
        "gross": payout.gross,
        "reductions": _lines(person.reductions),
        "total": payout.total,
        "remarks": [*tenure.remarks, *payout.remarks, *person.remarks, *late],
    }
    # What came later is only there where it is used: what was issued stays the same bytes.
    if setting.calendar:
        content["calendar"] = setting.calendar
    return content


def _lines(reductions: Sequence[ConfirmedReduction]) -> list[ReductionLine[Decimal]]:
    return [
        {"reduction": each.reduction, "rule": each.rule, "amount": each.amount}
        for each in reductions
    ]


def _component(component: Component, person: Person) -> ComponentLine[Decimal]:
    figure = person.figures[component.name]
    goal = person.targets.get(component.name) if component.target is None else None
    target = goal.value if goal else component.target
    assert target is not None  # noqa: S101 - `compute_payouts` has refused it
    line: ComponentLine[Decimal] = {
        "metric": component.metric,
        "kind": component.kind,
        "weight": component.weight,
        "direction": component.direction,
        "floor": component.floor,
        "cap": component.cap,
        "target": target,
        "target_first": goal.first if goal else target,
        "target_of": goal.target if goal else "scheme",
        "fact": figure.value,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "index": None if figure.value is None else index_of(component, figure.value, target),
    }
    if component.of != OWN:
        line["of"] = component.of
        line["of_id"] = person.groups[component.name]
    if figure.value is None:
        line["left_out"] = _NO_DATA
    if figure.others:
        line["not_counted"] = dict(figure.others)
    return line


def _score(components: Sequence[ComponentLine[Decimal]], kind: Kind) -> Decimal | None:
    """The mean index by weight of the components of a kind with data; None if there is none."""
    found = [
        (each["weight"], each["index"])
        for each in components
        if each["kind"] == kind and each["index"] is not None
    ]
    weight = sum((weight for weight, _ in found), _NOTHING)
    if not weight:
        return None
    return rounded(sum((weight * index for weight, index in found), _NOTHING) / weight)


def _overall(
    scheme: Scheme, scores: Mapping[Kind, Decimal | None]
) -> tuple[Decimal | None, list[str]]:
    """The overall score, and what is to be said of it: a part without data counts for nothing."""
    shares = dict(zip(KINDS, (scheme.process_share, 1 - scheme.process_share), strict=True))
    counted = {kind: share for kind, share in shares.items() if share}
    known = {kind: share for kind, share in counted.items() if scores[kind] is not None}
    if not known:
        return None, ["no component has data, so there is no score and no bonus"]
    silent = [
        f"no data on the {kind}; the other score counts wholly"
        for kind in counted.keys() - known.keys()
    ]
    weighed = sum((share * (scores[kind] or _NOTHING) for kind, share in known.items()), _NOTHING)
    return rounded(weighed / sum(known.values(), _NOTHING)), silent
