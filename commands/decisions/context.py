"""Who decides and when, and what was decided."""

from datetime import UTC, date, datetime, time
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from commands.decisions.requests import Request
from ledger.envelope import Event
from ledger.errors import Refused
from projections.shown_times import local, named


class Context(NamedTuple):
    """Who decides, and when.

    - by: employee or service, recorded as `recorded_by`; performed_by: the employee who acts
    - at: when it happens, aware
    - key: identifies the decision permanently; its events are numbered under it
    - zone: of days, and of the times in refusals; if not given, the ledger's where it is decided
    - proposed: nothing is recorded, and refusals say so
    - live: `at` is the present, which moves on while the decision waits or is made again
    - request: what is asked, if it may be asked again; stage: whether this decision is all of it,
      the first of several, or a further one
    """

    by: str
    at: datetime
    performed_by: str | None = None
    source: str = "iledger"
    key: str = ""
    zone: str = ""
    proposed: bool = False
    live: bool = False
    request: Request | None = None
    stage: Literal["whole", "first", "part"] = "whole"

    @property
    def repeatable(self) -> Request | None:
        """The request that may have been carried out before, None if there is none."""
        request = self.request
        return request if request and request.named and self.stage != "part" else None

    def moved(self, latest: datetime) -> "Context":
        """The same at the present, and not before what it rests on; unless the time was given."""
        present = max(self.at, datetime.now(UTC), latest)
        return self._replace(at=present) if self.live else self

    def shown(self, at: datetime) -> str:
        """The text of a time in a refusal."""
        return named(at, self.zone or "UTC")

    def local(self, at: datetime) -> datetime:
        """The same time in the zone."""
        return local(at, ZoneInfo(self.zone or "UTC"))

    def day(self, at: datetime) -> date:
        """The day that contains a time."""
        return self.local(at).date()

    def end_of(self, day: date) -> datetime:
        """The last moment of a day."""
        return datetime.combine(day, time.max, ZoneInfo(self.zone or "UTC"))

    def event(self, data: Any, client: str | None = None, **envelope: Any) -> Event:
        """One event of this decision."""
        return Event(
            data=data,
            source=self.source,
            key=self.key,
            recorded_by=self.by,
            occurred_at=self.at,
            performed_by=self.performed_by,
            client=client,
            **envelope,
        )


class Decision(NamedTuple):
    """What was decided: events to record, and the refusal that they record, if any.

    - left: (client, reason) of the clients that a decision about many clients skips
    - concerns, favours: employees whom it is about, and those who gain by it, where its events do
      not name them (see `access/parties.py`)
    """

    events: tuple[Event, ...] = ()
    refusal: Refused | None = None
    left: tuple[tuple[str, str], ...] = ()
    concerns: tuple[str, ...] = ()
    favours: tuple[str, ...] = ()
