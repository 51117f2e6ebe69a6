"""The statements of a question about metrics, each rendered from its template with what it needs.

aggregates.sql, evidence_of_a_figure.sql   the two questions; both begin with grouped_evidence.sql
credit.sql                                 who is credited, one statement a mode
SUBJECT.sql                                which events count, by subject (see `definitions`)
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ledger.sql import script
from projections.metrics.credit import Credit
from projections.metrics.definitions import Evidence, Metric, defined
from projections.metrics.template import rendered
from projections.tables.work.calendar import CLOCK

_CLIENTS = ("distinct", "client_share")
_PERCENTILES = ("median", "p90")
_PERIOD_ENDS = re.compile(r"(?<!%\()\b(ends|periods)\b")  # the tables, not the parameter %(ends)s


class Source(NamedTuple):
    """A metric, and one of the kinds of evidence that it is made of."""

    name: str
    metric: Metric
    kind: str

    @property
    def beside(self) -> bool:
        """Whether its clients count only if they come up in another kind too."""
        return self.kind in evidence_of(self.name).beside

    @property
    def once(self) -> bool:
        """Whether its clients may be counted by counting the events of this kind."""
        return self.metric.figure in _CLIENTS and self.kind in evidence_of(self.name).once

    def aggregates(self, credit: Credit) -> set[str]:
        """The parts of `aggregates` in aggregates.sql that it needs."""
        if self.metric.figure in _PERCENTILES:
            return {"percentiles"}
        if self.metric.figure not in _CLIENTS:
            return {"totals"}
        if not self.once:
            return {"clients"}
        # A client credited to two owners comes up twice, whatever the evidence.
        return {"totals", "clients"} if credit.share else {"totals"}


def evidence_of(metric: str) -> Evidence:
    """What a metric is made of."""
    metrics, evidence = defined()
    return evidence[metrics[metric].evidence]


def batches(wanted: Sequence[str]) -> list[tuple[str, ...]]:
    """Metrics by the statement that finds them; the longest to run comes first.

    Evidence credited to its holder needs no owner of the client and shares nothing with the rest.
    Evidence that a percentile is taken of, or that is also measured in business hours, has to be
    kept until both are done with it.
    """
    known = defined().metrics
    kept = {
        evidence_of(name).sql
        for name in wanted
        if known[name].figure in _PERCENTILES or evidence_of(name).business
    }
    found: dict[tuple[str, bool], list[str]] = {}
    for name in wanted:
        evidence = evidence_of(name)
        key = evidence.sql if evidence.held else "", evidence.sql in kept
        found.setdefault(key, []).append(name)
    return [tuple(found[key]) for key in sorted(found)]


@lru_cache(256)
def figures_statement(credit: Credit, by: str, wanted: tuple[str, ...]) -> str:
    """The statement that finds the figures of metrics of one of `batches`."""
    parts = {part for each in sources(wanted) for part in each.aggregates(credit)}
    conditions = {part: part in parts for part in ("totals", "clients", "percentiles")}
    conditions["clients_from_sums"] = bool(by_client(credit, wanted))
    return _rendered("aggregates", credit, by, wanted, conditions)


@lru_cache(256)
def evidence_statement(credit: Credit, by: str, metric: str) -> str:
    """The statement that finds the events behind the figures of a metric."""
    return _rendered("evidence_of_a_figure", credit, by, (metric,), {}, located=True)


def by_client(credit: Credit, wanted: Sequence[str]) -> list[str]:
    """The kinds to be added up by client; none if one of them is also added up as a whole."""
    kinds = {"clients": set[str](), "totals": set[str](), "percentiles": set[str]()}
    for each in sources(wanted):
        for part in each.aggregates(credit):
            kinds[part].add(each.kind)
    return [] if kinds["clients"] & kinds["totals"] else sorted(kinds["clients"])


def sources(wanted: Sequence[str]) -> Iterator[Source]:
    """Each metric with each kind of its evidence."""
    metrics = defined().metrics
    for name in wanted:
        for kind in evidence_of(name).kinds or (metrics[name].evidence,):
            yield Source(name, metrics[name], kind)


def undone(wanted: Sequence[str]) -> list[str]:
    """The kinds of evidence that take back what was counted before."""
    return sorted({kind for name in wanted for kind in evidence_of(name).undone})


def not_from_sums() -> list[str]:
    """The figures that are not made of sums of the events."""
    return [*_CLIENTS, *_PERCENTILES]


def _rendered(
    template: str,
    credit: Credit,
    by: str,
    wanted: Sequence[str],
    conditions: dict[str, bool],
    *,
    located: bool = False,
) -> str:
    """The statement without the parts that nobody asked for. located: units are shown."""
    found = [evidence_of(name) for name in wanted]
    timed = list(dict.fromkeys(each.sql for each in found if each.business))
    plain = list(dict.fromkeys(each.sql for each in found if not each.business))
    others = [sql for sql in plain if sql not in timed]
    grouping = by.partition(":")[0]
    placed = located or grouping in ("team", "office", "unit")
    conditions |= {
        "undoing": bool(undone(wanted)),
        "besides": any(each.beside for each in found),
        "period_ends": any(_PERIOD_ENDS.search(each.sql) for each in found),
        "business_hours": bool(timed),
        "clock_hours": len(others) < len(plain),
        "other_evidence": bool(others),
        # Whom an event is credited to makes no difference to who groups by neither.
        "held": found[0].held or not (placed or grouping == "employee"),
        "placed": placed,
        "by_superior": grouping in ("team", "office"),
        "by_fact": grouping == "fact",
        "by_column": grouping not in ("team", "office", "fact"),
    }
    texts = {
        "evidence_columns": re.sub(r"^--.*\n", "", _file("evidence_columns"), flags=re.M).strip(),
        "clock": f"{CLOCK.strip()},",
        "owners": credit.owners.strip(),
        "evidence": _union(others),
        "evidence_with_hours": _union(timed),
    }
    beginning = rendered(_file("grouped_evidence"), conditions, texts).strip()
    return rendered(_file(template), conditions, {"grouped_evidence": beginning})


def _file(name: str) -> str:
    return script("projections.metrics", f"{name}.sql")


def _union(pieces: Sequence[str]) -> str:
    return "\nUNION ALL\n".join(piece.strip() for piece in pieces)
