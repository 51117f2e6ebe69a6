"""What happened at known times is told alike however it was recorded: in any order, sent twice,
or wrongly first, annulled, and recorded again."""

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.envelope import Event
from tests.projections.ledgers import ledger_of, view
from tests.projections.metrics import (
    test_figures_as_of_then_equal_the_figures_shown_then as of_figures,
)
from tests.projections.questions import (
    test_a_card_as_of_then_equals_the_card_shown_then as of_clients,
)
from tests.projections.random_events import annulment, histories
from tests.surroundings.groups import examples

STREAMS = sorted({*of_clients.STREAMS, *of_figures.STREAMS})
# In messages, and in the names of terms.
POSITION = re.compile(r"\b(position|price|discount|payment|delivery|other) \d+")
FIRST = datetime(2025, 12, 1, 6, tzinfo=UTC)


def at_known_times(history: list[Event]) -> list[Event]:
    """The same events, each at a time of its own and in effect then."""
    found = []
    for number, event in enumerate(history):
        data = event.data
        if getattr(data, "effective_at", None) is not None:
            data = dataclasses.replace(data, effective_at=None)
        found.append(replace(event, data=data, occurred_at=FIRST + timedelta(hours=17 * number)))
    return found


def told(answer: Any, keys: dict[int, str]) -> Any:
    """An answer with the keys of events in place of their positions."""
    if isinstance(answer, tuple) and hasattr(answer, "_asdict"):
        return {
            name: keys.get(value, value) if "position" in name else told(value, keys)
            for name, value in answer._asdict().items()
        }
    if isinstance(answer, dict):
        return {name: told(value, keys) for name, value in answer.items()}
    if isinstance(answer, (list, tuple)):
        return [told(each, keys) for each in answer]
    return POSITION.sub(r"\1", answer) if isinstance(answer, str) else answer


def recorded_anyhow(data: st.DataObject, events: list[Event]) -> list[Event]:
    """The events in another order; some first wrongly and annulled, some sent twice."""
    found = list(data.draw(st.permutations(events)))
    for each in data.draw(st.lists(st.sampled_from(events), max_size=3, unique_by=id)):
        wrong = replace(each, key=f"wrong-{each.key}")
        place = data.draw(st.integers(0, found.index(each)))
        found[place:place] = [wrong, annulment(wrong, key=f"annulled-{each.key}")]
    for each in data.draw(st.lists(st.sampled_from(events), max_size=3)):
        found.insert(data.draw(st.integers(0, len(found))), each)
    return found


@settings(max_examples=examples(), phases=[Phase.reuse, Phase.generate])
@given(data=st.data(), history=histories(*STREAMS, annulled=False, max_size=30))
def test_the_order_of_recording_changes_no_answer(
    embedded_dsn: str, data: st.DataObject, history: list[Event]
) -> None:
    events, how = at_known_times(history), data.draw(st.sampled_from(of_figures.HOW))

    def answers(recorded: list[Event]) -> dict[str, Any]:
        keys = dict(enumerate(dict.fromkeys(event.key for event in recorded), 1))
        seen = view(len(keys))
        with ledger_of(embedded_dsn, recorded) as (_, connection):
            found = of_clients.answers(connection, seen) | of_figures.answers(connection, seen, how)
            shown = {name: told(answer, keys) for name, answer in found.items()}
            # What is open at the end of a month is listed by position.
            return shown | {"explained": sorted(shown["explained"], key=str)}

    expected = answers(events)
    for question, answer in answers(recorded_anyhow(data, events)).items():
        # The timeline shows what was annulled, too.
        assert question.startswith("timeline ") or answer == expected[question], question
