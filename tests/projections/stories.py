"""Short histories told in a line an event, for tests that reason about one case."""

import itertools
import json
from typing import Any

from ledger import codec
from ledger.envelope import Encoded, Event
from projections.metrics.rows import MetricRow

_keys = itertools.count(1)


def told(data: Any, at: str = "unknown", **envelope: Any) -> Event:
    """An event of this content, at this time, with a key of its own."""
    return Event(
        data=data, source="story", key=str(next(_keys)), recorded_by="crm", occurred_at=at,
        **envelope,
    )  # fmt: skip


def broken(of: Event, **changes: object) -> Encoded:
    """An event as a program that knows more, or an older one, may have recorded it."""
    encoded = codec.encode(of)
    body = json.loads(encoded.body) | changes
    type_, version = str(body["type"]), int(str(body["version"]))
    return encoded._replace(type=type_, version=version, body=json.dumps(body).encode())


def figures(rows: list[MetricRow], metric: str) -> dict[Any, Any]:
    """The values of one metric by group, each of which has one."""
    found = [(row.group, row.value) for row in rows if row.metric == metric]
    assert len(dict(found)) == len(found)
    return dict(found)
