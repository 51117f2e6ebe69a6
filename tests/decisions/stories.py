"""States for decisions that need no database: facts told in order, folded as a case folds them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from commands.handle import Act, Case
from ledger import codec
from ledger.envelope import Event
from ledger.log import Row

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ACT = Act("E-0", NOW, performed_by="E-0", key="now")


def state(case: Case, *facts: Any, client: str | None = "C-1") -> Any:
    """What the case makes of facts, one a day from the first of January, positions from 1."""
    found = case.initial
    for position, content in enumerate(facts, start=1):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=position)
        encoded = codec.encode(
            Event(
                data=content, source="story", key=str(position), recorded_by="crm",
                occurred_at=at, client=client,
            )
        )  # fmt: skip
        row = Row(position, encoded.event_id, encoded.type, encoded.version, at, at, encoded.body)
        found = case.evolve(found, codec.decode(row))
    return found
