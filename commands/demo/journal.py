"""Collects the year's events in any order and yields them in the order of submission."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from commands.demo.workdays import END
from ledger.moments import Moment

_SOURCES = {
    "call": "pbx",
    "correspondence": "mail-gateway",
    "purchase": "shop",
    "org_unit": "hr",
    "employee": "hr",
    "absence": "hr",
}
_GATEWAYS = {"pbx": "pbx-gateway", "mail-gateway": "mail-gateway", "shop": "shop", "hr": "hr"}


class Journal:
    """Collects events; events after the end of the year are dropped."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, dict[str, Any]]] = []

    def record(
        self,
        type_: str,
        at: datetime | str,
        data: Mapping[str, Any],
        *,
        client: str | None = None,
        by: str | None = None,
        recorder: str | None = None,
        source: str | None = None,
        key: str | None = None,
        entered: datetime | None = None,
        unit: str | None = None,
        channel: str | None = None,
    ) -> None:
        """Add one event.

        - at: the time of the event, or a text of lower precision such as 2024-03
        - by: who performed it; recorder: who recorded it, by default the source's gateway or `by`
        - source, key: by default the type's usual system, and a number; entered: if not at once
        """
        if isinstance(at, datetime) and at > END:
            return
        source = source or _SOURCES.get(type_.partition(".")[0], "crm")
        wire = {
            "type": type_,
            "source": source,
            "key": key,
            "client": client,
            "performed_by": by,
            "recorded_by": recorder or _GATEWAYS.get(source) or by or "crm",
            "unit": unit,
            "channel": channel,
            "occurred_at": _text(at),
            "data": {name: _text(value) for name, value in data.items() if value is not None},
        }
        order = entered or (at if isinstance(at, datetime) else Moment.parse(at).at)
        if order is None:
            raise ValueError("the demo needs a known time for each event, or `entered`")
        self._entries.append((order, len(self._entries), wire))

    def events(self, import_batch: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield every event in the order of submission, with its key and without empty fields.

        - import_batch: of events that are history when they are submitted
        """
        numbers: Counter[str] = Counter()
        for _, _, wire in sorted(self._entries, key=lambda entry: entry[:2]):
            source = wire["source"]
            if wire["key"] is None:
                numbers[source] += 1
                wire["key"] = f"{source}-{numbers[source]:05d}"
            wire["import_batch"] = import_batch
            yield {name: value for name, value in wire.items() if value is not None}


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
