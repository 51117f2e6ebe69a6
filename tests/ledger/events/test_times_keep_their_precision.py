"""A time is kept as exactly as the producer knew it: never more, never less, never replaced."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import codec
from ledger.envelope import NEVER, Row, localized
from ledger.errors import InvalidEvent
from ledger.moments import Moment, Precision, begins, is_over, precision_of
from tests.ledger.events.shapes import instants, moments
from tests.ledger.store.samples import call

SAME = [
    ("2026-03-01T10:00:00+03:00", "2026-03-01T07:00:00Z", Precision.INSTANT),
    ("2026-03-01 10:00:00.5+0300", "2026-03-01T07:00:00.500000Z", Precision.INSTANT),
    ("2026-03-01T10:00+03", "2026-03-01T07:00Z", Precision.MINUTE),
    ("2026-03-01T00:10+03:00", "2026-02-28T21:10Z", Precision.MINUTE),
    ("2026-03-01", "2026-03-01", Precision.DAY),
    ("2026-03", "2026-03", Precision.MONTH),
    ("0900-05-01", "0900-05-01", Precision.DAY),
    ("0900-05", "0900-05", Precision.MONTH),
    ("0900-05-01T10:00Z", "0900-05-01T10:00Z", Precision.MINUTE),
    ("unknown", "unknown", Precision.UNKNOWN),
]
WRONG = {
    "2026-03-01T10:00:00": "has no time zone",
    "2026-03-01T10:00": "has no time zone",
    "2026-03-01+03:00": "is a date with a zone",
    "2026-03Z": "is a date with a zone",
    "2026-02-30": "is not a possible time",
    "2025-02-29": "is not a possible time",
    "2026-13": "is not a possible time",
    "0000-01-01": "is not a possible time",
    "2026-03-01T24:00:00Z": "is not a possible time",
    "2026-03-01T23:59:60Z": "is not a possible time",
    "2026-03-01T10:00:00+25:00": "is not a possible time",
    "0001-01-01T00:00:00+03:00": "is not a possible time",
    "9999-12-31T23:59:59-03:00": "is not a possible time",
    "2026": "ISO 8601",
    "2026-3-1": "ISO 8601",
    "01.03.2026": "ISO 8601",
    "2026-03T10:00Z": "ISO 8601",
    "2026-03-01:30Z": "ISO 8601",
    "2026-03-01T10:00:00.1234567Z": "ISO 8601",
    "2026-03-01T10:00:00Z\n": "ISO 8601",
    " 2026-03-01": "ISO 8601",
    "٢٠٢٦-٠٣-٠١": "ISO 8601",
    "1772323200": "ISO 8601",
    "now": "ISO 8601",
    "Unknown": "ISO 8601",
    "": "ISO 8601",
}


@pytest.mark.parametrize(("text", "kept", "precision"), SAME)
def test_the_text_form_states_its_own_precision(text: str, kept: str, precision: Precision) -> None:
    moment = Moment.parse(text)
    assert (str(moment), moment.precision) == (kept, precision)
    assert precision_of(kept) == precision
    assert (moment.at is None) == (precision is Precision.UNKNOWN)


@given(moments)
def test_every_moment_survives_its_text(moment: Moment) -> None:
    assert Moment.parse(str(moment)) == moment
    assert precision_of(str(moment)) == moment.precision


@given(instants)
def test_an_aware_datetime_is_the_same_instant(at: datetime) -> None:
    assert Moment.exactly(at).at == at
    assert Moment.parse(at.isoformat()) == Moment.exactly(at)


@pytest.mark.parametrize(("text", "problem"), WRONG.items())
def test_an_impossible_or_ambiguous_form_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InvalidEvent, match=problem) as caught:
        codec.encode(call("k", occurred_at=text))
    assert caught.value.field == "occurred_at"
    assert caught.value.value == text
    assert "unknown" in caught.value.remedy


@pytest.mark.parametrize(
    ("given_time", "problem"),
    [
        (datetime(2026, 3, 1), "has no time zone"),  # noqa: DTZ001
        (datetime.max.replace(tzinfo=timezone(-timedelta(hours=3))), "is not a possible time"),
        (Moment(datetime(2026, 3, 1), Precision.INSTANT), "has no time zone"),  # noqa: DTZ001
        (Moment(datetime(2026, 3, 1, 10, tzinfo=UTC), Precision.DAY), "precision day"),
        (Moment(datetime(2026, 3, 1, 10, 0, 5, tzinfo=UTC), Precision.MINUTE), "precision minute"),
        (Moment(None, Precision.DAY), "precision day"),
        (1772323200, "is not text"),
        (None, "is missing"),
    ],
)
def test_nothing_is_guessed_from_what_is_not_a_time(given_time: object, problem: str) -> None:
    with pytest.raises(InvalidEvent, match=problem):
        codec.encode(call("k", occurred_at=given_time))


def test_an_unknown_time_stays_unknown() -> None:
    encoded = codec.encode(call("k", occurred_at="unknown"))
    assert encoded.occurred_at is None
    assert b'"occurred_at":"unknown"' in encoded.body


def test_a_date_begins_and_is_over_at_midnight_in_its_zone() -> None:
    moscow, day = ZoneInfo("Europe/Moscow"), datetime(2026, 2, 1, tzinfo=UTC)
    begun = datetime(2026, 1, 31, 21, tzinfo=UTC)
    assert all(Moment.parse(date).floating for date in ("2026-02-01", "2026-02"))
    assert begins(day, moscow) == begun
    assert is_over(day, Precision.DAY, moscow) == begun + timedelta(days=1)
    assert is_over(day, Precision.MONTH, moscow) == begun + timedelta(days=28)


def test_a_day_has_no_zone_and_is_the_same_date_everywhere() -> None:
    moment = Moment.parse("2026-03-01")
    assert moment.floating
    assert moment.at == datetime(2026, 3, 1, tzinfo=UTC)
    assert not Moment.parse("2026-03-01T00:00Z").floating


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_a_clear_refusal(text: str) -> None:
    try:
        moment = Moment.parse(text)
    except ValueError:
        return
    assert Moment.parse(str(moment)) == moment


def test_a_day_is_put_into_a_zone_once() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    new = codec.encode(call("1", occurred_at="2026-03-01"))
    row = Row(1, new.event_id, new.type, new.version, NEVER, new.occurred_at, new.body, "")
    for event in [localized(codec.decode(row), tokyo)] * 2:
        assert localized(event, tokyo).occurred_at == datetime(2026, 2, 28, 15, tzinfo=UTC)
