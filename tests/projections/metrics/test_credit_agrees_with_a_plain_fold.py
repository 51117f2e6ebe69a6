"""In every mode, who is credited with an event, and how much of it, as a plain fold tells it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.envelope import Event
from ledger.events.fields import type_name
from ledger.events.ownership import (
    ClientReassigned,
    ClientReleased,
    ClientReserved,
    CuratorAssigned,
    ReservationExpired,
)
from projections.metrics.metrics import explain, metrics
from projections.metrics.rows import EvidenceRow
from tests.projections.fold_places import OWNERSHIP, places, things, told
from tests.projections.fold_times import LONG_AGO, over
from tests.projections.ledgers import NOW, ledger_of, view
from tests.projections.random_events import histories
from tests.surroundings.groups import examples

EVIDENCE = (
    "call.logged", "offer.sent", "deal.opened", "deal.reassigned", "deal.won", "deal.lost",
    "task.assigned",
)  # fmt: skip
TOLD = ("interactions", "connect_rate", "offers_sent", "deals_opened", "deals_won", "deals_open")
LAST = 2**63


class Known(NamedTuple):
    """An event that counts, at the time from which it holds; by_field: for each fact it is of."""

    at: datetime
    position: int
    event: Event
    by_field: Mapping[str, datetime] = {}


class Ownership(NamedTuple):
    """What the fold remembers of a client at a moment."""

    owner: str | None = None
    reserved: bool = False
    former: str | None = None
    since: datetime = LONG_AGO
    first_owner: str | None = None


def known(history: list[Event], as_of: int) -> list[Known]:
    """What had been recorded and not annulled, in order of effect."""
    placed = places(history, as_of)
    found = []
    for each in told(history, as_of):
        about = list(things(each))
        moment = placed[each.position, about[0] if about and not about[0][2] else None]
        by_field = {str(thing[2]): placed[each.position, thing] for thing in about if thing[2]}
        effective = getattr(each.event.data, "effective_at", None)
        found.append(Known(effective or moment, each.position, each.event, by_field))
    return sorted(found, key=lambda one: one[:2])


def again(changes: list[Known]) -> list[Known]:
    """The changes in order; one of a date once more after each recorded before within it."""
    dated = [each for each in changes if not getattr(each.event.data, "effective_at", None)]
    more = [
        each._replace(at=other.at)
        for each in dated
        for other in changes
        if other.position < each.position and each.at < other.at < over(each.event)
    ]
    return sorted([*changes, *more], key=lambda each: each[:2])


def after(was: Ownership, change: Known) -> Ownership:
    """The state after one more change of ownership."""
    data, now = change.event.data, was
    match data:
        case CuratorAssigned():
            now = was._replace(owner=data.employee, reserved=False)
        case ClientReassigned():
            now = was._replace(owner=data.to_employee, reserved=False)
        case ClientReserved():
            if was.owner is None:
                now = was._replace(owner=data.employee, reserved=True)
        case ReservationExpired() if was.reserved and was.owner == data.employee:
            now = was._replace(owner=None, reserved=False)
        case ClientReleased():
            now = was._replace(owner=None, reserved=False)
    if now.owner != was.owner:
        now = now._replace(former=was.owner if now.owner else None, since=change.at)
    return now._replace(first_owner=was.first_owner or now.owner)


def ownership(events: list[Known], client: str | None, upto: tuple[datetime, int]) -> Ownership:
    state = Ownership()
    of_client = [
        each for each in events if each.event.client == client and kind_of(each) in OWNERSHIP
    ]
    for each in again(of_client) if client is not None else ():
        if each[:2] <= upto:
            state = after(state, each)
    return state


def credit_moment(
    events: list[Known], client: str | None, each: Known, at: datetime, on: datetime
) -> datetime:
    """When an event is credited: of a date, after what changed hands before, up to a time."""
    changes = (c for c in events if c.event.client == client and kind_of(c) in OWNERSHIP)
    return max([at, *(c.at for c in changes if c.position < each.position and c.at <= on
                      and at < c.at < over(each.event))])  # fmt: skip


def kind_of(each: Known) -> str:
    return type_name(type(each.event.data))


def holder(events: list[Known], deal: str | None, upto: tuple[datetime, int]) -> str | None:
    """Who pursued the deal at a moment, as was said last; an opening says who did first."""
    first = found = None
    for each in events:
        data = each.event.data
        if deal is not None and getattr(data, "deal", None) == deal and each[:2] <= upto:
            found = getattr(data, "to_holder", None) or found
            first = getattr(data, "holder", None) or first
    return found or first


def credited(
    events: list[Known], credit: str, row: EvidenceRow, on: datetime
) -> Iterator[tuple[str | None, Decimal]]:
    """Whom the fold credits with a line of evidence, and with how much of it."""
    still_open = row.metric.startswith("deals_open.")
    moment = (row.occurred_at or LONG_AGO, LAST if still_open else row.position)
    held = holder(events, row.subject, moment)
    if not still_open and row.occurred_at:
        (each,) = (each for each in events if each.position == row.position)
        moment = credit_moment(events, row.client, each, row.occurred_at, on), row.position
    state = ownership(events, row.client, moment)
    mode, _, terms = credit.partition(":")
    chosen = state.owner
    if mode == "performer":
        (event,) = (each.event for each in events if each.position == row.position)
        yield held if still_open else event.performed_by, Decimal(1)
        return
    if mode == "first-claimant":
        chosen = state.first_owner
    if mode == "current-owner":
        chosen = ownership(events, row.client, (on, LAST)).owner
    if mode == "split" and state.former and state.since > LONG_AGO:
        days, share = terms.split(":")
        if moment[0] < state.since + timedelta(days=int(days)):
            yield state.former, Decimal(share)
            yield state.owner, 1 - Decimal(share)
            return
    yield chosen or held, Decimal(1)


def crowded(histories: st.SearchStrategy[list[Event]]) -> st.SearchStrategy[list[Event]]:
    """The same, but no event without a client, so that one client has most of them."""
    return histories.map(lambda drawn: [replace(e, client=e.client or "C-1") for e in drawn])


MODES = ("owner-at-event", "performer", "first-claimant", "current-owner")
SPLITS = st.builds("split:{}:{}".format, st.integers(1, 60), st.sampled_from(("0.5", ".3", "0.01")))
MOMENTS = [datetime(2026, 1, 31, 22, tzinfo=UTC), datetime(2026, 2, 20, tzinfo=UTC), NOW]
CROWDED = crowded(histories(*OWNERSHIP, *EVIDENCE, min_size=15, max_size=35))


@settings(max_examples=examples(), phases=[Phase.reuse, Phase.generate])
@given(
    data=st.data(),
    history=CROWDED,
    on=st.sampled_from(MOMENTS),
    split=SPLITS,
)
def test_every_event_is_credited_as_the_fold_says(
    embedded_dsn: str,
    data: st.DataObject,
    history: list[Event],
    on: datetime,
    split: str,
) -> None:
    seen = view(data.draw(st.integers(1, len(history))), on)
    events = known(history, seen.as_of)
    with ledger_of(embedded_dsn, history) as (_, connection):
        for metric in ("interactions", "offers_sent", "deals_opened", "deals_open.*"):
            lines = explain(connection, seen, metric, credit="performer")
            for credit in (*MODES, split):
                rows = explain(connection, seen, metric, credit=credit)
                found = sorted((r.position, str(r.employee), r.weight) for r in rows)
                assert found == sorted(
                    (line.position, str(employee), weight)
                    for line in lines
                    for employee, weight in credited(events, credit, line, on)
                )


@settings(max_examples=examples(), phases=[Phase.reuse, Phase.generate])
@given(history=CROWDED, split=SPLITS)
def test_a_split_takes_nothing_from_the_whole(
    embedded_dsn: str, history: list[Event], split: str
) -> None:
    seen = view(len(history))
    with ledger_of(embedded_dsn, history) as (_, connection):
        asked: dict[str, Any] = {"every": "month"}
        whole = metrics(connection, seen, by="whole", **asked)
        assert metrics(connection, seen, by="whole", credit=split, **asked) == whole
        parts = metrics(connection, seen, metrics=TOLD, credit=split)
        for total in metrics(connection, seen, metrics=TOLD, by="whole"):
            shares = [row for row in parts if row.metric == total.metric]
            part = "denominator" if total.unit == "ratio" else "value"
            assert sum(getattr(row, part) for row in shares) == getattr(total, part)
