"""The errors of a scheme's file that lie between fields, each of which is right by itself."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from projections.motivation.scheme_file import FROM_TARGETS, OWN, Finding, Path


def _right(
    whole: Mapping[str, Any], wrong: set[Path], name: str
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The tables of a list, each with its path and its valid fields."""
    for n, each in enumerate(() if (name,) in wrong else whole.get(name, ())):
        if (name, n) not in wrong:
            yield (name, n), {key: each[key] for key in each if (name, n, key) not in wrong}


def between_fields(
    whole: Mapping[str, Any], wrong: set[Path], bonuses: Collection[str]
) -> Iterator[Finding]:
    """The errors between fields of the bonus (bonuses: its fields), components, curve and rules."""
    bonus = whole.get("bonus", {})
    if ("bonus",) not in wrong and not bonus.keys() & set(bonuses):
        yield ("bonus",), None, "names nobody", "Give default, positions or employees."
    for name, remedy in (("components", "one a metric"), ("curve", "with score and factor")):
        if not whole.get(name):
            yield (name,), None, "is missing", f"Add [[{name}]], {remedy}."
    yield from _components(whole, wrong)
    points = [(path, each) for path, each in _right(whole, wrong, "curve") if "score" in each]
    for (_, before), (path, point) in pairwise(points):
        if point["score"] <= before["score"]:
            problem = f"does not rise above {Decimal(before['score']):f}"
            remedy = "Put the points in order of their score."
            yield (*path, "score"), point["score"], problem, remedy
    yield from _reductions(whole, wrong)


def _components(whole: Mapping[str, Any], wrong: set[Path]) -> Iterator[Finding]:
    """The errors between fields of the components."""
    seen = set[tuple[str, str]]()
    for path, each in _right(whole, wrong, "components"):
        if "norm" in each and "metric" in each:
            yield (
                (*path, "norm"),
                each["norm"],
                "cannot be combined with a metric",
                "Leave one of the two out.",
            )
        if "norm" in each and str(each.get("target")) in FROM_TARGETS:
            remedy = "Give the share of the periods in which it is to be kept, such as 1."
            yield (*path, "target"), each["target"], "cannot be used with a norm", remedy
        measured = each.get("metric") or each.get("norm", "")
        key = (measured, FROM_TARGETS.get(str(each.get("target")), OWN))
        if key[0] and key in seen:
            yield (*path, "metric"), key[0], "is there twice", "Give it one weight."
        seen.add(key)
        floor, cap = Decimal(each.get("floor", 0)), each.get("cap")
        if cap is not None and cap < floor:
            problem = f"is below the floor, {floor:f}"
            yield (*path, "cap"), cap, problem, "Raise the cap or lower the floor."


def _reductions(whole: Mapping[str, Any], wrong: set[Path]) -> Iterator[Finding]:
    """The errors between fields of the reduction rules."""
    seen = set[str]()
    for path, each in _right(whole, wrong, "reductions"):
        rule, metric, named = each.get("rule", ""), (*path, "metric"), whole["reductions"][path[1]]
        if rule and rule in seen:
            yield (*path, "rule"), rule, "is there twice", "Name each rule once."
        seen.add(rule)
        if "norm" in named and "metric" in named:
            yield (
                metric,
                named["metric"],
                "cannot be combined with a norm",
                "Leave one of the two out.",
            )
        if "norm" not in named and "metric" not in named:
            yield metric, None, "is missing", "Name a metric that counts, or a norm instead."
