"""Which metrics there are, each defined once, and the evidence that each of them counts.

METRICS names the evidence of each metric; EVIDENCE names the statement, in SUBJECT.sql.
Other packages add theirs through the entry point group `interaction_ledger.metrics`: each entry is
a module with METRICS (name to Metric) and EVIDENCE (name to Evidence), as here.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import NamedTuple

from ledger.errors import InvalidQuestion
from ledger.sql import statements
from ledger.suggestions import did_you_mean

SUBJECTS = ("contacts", "sales", "clients", "work", "service")  # a file of SQL each
_SQL = {
    name: statement
    for subject in SUBJECTS
    for name, statement in statements("projections.metrics", f"{subject}.sql").items()
}


class Metric(NamedTuple):
    """How a metric is aggregated from its evidence.

    - figure: count, distinct (clients), share (of the evidence, that which counts), client_share
      (of the distinct clients, those with evidence that counts), sum, mean, median or p90
    - measure: what is added up, amount or days
    - unit: count, ratio, days, hours, points, or currency or scale, with one row for each
    """

    description: str
    evidence: str
    figure: str
    unit: str = "count"
    measure: str = ""


class Evidence(NamedTuple):
    """Which events count: a statement with the columns of evidence_columns.sql.

    - kinds: those of its rows that count; if empty, those named like the evidence
    - held: the events are credited to their holder, whatever the mode of credit
    - business: its amounts are hours, to be counted by a business calendar
    - undone: kinds that take back what was counted in an earlier period, only for counts and sums
    - beside: kinds that count only for clients that come up in another kind too
    - once: kinds in which a client comes up at most once in a period, and then in no other kind, so
      that distinct clients are counted by counting rows
    """

    sql: str
    kinds: tuple[str, ...] = ()
    held: bool = False
    business: bool = False
    undone: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    once: tuple[str, ...] = ()


# A name that ends in .* stands for one metric for every kind, or every stage.
METRICS: Mapping[str, Metric] = {
    "interactions": Metric("contacts with clients, and inquiries", "contact", "count"),
    "interactions.*": Metric("the same by kind", "contact", "count"),
    "connect_rate": Metric(
        "outbound calls that reached somebody", "outbound_call", "share", "ratio"
    ),
    "clients_touched": Metric("distinct clients with our activity", "touch", "distinct"),
    "contact_rate": Metric(
        "clients with our activity that were in two-way contact",
        "two_way",
        "client_share",
        "ratio",
    ),
    "coverage": Metric(
        "clients owned that had our activity", "client_owned", "client_share", "ratio"
    ),
    "offers_sent": Metric("offers sent", "offer_sent", "count"),
    "deals_opened": Metric("deals opened", "deal_opened", "count"),
    "deal_clients": Metric("distinct clients of deals opened", "deal_opened", "distinct"),
    "deals_won": Metric("deals won, less those undone", "deal_won_net", "count"),
    "deals_lost": Metric("deals lost, less those undone", "deal_lost_net", "count"),
    "deals_open": Metric("deals open at the end of the period", "deal_open", "count"),
    "deals_open.*": Metric("the same by stage", "deal_open", "count"),
    "win_rate": Metric("won of the deals closed", "deal_closed", "share", "ratio"),
    "won_value": Metric(
        "value of deals won, less those undone", "deal_won_net", "sum", "currency", "amount"
    ),
    "won_value_mean": Metric("mean value of a deal won", "deal_won", "mean", "currency", "amount"),
    "won_value_median": Metric("median value", "deal_won", "median", "currency", "amount"),
    "cycle_won_mean": Metric("mean days to win", "deal_won", "mean", "days", "days"),
    "cycle_won_median": Metric("median days to win", "deal_won", "median", "days", "days"),
    "cycle_closed_mean": Metric("mean days to close", "deal_closed", "mean", "days", "days"),
    "cycle_closed_median": Metric("median days to close", "deal_closed", "median", "days", "days"),
    "stage_time_mean": Metric(
        "mean hours in a stage that was left", "stage_left", "mean", "hours", "amount"
    ),
    "stage_time_mean.*": Metric("the same by stage", "stage_left", "mean", "hours", "amount"),
    "stage_time_median": Metric("median hours", "stage_left", "median", "hours", "amount"),
    "purchases": Metric("purchases", "purchase", "count"),
    "purchase_value": Metric(
        "value of purchases, less what was returned", "purchase_net", "sum", "currency", "amount"
    ),
    "repeat_purchase_rate": Metric(
        "buyers who bought again in the period", "purchase", "client_share", "ratio"
    ),
    "retention_rate": Metric(
        "active at the start and at the end", "buyer_active", "client_share", "ratio"
    ),
    "reactivation_rate": Metric(
        "inactive at the start who bought", "buyer_inactive", "client_share", "ratio"
    ),
    "tasks_due": Metric("tasks that fell due", "task_due", "count"),
    "overdue_share": Metric("due tasks done late or not at all", "task_due", "share", "ratio"),
    "lateness_mean": Metric("mean days late; 0 if in time", "task_due", "mean", "days", "days"),
    "response_mean": Metric(
        "mean hours to the first human answer", "inquiry", "mean", "hours", "amount"
    ),
    "response_median": Metric("median hours", "inquiry", "median", "hours", "amount"),
    "response_p90": Metric(
        "hours within which nine of ten are answered", "inquiry", "p90", "hours", "amount"
    ),
    "response_within_norm": Metric(
        "inquiries answered within the norm", "inquiry", "share", "ratio"
    ),
    "missed_returned": Metric(
        "missed calls that were called back", "missed_call", "share", "ratio"
    ),
    "resolution_mean": Metric(
        "mean hours from opening to solution", "case_resolved", "mean", "hours", "amount"
    ),
    "resolution_median": Metric("median hours", "case_resolved", "median", "hours", "amount"),
    "reopen_rate": Metric(
        "solutions after which the case was reopened", "case_resolved", "share", "ratio"
    ),
    "nps": Metric(
        "answers of 9 or 10 less those up to 6, per 100", "nps", "mean", "points", "amount"
    ),
    "csat_top_share": Metric(
        "answers that are one of the two highest of their scale", "csat", "share", "ratio"
    ),
    "ces_mean": Metric("mean effort, by scale", "ces", "mean", "scale", "amount"),
    "contributions": Metric(
        "points for facts recorded and confirmed, less those retracted",
        "contribution",
        "sum",
        "points",
        "amount",
    ),
    "freshness": Metric(
        "known fields recorded or confirmed recently", "field_known", "share", "ratio"
    ),
    "late_entry_share": Metric("events recorded a day late or later", "entry", "share", "ratio"),
    "orphan_hours": Metric(
        "hours of clients without an active owner", "orphaned", "sum", "hours", "amount"
    ),
    "response_business_mean": Metric(
        "by business hours", "inquiry_business", "mean", "hours", "amount"
    ),
    "response_business_median": Metric(
        "by business hours", "inquiry_business", "median", "hours", "amount"
    ),
    "response_business_p90": Metric(
        "by business hours", "inquiry_business", "p90", "hours", "amount"
    ),
    "response_business_within_norm": Metric(
        "by business hours", "inquiry_business", "share", "ratio"
    ),
    "stage_time_business_mean": Metric(
        "by business hours", "stage_left_business", "mean", "hours", "amount"
    ),
    "stage_time_business_mean.*": Metric(
        "the same by stage", "stage_left_business", "mean", "hours", "amount"
    ),
    "stage_time_business_median": Metric(
        "by business hours", "stage_left_business", "median", "hours", "amount"
    ),
    "resolution_business_mean": Metric(
        "by business hours", "case_resolved_business", "mean", "hours", "amount"
    ),
    "resolution_business_median": Metric(
        "by business hours", "case_resolved_business", "median", "hours", "amount"
    ),
}

EVIDENCE: Mapping[str, Evidence] = {
    "contact": Evidence(
        _SQL["contact"], ("our_activity", "outbound_call", "their_word", "asked", "answered")
    ),
    "touch": Evidence(_SQL["contact"], ("our_activity", "outbound_call")),
    "two_way": Evidence(
        _SQL["contact"],
        ("our_activity", "outbound_call", "their_word", "answered"),
        beside=("their_word", "answered"),
    ),
    "outbound_call": Evidence(_SQL["contact"]),
    "client_owned": Evidence(
        _SQL["client_owned"], ("client_owned", "client_kept"), held=True, once=("client_kept",)
    ),
    "offer_sent": Evidence(_SQL["offer_sent"]),
    "deal_opened": Evidence(_SQL["deal_opened_or_closed"]),
    "deal_won": Evidence(_SQL["deal_opened_or_closed"]),
    "deal_won_net": Evidence(
        _SQL["deal_opened_or_closed"],
        ("deal_won", "deal_won_undone"),
        undone=("deal_won_undone",),
    ),
    "deal_lost_net": Evidence(
        _SQL["deal_opened_or_closed"],
        ("deal_lost", "deal_lost_undone"),
        undone=("deal_lost_undone",),
    ),
    "deal_closed": Evidence(_SQL["deal_opened_or_closed"], ("deal_won", "deal_lost")),
    "deal_open": Evidence(_SQL["deal_open"]),
    "stage_left": Evidence(_SQL["stage_left"]),
    "stage_left_business": Evidence(_SQL["stage_left"], business=True),
    "purchase": Evidence(_SQL["purchase"]),
    "purchase_net": Evidence(
        _SQL["purchase"],
        ("purchase", "purchase_rest", "purchase_returned"),
        undone=("purchase_returned",),
    ),
    "buyer_active": Evidence(_SQL["buyer"], once=("buyer_active",)),
    "buyer_inactive": Evidence(_SQL["buyer"], once=("buyer_inactive",)),
    "task_due": Evidence(_SQL["task_due"], held=True),
    "inquiry": Evidence(_SQL["inquiry"]),
    "inquiry_business": Evidence(_SQL["inquiry"], business=True),
    "missed_call": Evidence(_SQL["missed_call"]),
    "case_resolved": Evidence(_SQL["case_resolved"]),
    "case_resolved_business": Evidence(_SQL["case_resolved"], business=True),
    "nps": Evidence(_SQL["satisfaction"]),
    "csat": Evidence(_SQL["satisfaction"]),
    "ces": Evidence(_SQL["satisfaction"]),
    "contribution": Evidence(
        _SQL["contribution"],
        ("contribution", "contribution_undone"),
        held=True,
        undone=("contribution_undone",),
    ),
    "field_known": Evidence(_SQL["field_known"]),
    "entry": Evidence(_SQL["entry"], held=True),
    "orphaned": Evidence(_SQL["orphaned"], held=True),
}


class Defined(NamedTuple):
    """All metrics and all evidence, those of other packages included."""

    metrics: Mapping[str, Metric]
    evidence: Mapping[str, Evidence]


@cache
def defined() -> Defined:
    """Everything that can be asked for. Raises TypeError if two packages define the same name."""
    metrics, evidence = dict(METRICS), dict(EVIDENCE)
    for entry in entry_points(group="interaction_ledger.metrics"):
        module = entry.load()
        twice = sorted((metrics.keys() & module.METRICS) | (evidence.keys() & module.EVIDENCE))
        if twice:
            raise TypeError(f"two packages define {', '.join(twice)}")
        metrics |= module.METRICS
        evidence |= module.EVIDENCE
    return Defined(metrics, evidence)


def metric_of(name: str) -> Metric:
    """The definition of a metric, also of one kind such as interactions.call.

    Raises InvalidQuestion if there is no such metric.
    """
    known = defined().metrics
    found = known.get(name) or known.get(f"{name.partition('.')[0]}.*")
    if found is None or name.endswith(".*"):
        raise unknown_metric(name)
    return found


def unknown_metric(name: str) -> InvalidQuestion:
    """The error for a name that is not a metric: it proposes the nearest, or else lists all."""
    known = defined().metrics
    hint = did_you_mean(name, known, most=3) or f"The metrics are: {', '.join(known)}."
    return InvalidQuestion(f"no metric {name!r}. {hint} docs/metrics.md describes them.")
