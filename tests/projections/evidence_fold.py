"""The evidence of every metric, folded from the events in plain Python; knows nothing of the SQL.

`evidence(events, span)` gives, by kind, what counts in a span of local time: whether it is in the
numerator, its amount, days, client and currency.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from projections.metrics.metrics import TERMS
from tests.projections.contact_fold import answers, contacts
from tests.projections.fold_parts import (
    Facts,
    Found,
    Row,
    Span,
    days,
    facts_at,
    grouped,
    kind,
    local,
    when,
    within,
)
from tests.projections.fold_times import LONG_AGO, at
from tests.projections.ledgers import NOW
from tests.projections.metrics.test_credit_agrees_with_a_plain_fold import Known

TURNS = ("deal.won", "deal.lost", "deal.reopened")


def evidence(events: list[Known], span: Span) -> dict[str, list[Row]]:
    """All evidence of the span by kind; events in order of effect, as `known` gives them."""
    found: dict[str, list[Row]] = defaultdict(list)
    happened = sorted(
        (
            each._replace(at=at(each.event))
            if getattr(each.event.data, "effective_at", None)
            else each
            for each in events
        ),
        key=lambda each: each[:2],
    )
    for fold in (
        contacts,
        deals,
        stays,
        tasks,
        purchases,
        answers,
        cases,
        opinions,
        facts,
        entries,
    ):
        for name, row in fold(happened, span):
            found[name].append(row)
    return found


def deals(happened: list[Known], span: Span) -> Found:
    for steps in grouped(happened, "deal", "deal").values():
        status, still, known, closed = "open", False, Facts(), list[tuple[str, Row, bool]]()
        opened = next((each for each in steps if kind(each) == "deal.opened"), None)
        of_opening = facts_at(steps, opened) if opened else Facts()
        late = opened is not None
        for each in steps:
            known, turn, was = known.with_more(each), kind(each).removeprefix("deal."), status
            if kind(each) in TURNS:
                status = turn if turn in ("won", "lost") else "open"
            if local(each) < span.until:
                still = status == "open"
            late = late and each is not opened
            client, currency = known.of(each)
            if late:  # it was closed before the date of its opening
                client, currency = client or of_opening.client, currency or of_opening.currency
            row = Row(
                turn == "won", getattr(each.event.data, "amount", None),
                None if each is opened else days(opened, each), client or None, currency or None,
            )  # fmt: skip
            if each is opened and within(each, span):
                yield "deal_opened", row
            if status != was:
                yield from undone(closed, is_undone=within(each, span))
                counts = status != "open" and when(each) != LONG_AGO  # else undone from no period
                closed = [(turn, row, within(each, span))] if counts else []
        yield from undone(closed, is_undone=False)
        if still:
            yield "deal_open", Row()


def undone(closed: list[tuple[str, Row, bool]], *, is_undone: bool) -> Found:
    """What a win or a loss counts for, now that it is known whether it was undone in the span."""
    for turn, row, counts in closed:
        if counts:
            yield f"deal_{turn}_net", row
        if is_undone:
            yield f"deal_{turn}_net", row._replace(weight=-1)
        elif counts:
            yield f"deal_{turn}", row
            yield "deal_closed", row


def stays(happened: list[Known], span: Span) -> Found:
    for steps in grouped(happened, "deal", "deal").values():
        status, stage, begun = "open", None, steps[0]
        for each in steps:
            turn = kind(each).removeprefix("deal.")
            before = status, stage
            if kind(each) in TURNS:
                status = turn if turn in ("won", "lost") else "open"
            stage = getattr(each.event.data, "stage", None) or stage
            if before == (status, stage) or each is steps[0]:
                continue
            if before[0] == "open" and before[1] and within(each, span):
                took = days(begun, each)
                yield "stage_left", Row(amount=None if took is None else took * 24)
            begun = each


def tasks(happened: list[Known], span: Span) -> Found:
    for steps in grouped(happened, "task", "task").values():
        due = next(
            (e.event.data.due_at for e in steps if getattr(e.event.data, "due_at", None)), None
        )
        if due is None or not span.instants[0] <= due < span.instants[1]:
            continue
        done = min((when(e) for e in steps if kind(e) == "task.completed"), default=None)
        off = min((when(e) for e in steps if kind(e) == "task.cancelled"), default=None)
        ended = done or off
        if done or not off or off >= due:
            late = max((ended or NOW) - due, timedelta())
            yield "task_due", Row(late > timedelta(), days=late / timedelta(days=1))


def purchases(happened: list[Known], span: Span) -> Found:
    start = span.since - timedelta(days=TERMS.active_days)
    end = span.until - timedelta(days=TERMS.active_days)
    bought: dict[str | None, list[Known]] = defaultdict(list)
    for each in happened:
        data = each.event.data
        if kind(each) == "goods.returned" and within(each, span):
            # Without a currency it has that of the purchase: the client's own, or the first.
            of = grouped(happened, "purchase", "purchase").get(data.purchase, [])
            of = [e for e in of if local(e) <= latest(each)]
            of.sort(key=partial(_others_last, each.event.client))
            currency = data.currency or (of[0].event.data.currency if of else None)
            # What was counted at an unknown time is taken back from no period.
            if not of or of[0].at != LONG_AGO:
                yield "purchase_returned", Row(amount=data.amount, currency=currency, weight=-1)
        if kind(each) == "purchase.recorded" and local(each) < span.until:
            bought[each.event.client].append(each)
    for client, all_ in bought.items():
        now = [each for each in all_ if within(each, span)]
        for number, each in enumerate(now):
            data = each.event.data
            row = Row(bool(client and number), data.amount, None, client, data.currency)
            yield "purchase", row
        before = [local(each) for each in all_ if local(each) < span.since]
        if client and any(at >= start for at in before):
            still = any(local(each) >= end for each in all_)
            yield "buyer_active", Row(still, client=client)
        elif client and before:
            yield "buyer_inactive", Row(bool(now), client=client)


def latest(each: Known) -> datetime:
    """The last moment, local, at which it may have happened."""
    stated = str(each.event.occurred_at)
    if len(stated) == len("2026-01"):
        return (local(each) + timedelta(days=31)).replace(day=1) - timedelta(microseconds=1)
    if len(stated) == len("2026-01-01"):
        return local(each) + timedelta(days=1) - timedelta(microseconds=1)
    return local(each)


def _others_last(client: str | None, each: Known) -> tuple[Any, ...]:
    return each.event.client != client, each.at, each.position


def cases(happened: list[Known], span: Span) -> Found:
    for steps in grouped(happened, "case", "case").values():
        opened = next((e for e in steps if kind(e) == "case.opened"), None)
        turns = [e for e in steps if kind(e) in ("case.resolved", "case.reopened")]
        for number, each in enumerate(turns):
            former = [kind(e) for e in turns[:number]][-1:]
            if kind(each) != "case.resolved" or former == ["case.resolved"]:
                continue
            if within(each, span):
                took = days(opened, each)
                after_it = turns[number + 1 : number + 2]
                reopened = [kind(e) for e in after_it] == ["case.reopened"]
                yield "case_resolved", Row(reopened, None if took is None else took * 24)


def opinions(happened: list[Known], span: Span) -> Found:
    last: dict[tuple[str, str, str | None], Known] = {}
    for each in happened:
        if kind(each) == "satisfaction.recorded" and within(each, span):
            who = each.event.contact or each.event.client or str(each.position)
            instrument, scale = each.event.data.instrument, each.event.data.scale
            if instrument != "csat" or scale:
                last[instrument, who, scale if instrument == "ces" else None] = each
    for (instrument, _, _), each in last.items():
        score, scale = each.event.data.score, each.event.data.scale
        if instrument == "nps":
            yield "nps", Row(amount=100 if score >= 9 else -100 if score <= 6 else 0)
        elif instrument == "ces":
            yield "ces", Row(amount=score, currency=scale)
        else:
            low, high = map(int, scale.split("-"))
            yield "csat", Row(score in ((high - 1, high) if high - low > 2 else (high,)))


def facts(happened: list[Known], span: Span) -> Found:
    told: dict[tuple[str, str], list[tuple[str, Known]]] = defaultdict(list)
    for each in happened:
        if kind(each).startswith("client_fact.") and each.event.client:
            data = each.event.data
            for field in dict.fromkeys(getattr(data, "fields", None) or (data.field,)):
                placed = each._replace(at=each.by_field[field])
                told[each.event.client, field].append((kind(each)[12:], placed))
    for changes in told.values():
        changes.sort(key=lambda change: change[1][:2])
        yield from points(changes, span)
        upto = [(change, each) for change, each in changes if local(each) < span.until]
        stands = [change for change, _ in upto if change != "confirmed"][-1:] == ["recorded"]
        if stands:
            newest = max(when(each) for _, each in upto)
            limit = span.instants[1] - timedelta(days=TERMS.fresh_days)
            yield "field_known", Row(newest >= limit)


def points(changes: list[tuple[str, Known]], span: Span) -> Found:
    value: str | None = None
    days_told: list[Any] = []
    for number, (change, each) in enumerate(changes):
        none = value is None or local(each).date() in days_told
        if change == "recorded":
            none = value == each.event.data.value
        if change != "confirmed":
            value = each.event.data.value if change == "recorded" else None
        if change != "retracted":
            gone = retracted(changes[number + 1 :], value)
            if within(each, span):
                yield "contribution", Row(amount=int(not none))
            if gone and within(gone, span) and when(each) != LONG_AGO:
                yield "contribution", Row(amount=int(not none), weight=-1)
        if change != "retracted":
            days_told.append(local(each).date())


def retracted(later: list[tuple[str, Known]], value: str | None) -> Known | None:
    for change, each in later:
        if change == "retracted" or (change == "recorded" and each.event.data.value != value):
            return each if change == "retracted" else None
    return None


def entries(happened: list[Known], span: Span) -> Found:
    for each in happened:
        # What tests record, they record long after it happened.
        if kind(each) != "event.annulled" and within(each._replace(at=at(each.event)), span):
            yield "entry", Row(True)
