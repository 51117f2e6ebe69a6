"""Names beside ids, for people who do not know the ids by heart."""

from collections.abc import Mapping
from typing import Any

from commands.cli.shell.output import Rows


def with_names(
    rows: Rows, names: Mapping[str, str], column: str, name: str = "name"
) -> list[dict[str, Any]]:
    """The rows with a further column after one of ids: the name of each, None where it has none."""
    found = []
    for row in rows:
        plain = row if isinstance(row, Mapping) else row._asdict()
        told: dict[str, Any] = {}
        for each, value in plain.items():
            told[each] = value
            if each == column:
                told[name] = names.get(value)
        found.append(told)
    return found
