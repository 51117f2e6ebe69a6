"""Comparison: what was settled against what is known now, and one scheme against another.

Nothing here changes a statement: a difference is a correction to be decided, or a question.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from ledger.database import Connection
from ledger.errors import NotFound
from ledger.sql import statements
from projections.motivation.payout import Statement, digest
from projections.motivation.scheme import Scheme, scheme_of
from projections.motivation.statements import appraise, figures_behind, members
from projections.motivation.target_groups import refuse_opposed
from projections.periods import Period, period_of
from projections.tables.motivation.settlement import closings, issued, never_issued, published
from projections.view import Answer, View, ask

_SQL = statements("projections.motivation", "recalculation.sql")
K = TypeVar("K")
SETTLED = "settled"
_OF_ALL = ("currency", "credit", "bonus", "days_employed", "process_share", "process_score",
           "result_score", "score", "factor", "gross")  # fmt: skip
_OF_ONE = ("kind", "weight", "target", "fact", "index")


def closing_of(connection: Connection, view: View, period: str) -> dict[str, Any]:
    """How a period was settled; fields as in `settlement.Closing`. Raises NotFound."""
    found = closings(connection, view, period)
    if not found:
        raise NotFound(
            f"period {period} is not closed; `iledger bonus period list` lists those that are, and "
            f"`iledger bonus period close {period}` closes it"
        )
    return found[-1]


def pinned(view: View, closing: Mapping[str, Any]) -> View:
    """The view that a settled period is for ever looked at with."""
    zone = closing["zone"]
    return View(closing["as_of"], period_of(closing["period"]).end(zone), zone)


def settled_scheme(connection: Connection, view: View, closing: Mapping[str, Any]) -> Scheme:
    """The scheme that a period was settled by."""
    name = f"{closing['scheme']}@{closing['scheme_version']}"
    return scheme_of(published(connection, pinned(view, closing), name)["toml"])


def recomputed(connection: Connection, view: View, closing: Mapping[str, Any]) -> list[Statement]:
    """The statements of a settled period from the figures known at its closing: the same again."""
    return _by_its_scheme(connection, pinned(view, closing), view, closing)


def verified(connection: Connection, view: View, period: str) -> Answer:
    """Every statement of a settled period computed again, and that of the digest of all.

    Rows: statement, same, recorded (its digest), computed (None if nothing is computed any more).
    """
    closing = closing_of(connection, view, period)
    found = recomputed(connection, view, closing)
    now = {each.statement: each for each in found}
    recorded = {row["statement"]: row for row in issued(connection, view, period=period)}
    rows = []
    for name in sorted(now.keys() | recorded.keys()):
        was, then = recorded.get(name), now.get(name)
        same = bool(was and then and was["document"] == then.document)
        digests = was["sha256"] if was else None, then.sha256 if then else None
        rows.append(_checked(name, *digests, same=same))
    of_all = digest(found)
    rows.append(_checked("(all)", closing["digest"], of_all, same=closing["digest"] == of_all))
    return rows


def corrections(connection: Connection, view: View, period: str) -> Answer:
    """Where a settled statement differs from what is known now: proposed, to be decided.

    Rows: statement, employee, settled, corrected (already decided), now, delta (what is still to be
    corrected), currency, changed (texts), evidence (positions that have come to count, or no longer
    do; of targets, reductions and employment as well). Only where there is something to correct. An
    employee who has no statement, because he was not known then, settled 0.
    """
    closing = closing_of(connection, view, period)
    then = pinned(view, closing)
    today = then._replace(as_of=view.as_of)
    now = {each.employee: each for each in _by_its_scheme(connection, today, view, closing)}
    known = [issued(connection, view, period=period), never_issued(connection, view, period=period)]
    was = {row["employee"]: row for rows in known for row in rows}
    scheme = settled_scheme(connection, view, closing)
    moved: dict[str, set[int]] | None = None
    rows = []
    for employee in sorted(now.keys() | was.keys()):
        settled, current = was.get(employee), now.get(employee)
        due = current.total if current else Decimal(0)
        paid = settled["total"] + settled["corrected"] if settled else Decimal(0)
        if due == paid:
            continue
        if moved is None:
            moved = _moved(connection, period_of(period), scheme, then, today)
        document = settled.get("document") if settled else None
        before = msgspec.json.decode(document) if document else {}
        after = msgspec.json.decode(current.document) if current else {}
        rows.append({
            "statement": settled["statement"] if settled else f"{period}/{employee}",
            "employee": employee,
            "settled": settled["total"] if settled else Decimal(0),
            "corrected": settled["corrected"] if settled else Decimal(0),
            "now": due,
            "delta": due - paid,
            "currency": scheme.currency,
            "changed": list(differences(before, after)),
            "evidence": sorted(moved.get(employee, ())),
        })  # fmt: skip
    return rows


def replayed(
    connection: Connection, view: View, period: Period, scheme: Scheme, against: Scheme | None
) -> Answer:
    """What a period would have paid by another scheme; writes nothing.

    against: the scheme to compare with, or None for what was settled (Raises NotFound if it was
    not). A settled period is replayed on the figures that it was settled by. Rows: employee,
    before, after, delta, currency (of what is after), why (texts). Who is in one of the two has
    None in the other; delta is None then, and between two currencies.
    """
    closed = closings(connection, view, period.name)
    if against is None:
        closing_of(connection, view, period.name)
    seen = pinned(view, closed[-1]) if closed else view
    refuse_opposed(connection, seen, period, scheme)
    after = {each.employee: each for each in appraise(connection, seen, period, scheme)}
    if against is None:
        rows = issued(connection, view, period=period.name)
        before = {row["employee"]: msgspec.json.decode(row["document"]) for row in rows}
    else:
        told = appraise(connection, seen, period, against)
        before = {each.employee: msgspec.json.decode(each.document) for each in told}
    found = []
    for employee in sorted(before.keys() | after.keys()):
        old, new = before.get(employee), after.get(employee)
        was = None if old is None else Decimal(old["total"])
        would = None if new is None else new.total
        alike = old is not None and old["currency"] == scheme.currency
        found.append({
            "employee": employee,
            "before": was,
            "after": would,
            "delta": None if was is None or would is None or not alike else would - was,
            "currency": scheme.currency,
            "why": list(differences(old or {}, msgspec.json.decode(new.document) if new else {})),
        })  # fmt: skip
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """What differs between two statements as they are written, in the order of the computation."""
    if not before or not after:
        yield "no statement before" if not before else "no statement any more"
        return
    old, new = ({_named(each): each for each in of["components"]} for of in (before, after))
    for metric in dict.fromkeys((*old, *new)):
        if metric not in old or metric not in new:
            one = old.get(metric) or new[metric]
            word = "added" if metric in new else "dropped"
            yield f"{metric} {word} (weight {one['weight']}, index {_shown(one['index'])})"
            continue
        yield from _changes(old[metric], new[metric], _OF_ONE, f"{metric} ")
    yield from _changes(before, after, _OF_ALL, "")
    if before["reductions"] != after["reductions"]:
        yield "reductions"


def _named(component: Mapping[str, Any]) -> str:
    """As `scheme_parts.Component.name` has it."""
    return "/".join(filter(None, (component["metric"], component.get("of"))))


def _changes(
    old: Mapping[str, Any], new: Mapping[str, Any], names: Sequence[str], of: str
) -> Iterator[str]:
    for name in names:
        if old[name] != new[name]:
            yield f"{of}{name.replace('_', ' ')} {_shown(old[name])} → {_shown(new[name])}"


def _shown(value: Any) -> str:
    return "no data" if value is None else str(value)


def _checked(name: str, was: str | None, now: str | None, *, same: bool) -> dict[str, Any]:
    return {"statement": name, "same": same, "recorded": was, "computed": now}


def _by_its_scheme(
    connection: Connection, seen: View, view: View, closing: Mapping[str, Any]
) -> list[Statement]:
    scheme = settled_scheme(connection, view, closing)
    period = period_of(closing["period"])
    return appraise(connection, seen, period, scheme, remark=closing["late_scheme"])


def _moved(
    connection: Connection, period: Period, scheme: Scheme, *views: View
) -> dict[str, set[int]]:
    """The events that count for an employee in one of the two views only, or otherwise."""
    found: dict[str, set[int]] = {}
    groups = [members(connection, seen, period, scheme) for seen in views]
    for component in scheme.components:
        told = [
            {
                (row["group"], row["position"], row["weight"], row["counted"], row["value"])
                for row in figures_behind(connection, seen, period, scheme, component.name)
            }
            for seen in views
        ]
        moved = _by_key((row[0], row[1]) for row in told[0] ^ told[1])
        for employee, mine in (each for of_one in groups for each in of_one.items()):
            found.setdefault(employee, set()).update(moved.get(mine[component.name].name, ()))
    decided = _decided(connection, period, *views)
    for employee, mine in (each for of_one in groups for each in of_one.items()):
        keys = [
            (*mine[one.name].scope, one.metric) for one in scheme.components if one.target is None
        ]
        for key in [("employee", employee, None), *keys]:
            found[employee] |= decided.get(key, set())
    return found


def _decided(
    connection: Connection, period: Period, *views: View
) -> dict[tuple[str, str, str | None], set[int]]:
    """Who was employed, targets and reductions, known in one of the two views only.

    By scope, whose it is, and metric (None of what is no target).
    """
    told = [
        {(row["scope"], row["whose"], row["metric"], row["position"]) for row in rows}
        for rows in (ask(connection, _SQL["grounds"], seen, period=period.name) for seen in views)
    ]
    return _by_key((row[:3], row[3]) for row in told[0] ^ told[1])


def _by_key(pairs: Iterable[tuple[K, int]]) -> dict[K, set[int]]:
    found: dict[K, set[int]] = {}
    for key, position in pairs:
        found.setdefault(key, set()).add(position)
    return found
