"""More examples of evidence: what does not count though it nearly does."""

from decimal import Decimal
from typing import Any
from unittest.mock import ANY

from ledger.events import sales
from ledger.events.clients import ClientFactConfirmed, ClientFactRecorded
from ledger.events.contacts import (
    CallLogged,
    CallMissed,
    InquiryReceived,
    MessageExchanged,
    SatisfactionRecorded,
)
from ledger.events.ownership import ClientReassigned, CuratorAssigned
from ledger.events.service import CaseResolved
from ledger.events.work import TaskCancelled, TaskCompleted
from tests.projections.metrics.counted import Evidence, Lines, story
from tests.projections.metrics.examples_of_evidence import EXAMPLES as OF_ALL
from tests.projections.metrics.examples_of_evidence import (
    NOBODY,
    again,
    call,
    deal,
    due,
    opinion,
    solved,
    twice,
    won,
)


def owned_by_one(
    client: str, change: Any, tie: Any, after: Lines, tied: Lines, **more: Any
) -> Evidence:
    """A client of E-a: were they in contact with it? Of a month that has begun, if only just."""
    at, edge = story(client)
    own = [("E-a", False, None)]
    return Evidence(
        "coverage", (at("2026-01-15", CuratorAssigned(employee="E-a")),), edge(change), edge(tie),
        own, after, tied, february=own, just_before=ANY, **more,
    )  # fmt: skip


def reopened() -> Evidence:
    """A deal was closed in a stage: what ends with its reopening is no stay in that stage."""
    opened, edge = deal("D-reopened")
    at, _ = story("C-D-reopened")
    before = (
        at("2026-01-30", sales.DealStageEntered(deal="D-reopened", stage="one")),
        at("2026-01-31", won("D-reopened")),
    )
    return Evidence(
        "stage_time_mean", (opened, *before), edge(again("D-reopened")),
        edge(sales.DealStageEntered(deal="D-reopened", stage="two")),
        [], [], [("E-a", None, 0)],
    )  # fmt: skip


def known_already(client: str, base: Any, change: Any, tie: Any, *points: int) -> Evidence:
    """Facts about a field: which of those at the edge is worth a point."""
    at, edge = story(client)
    lines: Lines = [("E-b", None, points[0]), ("E-b", None, points[1])]
    return Evidence(
        "contributions", tuple(at("2026-01-15", each, performed_by="E-a") for each in base),
        edge(change, performed_by="E-b"), edge(tie, performed_by="E-b"), [], lines[:1], lines,
    )  # fmt: skip


def replied(name: str, base: Any, tie: Any, tied: bool, **more: Any) -> Evidence:
    """An inquiry at the edge, with a message before it and another after it."""
    at, edge = story(f"C-{name}")
    return Evidence(
        "response_within_norm",
        tuple(at("2026-02-20T10:00:00+03:00", each, performed_by="E-a") for each in base),
        edge(InquiryReceived(inquiry=name, channel="web")), edge(tie, **more),
        [], [(None, False, None)], [(None, tied, None)],
    )  # fmt: skip


def inn(value: str) -> ClientFactRecorded:
    return ClientFactRecorded(field="inn", value=value)


WROTE = MessageExchanged(direction="outbound", channel="chat")
IN_VAIN = CallLogged(direction="inbound", outcome="no_answer")
HAND_OVER = ClientReassigned(to_employee="E-b", reason="workload")
CONFIRMED = ClientFactConfirmed(fields=("inn",), method="call")
EXAMPLES = {
    **OF_ALL,
    "client_owned: called before it passed on": owned_by_one(
        "C-passed", call(), HAND_OVER, [("E-a", True, None)], [("E-b", False, None)], at_once=[]),
    "client_owned: rang in vain": owned_by_one(
        "C-vain", CallMissed(), IN_VAIN, [("E-a", False, None)], [("E-a", False, None)]),
    "two_way: rang in vain": Evidence(
        "contact_rate", (), story("C-rang")[1](CallMissed()), story("C-rang")[1](IN_VAIN),
        [], [], []),
    "stage_left: closed": reopened(),
    "contribution: the same again": known_already("C-again", [inn("1")], inn("1"), inn("2"), 0, 1),
    "contribution: nothing confirmed": known_already("C-nothing", [], CONFIRMED, inn("1"), 0, 1),
    "inquiry: a reply before it": replied("I-4", [WROTE], WROTE, True, performed_by="E-a"),
    "inquiry: a machine replies": replied("I-5", [], WROTE, False),
    "missed_call: they call": twice("missed_returned", "C-call-2", CallMissed(), IN_VAIN, NOBODY,
                                    NOBODY)
    ._replace(after=[(None, False, None)], tied=[(None, False, None)]),
    "nps: passive": opinion("nps", "nps", (7, 8), (None, 0), (None, 0))
    ._replace(change=story("C-passive")[1](SatisfactionRecorded(instrument="nps", score=7)),
              tie=story("C-passive")[1](SatisfactionRecorded(instrument="nps", score=8))),
    "case_resolved: twice": solved("S-4", "reopen_rate", (False, None), (False, None))
    ._replace(tie=story("C-S-4")[1](CaseResolved(case="S-4"), performed_by="E-a")),
    "task_due: cancelled": due("K-off", "overdue_share", [("E-a", True, None)],
                               [("E-a", False, None)], TaskCancelled(task="K-off", reason="no"),
                               TaskCompleted(task="K-off")),
    "task_due: days": due("K-late", "lateness_mean", [("E-a", None, Decimal("92.125"))],
                          [("E-a", None, 0)], TaskCompleted(task="K-late"),
                          TaskCancelled(task="K-late", reason="no"))
    ._replace(tied=[("E-a", None, 0)]),
    "entry: imported": twice("late_entry_share", "C-import", call(), call(), NOBODY, NOBODY,
                             performed_by="E-a", import_batch="2026")
    ._replace(after=[], tied=[]),
}  # fmt: skip
