"""The statements that a question about metrics is put in, each no longer than it has to be."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ledger.sql import statements
from projections.metrics.credit import Credit
from projections.metrics.definitions import BY_CALENDAR, Evidence, Metric, defined
from projections.tables.work.calendar import CLOCK

_CLIENTS = ("distinct", "client_share")
_MIDDLES = ("median", "p90")
_SQL = statements("projections.metrics", "metrics.sql")


class Source(NamedTuple):
    """A metric, and one of the kinds of evidence that it is made of."""

    name: str
    metric: Metric
    kind: str

    @property
    def once(self) -> bool:
        """Whether its clients may be counted by counting the events of this kind."""
        return self.metric.figure in _CLIENTS and self.kind in evidence_of(self.name).once


def evidence_of(metric: str) -> Evidence:
    """What a metric is made of."""
    metrics, evidence = defined()
    return evidence[metrics[metric].evidence]


def apart(wanted: Sequence[str]) -> list[list[str]]:
    """Metrics that are found apart, for they have little in common; the longest to find first.

    What counts for its holder needs no owner of the client, and so has nothing in common with the
    rest at all. Evidence of which a median is told, or that is counted by the calendar as well, has
    to be kept until both are done with it.
    """
    known = defined().metrics
    kept = {
        evidence_of(name).sql
        for name in wanted
        if known[name].figure in _MIDDLES or evidence_of(name).business
    }
    parts: dict[tuple[str, bool], list[str]] = {}
    for name in wanted:
        found = evidence_of(name)
        parts.setdefault((found.sql if found.held else "", found.sql in kept), []).append(name)
    return [parts[key] for key in sorted(parts)]


def figures_of(credit: Credit, by: str, wanted: Sequence[str]) -> str:
    """The statement that adds the evidence up, for metrics of one part of `apart`."""
    parts = {part for each in _sources(wanted) for part in _told(each, credit)}
    seen = "seen_in_sums" if _by_client(credit, wanted) else "seen_in_rows"
    told = "UNION ALL\n".join(_SQL[part] for part in sorted(parts))
    return (
        f"{_beginning(credit, by, wanted, located=False)}{_SQL['figures']}{_SQL[seen]}"
        f", told AS ({told}{_SQL['told']}"
    )


def explained_of(credit: Credit, by: str, metric: str) -> str:
    """The statement that shows the evidence of a metric."""
    return _beginning(credit, by, [metric], located=True) + _SQL["explained"]


def parameters_of(credit: Credit, wanted: Sequence[str]) -> dict[str, Any]:
    """What those statements have to know of the metrics."""
    known = list(_sources(wanted))
    return {
        "names": [each.name for each in known], "sources": [each.metric.evidence for each in known],
        "evidence": [each.kind for each in known], "once": [each.once for each in known],
        "figures": [each.metric.figure for each in known],
        "measures": [each.metric.measure for each in known],
        "units": [each.metric.unit for each in known],
        "apart": _by_client(credit, wanted),
        "one_by_one": [*_CLIENTS, *_MIDDLES],
    }  # fmt: skip


def _by_client(credit: Credit, wanted: Sequence[str]) -> list[str]:
    """The kinds to be added up by client; none if there is one that is told of as a sum as well."""
    told = {"clients": set[str](), "sums": set[str](), "middles": set[str]()}
    for each in _sources(wanted):
        for part in _told(each, credit):
            told[part].add(each.kind)
    return [] if told["clients"] & told["sums"] else sorted(told["clients"])


def _told(source: Source, credit: Credit) -> set[str]:
    """The parts of `figures` that tell of it."""
    if source.metric.figure in _MIDDLES:
        return {"middles"}
    if source.metric.figure not in _CLIENTS:
        return {"sums"}
    if not source.once:
        return {"clients"}
    # Who counts for two owners comes up twice, whatever the evidence.
    return {"sums", "clients"} if credit.share else {"sums"}


def _sources(wanted: Sequence[str]) -> Iterator[Source]:
    metrics = defined().metrics
    for name in wanted:
        for kind in evidence_of(name).kinds or (metrics[name].evidence,):
            yield Source(name, metrics[name], kind)


def _beginning(credit: Credit, by: str, wanted: Sequence[str], *, located: bool) -> str:
    """The evidence, credited and grouped, without the joins that nobody asks for."""
    found = [evidence_of(name) for name in wanted]
    spans = [each.sql for each in found if each.business]
    # What is counted by the calendar has been found already for the clock.
    pieces = [
        BY_CALENDAR if each.business else _SQL["spanned"] if each.sql in spans else each.sql
        for each in found
    ]
    begun = f"{_SQL['frame']}, "
    if spans:
        begun += f"{CLOCK}, spans AS ({_union(spans)}), "
    grouping = by.partition(":")[0]
    named = {"team": "belonging", "office": "belonging", "fact": "facts"}.get(grouping, "named")
    located = located or named == "belonging" or grouping == "unit"
    # To whom an event is credited is nothing to who groups by neither: its parts make up one again.
    uncredited = found[0].held or not (located or grouping == "employee")
    credited = [_SQL["held"]] if uncredited else [credit.owned, _SQL["credited"]]
    parts = [_SQL[part] for part in ("placed" if located else "unplaced", named, "grouped")]
    return f"{begun}events AS ({_union(pieces)})\n" + "".join((*credited, *parts))


def _union(pieces: Sequence[str]) -> str:
    # The first piece names the columns and their types for all.
    return "UNION ALL\n".join(dict.fromkeys((_SQL["nothing"], *pieces)))
