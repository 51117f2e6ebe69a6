"""The whole answers to the examples, as they were written down: every column of every row.

    python -m tests.projections.questions.written_answers

writes them anew, into written_answers.jsonl. A line has two answers to an example: with its change,
and with its tie, too; of a list, the rows that mention something of the example. Positions, ids of
events, times of recording and logins are left out, for they differ from ledger to ledger. Read the
difference before it is committed: each line of it is an answer that somebody will see.
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec

from ledger import embedded
from ledger.database import Connection
from projections.metrics.metrics import metrics
from projections.tables.motivation.settlement import ClosedPeriod
from projections.view import View
from tests.projections.ledgers import NOW, view
from tests.projections.metrics.counted import APRIL, MARCH, WITHIN
from tests.projections.metrics.examples_of_what_nearly_counts import EXAMPLES as OF_EVIDENCE
from tests.projections.questions.examples import Example, stages
from tests.projections.questions.test_every_question_has_its_four_examples import EXAMPLES

FILE = Path(__file__).with_suffix(".jsonl")
# Their names, or the ends of them.
LEFT_OUT = ("position", "positions", "event_id", "event_ids", "recorded_at", "as_of",
            "annulled_by", "sha256", "digest", "login")  # fmt: skip
BY_THE_CLOCK = {"tables.work.data_entry.adoption", "questions.motivation.period_overview.overview"}
Answers = dict[str, Any]


def answers(dsn: str) -> Answers:
    """The answer to each example, by its name."""
    shared = {name: each for name, each in EXAMPLES.items() if name not in BY_THE_CLOCK}
    alone = [{name: each} for name, each in shared.items() if each.alone]
    groups = [{name: each for name, each in shared.items() if not each.alone}, *alone]
    found: Answers = {}
    for group in groups:
        for connection, seen in _changed(dsn, group):
            for name, example in group.items():
                answer = _rows(_whole(name, example, connection, seen), _ids(example))
                found.setdefault(name, []).append(answer)
    evidence = {name: each.example() for name, each in OF_EVIDENCE.items()}
    days = {"since": MARCH, "until": APRIL, "terms": WITHIN}
    for connection, seen in _changed(dsn, evidence):
        for name, counted in OF_EVIDENCE.items():
            answer = _rows(counted.explained(connection, seen), _ids(evidence[name]))
            found.setdefault(f"evidence of {name}", []).append(answer)
        for by in ("client", "employee"):
            figures = _plain(metrics(connection, seen, by=by, **days))
            found.setdefault(f"figures by {by}", []).append(figures)
    return dict(sorted(found.items()))


def _changed(dsn: str, examples: Mapping[str, Example]) -> Iterator[tuple[Connection, View]]:
    for connection, heads in stages(dsn, [*examples.values()]):
        if len(heads) in (2, 3):
            yield connection, view(heads[-1], NOW)


def _whole(name: str, example: Example, connection: Connection, seen: View) -> Any:
    """What the question itself answered, of which the example looks at a part."""
    path, _, function = name.partition(":")[0].rpartition(".")
    module, heard = import_module(f"projections.{path}"), []
    asked: Callable[..., Any] = getattr(module, function)

    def listening(*arguments: Any, **named: Any) -> Any:
        heard.append(asked(*arguments, **named))
        return heard[-1]

    with patch.object(module, function, listening):
        try:
            part = example.ask(connection, seen)
        except Exception as error:
            return type(error).__name__
    return heard[-1] if heard else part


def _ids(example: Example) -> set[str]:
    events = (*example.base, example.change, example.tie)
    named = {event.client for event in events}
    for event in events:
        named |= {text for text in _texts(msgspec.to_builtins(event.data)) if "-" in text}
    return {name for name in named if name and name not in ("E-a", "E-b", "E-c", "U-a", "U-b")}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _rows(answer: Any, ids: set[str]) -> Any:
    plain = _plain(answer)
    if not isinstance(plain, list):
        return plain
    mine = [row for row in plain if ids & set(_texts(row))]
    return mine or plain


def _plain(value: Any) -> Any:
    """As JSON can hold it, without what is another in each ledger."""
    if hasattr(value, "_asdict"):
        fields = value._asdict().items()
        if isinstance(value, ClosedPeriod):
            fields = value._replace(closed_at=None)._asdict().items()
        return {name: _plain(each) for name, each in fields if not name.endswith(LEFT_OUT)}
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in sorted(value.items())}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        return round(value, 6)
    return str(value) if isinstance(value, Decimal | timedelta) else value


def written() -> Answers:
    lines = FILE.read_text("utf-8").splitlines()
    return {name: answer for line in lines for name, answer in json.loads(line).items()}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="answers-") as folder:
        found = answers(embedded.ensure_running(Path(folder) / "server"))
        embedded.stop(Path(folder) / "server")
    lines = [json.dumps({name: each}, ensure_ascii=False) for name, each in found.items()]
    FILE.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
