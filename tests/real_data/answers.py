"""The published answers, one figure a path, and those of them that no event can give.

A path is the keys down to a figure, joined by slashes: "by_agent/Anna Snelling/won".
"""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

# Patterns of paths (of fnmatch), each with the reason why the events do not say it.
MAVEN_UNCOVERED = {
    "source_sha256/*": "is about files; the converter checks the zip that holds them",
    "counts/product_spelled_GTXPro": "is a spelling that the converter mends",
    "published_vs_computed/*": "says whether figures found elsewhere agree, not what they are",
}
SERVICENOW_UNCOVERED = {
    "source/*": "is about files; the converter checks the zip",
    "counts/columns_in_file": "is about the file",
    # The row that goes back in time (INC0000137, the first) is put before its successor, as it must
    # be: New lasts from 09:52 to 11:03 where the published total has a spell from 11:10 to 11:03.
    "hours_in_state_total/New": "contains a spell of minus 7 minutes",
    "order_traps/rows_same_minute_as_previous": "counts that row by the time that cannot be",
    "order_traps/rows_earlier_than_previous_row_of_incident": "is the row the converter mends",
    "order_traps/duplicate_(number,sys_mod_count)": "is a column that is not taken over",
    "order_traps/sys_mod_count_decreases": "is a column that is not taken over",
    "sla/restored_false_to_true": "is zero, and no event says that a missed deadline was met",
    "recorded_reassignment_count/*": "is the column not to be trusted; moves are counted instead",
    "by_final_group/*/reassignments": "is the column not to be trusted",
    "by_final_assignee/*/reassignments": "is the column not to be trusted",
}


def published(folder: Path) -> dict[str, Any]:
    """Every published figure of a set by its path."""
    return figures(json.loads((folder / "answers.json").read_text(encoding="utf-8")))


def covered(found: dict[str, Any], uncovered: dict[str, str]) -> dict[str, Any]:
    """Leave out the uncovered figures. Raises ValueError if a pattern leaves out nothing."""
    left_out = {pattern: {path for path in found if fnmatchcase(path, pattern)}
                for pattern in uncovered}  # fmt: skip
    for pattern, paths in left_out.items():
        if not paths:
            raise ValueError(f"there is no published figure {pattern}")
    gone = set().union(*left_out.values())
    return {path: value for path, value in found.items() if path not in gone}


def figures(answer: Any, path: str = "") -> dict[str, Any]:
    """Flatten a nested answer. An empty object is a figure, so that it is not lost."""
    if not isinstance(answer, dict) or not answer:
        return {path: answer}
    found: dict[str, Any] = {}
    for name, inner in answer.items():
        found |= figures(inner, f"{path}/{name}" if path else str(name))
    return found
