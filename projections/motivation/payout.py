"""Evaluation: from figures, targets and a scheme to what somebody is paid, as a pure function.

The index of a component is fact / target (of less: target / fact, and the cap for a fact of 0),
within its floor and cap. A score is the mean of indices by weight, one for the process and one for
the result; the overall score is process_share of the one and the rest of the other. The curve makes
a factor of it, and the bonus is base × factor × days employed / days of the period, less what was
confirmed to be taken off, and never below 0. What has no data is left out with its weight, and the
statement says so. Ratios and scores are rounded to six places half-even, money to cents half-up,
each once where it is stated, so that everybody can follow with the figures that he sees.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import pairwise
from typing import Any, NamedTuple

from ledger.errors import InvalidQuestion
from projections.motivation.employment import Tenure
from projections.motivation.scheme import Scheme
from projections.motivation.scheme_parts import KINDS, OWN, Component, Point
from projections.periods import Period

_EXACT = Context(prec=50, rounding=ROUND_HALF_EVEN)
_PLACES, _CENTS = Decimal("0.000001"), Decimal("0.01")
_NO_DATA = "no data"
_NOTHING = Decimal(0)


class Figure(NamedTuple):
    """A metric of one employee; value: None where there is no data; others: sums of other money."""

    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    others: Mapping[str, Decimal] = {}


class Aim(NamedTuple):
    """A target, as first set and as it counts."""

    target: str
    first: Decimal
    value: Decimal


class Taken(NamedTuple):
    """A reduction that was confirmed."""

    reduction: str
    rule: str
    amount: Decimal


class Person(NamedTuple):
    """All that one statement follows from besides the scheme; figures and aims by component.

    groups: by component that is not his own, of which unit it is, or "whole".
    """

    tenure: Tenure
    figures: Mapping[str, Figure]
    aims: Mapping[str, Aim]
    taken: tuple[Taken, ...] = ()
    groups: Mapping[str, str] = {}


class Setting(NamedTuple):
    """What all statements of a period have in common. as_of: what was known; zone: IANA name.

    calendar: by which business hours were counted, None where none were.
    """

    period: Period
    zone: str
    as_of: int
    remark: str | None = None
    calendar: str | None = None


class Statement(NamedTuple):
    """One employee's statement; document: the canonical JSON that `content` is written as."""

    statement: str
    employee: str
    total: Decimal
    content: Mapping[str, Any]
    document: str

    @property
    def sha256(self) -> str:
        """The digest of the document, in hexadecimal."""
        return hashlib.sha256(self.document.encode()).hexdigest()


def missing(scheme: Scheme, people: Sequence[Person]) -> list[tuple[str, str]]:
    """Who lacks a target that the scheme takes from the targets: (employee or unit, metric)."""
    found = [
        (_whose(each, person), each.metric)
        for person in people
        for each in scheme.components
        if each.target is None and each.name not in person.aims
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


def evaluated(scheme: Scheme, setting: Setting, people: Sequence[Person]) -> list[Statement]:
    """A statement for everybody in the scheme, by employee. Raises InvalidQuestion: no target."""
    lacking = missing(scheme, people)
    if lacking:
        listed = ", ".join(f"{employee} {metric}" for employee, metric in lacking[:20])
        more = f" and {len(lacking) - 20} more" if len(lacking) > 20 else ""
        raise InvalidQuestion(
            f"{len(lacking)} targets are missing for {setting.period.name}: {listed}{more}. Set "
            "them with `iledger target set`, or give the scheme's component a number"
        )
    found = []
    for person in sorted(people, key=lambda each: each.tenure.employee):
        bonus = scheme.bonus_of(person.tenure.employee, person.tenure.position)
        if bonus is not None:
            with localcontext(_EXACT):
                found.append(_statement(scheme, setting, person, *bonus))
    return found


def digest(statements: Sequence[Statement]) -> str:
    """What stands for all statements of a period: SHA-256 over their digests, a line each."""
    return hashlib.sha256("".join(f"{each.sha256}\n" for each in statements).encode()).hexdigest()


def factor_at(curve: Sequence[Point], score: Decimal) -> Decimal:
    """The factor for a score: linear between the points, and outside as at the nearest."""
    if score <= curve[0].score:
        return curve[0].factor
    for before, point in pairwise(curve):
        if score <= point.score:
            rise = (point.factor - before.factor) / (point.score - before.score)
            return _rounded(before.factor + (score - before.score) * rise)
    return curve[-1].factor


def index_of(component: Component, fact: Decimal, target: Decimal) -> Decimal:
    """How far a target, above 0, was reached, within floor and cap; six places."""
    if component.direction == "more":
        reached = fact / target
    elif fact:
        reached = target / fact
    else:
        return component.cap
    return min(max(_rounded(reached), component.floor), component.cap)


def _statement(
    scheme: Scheme, setting: Setting, person: Person, bonus: Decimal, bonus_by: str
) -> Statement:
    tenure, period = person.tenure, setting.period
    components = [_component(each, person) for each in scheme.components]
    scores: dict[str, Decimal | None] = {kind: _score(components, kind) for kind in KINDS}
    score, remarks = _overall(scheme, scores)
    factor = _NOTHING if score is None else factor_at(scheme.curve, score)
    part = bonus * factor * tenure.days / period.days
    gross = to_cents(part)
    off = sum((each.amount for each in person.taken), _NOTHING)
    total = to_cents(max(gross - off, _NOTHING))
    late = [f"scheme not known when the period began: {setting.remark}"] if setting.remark else []
    content = {
        **_heading(scheme, setting, tenure),
        "bonus": bonus,
        "bonus_by": bonus_by,
        "components": components,
        "process_score": scores["process"],
        "process_share": scheme.process_share,
        "result_score": scores["result"],
        "score": score,
        "factor": factor,
        "gross": gross,
        "reductions": [each._asdict() for each in person.taken],
        "total": total,
        "remarks": [*tenure.remarks, *remarks, *late],
    }
    return Statement(content["statement"], tenure.employee, total, content, canonical(content))


def _heading(scheme: Scheme, setting: Setting, tenure: Tenure) -> dict[str, Any]:
    period = setting.period
    return {
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
        # What came later is only there where it is used: what was settled stays the same bytes.
        **({"calendar": setting.calendar} if setting.calendar else {}),
    }


def _component(component: Component, person: Person) -> dict[str, Any]:
    figure = person.figures[component.name]
    aim = person.aims.get(component.name) if component.target is None else None
    target = aim.value if aim else component.target
    assert target is not None  # noqa: S101 - `evaluated` has seen to it
    told: dict[str, Any] = {
        "metric": component.metric,
        "kind": component.kind,
        "weight": component.weight,
        "direction": component.direction,
        "floor": component.floor,
        "cap": component.cap,
        "target": target,
        "target_first": aim.first if aim else target,
        "target_of": aim.target if aim else "scheme",
        "fact": figure.value,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "index": None if figure.value is None else index_of(component, figure.value, target),
    }
    if component.of != OWN:
        told |= {"of": component.of, "of_id": person.groups[component.name]}
    if figure.value is None:
        told["left_out"] = _NO_DATA
    if figure.others:
        told["not_counted"] = dict(figure.others)
    return told


def _score(components: Sequence[Mapping[str, Any]], kind: str) -> Decimal | None:
    """The mean index by weight of the components of a kind with data; None if there is none."""
    told = [each for each in components if each["kind"] == kind and each["index"] is not None]
    weight = sum((each["weight"] for each in told), _NOTHING)
    if not weight:
        return None
    return _rounded(sum((each["weight"] * each["index"] for each in told), _NOTHING) / weight)


def _overall(
    scheme: Scheme, scores: Mapping[str, Decimal | None]
) -> tuple[Decimal | None, list[str]]:
    """The overall score, and what is to be said of it: a part without data counts for nothing."""
    shares = dict(zip(KINDS, (scheme.process_share, 1 - scheme.process_share), strict=True))
    counted: dict[str, Decimal] = {kind: share for kind, share in shares.items() if share}
    told = {kind: share for kind, share in counted.items() if scores[kind] is not None}
    if not told:
        return None, ["no component has data, so there is no score and no bonus"]
    silent = [
        f"no data on the {kind}; the other score counts wholly"
        for kind in counted.keys() - told.keys()
    ]
    weighed = sum((share * (scores[kind] or _NOTHING) for kind, share in told.items()), _NOTHING)
    return _rounded(weighed / sum(told.values(), _NOTHING)), silent


def canonical(content: Mapping[str, Any]) -> str:
    """JSON with sorted keys, without spaces, and numbers with a point as texts: "0.5", "1200"."""
    return json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain
    )


def _plain(value: Any) -> str:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no place in a statement")
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_PLACES, ROUND_HALF_EVEN)


def to_cents(amount: Decimal) -> Decimal:
    """Round money half-up, as all that is paid or taken off."""
    return amount.quantize(_CENTS, ROUND_HALF_UP)
