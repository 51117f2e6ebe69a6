"""The year's events as they are collected, in any order, and as they are handed in, in theirs."""

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
    """Collects events; what would happen after the end of the year is left out."""

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
        """Take one event. `entered`: when it is handed in, if not at once; `key`: None = numbered.

        source, recorder: None = the system that knows of such events, and its gateway or `by`.
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
            raise ValueError("the demo has no unknown times")
        self._entries.append((order, len(self._entries), wire))

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield every event in the order of its handing in, with its key and no empty fields."""
        numbers: Counter[str] = Counter()
        for _, _, wire in sorted(self._entries, key=lambda entry: entry[:2]):
            source = wire["source"]
            if wire["key"] is None:
                numbers[source] += 1
                wire["key"] = f"{source}-{numbers[source]:05d}"
            yield {name: value for name, value in wire.items() if value is not None}


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
