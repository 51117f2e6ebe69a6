"""An event says whom it concerns, and never ends before it begins, whichever way it comes in."""

import dataclasses
from contextlib import nullcontext
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ledger
from ledger import catalogue, codec
from ledger.database import Location
from ledger.dcb import Fact
from ledger.errors import InvalidEvent
from ledger.events.ownership import CuratorAssigned
from ledger.events.people import AbsenceRecorded
from ledger.events.sales import PipelinePublished, Stage
from ledger.moments import Moment
from ledger.validation_messages import refuse_backwards
from tests.ledger.events import golden
from tests.ledger.events.test_bad_events_are_refused_with_field_value_and_remedy import line
from tests.ledger.store.samples import call
from tests.surroundings.groups import examples

ABOUT_A_CLIENT = [each.name for each in catalogue.types().values() if "client" in each.needs]
ENDS = [(each, end, start) for each in catalogue.types().values() for end, start in each.ends]


def test_events_that_only_a_client_makes_sense_of_are_marked() -> None:
    assert {
        "client.registered", "client_fact.recorded", "curator.assigned", "client.reserved",
        "client.reassigned", "client.released", "contact.barred", "conflict.reported",
        "handover.accepted", "ownership_dispute.opened", "offer.sent", "special_terms.granted",
    } <= set(ABOUT_A_CLIENT)  # fmt: skip
    # What does have an effect without one: an unknown caller, a purchase over the counter.
    assert not {"call.logged", "purchase.recorded", "case.opened"} & set(ABOUT_A_CLIENT)


@pytest.mark.parametrize("name", ABOUT_A_CLIENT)
def test_without_its_client_it_is_refused(name: str) -> None:
    event = golden.sample(catalogue.types()[name])
    assert codec.encode(event)
    without = ledger.Event(
        **{f: getattr(event, f) for f in event.__struct_fields__} | {"client": None}
    )
    with pytest.raises(InvalidEvent, match=f"client: is missing. Add it: {name} makes no sense"):
        codec.encode(without)


def dated(
    kind: catalogue.EventType, end: str, start: str, begins: date, ends: date
) -> ledger.Event:
    """An event of this type that begins and ends on these days."""
    sample = golden.sample(kind)
    of_type = get_type_hints(kind.content)
    days = {end: ends} | ({start: begins} if start != "occurred_at" else {})
    data = dataclasses.replace(
        sample.data,
        **{
            name: datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            if "datetime.datetime" in str(of_type[name])
            else day
            for name, day in days.items()
        },
    )
    fields = {name: getattr(sample, name) for name in sample.__struct_fields__} | {"data": data}
    if start == "occurred_at":
        fields["occurred_at"] = f"{begins}T12:00:00Z"
    return ledger.Event(**fields)


@pytest.mark.parametrize(("kind", "end", "start"), ENDS, ids=[f"{k.name}.{e}" for k, e, _ in ENDS])
@settings(max_examples=examples(30))
@given(days=st.tuples(*[st.dates(date(2000, 1, 1), date(2030, 1, 1))] * 2))
def test_an_end_before_its_beginning_is_refused(
    kind: catalogue.EventType, end: str, start: str, days: tuple[date, date]
) -> None:
    early, late = sorted(days)
    assert codec.encode(dated(kind, end, start, early, late))
    if (late - early).days < 3:  # they may be one day, in another zone
        return
    with pytest.raises(InvalidEvent, match=f"data.{end}: lies before .*{start}"):
        codec.encode(dated(kind, end, start, late, early))


def test_a_deadline_on_the_day_that_it_was_set_is_none_before_it() -> None:
    offer = {"type": "offer.sent", "client": "C", "occurred_at": "2026-03-01"}
    for at in ("2026-03-01T00:00:00+14:00", "2026-03-01T18:00:00Z"):
        assert codec.encode_json(line(**offer, data={"offer": "O", "valid_until": at}))
    too_early = line(**offer, data={"offer": "O", "valid_until": "2026-02-28T09:00:00Z"})
    with pytest.raises(InvalidEvent, match="lies before occurred_at, which is 2026-03-01"):
        codec.encode_json(too_early)


WAYS: dict[str, Any] = {
    "a line": lambda event, _: codec.encode_json(
        line(
            type=catalogue.by_class()[type(event.data)].name,
            client=event.client,
            data={
                name: str(value)
                for name in (field.name for field in dataclasses.fields(event.data))
                if (value := getattr(event.data, name)) and not isinstance(value, tuple)
            },
        )
    ),
    "the Python API": lambda event, opened: opened.append(event),
    "a batch": lambda event, opened: opened.append_all([call("k-1"), event]),
    "the eventsourcing library": lambda event, _: Fact(event),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_on_every_way_in(way: Any, location: Location) -> None:
    backwards = AbsenceRecorded(
        employee="E-1", first_day=date(2026, 3, 2), last_day=date(2026, 3, 1)
    )
    with ledger.open(location.dsn, schema_name=location.schema) as opened:
        with pytest.raises(InvalidEvent, match=r"data\.last_day: lies before data\.first_day"):
            way(call("k", data=backwards), opened)
        with pytest.raises(InvalidEvent, match="client: is missing"):
            way(call("k", client=None, data=CuratorAssigned(employee="E-1")), opened)
        assert opened.store.head() == 0


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LAST = date.max
PAIRS: dict[str, tuple[date, date, bool]] = {
    "a time before a day": (datetime(2026, 2, 28, tzinfo=UTC), date(2026, 3, 2), True),
    "a time when the day has begun in the east": (
        datetime(2026, 3, 1, 11, tzinfo=UTC), date(2026, 3, 2), False,
    ),
    "a day before a time": (date(2026, 2, 28), NOON, True),
    "a day not over in the west": (date(2026, 3, 1), NOON, False),
    "a time before a time": (NOON, datetime(2026, 3, 2, 13, tzinfo=UTC), True),
    "a day before a day": (date(2026, 3, 1), date(2026, 3, 2), True),
    "the last day of all": (LAST, NOON, False),
    "a day before the last": (date(2026, 3, 1), LAST, True),
    "a time before the last day": (NOON, LAST, True),
    "the first day of all": (NOON, date.min, False),
}  # fmt: skip


@pytest.mark.parametrize(("ends", "begins", "refused"), PAIRS.values(), ids=PAIRS)
def test_days_and_times_are_compared_whichever_comes_first(
    ends: date, begins: date, refused: bool
) -> None:
    data, at = SimpleNamespace(begins=begins, ends=ends), Moment.parse("unknown")
    with (
        pytest.raises(InvalidEvent, match=r"data\.ends: lies before data\.begins")
        if refused
        else nullcontext()
    ):
        refuse_backwards((("ends", "begins"),), at, data)


@pytest.mark.parametrize(("name", "fields"), golden.APART.items())
def test_what_names_itself_as_another_is_refused(name: str, fields: tuple[str, ...]) -> None:
    described = next(each for each in catalogue.types().values() if each.content.__name__ == name)
    whole = golden.content(described.content)
    for field in fields:
        with pytest.raises(InvalidEvent, match=f"names 'A-1' as .* and as {field}"):
            dataclasses.replace(whole, **{field: "A-1"})


def test_a_pipeline_with_a_stage_twice_is_refused() -> None:
    stages = tuple(Stage(name=name) for name in ("new", "offer", "new"))
    with pytest.raises(InvalidEvent, match="has the stage 'new' twice"):
        PipelinePublished(pipeline="P", revision=1, stages=stages)
