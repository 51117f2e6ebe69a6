"""When events of plain folds happened: a day or month begins when it does in the zone asked for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ledger.envelope import Event
from ledger.moments import Moment
from tests.projections.ledgers import ZONE

LOCAL = ZoneInfo(ZONE)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


def at(event: Event) -> datetime:
    moment = Moment.parse(str(event.occurred_at))
    if moment.floating and moment.at:
        return moment.at.replace(tzinfo=LOCAL).astimezone(UTC)
    return moment.at or LONG_AGO


def over(event: Event) -> datetime:
    """When the day or month is over that it is known as; else when it happened."""
    moment = Moment.parse(str(event.occurred_at))
    if not moment.floating or not moment.at or getattr(event.data, "effective_at", None):
        return at(event)
    end = moment.at + timedelta(days=1)
    if moment.precision == "month":
        end = (moment.at + timedelta(days=31)).replace(day=1)
    return end.replace(tzinfo=LOCAL).astimezone(UTC)


def local(instant: datetime) -> datetime:
    """The local time in the zone asked for."""
    return instant.replace(tzinfo=None) if instant == LONG_AGO else _in_zone(instant)


def _in_zone(instant: datetime) -> datetime:
    return instant.astimezone(LOCAL).replace(tzinfo=None)
