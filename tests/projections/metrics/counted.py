"""What an example of evidence is made of: what counts in March, and happens as February ends."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from ledger.database import Connection
from ledger.envelope import Event
from projections.metrics.metrics import TERMS, explain
from projections.metrics.rows import EvidenceRow
from projections.view import View
from tests.projections.questions.examples import Example
from tests.projections.stories import told

# The end of February and the beginning of March, in the zone of the ledger.
EDGE = datetime(2026, 2, 28, 21, tzinfo=UTC)
END = datetime(2026, 3, 31, 21, tzinfo=UTC)  # of March
FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
# Thirty-one days before the end of March is the edge again.
WITHIN = TERMS._replace(calendar="K", active_days=31, fresh_days=31)

Lines = list[tuple[str | None, bool | None, Any]]  # employee, counted, value


class Evidence(NamedTuple):
    """A metric, what happens to a client of its own, and what then counts in March.

    - base, change, tie, before, after, tied, just_before, at_once: as in an Example
    - february: what counts in the month before, with change and tie
    """

    metric: str
    base: tuple[Event, ...]
    change: Event
    tie: Event
    before: Lines
    after: Lines
    tied: Lines
    february: Lines = []  # noqa: RUF012 - nobody changes it
    just_before: Any = ...
    at_once: Any = ...

    def example(self) -> Example:
        return Example(
            self.lines, self.base, self.change, self.tie, self.before, self.after, self.tied,
            self.just_before, self.at_once, former=self.formerly, formerly=self.february,
            ends=END,
        )  # fmt: skip

    def formerly(self, connection: Connection, view: View) -> Lines:
        return self.lines(connection, view, FEBRUARY, MARCH)

    def lines(
        self, connection: Connection, view: View, since: date = MARCH, until: date = APRIL
    ) -> Lines:
        rows = self.explained(connection, view, since, until)
        return [(row.employee, row.counted, row.value) for row in rows]

    def explained(
        self, connection: Connection, view: View, since: date = MARCH, until: date = APRIL
    ) -> list[EvidenceRow]:
        """The whole rows, of this client alone."""
        rows = explain(connection, view, self.metric, since=since, until=until, terms=WITHIN)
        return [row for row in rows if row.client == self.change.client]


def story(client: str) -> tuple[Any, Any]:
    """Two functions that tell what happened to a client: at a time, and at the edge."""

    def at(time: str, data: Any, **envelope: Any) -> Event:
        return told(data, time, client=client, **envelope)

    def edge(data: Any, **envelope: Any) -> Event:
        return at(EDGE.isoformat(), data, **envelope)

    return at, edge
