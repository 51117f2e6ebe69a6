"""Which room may import which: between the packages, inside them, and nowhere in a circle."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources import ALL, OURS, PACKAGES, imported, imports, named, nodes, room

# From the bottom to the top. A room imports only from the rows below its own.
ORDER = {
    "ledger": (
        "errors keys moments sql suggestions upcasts",
        "canonical embedded envelope",
        "validation_messages",
        "events",
        "catalogue database",
        "recording",
        "plain_lines",
        "codec log schema",  # an event and its bytes; the table and its rows
        "following",
        "store",
        "receipts writer",
        "api dcb intake",
        "__init__",
    ),
    "projections": (
        "__init__ periods shown_text shown_times view",
        "engine",
        "tables",
        "metrics",
        "motivation",
        "questions",
        "documents",
    ),
    "commands": ("__init__ decisions", "cli demo"),
}
# What turns events into bytes knows no table, and what knows the table knows no event's class.
BYTES = {
    "canonical", "catalogue", "codec", "events", "plain_lines", "upcasts",
    "validation_messages",
}  # fmt: skip
TABLE = {"database", "following", "log", "recording", "schema", "sql", "store", "writer"}
# What all shelves of a layer share imports none of them.
SHARED = {
    "commands/decisions": {
        "access",
        "context",
        "handle",
        "memory",
        "model",
        "parts",
        "placing",
        "reading",
        "requests",
        "units",
    },
    "commands/cli": {"directory", "shell"},
}


def arrows(under: str) -> Iterator[tuple[Path, str, str]]:
    """Give each import from one room of a folder into another: the file, its room, the other."""
    for path, others in imports().items():
        for other in others:
            ours, theirs = room(path, under), room(other, under)
            if ours and theirs and ours != theirs:
                yield path, ours, theirs


def test_between_the_packages() -> None:
    wrong = [
        (named(path), name)
        for path in OURS
        for name in imported(path)
        for package in [room(path, ".")]
        if name.split(".")[0] in (*PACKAGES[PACKAGES.index(str(package)) + 1 :], "tests")
    ]
    assert not wrong


@pytest.mark.parametrize("package", PACKAGES)
def test_inside_a_package(package: str) -> None:
    row = {name: n for n, names in enumerate(ORDER[package]) for name in names.split()}
    assert {room(path, package) for path in OURS} - {None} == set(row), "say where it belongs"
    wrong = [
        (named(path), theirs) for path, ours, theirs in arrows(package) if row[theirs] >= row[ours]
    ]
    assert not wrong


def test_bytes_know_no_table_and_the_table_knows_no_class_of_events() -> None:
    kinds = (BYTES, TABLE), (TABLE, BYTES)
    wrong = [
        (named(path), theirs)
        for path, ours, theirs in arrows("ledger")
        if any(ours in these and theirs in those for these, those in kinds)
    ]
    assert not wrong


@pytest.mark.parametrize("layer", SHARED)
def test_what_a_layer_shares_imports_none_of_its_shelves(layer: str) -> None:
    shared = SHARED[layer]
    wrong = [
        (named(path), theirs)
        for path, ours, theirs in arrows(layer)
        if ours in shared and theirs not in shared
    ]
    assert not wrong


def test_nothing_is_imported_in_a_circle() -> None:
    left = {path: set(others) for path, others in imports().items()}
    # Who imports nothing that is left is in no circle; what stays in the end leads to one.
    while free := [path for path, others in left.items() if not others & left.keys()]:
        for path in free:
            del left[path]
    assert not [named(path) for path in left]


def test_nothing_is_imported_relatively() -> None:
    wrong = [named(p) for p in ALL if any(getattr(node, "level", 0) for node in nodes(p))]
    assert not wrong


def test_one_file_alone_imports_the_eventsourcing_library() -> None:
    importing = [
        named(path)
        for path in OURS
        if any(name.split(".")[0] == "eventsourcing" for name in imported(path))
    ]
    assert importing == ["ledger/dcb.py"]
