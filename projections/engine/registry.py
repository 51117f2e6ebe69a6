"""The registry of projections.

A projection is a pair of files: `name.py` holds the row types, `TABLES` (row type to table) and
`UNFOLD` (event type to a pure function from event to rows); `name.sql` beside it holds the
statements `tables`, `indexes`, `functions`, and the questions that the module asks. Column order is
field order. `MATERIALIZED`, if there is one, names the table that is materialized for all keys. A
statement `not_understood` runs where events of (after, upto] could not be understood.

Other packages add projections through the entry point group `interaction_ledger.projections`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from typing import NamedTuple

from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.materialized import Materialized
from projections.engine.placing import Placed

# The order matters: a later projection may use SQL functions of an earlier one.
MODULES = (
    "engine.annulments",
    "engine.not_understood",
    "tables.people.people",
    "tables.people.roles",
    "tables.access.access",
    "tables.ownership.ownership",
    "tables.ownership.transfers",
    "tables.clients.clients",
    "tables.clients.merges",
    "tables.ownership.reservations",
    "tables.contacts.interactions",
    "tables.clients.timeline",
    "tables.sales.offers",
    "tables.sales.deals",
    "tables.sales.purchases",
    "tables.work.tasks",
    "tables.service.cases",
    "tables.work.calendar",
    "tables.work.data_entry",
    "tables.ownership.disputes",
    "tables.ownership.handovers",
    "tables.motivation.targets",
    "tables.motivation.norms",
    "tables.motivation.settlement",
    "tables.motivation.reductions",
    "tables.integrity.mentions",
)

# Further modules that determine the tables' content.
ALSO_IN_TABLES = (
    "projections.engine.frame",
    "projections.engine.materialized",
    "projections.engine.placing",
    "projections.engine.runner",
    "projections.engine.zones",
    "projections.tables.clients.event_summaries",
)

Unfold = Callable[[Recorded], Iterable[NamedTuple]]
Unfolds = Mapping[str, Unfold]  # by event type
Tables = Mapping[type[NamedTuple], str]  # by row type


class Projection(NamedTuple):
    """One projection: its module's name, tables by row type, unfold functions and SQL.

    - materialized: its materialized table; None if it has none
    - placed: those of its tables in which a day takes its place after what came before it
    """

    name: str
    tables: Tables
    unfold: Unfolds
    sql: Mapping[str, str]
    materialized: Materialized | None
    placed: tuple[Placed, ...]


@cache
def projections() -> tuple[Projection, ...]:
    """All projections, in the order in which they are created."""
    return tuple(_load(module) for module in _modules())


@cache
def unfolds() -> Mapping[str, tuple[Unfold, ...]]:
    """The functions that make rows of an event, by event type."""
    found: dict[str, tuple[Unfold, ...]] = {}
    for projection in projections():
        for type_, unfold in projection.unfold.items():
            found[type_] = (*found.get(type_, ()), unfold)
    return found


@cache
def tables() -> Tables:
    """The tables by row type."""
    return {row: table for projection in projections() for row, table in projection.tables.items()}


@cache
def placed() -> tuple[Placed, ...]:
    """The tables in which a day or month takes its place after what was recorded before it."""
    return tuple(table for projection in projections() for table in projection.placed)


@cache
def fingerprint() -> str:
    """A digest of everything that determines the tables: if it differs, they must be rebuilt.

    It covers the source of the projections, of the event classes, of what reads events and of what
    dates them, and the packages that add event types. It reads files and imports nothing, because
    every question computes it.
    """
    digest = hashlib.sha256()
    own = files("ledger")
    classes = sorted((own / "events").iterdir(), key=lambda path: path.name)
    readers = [own / f"{name}.py" for name in ("codec", "envelope", "moments", "upcasts")]
    for path in (*readers, *classes):
        if path.name.endswith(".py"):
            digest.update(path.read_bytes())
    for entry in entry_points(group="interaction_ledger.events"):
        digest.update(f"{entry.name}={entry.value} {entry.dist and entry.dist.version}\n".encode())
    for module in (*ALSO_IN_TABLES, *_modules()):
        package, _, name = module.rpartition(".")
        for suffix in ("py", "sql"):
            path = files(package) / f"{name}.{suffix}"
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _modules() -> tuple[str, ...]:
    added = entry_points(group="interaction_ledger.projections")
    return (*(f"projections.{name}" for name in MODULES), *(entry.value for entry in added))


def _load(module: str) -> Projection:
    loaded = import_module(module)
    package, _, name = module.rpartition(".")
    sql, made = statements(package, f"{name}.sql"), getattr(loaded, "MATERIALIZED", None)
    placed = getattr(loaded, "PLACED", ())
    return Projection(name, loaded.TABLES, loaded.UNFOLD, sql, made, placed)
