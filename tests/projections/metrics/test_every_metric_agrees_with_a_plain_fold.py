"""Every metric, on random ledgers, is what a plain fold over the events makes of them."""

from datetime import date, datetime, time
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger.envelope import Event
from projections.metrics.definitions import EVIDENCE, METRICS, Metric
from projections.metrics.metrics import metrics
from tests.projections import fold_times
from tests.projections.evidence_fold import evidence
from tests.projections.fold_parts import Row, Span
from tests.projections.ledgers import ledger_of, view
from tests.projections.metrics.test_credit_agrees_with_a_plain_fold import known
from tests.projections.owned_fold import ownership
from tests.projections.random_events import histories
from tests.surroundings.groups import examples

Line = tuple[str, str, list[float | None]]
NOTHING = [0.0, None, None]
STREAMS = ("people", "ownership", "contacts", "sales", "work", "service", "clients")
BY_FOLD = {name: metric for name, metric in METRICS.items()
           if not name.endswith(".*") and not EVIDENCE[metric.evidence].business}  # fmt: skip


def figure(metric: Metric, rows: list[Row]) -> Any:
    """What the rows come to: value, numerator and denominator where there are such."""
    told = [row.weight * float(getattr(row, metric.measure)) for row in rows
            if metric.measure and getattr(row, metric.measure) is not None]  # fmt: skip
    match metric.figure:
        case "count":
            return sum(row.weight for row in rows), None, None
        case "distinct":
            return len({row.client for row in rows if row.client}), None, None
        case "share":
            hits = sum(bool(row.counted) for row in rows)
            return hits / len(rows) if rows else None, hits, len(rows)
        case "client_share":
            clients = {row.client for row in rows if row.client}
            hits = len({row.client for row in rows if row.client and row.counted})
            return hits / len(clients) if clients else None, hits, len(clients)
        case "sum":
            return sum(told), None, None
        case "mean":
            return sum(told) / len(told) if told else None, sum(told) if told else None, len(told)
    return quantile(told, 0.9 if metric.figure == "p90" else 0.5), None, len(told)


def quantile(told: list[float], part: float) -> float | None:
    """The value below which a part lies, between two neighbours in proportion."""
    if not told:
        return None
    ordered, place = sorted(told), part * (len(told) - 1)
    below, rest = ordered[int(place)], place - int(place)
    return below + (ordered[min(int(place) + 1, len(told) - 1)] - below) * rest


def expected(name: str, rows: list[Row]) -> dict[str, Any]:
    metric = BY_FOLD[name]
    if metric.unit not in ("currency", "scale"):
        return {metric.unit: figure(metric, rows)}
    none = f"no {metric.unit}"
    units = {row.currency or none for row in rows} or {metric.unit}
    return {
        unit: figure(metric, [row for row in rows if (row.currency or none) == unit])
        for unit in units
    }


def floats(figures: tuple[Any, ...]) -> list[float | None]:
    """The same, so that decimals and floats can be compared."""
    return [None if each is None else float(each) for each in figures]


@settings(max_examples=examples(), phases=[Phase.reuse, Phase.generate])
@given(
    data=st.data(),
    history=histories(*STREAMS, min_size=20, max_size=60),
    until=st.sampled_from((date(2026, 2, 15), date(2026, 4, 1))),
    zone=st.sampled_from(("Europe/Moscow", "Europe/Berlin", "America/New_York")),
)
def test_the_whole_is_what_the_fold_says(
    embedded_dsn: str, data: st.DataObject, history: list[Event], until: date, zone: str
) -> None:
    since = date(2026, 1, 5)
    seen = view(data.draw(st.integers(len(history) // 2, len(history))))._replace(zone=zone)
    span = Span(datetime.combine(since, time()), datetime.combine(until, time()))
    with patch.object(fold_times, "LOCAL", ZoneInfo(zone)):
        events = known(history, seen.as_of)
        folded = evidence(events, span)
        for name, row in ownership(events, span):
            folded[name].append(row)
    with ledger_of(embedded_dsn, history) as (_, connection):
        found = metrics(connection, seen, by="whole", since=since, until=until,
                        metrics=list(BY_FOLD))  # fmt: skip
    wanted = [
        (name, unit, floats(figures))
        for name in (BY_FOLD if found else ())
        for unit, figures in expected(name, counted(name, folded)).items()
    ]
    told = [(r.metric, r.unit, floats((r.value, r.numerator, r.denominator))) for r in found]
    for line, (name, unit, figures) in zip(
        compared(told, wanted), compared(wanted, told), strict=True
    ):
        assert line == (name, unit, pytest.approx(figures))


def compared(lines: list[Line], others: list[Line]) -> list[Line]:
    """The lines in order, without a sum of nothing in a unit that the others do not have."""
    units = {line[:2] for line in others}
    return sorted(line for line in lines if line[:2] in units or line[2] != NOTHING)


def counted(name: str, folded: dict[str, list[Row]]) -> list[Row]:
    """The evidence of a metric."""
    source = BY_FOLD[name].evidence
    if source in ("contact", "touch", "two_way") or source.startswith("deal"):
        return folded[source]
    return [row for kind in EVIDENCE[source].kinds or (source,) for row in folded[kind]]
