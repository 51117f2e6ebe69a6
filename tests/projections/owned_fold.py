"""Who owned a client when, and whether he was here, folded from the events in plain Python."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.projections.contact_fold import HOUR, ours
from tests.projections.fold_parts import Found, Row, Span, grouped, kind, when, within
from tests.projections.ledgers import NOW
from tests.projections.metrics.test_credit_agrees_with_a_plain_fold import (
    Known,
    Ownership,
    after,
    again,
    credit_moment,
)


def ownership(events: list[Known], span: Span) -> Found:
    """Evidence of coverage and of orphans; events in order of effect."""
    start, end = span.instants
    gone = list(absences(events))
    for client in sorted({e.event.client for e in events if e.event.client}):
        touched = [e for e in events if e.event.client == client and within(e, span)
                   and ours(e)]  # fmt: skip
        merged = merging(events, client)
        for state, former, begun, whole in spells(events, client):
            ended = min(whole, (merged, 0))
            if begun[0] >= merged:
                continue
            if state is None:
                lost = [(begun[0], ended[0])] if former else []
            else:
                lost = [(max(begun[0], a), min(ended[0], b)) for who, a, b in gone
                        if who == state and begun[0] < b and a < ended[0]]  # fmt: skip
                if begun[0] < end and ended[0] > start:
                    met = any(
                        begun
                        <= (credit_moment(events, client, e, when(e), NOW), e.position)
                        < whole
                        for e in touched
                    )
                    yield "client_owned", Row(met, client=client)
            for a, b in lost:
                if a < end and b > start:
                    yield "orphaned", Row(amount=(min(b, end) - max(a, start)) / HOUR)


Moments = tuple[datetime, int]
FOREVER = (NOW + timedelta(days=365_000), 2**63)


def spells(
    events: list[Known], client: str
) -> Iterator[tuple[str | None, str | None, Moments, Moments]]:
    """Owner, owner before, from, to; as long as neither the owner nor how he has it changes."""
    state, found = Ownership(), list[tuple[str | None, bool, Moments]]()
    changes = [e for e in events if e.event.client == client and kind(e) in CHANGES]
    for each in again(changes):
        state = after(state, each)
        if not found or found[-1][:2] != (state.owner, state.reserved):
            found.append((state.owner, state.reserved, (each.at, each.position)))
    for number, (owner, _, begun) in enumerate(found):
        former = found[number - 1][0] if number else None
        ended = found[number + 1][2] if number + 1 < len(found) else FOREVER
        yield owner, former, begun, ended


def merging(events: list[Known], client: str) -> datetime:
    """Since when the id is part of another client, if it is."""
    links: dict[str, tuple[str, datetime] | None] = {}
    for each in events:
        if kind(each) in ("client.merged", "client.unmerged"):
            data = each.event.data
            if data.survivor != data.absorbed:
                held = kind(each) == "client.merged"
                links[data.absorbed] = (data.survivor, each.at) if held else None
    seen, last = {client}, client
    while link := links.get(last):
        last = link[0]
        if last in seen:
            return FOREVER[0]
        seen.add(last)
    mine = links.get(client)
    return mine[1] if mine else FOREVER[0]


CHANGES = ("client.reserved", "reservation.expired", "curator.assigned", "client.reassigned",
           "client.released")  # fmt: skip


def absences(events: list[Known]) -> Iterator[tuple[str, datetime, datetime]]:
    """Who had departed, from when until when."""
    for person, steps in grouped(events, "employee", "employee.").items():
        steps = [e for e in steps if kind(e) != "employee_skill.noted"]
        for number, each in enumerate(steps):
            if kind(each) == "employee.departed":
                later = steps[number + 1 : number + 2]
                yield person, each.at, later[0].at if later else FOREVER[0]
